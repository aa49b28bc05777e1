"""The text of a search-after cursor: a position in the results of one request on one generation, signed.

It is unpadded base64 of 57 bytes: a format number, digests of the generation and of the request, the number of results
before the page, the engine's sort key of the last of them, and an HMAC-SHA256 of all that, cut to 128 bits. The
signature is checked first; a cursor of another program or another search is refused.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct
from typing import Final

from searchapp.engines.port import SortKey
from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.model import SearchRequest
from searchapp.schema import FACET_FIELDS

__all__ = ["CursorCodec", "Position"]

_FIELDS: Final = Struct(">B8s8sQQQ")
_SIGNATURE_BYTES: Final = 16
_TEXT: Final = re.compile(r"[A-Za-z0-9_-]{76}", re.ASCII)
# The first byte: the format, and whether the sort key counts.
_AFTER_RANK: Final = 1
_AFTER_KEY: Final = 2
_PURPOSE: Final = b"searchapp cursor\0"


@dataclass(frozen=True, slots=True)
class Position:
    """A position between two results: ``rank`` is that of the one before it, ``after`` the engine's sort key of it.

    ``after`` is None among the reranked results, whose order no engine knows; there the rank alone counts.
    """

    rank: int
    after: SortKey | None = None


class CursorCodec:
    """Writes and reads the cursors of one generation."""

    def __init__(self, key: bytes, generation: str, ranking: str = "") -> None:
        """``ranking`` is a fingerprint of everything else that the order depends on, such as synonyms."""
        self._key = key
        self._generation = _digest(generation)
        self._ranking = ranking

    def encode(self, position: Position, request: SearchRequest) -> str:
        """Return the cursor of ``position`` in the results of ``request``."""
        return self.encoder(request)(position)

    def encoder(self, request: SearchRequest) -> Callable[[Position], str]:
        """Return the function from a position in the results of ``request`` to its cursor, for many positions."""
        request_digest = self._request(request)

        def encode(position: Position) -> str:
            after = position.after
            kind, (first, second) = (_AFTER_RANK, (0, 0)) if after is None else (_AFTER_KEY, after)
            fields = _FIELDS.pack(kind, self._generation, request_digest, position.rank, first, second)
            return base64.urlsafe_b64encode(fields + self._signature(fields)).decode()

        return encode

    def decode(self, cursor: str, request: SearchRequest) -> Position:
        """Return the position of a cursor; raises InvalidRequest unless it is one of ``request`` on this generation."""
        if not _TEXT.fullmatch(cursor):
            raise _unreadable()
        content = base64.urlsafe_b64decode(cursor)
        fields, signature = content[: _FIELDS.size], content[_FIELDS.size :]
        if not hmac.compare_digest(signature, self._signature(fields)):
            raise _unreadable()
        kind, generation, request_digest, rank, first, second = _FIELDS.unpack(fields)
        if generation != self._generation:
            raise _expired()
        if request_digest != self._request(request):
            raise _foreign()
        return Position(rank, (first, second) if kind == _AFTER_KEY else None)

    def _signature(self, fields: bytes) -> bytes:
        return hmac.digest(self._key, _PURPOSE + fields, "sha256")[:_SIGNATURE_BYTES]

    def _request(self, request: SearchRequest) -> bytes:
        """Return a digest of the parameters that decide the results and their order; page length does not."""
        filters = request.filters
        days = [day.isoformat() if day else None for day in (filters.date_from, filters.date_to)]
        values = [sorted(filters.values.get(field, ())) for field in FACET_FIELDS]
        order = [request.sort, request.group, request.match, request.recency, request.correct, self._ranking]
        excluded = [sorted(filters.excluded.get(field, ())) for field in FACET_FIELDS]
        return _digest(json.dumps([request.query, order, days, values, excluded]))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _unreadable() -> InvalidRequest:
    reason = Message("This is not a cursor of an earlier answer. Leave it out to begin at the first page.")
    return InvalidRequest(Message("The cursor cannot be read."), [("cursor", reason)])


def _expired() -> InvalidRequest:
    reason = Message("The articles were indexed anew since this cursor was given. Begin at the first page.")
    return InvalidRequest(Message("The cursor has expired."), [("cursor", reason)])


def _foreign() -> InvalidRequest:
    reason = Message("This cursor goes on from another search. Leave it out to begin at the first page.")
    return InvalidRequest(Message("The cursor belongs to another search."), [("cursor", reason)])
