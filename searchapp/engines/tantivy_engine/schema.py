"""The article's fields as Tantivy names them.

Text fields take terms of the French chain: joined by spaces, which Tantivy's whitespace tokenizer splits again. Columns
(Tantivy's fast fields) hold what orders, filters and counts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import tantivy

from searchapp.schema import EXACT, FACET_KEYS, ID, STEMS, VALUE_FIELDS, WORDS

__all__ = [
    "DAY",
    "KEY",
    "LAST_ORDINAL",
    "MONTH",
    "NEWEST",
    "OLDEST",
    "ORDINAL",
    "ORDINAL_BITS",
    "PACKED",
    "RERANK_FEATURES",
    "new_index",
    "sort_keys",
    "term_fields",
]

_TERM_FIELDS: Final = (STEMS, *WORDS.values(), *EXACT.values(), *VALUE_FIELDS)

# Columns: the order of adding; the article's key; days and months as yyyymmdd and yyyymm, absent without a date; rising
# keys of both orders by date, in which an undated document comes last and equal dates keep the order of adding.
ORDINAL: Final = "ordinal"
KEY: Final = "key"
DAY: Final = "day"
MONTH: Final = "month"
NEWEST: Final = "newest"
OLDEST: Final = "oldest"
# Stored bytes, not searched: the article and its words (stored.pack); the rerank features, whose name in the files is
# older than theirs here.
PACKED: Final = "packed"
RERANK_FEATURES: Final = "evidence"

_TERMS: Final = "terms"
# A sort key is 36 bits of seconds above 28 bits of ordinal: 268 million additions, and dates from the year 1000 to
# 2999, beyond which they sort as equal (ingest takes 1400 to 2200).
ORDINAL_BITS: Final = 28
LAST_ORDINAL: Final = (1 << ORDINAL_BITS) - 1
_FIRST_SECOND: Final = int(datetime(1000, 1, 1, tzinfo=UTC).timestamp())
_UNDATED: Final = (1 << 36) - 1


def new_index(folder: str) -> tantivy.Index:
    """Return an index in ``folder``: the one that is there, or a new one."""
    index = tantivy.Index(_schema(), folder)
    index.register_tokenizer(_TERMS, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


def term_fields(schema: tantivy.Schema) -> frozenset[str]:
    """Return the fields that a term can be looked for in; an index of an older version lacks some."""
    return frozenset(name for name in _TERM_FIELDS if _has_field(schema, name))


def _has_field(schema: tantivy.Schema, name: str) -> bool:
    try:
        tantivy.Query.term_query(schema, name, "")
    except ValueError:  # the schema cannot be asked for its fields
        return False
    return True


def sort_keys(date: datetime | None, ordinal: int) -> tuple[int, int]:
    """Return the NEWEST and OLDEST keys of a document."""
    if date is None:
        newest = oldest = _UNDATED
    else:
        oldest = min(max(int(date.timestamp()) - _FIRST_SECOND, 0), _UNDATED - 1)
        newest = _UNDATED - 1 - oldest
    return newest << ORDINAL_BITS | ordinal, oldest << ORDINAL_BITS | ordinal


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(STEMS, tokenizer_name=_TERMS, index_option="freq")
    for name in WORDS.values():
        # Tantivy does not show positions: proximity of many words is checked on the words in PACKED.
        builder.add_text_field(name, tokenizer_name=_TERMS, index_option="position")
    for name in EXACT.values():
        builder.add_text_field(name, tokenizer_name=_TERMS, index_option="basic")
    for name in VALUE_FIELDS:
        builder.add_text_field(
            name, stored=name == ID, fast=name in FACET_KEYS.values(), tokenizer_name="raw", index_option="basic"
        )
    for name in (ORDINAL, KEY, DAY, MONTH, NEWEST, OLDEST):
        builder.add_unsigned_field(name, fast=True)
    for name in (PACKED, RERANK_FEATURES):
        builder.add_bytes_field(name, stored=True)
    return builder.build()
