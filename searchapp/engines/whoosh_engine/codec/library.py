"""All that this adapter uses of Whoosh, imported here only: documented names, and the others checked at import.

Two distributions have the import name ``whoosh``: whoosh3, which is maintained and pinned, and the stock Whoosh 2.7.4,
frozen since 2016. Both write the same files; either will do.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

with warnings.catch_warnings():
    # Whoosh 2.7.4 has invalid escapes in strings and an "is" with a literal: Python warns when it compiles them.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whoosh import fields
    from whoosh.analysis import SpaceSeparatedTokenizer
    from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3Codec, W3Segment, W3TermInfo, _lenfield
    from whoosh.columns import CompressedBytesColumn, NumericColumn
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import _CURRENT_TOC_VERSION, _DEF_INDEX_NAME, TOC
    from whoosh.util.numeric import _length_byte_cache

__all__ = [
    "COLUMNS",
    "INDEX_NAME",
    "LENGTHS",
    "MAGIC",
    "POSTINGS",
    "TERMS",
    "TOC_VERSION",
    "CompressedBytesColumn",
    "NumericColumn",
    "SpaceSeparatedTokenizer",
    "fields",
    "file_of",
    "length_column",
    "segment_object",
    "set_tokens",
    "tokens_of",
    "write_table",
]

INDEX_NAME: Final = "MAIN"
MAGIC: Final[bytes] = WHOOSH3_HEADER_MAGIC
"""Begins each posting list."""
TOC_VERSION: Final[int] = _CURRENT_TOC_VERSION
LENGTHS: Final = tuple(_length_byte_cache)
"""The lengths that Whoosh's 256 bytes stand for, rising."""
# Extensions of the parts of a segment.
TERMS: Final[str] = W3Codec.TERMS_EXT
POSTINGS: Final[str] = W3Codec.POSTS_EXT
COLUMNS: Final[str] = W3Codec.COLUMN_EXT


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


def file_of(segment: Any) -> str:
    """Return the name of the file of a segment."""
    name: str = segment.make_filename(W3Segment.COMPOUND_EXT)
    return name


def set_tokens(segment: Any, field: str, tokens: int) -> None:
    """Set the number of tokens of a field in a segment."""
    segment._fieldlengths[field] = tokens


def tokens_of(segment: Any, field: str) -> int:
    """Return the number of tokens of a field in a segment, those of deleted documents among them."""
    tokens: int = segment._fieldlengths.get(field, 0)
    return tokens


def write_table(folder: Path, schema: Any, segments: list[Any]) -> None:
    """Write the table of contents of an index of these segments, which lie in ``folder``."""
    TOC(schema, segments, 1).write(FileStorage(str(folder)), INDEX_NAME)


if (
    (MAGIC, TOC_VERSION, INDEX_NAME) != (b"W3Bl", -111, _DEF_INDEX_NAME)
    or len(LENGTHS) != 256
    or W3TermInfo._struct.format not in ("!BfIBBfII", b"!BfIBBfII")
    or (TERMS, POSTINGS, COLUMNS, W3Segment.COMPOUND_EXT) != (".trm", ".pst", ".col", ".seg")
):
    raise ImportError("this release of Whoosh writes other files than those that searchapp was made for")
