"""The article's fields as Whoosh names them: stock types only, so that plain Whoosh reads what we write."""

from __future__ import annotations

from typing import Any, Final

from searchapp.engines.whoosh_engine.codec.library import (
    CompressedBytesColumn,
    NumericColumn,
    SpaceSeparatedTokenizer,
    fields,
)
from searchapp.schema import EXACT, ID, STEMS, VALUE_FIELDS, WORDS

__all__ = ["ARTICLE", "DAY", "KEY", "LENGTH", "NO_DATE", "RERANK_FEATURES", "STORED", "TIMESTAMP", "whoosh_schema"]

# Columns: the article's key, seconds since 1970, day as yyyymmdd, the exact length of STEMS (Whoosh's own is rounded to
# one byte), and the second stage's rerank features.
KEY: Final = "key"
TIMESTAMP: Final = "timestamp"
DAY: Final = "day"
LENGTH: Final = "length"
RERANK_FEATURES: Final = "evidence"
# Whoosh's own column of stored fields, and the one of ours in it: the article as JSON.
STORED: Final = "_stored"
ARTICLE: Final = "article"
NO_DATE: Final = -(1 << 63)


def whoosh_schema() -> Any:
    """Return the Whoosh schema. Text fields take terms of the French chain joined by spaces."""
    terms = SpaceSeparatedTokenizer()
    return fields.Schema(
        **{STEMS: fields.TEXT(analyzer=terms, phrase=False)},
        **{name: fields.TEXT(analyzer=terms, phrase=True) for name in WORDS.values()},
        # Exact forms are looked for, never counted or placed.
        **{name: fields.ID(analyzer=terms) for name in EXACT.values()},
        **{name: fields.ID(unique=name == ID) for name in VALUE_FIELDS},
        **{ARTICLE: fields.STORED()},
        **{KEY: fields.COLUMN(NumericColumn("q", default=0))},
        **{TIMESTAMP: fields.COLUMN(NumericColumn("q", default=NO_DATE))},
        **{DAY: fields.COLUMN(NumericColumn("I", default=0))},
        **{LENGTH: fields.COLUMN(NumericColumn("I", default=0))},
        **{RERANK_FEATURES: fields.COLUMN(CompressedBytesColumn())},
    )
