"""The index of a generation as the cluster keeps it: settings and fields.

Text fields take terms of the French chain, joined by spaces. Columns hold what orders, filters and counts. Of the
source only the article is kept.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from searchapp.engines.opensearch_engine.term_encoding import GAP
from searchapp.engines.port import BM25_B, BM25_K1
from searchapp.schema import EXACT, FACET_KEYS, ID, STEMS, VALUE_FIELDS, WORDS

__all__ = [
    "ARTICLE",
    "DAY",
    "GAPS",
    "KEY",
    "MAX_TERMS",
    "MONTH",
    "NEWEST",
    "OLDEST",
    "ORDINAL",
    "RERANK_FEATURES",
    "TERM_FIELDS",
    "date_keys",
    "index_definition",
]

# Columns: the order of adding; the article's key; days and months as yyyymmdd and yyyymm, absent without a date; keys
# that rise in both orders by date, in which undated articles come last.
ORDINAL: Final = "ordinal"
KEY: Final = "key"
DAY: Final = "day"
MONTH: Final = "month"
NEWEST: Final = "newest"
OLDEST: Final = "oldest"
# Stored, not searched.
ARTICLE: Final = "article"
RERANK_FEATURES: Final = "rerank_features"

TEXT_FIELDS: Final = (STEMS, *WORDS.values(), *EXACT.values())
TERM_FIELDS: Final = frozenset((*TEXT_FIELDS, *VALUE_FIELDS))
"""The fields that a term can be looked for in."""
GAPS: Final = "gaps"
"""The analyzer of a phrase with gaps."""
MAX_TERMS: Final = 65_536
"""Terms in one set of alternatives, as OpenSearch has it by default."""
_ANY_NUMBER: Final = (1 << 31) - 1
_FIRST_SECOND: Final = int(datetime(1000, 1, 1, tzinfo=UTC).timestamp())
_UNDATED: Final = (1 << 40) - 1


def date_keys(date: datetime | None) -> tuple[int, int]:
    """Return the NEWEST and OLDEST keys of a document."""
    if date is None:
        return _UNDATED, _UNDATED
    oldest = min(max(int(date.timestamp()) - _FIRST_SECOND, 0), _UNDATED - 1)
    return _UNDATED - 1 - oldest, oldest


def index_definition(shards: int, version: tuple[int, ...]) -> dict[str, Any]:
    """Return the body that creates an index for loading: never refreshed, without copies."""
    # From 3 on, BM25 lacks the factor k1 + 1 of the port's formula, which LegacyBM25 keeps.
    similarity = {"type": "BM25" if version < (3,) else "LegacyBM25", "k1": BM25_K1, "b": BM25_B}
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": 0,
            "refresh_interval": "-1",
            "codec": "best_compression",
            "max_result_window": _ANY_NUMBER,
            "max_terms_count": MAX_TERMS,
            "max_docvalue_fields_search": 100,
            "similarity": {"default": similarity},
            "analysis": _ANALYSIS,
        },
        "mappings": {"dynamic": "strict", "_source": {"includes": [ARTICLE]}, "properties": _properties()},
    }


_ANALYSIS: Final = {
    # The tokenizer named whitespace would cut at every space of Unicode, and long terms into pieces.
    "tokenizer": {"spaces": {"type": "simple_pattern_split", "pattern": " "}},
    "filter": {"without_gaps": {"type": "stop", "stopwords": [GAP]}},
    "analyzer": {
        "terms": {"type": "custom", "tokenizer": "spaces"},
        GAPS: {"type": "custom", "tokenizer": "spaces", "filter": ["without_gaps"]},
    },
}


def _properties() -> dict[str, Any]:
    text = {"type": "text", "analyzer": "terms"}
    # One empty position between two paragraphs, so that no phrase goes over it. Words are stored for spans that no
    # query of a cluster expresses.
    words = {**text, "norms": False, "index_options": "positions", "store": True, "position_increment_gap": 1}
    exact = {**text, "norms": False, "index_options": "docs"}
    number, period = {"type": "long"}, {"type": "integer"}
    return {
        STEMS: {**text, "index_options": "freqs"},
        **dict.fromkeys(WORDS.values(), words),
        **dict.fromkeys(EXACT.values(), exact),
        **{
            name: {"type": "keyword", "doc_values": name in (ID, *FACET_KEYS.values()), "norms": False}
            for name in VALUE_FIELDS
        },
        **dict.fromkeys((ORDINAL, KEY, NEWEST, OLDEST), number),
        **dict.fromkeys((DAY, MONTH), period),
        RERANK_FEATURES: {"type": "binary", "store": True},
        ARTICLE: {"type": "object", "enabled": False},
    }
