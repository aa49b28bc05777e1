"""The article's fields as Whoosh names them: stock types only, so that plain Whoosh reads what we write."""

from __future__ import annotations

from typing import Any, Final

from whoosh import fields
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.columns import NumericColumn

from searchapp.schema import FACET_FIELDS, STEMS, TITLE_STEMS, WORDS

__all__ = ["DAY", "LENGTHS", "NO_DATE", "STORED_FIELDS", "TIMESTAMP", "whoosh_schema"]

STORED_FIELDS: Final = ("title", "lead", "text", "date", "url", "language", "tags", "status", *FACET_FIELDS)
# Columns: seconds since 1970, day as yyyymmdd, and exact field lengths (Whoosh's own are rounded to one byte).
TIMESTAMP: Final = "timestamp"
DAY: Final = "day"
LENGTHS: Final = {STEMS: "stems_length", TITLE_STEMS: "title_stems_length"}
NO_DATE: Final = -(1 << 63)


def whoosh_schema() -> Any:
    """Return the Whoosh schema. Text fields take terms of the French chain joined by spaces."""
    terms = SpaceSeparatedTokenizer()
    return fields.Schema(
        id=fields.ID(unique=True, stored=True),
        **{STEMS: fields.TEXT(analyzer=terms, phrase=False)},
        **{TITLE_STEMS: fields.TEXT(analyzer=terms, phrase=False)},
        **{WORDS: fields.TEXT(analyzer=terms, phrase=True)},
        **{name: fields.ID(stored=True) for name in FACET_FIELDS},
        **{name: fields.STORED() for name in STORED_FIELDS if name not in FACET_FIELDS},
        **{TIMESTAMP: fields.COLUMN(NumericColumn("q", default=NO_DATE))},
        **{DAY: fields.COLUMN(NumericColumn("I", default=0))},
        **{column: fields.COLUMN(NumericColumn("I", default=0)) for column in LENGTHS.values()},
    )
