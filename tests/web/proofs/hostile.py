"""Hostile HTTP requests, drawn with a seed: valid ones of every address, changed in one to three ways."""

from __future__ import annotations

import base64
import hmac
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from tests.web.proofs.values import (
    BODIES,
    CHUNKS,
    DATES,
    ENDINGS,
    FORMS,
    HEADERS,
    LINES,
    LONG,
    METHODS,
    NUMBERS,
    PARAMETERS,
    PATHS,
    QUERIES,
    SEARCHES,
    SIGNS,
    TARGETS,
    TOKEN,
    TRANSFERS,
    VERSIONS,
)

__all__ = ["ADDRESSES", "TOKEN", "Hostile", "draw", "settings_of"]

LENGTH: Final = re.compile(rb"\r\ncontent-length:([^\r]*)", re.IGNORECASE)
BEARER: Final = b"Authorization: Bearer " + TOKEN.encode()
EDITOR: Final = b"essai"
PASSWORD: Final = b"Authorization: Basic " + base64.b64encode(EDITOR + b":" + TOKEN.encode())
# As a form of that editor has it (searchapp/web/write_access.py).
FORM_TOKEN: Final = hmac.new(TOKEN.encode(), b"form of " + EDITOR, "sha256").hexdigest().encode()
FORM: Final = b"Content-Type: application/x-www-form-urlencoded"
# Method, path, further header fields and bodies.
SENT: Final[tuple[tuple[str, str, tuple[bytes, ...], tuple[bytes, ...]], ...]] = (
    ("PUT", "/api/v1/articles/essai/1", (BEARER,), BODIES),
    ("PUT", "/api/v1/articles?id=essai/1", (BEARER,), BODIES),
    ("POST", "/api/v1/articles", (BEARER,), BODIES),
    ("DELETE", "/api/v1/articles/essai/1", (BEARER,), BODIES[:1]),
    ("DELETE", "/api/v1/articles?id=essai/1", (BEARER,), BODIES[:1]),
    ("POST", "/api/v1/search", (), SEARCHES),
    ("POST", "/api/v1/msearch", (), SEARCHES),
    ("POST", "/judgments", (PASSWORD, FORM), FORMS),
    ("POST", "/judgments/measures", (PASSWORD, FORM), FORMS),
    ("POST", "/search", (), BODIES),
)
ADDRESSES: Final = (*(("GET", path) for path in PATHS), *((method, path) for method, path, _, _ in SENT))
"""Methods and paths of the valid requests."""
# Stands in for the generation of a server that is not asked for it.
NO_GENERATION: Final = "20261125T013123.348582Z-b9f2"


@dataclass(frozen=True, slots=True)
class Hostile:
    """Bytes to send, and whether an answer is due: what is cut short, or framed ambiguously, may just be closed."""

    data: bytes
    changes: tuple[str, ...]

    @property
    def method(self) -> str:
        """The method as a client would send it."""
        return self.data.lstrip(b"\r\n").partition(b" ")[0].decode("latin-1")

    @property
    def due(self) -> bool:
        """True when the request is complete."""
        head, end, body = self.data.lstrip(b"\r\n").partition(b"\r\n\r\n")
        lengths = LENGTH.findall(head)
        framed = b"content-length" in head.lower() or b"transfer-encoding" in head.lower()
        exact = [each.strip() for each in lengths] == [b"%d" % len(body)] and b"transfer-encoding" not in head.lower()
        return bool(end) and (exact or not framed) and b" " in head and "tunnel" not in self.changes


@dataclass(slots=True)
class _Draft:
    generation: str
    method: bytes
    target: bytes
    headers: list[bytes]
    body: bytes = b""
    version: bytes = b"HTTP/1.1"
    ending: bytes = b"\r\n"
    after: bytes = b""
    changes: list[str] = field(default_factory=list)

    def bytes(self) -> bytes:
        lines = [b" ".join(part for part in (self.method, self.target, self.version) if part), *self.headers, b"", b""]
        return self.ending.join(lines) + self.body + self.after


def settings_of(work: Path) -> dict[str, str]:
    """Return the settings of a server that has all its pages, with its files in ``work``.

    With its address, so that none of its links is made of the Host of a request.
    """
    return {
        "SEARCHAPP_SITE_ADDRESS": "https://archives.example",
        "SEARCHAPP_WRITE_TOKEN": TOKEN,
        "SEARCHAPP_WRITE_RATE": "0",
        "SEARCHAPP_TOKENS": str(work / "tokens.sqlite"),
        "SEARCHAPP_JUDGMENTS": str(work / "judgments"),
        "SEARCHAPP_QUERY_LOG": "7",
        "SEARCHAPP_SITEMAP": "true",
    }


def draw(seed: int, count: int, generation: str = NO_GENERATION) -> Iterator[Hostile]:
    """Yield ``count`` requests, the same for the same seed. Forged cursors name ``generation``."""
    for number in range(count):
        dice = random.Random(f"{seed} {number}")
        draft = _valid(dice, generation)
        for name in dice.choices([*_CHANGES], [weight for weight, _ in _CHANGES.values()], k=dice.choice((1, 1, 2, 3))):
            _CHANGES[name][1](dice, draft)
            draft.changes.append(name)
        yield Hostile(
            _flipped(dice, draft.bytes()) if "bytes" in draft.changes else draft.bytes(), tuple(draft.changes)
        )


