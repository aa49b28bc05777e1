"""The article's fields as Whoosh names them: stock types only, so that plain Whoosh reads what we write."""

from __future__ import annotations

from typing import Any, Final

from whoosh import fields
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.columns import CompressedBytesColumn, NumericColumn

from searchapp.schema import EXACT, ID, STEMS, TAG, VALUE_FIELDS, WORDS

__all__ = ["DAY", "EVIDENCE", "LENGTH", "NO_DATE", "STORED", "TIMESTAMP", "whoosh_schema"]

# Columns: seconds since 1970, day as yyyymmdd, the exact length of STEMS (Whoosh's own is rounded to one byte), and the
# second stage's evidence.
TIMESTAMP: Final = "timestamp"
DAY: Final = "day"
LENGTH: Final = "length"
EVIDENCE: Final = "evidence"
# Whoosh's own column of stored fields.
STORED: Final = "_stored"
NO_DATE: Final = -(1 << 63)
_STORED_FIELDS: Final = (
    *("title", "lead", "text", "date", "modified", "url", "language", "tags", "status"),
    *("date_quality", "stub", "repairs"),
)


def whoosh_schema() -> Any:
    """Return the Whoosh schema. Text fields take terms of the French chain joined by spaces."""
    terms = SpaceSeparatedTokenizer()
    return fields.Schema(
        **{STEMS: fields.TEXT(analyzer=terms, phrase=False)},
        **{name: fields.TEXT(analyzer=terms, phrase=True) for name in WORDS.values()},
        # Exact forms are looked for, never counted or placed.
        **{name: fields.ID(analyzer=terms) for name in EXACT.values()},
        **{name: fields.ID(unique=name == ID, stored=name != TAG) for name in VALUE_FIELDS},
        **{name: fields.STORED() for name in _STORED_FIELDS},
        **{TIMESTAMP: fields.COLUMN(NumericColumn("q", default=NO_DATE))},
        **{DAY: fields.COLUMN(NumericColumn("I", default=0))},
        **{LENGTH: fields.COLUMN(NumericColumn("I", default=0))},
        **{EVIDENCE: fields.COLUMN(CompressedBytesColumn())},
    )
