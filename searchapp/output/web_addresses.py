"""Addresses of the web in running text, and the host of an address.

Only ``http://``, ``https://`` and ``www.`` begin one. An address with a name or password (``https://bank.example@evil.example``)
is never a link, since its beginning hides the host that it leads to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["host_of", "web_addresses"]

LONGEST: Final = 2000
_ADDRESS: Final = re.compile(r"(?<![\w@./:-])(?:https?://|www\.)[^\s<>\"«»“”\\]+", re.IGNORECASE)
_SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"[^/?#]*")
_HOST: Final = re.compile(r"((?:[^\W_]|[-.])*[^\W_])(?::[0-9]{1,5})?\.?")
# Signs that end a sentence or a bracket around the address.
_CLOSING: Final = ".,;:!?…'’)]}*_"


def web_addresses(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and full address of each address in ``text``."""
    for match in _ADDRESS.finditer(text):
        if match.end() - match.start() > LONGEST:
            continue
        found = _without_closing(match.group())
        scheme = "" if _SCHEME.match(found) else "https://"
        if host_of(scheme + found):
            yield match.start(), match.start() + len(found), scheme + found


def host_of(address: str) -> str:
    """Return the host of an address of http or https without "www."; "" for others, and for one with a user's name."""
    scheme = _SCHEME.match(address)
    host = _HOST.fullmatch(_AUTHORITY.match(address, scheme.end())[0]) if scheme else None  # type: ignore[index]
    if not host or "." not in host[1] or ".." in host[1] or host[1].startswith((".", "-")):
        return ""
    return host[1].lower().removeprefix("www.")


def _without_closing(found: str) -> str:
    """Return an address without the signs after it; a bracket that it opened itself stays."""
    end = len(found)
    while end and found[end - 1] in _CLOSING:
        if found[end - 1] == ")" and found.count("(", 0, end) >= found.count(")", 0, end):
            break
        end -= 1
    return found[:end]
