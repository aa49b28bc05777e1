"""Malformed requests: refused with an answer of the site, before a library fails on them.

Flask parses parts of a request before any code of this package runs. So a WSGI middleware around the application finds
what is malformed and replaces it; the application then refuses the request in its own language and form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Final
from urllib.parse import quote_from_bytes

from flask import Flask, request

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["MalformedRequests", "init_app"]

REASON: Final = "searchapp.malformed"
LONGEST_HOST: Final = 253
HOST: Final = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{0,5}))?")
LABEL: Final = re.compile(r"[A-Za-z0-9_-]{1,63}")
LENGTH: Final = re.compile(r"[0-9]{1,18}")
ASCII: Final = "".join(map(chr, range(0x21, 0x7F)))

WRONG_HOST: Final = Message("The Host header is not a valid host. Send it once, with the name and port of this site.")
WRONG_LENGTH: Final = Message(
    "The Content-Length header is not a number of bytes. Send the length of the body as a decimal number."
)


class MalformedRequests:
    """WSGI middleware that marks malformed requests and replaces values that the application could not parse."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        # Raw bytes in the query string need not be UTF-8.
        raw = environ.get("QUERY_STRING", "").encode("latin-1", "replace")
        environ["QUERY_STRING"] = quote_from_bytes(raw, safe=ASCII)
        environ.pop(REASON, None)
        if not _names_host(environ):
            environ[REASON] = WRONG_HOST
            environ["HTTP_HOST"] = environ["SERVER_NAME"] = "localhost"
        if not LENGTH.fullmatch(environ.get("CONTENT_LENGTH") or "0"):
            environ[REASON] = WRONG_LENGTH
            environ.pop("CONTENT_LENGTH")
        return self._app(environ, start_response)


def init_app(app: Flask) -> None:
    """Refuse malformed requests to ``app`` before any view runs."""
    app.before_request(_refuse)


def _refuse() -> None:
    reason = request.environ.get(REASON)
    if reason is not None:
        raise InvalidRequest(reason)


def _names_host(environ: WSGIEnvironment) -> bool:
    """Return whether the request has one valid Host (RFC 9110, 7.2); HTTP/1.0 needs none."""
    host = environ.get("HTTP_HOST")
    if host is None:
        return environ.get("SERVER_PROTOCOL") in {"HTTP/0.9", "HTTP/1.0"}
    match = HOST.fullmatch(host)
    if match is None or int(match["port"] or 0) > 0xFFFF:
        return False
    name = match["name"]
    if name.startswith("["):
        return _is_address(name[1:-1])
    labels = name.removesuffix(".").split(".")
    return len(name) <= LONGEST_HOST and all(LABEL.fullmatch(label) for label in labels)


def _is_address(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True
