"""All that this adapter uses of Whoosh, imported here only: its table of contents, which lists the segments.

The names that the library does not document are checked at import. Two distributions have the import name ``whoosh``:
whoosh3, which is maintained and pinned, and the stock Whoosh 2.7.4, frozen since 2016. Either will do.
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
    from whoosh.codec.whoosh3 import W3Codec, W3Segment
    from whoosh.fields import Schema
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import _CURRENT_TOC_VERSION, _DEF_INDEX_NAME, TOC

__all__ = ["INDEX_NAME", "TOC_VERSION", "file_of", "segment_object", "set_tokens", "tokens_of", "write_table"]

INDEX_NAME: Final = "MAIN"
TOC_VERSION: Final[int] = _CURRENT_TOC_VERSION


def segment_object(
    count: int, segment_id: str | None = None, deleted: set[int] | None = None, lengths: Mapping[str, int] | None = None
) -> Any:
    """Return Whoosh's object for a segment of ``count`` documents in one file; it is what a table of contents holds."""
    segment: Any = W3Segment(W3Codec(), INDEX_NAME, count, segment_id, deleted or None)
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


def write_table(folder: Path, segments: list[Any]) -> None:
    """Write the table of contents of an index of these segments, which lie in ``folder``."""
    TOC(Schema(), segments, 1).write(FileStorage(str(folder)), INDEX_NAME)


if (TOC_VERSION, INDEX_NAME, W3Segment.COMPOUND_EXT) != (-111, _DEF_INDEX_NAME, ".seg"):
    raise ImportError("this release of Whoosh writes other files than those that searchapp was made for")
