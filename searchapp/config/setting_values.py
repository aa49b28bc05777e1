"""Conversions of settings: from what TOML, variables and options have to typed values.

Each takes the value as it was given and raises NotAllowedError, which names the allowed values.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from searchapp.i18n import Message
from searchapp.model import Scope

__all__ = [
    "URL_PREFIX",
    "Network",
    "NotAllowedError",
    "choice",
    "colour",
    "contact",
    "field_name",
    "flag",
    "mail_address",
    "mailer",
    "networks",
    "nodes",
    "number",
    "optional_path",
    "optional_text",
    "origins",
    "path",
    "required_text",
    "scopes",
    "semantic",
    "site",
    "site_address",
    "timezone",
    "token",
    "url_prefix",
    "weights",
    "whole_number",
]

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]{14,510}[A-Za-z0-9._~+/=-]{2}")
_SITE_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~/-]*)?")
_LOCAL_SMTP: Final = re.compile(r"smtp://(?:127\.[0-9.]{5,11}|localhost|\[::1\])(?::[0-9]{1,5})?/?")
_MAIL_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
_FIELD_NAME: Final = re.compile(r"[Xx]-[A-Za-z0-9-]{1,60}")
_ANONYMOUS_SCOPES: Final = (Scope.SEARCH, Scope.EXPORT)
"""Scopes that requests without a token may have."""
_HIGHEST_WEIGHT: Final = 100
# Of the files of time zones: copies of the others, with and without leap seconds, and a setting of the C library.
_NO_TIMEZONES: Final = ("posix/", "right/", "posixrules")
Network = IPv4Network | IPv6Network
Number = TypeVar("Number", int, float)
_COLOUR: Final = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_CONTACT: Final = re.compile(r'https?://[^\s"<>]+|[^\s"<>@:/]+@[^\s"<>@:/]+')
_ORIGIN: Final = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_NODE: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
_SITE: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,40}")
# No segment begins with a dot, since browsers resolve “..” before they send a request.
URL_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


class NotAllowedError(ValueError):
    """A value that a setting does not accept; the message names the accepted values."""

    def __init__(self, allowed: Message) -> None:
        super().__init__(allowed.text)
        self.allowed = allowed


def required_text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise NotAllowedError(Message("text that is not empty"))
    return value.strip()


def optional_text(value: object) -> str:
    if not isinstance(value, str | Path):
        raise NotAllowedError(Message("text"))
    return str(value).strip()


def colour(value: object) -> str:
    """Return a colour as ``#rrggbb``."""
    if isinstance(value, str) and (match := _COLOUR.fullmatch(value.strip())):
        digits = match[1].lower()
        return f"#{digits}" if len(digits) == 6 else "#" + "".join(2 * digit for digit in digits)
    raise NotAllowedError(Message("a colour in hexadecimal, such as #0b5394"))


def contact(value: object) -> str:
    """Return a mail address or the address of a web page, "" for none."""
    if isinstance(value, str) and (value.strip() == "" or _CONTACT.fullmatch(value.strip())):
        return value.strip()
    raise NotAllowedError(Message("a mail address, or the address of a web page (https://…)"))


def path(value: object) -> Path:
    return Path(required_text(str(value) if isinstance(value, Path) else value)).expanduser()


def optional_path(value: object) -> Path | None:
    return None if value in ("", None) else path(value)


def weights(value: object) -> Mapping[str, float]:
    """Return numbers by name, from a table of TOML or from text such as ``title=1.5, window=0.2``."""
    try:
        pairs = value.split(",") if isinstance(value, str) else value
        if not isinstance(pairs, Mapping):
            named = (pair.partition("=") for pair in pairs if pair.strip())  # type: ignore[attr-defined]
            pairs = {name.strip(): number for name, _, number in named}
        weights = {str(name): float(number) for name, number in pairs.items()}
        if all(0 <= weight <= _HIGHEST_WEIGHT for weight in weights.values()):
            return weights
    except (TypeError, ValueError, AttributeError):
        pass
    raise NotAllowedError(
        Message("weights from 0 to {highest}, such as title=1.5, window=0.2", highest=_HIGHEST_WEIGHT)
    )


def semantic(choices: tuple[str, ...], lsa_and: str) -> Callable[[object], str]:
    """Return the conversion to one of ``choices`` or the folder of a model, which may stand behind ``lsa_and``."""

    def convert(value: object) -> str:
        text = str(value).strip() if isinstance(value, str | Path) else ""
        folder = text.removeprefix(lsa_and)
        if text in choices:
            return text
        if "/" in folder or os.sep in folder:
            return text[: len(text) - len(folder)] + os.path.expanduser(folder)  # noqa: PTH111 - Path drops “./”
        raise NotAllowedError(
            Message("one of {choices}, or the folder of a model, such as ./model", choices=", ".join(choices))
        )

    return convert


def choice(*allowed: str) -> Callable[[object], str]:
    def convert(value: object) -> str:
        if value not in allowed:
            raise NotAllowedError(Message("one of {choices}", choices=", ".join(allowed)))
        return str(value)

    return convert


def whole_number(lowest: int, highest: int) -> Callable[[object], int]:
    allowed = Message("a whole number from {lowest} to {highest}", lowest=lowest, highest=highest)
    return _between(int, lowest, highest, allowed)


