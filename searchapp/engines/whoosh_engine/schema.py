"""The article's fields in the files: what is kept of each."""

from __future__ import annotations

from typing import Final

from searchapp.engines.whoosh_engine.codec.layout import Shape
from searchapp.schema import EXACT, STEMS, VALUE_FIELDS, WORDS

__all__ = ["DAY", "KEY", "LENGTH", "NO_DATE", "RERANK_FEATURES", "SHAPES", "STORED", "TIMESTAMP"]

# Columns: the article's key, seconds since 1970, day as yyyymmdd, the length of STEMS, the second stage's rerank
# features, and the article as JSON.
KEY: Final = "key"
TIMESTAMP: Final = "timestamp"
DAY: Final = "day"
LENGTH: Final = "length"
RERANK_FEATURES: Final = "evidence"
STORED: Final = "article"
NO_DATE: Final = -(1 << 63)

SHAPES: Final = {
    STEMS: Shape.FREQUENCY,
    **dict.fromkeys(WORDS.values(), Shape.POSITIONS),
    # Exact forms are looked for, never counted or placed.
    **dict.fromkeys(EXACT.values(), Shape.EXISTENCE),
    **dict.fromkeys(VALUE_FIELDS, Shape.EXISTENCE),
}
"""The kind of postings of each field."""
