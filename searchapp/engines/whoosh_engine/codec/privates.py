"""What this adapter uses of Whoosh beyond its documented interface, once. The release is pinned for its sake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3Codec, W3Segment, W3TermInfo, _lenfield
from whoosh.index import _CURRENT_TOC_VERSION, _DEF_INDEX_NAME
from whoosh.util.numeric import _length_byte_cache

from searchapp.engines.whoosh_engine.schema import INDEX_NAME

__all__ = ["LENGTHS", "MAGIC", "TOC_VERSION", "W3Codec", "length_column", "segment_object", "set_tokens", "tokens_of"]

MAGIC: Final[bytes] = WHOOSH3_HEADER_MAGIC
"""Begins each posting list."""
TOC_VERSION: Final[int] = _CURRENT_TOC_VERSION
LENGTHS: Final = tuple(_length_byte_cache)
"""The lengths that Whoosh's 256 bytes stand for, rising."""

# The longest block that Whoosh's own writer may make when it goes on with an index of ours.
_BLOCK: Final = 4096


def length_column(field: str) -> str:
    """Return the name of the column of a field's lengths."""
    name: str = _lenfield(field)
    return name


def segment_object(
    count: int, segment_id: str | None = None, deleted: set[int] | None = None, lengths: Mapping[str, int] | None = None
) -> Any:
    """Return Whoosh's object for a segment of ``count`` documents in one file; it is what a table of contents holds."""
    segment: Any = W3Segment(W3Codec(blocklimit=_BLOCK), INDEX_NAME, count, segment_id, deleted or None)
    segment.compound = True
    segment._fieldlengths = dict(lengths or {})
    return segment


def set_tokens(segment: Any, field: str, tokens: int) -> None:
    """Note how many tokens a field has in a segment."""
    segment._fieldlengths[field] = tokens


def tokens_of(segment: Any, field: str) -> int:
    """Return how many tokens a field has in a segment, those of deleted documents among them."""
    tokens: int = segment._fieldlengths.get(field, 0)
    return tokens


if (
    (MAGIC, TOC_VERSION, INDEX_NAME) != (b"W3Bl", -111, _DEF_INDEX_NAME)
    or len(LENGTHS) != 256
    or W3TermInfo._struct.format != "!BfIBBfII"
    or (W3Codec.TERMS_EXT, W3Codec.POSTS_EXT, W3Codec.COLUMN_EXT) != (".trm", ".pst", ".col")
):
    raise ImportError("this release of whoosh3 writes other files than the one that searchapp was made for")