def flag(value: object) -> bool:
    """Return the truth value of « true » or « false », as TOML, variables and options write them."""
    flags = {"true": True, "false": False}
    text = str(value).lower()
    if text not in flags:
        raise NotAllowedError(Message("one of {choices}", choices=", ".join(flags)))
    return flags[text]


def number(lowest: float, highest: float) -> Callable[[object], float]:
    allowed = Message("a number from {lowest} to {highest}", lowest=lowest, highest=highest)
    return _between(float, lowest, highest, allowed)


def _between(
    parse: Callable[[str], Number], lowest: Number, highest: Number, allowed: Message
) -> Callable[[object], Number]:
    def convert(value: object) -> Number:
        try:
            number = parse(str(value)) if not isinstance(value, bool) else None
        except ValueError:
            number = None
        if number is None or not lowest <= number <= highest:
            raise NotAllowedError(allowed)
        return number

    return convert


def token(value: object) -> str:
    """Return a bearer token, "" for none. It is never shown, not even in the error about a wrong one."""
    if value == "" or (isinstance(value, str) and _TOKEN.fullmatch(value)):
        return str(value)
    raise NotAllowedError(Message("16 to 512 characters: letters without accents, digits and “-._~+/=”"))


def scopes(value: object) -> tuple[Scope, ...]:
    """Return scopes for requests without a token, from a list or from text with commas."""
    names = value.split(",") if isinstance(value, str) else value
    if isinstance(names, list | tuple):
        found = [str(name).strip() for name in names if str(name).strip()]
        if set(found) <= set(_ANONYMOUS_SCOPES):
            return tuple(scope for scope in _ANONYMOUS_SCOPES if scope in found)
    raise NotAllowedError(Message("{choices}, separated by commas, or nothing", choices=", ".join(_ANONYMOUS_SCOPES)))


def field_name(value: object) -> str:
    """Return the name of a header field, "" for none."""
    if isinstance(value, str) and (value.strip() == "" or _FIELD_NAME.fullmatch(value.strip())):
        return value.strip()
    raise NotAllowedError(Message("the name of a header field that begins with X-, such as X-Remote-User"))


def site_address(value: object) -> str:
    """Return the address of a site without a final slash, "" for none."""
    text = value.strip().rstrip("/") if isinstance(value, str) else None
    if text == "" or (text and _SITE_ADDRESS.fullmatch(text)):
        return text
    raise NotAllowedError(Message("an address such as https://archives.example.fr/recherche"))


def mailer(value: object) -> str:
    """Return a command, or the address of a mail server on this machine."""
    text = required_text(value)
    if "://" in text and not _LOCAL_SMTP.fullmatch(text):
        raise NotAllowedError(Message("a command such as /usr/sbin/sendmail, or smtp://127.0.0.1:25 on this machine"))
    return text


def mail_address(value: object) -> str:
    text = required_text(value)
    if not _MAIL_ADDRESS.fullmatch(text):
        raise NotAllowedError(Message("a mail address such as archives@example.fr"))
    return text


def url_prefix(value: object) -> str:
    """Return a path without a final slash, "" for the root."""
    if isinstance(value, str):
        path = f"/{value.strip().strip('/')}".rstrip("/")
        if not path or URL_PREFIX.fullmatch(path):
            return path
    raise NotAllowedError(Message("a path such as /recherche, with letters without accents, digits and “-._~”"))


def networks(value: object) -> tuple[Network, ...]:
    """Return addresses and networks, from a list or from text with commas."""
    texts = value.split(",") if isinstance(value, str) else value
    try:
        if not isinstance(texts, list | tuple):
            raise TypeError(value)
        return tuple(ip_network(str(text).strip()) for text in texts if str(text).strip())
    except (TypeError, ValueError):
        raise NotAllowedError(
            Message("addresses or networks separated by commas, such as 127.0.0.1, 10.0.0.0/8")
        ) from None


def origins(value: object) -> tuple[str, ...]:
    """Return origins (RFC 6454, 6.2) in lower case, from a list or from text with commas; ("*",) for all."""
    texts = value.split(",") if isinstance(value, str) else value
    if isinstance(texts, list | tuple):
        origins = tuple(str(text).strip().lower() for text in texts if str(text).strip())
        if origins == ("*",) or all(_ORIGIN.fullmatch(origin) for origin in origins):
            return origins
    raise NotAllowedError(Message("origins separated by commas, such as https://www.example.org, or * for all"))


def nodes(value: object) -> tuple[str, ...]:
    """Return addresses of nodes, from a list or from text with commas."""
    texts = value.split(",") if isinstance(value, str) else value
    if isinstance(texts, list | tuple):
        nodes = tuple(str(text).strip().rstrip("/") for text in texts if str(text).strip())
        if nodes and all(_NODE.fullmatch(node) for node in nodes):
            return nodes
    raise NotAllowedError(Message("addresses of nodes separated by commas, such as https://node1.example.org:9200"))


def site(value: object) -> str:
    if isinstance(value, str) and _SITE.fullmatch(value):
        return value
    raise NotAllowedError(Message("up to 41 small letters without accents, digits and “_”, a letter or digit first"))


def timezone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    # Listing all time zones would open hundreds of files at every start.
    if isinstance(value, str) and not value.startswith(_NO_TIMEZONES):
        with suppress(KeyError, ValueError, OSError):
            return ZoneInfo(value)
    raise NotAllowedError(Message("a time zone of the IANA list, such as Europe/Paris"))
