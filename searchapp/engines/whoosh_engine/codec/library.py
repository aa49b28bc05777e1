"""All that this adapter uses of Whoosh, imported here only: it writes the table of contents, which lists the segments.

Loading it takes as long as a search, so only what writes an index does. The names that the library does not document
are checked at import. Two distributions have the import name ``whoosh``: whoosh3, which is maintained and pinned, and
the stock Whoosh 2.7.4, frozen since 2016. Either will do.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from searchapp.engines.whoosh_engine.codec.index_files import TOC_VERSION
from searchapp.engines.whoosh_engine.codec.segment import INDEX_NAME, Segment

with warnings.catch_warnings():
    # Whoosh 2.7.4 has invalid escapes in strings and an "is" with a literal: Python warns when it compiles them.
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whoosh.codec.whoosh3 import W3Codec, W3Segment
    from whoosh.fields import Schema
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import _CURRENT_TOC_VERSION, _DEF_INDEX_NAME, TOC

__all__ = ["write_table"]


def write_table(folder: Path, segments: Sequence[Segment]) -> None:
    """Write the table of contents of an index of these segments, which lie in ``folder``."""
    TOC(Schema(), list(map(_object_of, segments)), 1).write(FileStorage(str(folder)), INDEX_NAME)


def _object_of(segment: Segment) -> Any:
    """Return Whoosh's object for a segment, which is what a table of contents holds."""
    made: Any = W3Segment(W3Codec(), INDEX_NAME, segment.count, segment.name, segment.deleted or None)
    made.compound = True
    made._fieldlengths = segment.tokens
    return made


if (_CURRENT_TOC_VERSION, _DEF_INDEX_NAME, W3Segment.COMPOUND_EXT) != (TOC_VERSION, INDEX_NAME, ".seg"):
    raise ImportError("this release of Whoosh writes other files than those that searchapp was made for")