def _valid(dice: random.Random, generation: str) -> _Draft:
    path = dice.choice(PATHS)
    parameters = {"q": dice.choice(QUERIES)} if "search" in path or dice.random() < 0.2 else {}
    target = (
        path + "?" + "&".join(f"{name}={quote(value)}" for name, value in parameters.items()) if parameters else path
    )
    headers = [b"Host: 127.0.0.1", b"Accept-Language: " + dice.choice((b"fr", b"en"))]
    if dice.random() < 0.75:
        known = [dice.choice((BEARER, PASSWORD))] if dice.random() < 0.2 else []
        return _Draft(generation, b"GET", target.encode(), [*headers, *known])
    method, target, fields, bodies = dice.choice(SENT)
    body = dice.choice(bodies)
    if bodies is FORMS and dice.random() < 0.7:
        body += b"&token=" + FORM_TOKEN
    lines = [*headers, *(fields if dice.random() < 0.8 else ()), b"Content-Length: %d" % len(body)]
    return _Draft(generation, method.encode(), target.encode(), lines, body)


def _change_parameters(dice: random.Random, draft: _Draft) -> None:
    name = dice.choice(PARAMETERS)
    values = {
        "q": lambda: dice.choice(
            (dice.choice(SIGNS) * dice.choice(LONG), " ".join(dice.choices([*QUERIES, *SIGNS], k=9)))
        ),
        "cursor": lambda: _cursor(dice, draft.generation),
        "from": lambda: dice.choice(DATES),
        "to": lambda: dice.choice(DATES),
        "sort": lambda: dice.choice(("newest", "oldest", "best", "\x00", "NEWEST")),
        "lang": lambda: dice.choice(("fr", "en", "de", "../", "\x00")),
    }
    texts = [
        values.get(name, lambda: dice.choice((*NUMBERS, *SIGNS, *QUERIES)))() for _ in range(dice.choice((1, 1, 1, 60)))
    ]
    sent = b"&".join(name.encode() + b"=" + _encoded(dice, text) for text in texts)
    draft.target += (b"&" if b"?" in draft.target else b"?") + sent


def _encoded(dice: random.Random, text: str) -> bytes:
    if dice.random() < 0.1:
        return text.replace(" ", "+").encode("utf-8", "surrogatepass").translate(None, b"\r\n\x00 ")
    return quote(text, errors="replace").encode()


def _cursor(dice: random.Random, generation: str) -> str:
    offset = dice.choice((0, 10, -1, 10**9, 2**31, 2**63, 2**64, 1.5, None, "x", 10**400))
    content = dice.choice(([generation, offset], [generation], {}, offset, [[]] * 50, [generation, offset, "a"]))
    forged = base64.urlsafe_b64encode(dice.choice((b"\0", b"\1", b"\2")) + dice.randbytes(56)).decode()
    text = dice.choice((forged, base64.urlsafe_b64encode(json.dumps(content).encode()).decode()))
    return dice.choice((text, text.rstrip("="), text[:-3], text + "!", "A" * dice.choice((3, 257, 4000)), "é"))


def _change_header(dice: random.Random, draft: _Draft) -> None:
    name = dice.choice([*HEADERS])
    if dice.random() < 0.5:
        draft.headers = [line for line in draft.headers if not line.startswith(name)]
    draft.headers.insert(dice.randrange(len(draft.headers) + 1), name + b": " + dice.choice(HEADERS[name]))


def _change_lines(dice: random.Random, draft: _Draft) -> None:
    change = dice.choice(("line", "ending", "none", "many", "before"))
    if change == "line":
        draft.headers.insert(dice.randrange(len(draft.headers) + 1), dice.choice(LINES))
    elif change == "ending":
        draft.ending = dice.choice(ENDINGS)
    elif change == "none":
        draft.headers = []
    elif change == "many":
        draft.headers += [b"A%d: b" % number for number in range(dice.choice((50, 99, 101, 2000)))]
    else:
        draft.method = dice.choice((b"\r\n", b"\n", b" ", b"\x00", b"\x16\x03\x01")) + draft.method


def _change_framing(dice: random.Random, draft: _Draft) -> None:
    draft.method = dice.choice((b"POST", b"PUT", b"GET", b"DELETE"))
    draft.headers = [line for line in draft.headers if not line.startswith(b"Content-Length")] + [
        dice.choice(TRANSFERS)
    ]
    draft.body = dice.choice(CHUNKS)


def _change_target(dice: random.Random, draft: _Draft) -> None:
    draft.target = dice.choice(TARGETS)


def _change_method(dice: random.Random, draft: _Draft) -> None:
    draft.method = dice.choice(METHODS).encode("latin-1")
    if draft.method == b"CONNECT":
        draft.changes.append("tunnel")


def _change_version(dice: random.Random, draft: _Draft) -> None:
    draft.version = dice.choice(VERSIONS)


def _add_second(dice: random.Random, draft: _Draft) -> None:
    draft.after = dice.choice(
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", b"G", b"\r\n\r\n", b"\xff" * 200, b"PRI * HTTP/2.0\r\n\r\n")
    )


def _keep(dice: random.Random, draft: _Draft) -> None:
    """The bytes are changed once the request is written."""


def _flipped(dice: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 8))):
        place = dice.randrange(max(1, len(changed)))
        what = dice.choice(("set", "insert", "delete", "cut"))
        if what == "set" and changed:
            changed[place] = dice.randrange(256)
        elif what == "insert":
            changed.insert(place, dice.randrange(256))
        elif what == "delete":
            del changed[place : place + dice.choice((1, 1, 20))]
        elif dice.random() < 0.2:
            del changed[place:]
    return bytes(changed)


_CHANGES: Final[dict[str, tuple[float, Callable[[random.Random, _Draft], None]]]] = {
    "parameters": (8, _change_parameters),
    "header": (8, _change_header),
    "target": (4, _change_target),
    "method": (2, _change_method),
    "version": (1, _change_version),
    "lines": (2, _change_lines),
    "framing": (2, _change_framing),
    "second": (1, _add_second),
    "bytes": (2, _keep),
}
