"""Parsing of a request within limits: waitress's parser, made stricter."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser
from waitress.utilities import Error

__all__ = ["LONGEST_HEADER", "BodyLimit", "IncomingRequest", "Refused", "accept_language_of", "target_of"]

LONGEST_LINE: Final = 16 * 1024
"""Bytes of a request line: a query of 1,024 characters, each percent-encoded in up to 12 bytes, and filters."""
LONGEST_HEADER: Final = LONGEST_LINE + 32 * 1024
"""Bytes of a request line and all header fields."""
MOST_FIELDS: Final = 128
# Bytes of a chunk's size line and of the trailer; waitress reads both without a limit.
LONGEST_CHUNK_LINE: Final = 1024
LONGEST_TRAILER: Final = 8 * 1024

BodyLimit = Callable[[str, str, Mapping[str, str]], int]
"""(method, path, header fields by upper-case name) -> largest body in bytes; more is not read."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The status with which the server refuses a request."""

    code: int


class _RefusalError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class IncomingRequest(HTTPRequestParser):  # type: ignore[misc]
    """A request that is being received. Parsing never raises; ``error`` says why a request is refused."""

    command = "GET"
    path = ""
    error: Any
    body_rcv: Any

    def __init__(self, adjustments: Adjustments, body_limit: BodyLimit) -> None:
        super().__init__(adjustments)
        self.started = time.monotonic()
        self._body_limit = body_limit
        self._most_body = 0

    def received(self, data: bytes) -> int:
        """Parse bytes of the connection and return the number of bytes that belong to this request."""
        in_header = not self.headers_finished
        try:
            consumed: int = super().received(data)
            if in_header and self.headers_finished and not self.completed:
                consumed = self._admit_body(consumed, len(data))
            self._check_lengths()
        except _RefusalError as refusal:
            self.refuse(refusal.code)
        except ValueError:  # an address or a length that Python cannot read
            self.refuse(400)
        if isinstance(self.error, Error):
            self.refuse(self._status_of(self.error, data))
        if self.completed:
            self.expect_continue = False
        return len(data) if self.error else consumed

    def refuse(self, code: int) -> None:
        """Complete the request with an error; bytes that follow on its connection are ignored."""
        self.error = Refused(code)
        self.completed = True

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the request line and the header fields; refuse ambiguous framing, which allows request smuggling."""
        line, _, fields = header_plus.partition(b"\r\n")
        self.first_line = line[:LONGEST_LINE]
        if len(line) > LONGEST_LINE:
            raise _RefusalError(414)
        if fields.count(b"\n") > MOST_FIELDS:
            raise _RefusalError(431)
        if b"\0" in header_plus:
            raise _RefusalError(400)
        super().parse_header(header_plus)
        encoded = self.chunked or "TRANSFER_ENCODING" in self.headers
        smuggles = encoded and ("CONTENT_LENGTH" in self.headers or self.version != "1.1")
        if smuggles or self.version not in ("", "1.0", "1.1"):
            raise _RefusalError(400)
        if self.headers.get("EXPECT", "100-continue").lower() != "100-continue":
            raise _RefusalError(417)

    def _admit_body(self, consumed: int, length: int) -> int:
        """Leave the body unread when none is allowed; the application answers the request without it."""
        self._most_body = self._body_limit(self.command, self.path, self.headers)
        if self._most_body:
            return consumed
        self.body_rcv = None
        self.completed = True
        self.headers["CONNECTION"] = "close"
        self.headers.pop("CONTENT_LENGTH", None)
        return length

    def _check_lengths(self) -> None:
        """Refuse a request that is already too long, before it is complete."""
        if self.error is not None:
            return
        body = self.body_rcv
        if body is None:
            if not self.headers_finished and _first_line_length(self.header_plus) > LONGEST_LINE:
                raise _RefusalError(414)
        elif max(self.content_length, self.body_bytes_received) > self._most_body:
            raise _RefusalError(413)
        elif self.chunked and (len(body.control_line) > LONGEST_CHUNK_LINE or len(body.trailer) > LONGEST_TRAILER):
            raise _RefusalError(400)

    def _status_of(self, error: Error, data: bytes) -> int:
        if error.code != 431:
            return 413 if error.code == 413 else 400
        # waitress reads an address of its own in place of a header that is too long.
        self.path, self.first_line = "", b""
        return 414 if _first_line_length(self.header_plus + data) > LONGEST_LINE else 431


def target_of(request: HTTPRequestParser) -> str:
    """Return the path of a request, also of one that could not be parsed; "" when there is none."""
    if request.path:
        return str(request.path)
    line = getattr(request, "first_line", b"") or request.header_plus[:LONGEST_LINE].lstrip().partition(b"\r\n")[0]
    parts = line.split(b" ", 2)
    return parts[1].partition(b"?")[0].decode("latin-1") if len(parts) > 1 else ""


def accept_language_of(request: HTTPRequestParser) -> str:
    """Return the Accept-Language of a request, "" without one."""
    return str(request.headers.get("ACCEPT_LANGUAGE", ""))


def _first_line_length(header: bytes) -> int:
    end = header.find(b"\n")
    return len(header) if end < 0 else end
