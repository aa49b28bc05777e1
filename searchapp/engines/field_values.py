"""Value fields: the whole values of an article as terms, their keys, and the buckets of a facet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Final

from searchapp.analysis.value_keys import value_key
from searchapp.model import Article, FacetBucket, Filters
from searchapp.schema import FACET_KEYS, VALUE_ATTRIBUTES, YEAR

__all__ = ["facet_buckets", "field_values", "filter_keys", "shown_values"]

# The values of facets come again.
_value_key: Final = lru_cache(1 << 12)(value_key)
_FIELDS: Final = tuple((field, attrgetter(attribute)) for field, attribute in VALUE_ATTRIBUTES.items())


def field_values(article: Article, day: int) -> list[tuple[str, str]]:
    """Return (field, value) pairs: values as they are written, then keys; empty and repeated ones are left out.

    ``day`` is that of the article, yyyymmdd, 0 without one.
    """
    pairs: dict[tuple[str, str], None] = {}
    for field, attribute in _FIELDS:
        value = attribute(article)
        for text in value if isinstance(value, tuple) else (value,):
            if text:
                pairs[field, text] = None
    pairs |= {(FACET_KEYS[field], _value_key(text)): None for field, text in pairs if field in FACET_KEYS}
    if day:
        pairs[FACET_KEYS[YEAR], f"{day // 10_000:04}"] = None
    return list(pairs)


def filter_keys(filters: Filters, name: str) -> tuple[list[str], list[str]]:
    """Return the keys of the values that the filter of a facet lets through and of those that it excludes."""
    chosen, excluded = filters.values.get(name, ()), filters.excluded.get(name, ())
    return list(dict.fromkeys(map(value_key, chosen))), list(dict.fromkeys(map(value_key, excluded)))


def shown_values(values: Iterable[tuple[str, int]], count: Callable[[str], int] | None = None) -> Mapping[str, str]:
    """Return by key how a value is shown: as most documents write it; of equal ones the first in code point order.

    ``values`` pairs spellings with their documents; where these may count deleted ones, ``count`` counts a spelling
    that has others beside it.
    """
    spellings: dict[str, list[tuple[str, int]]] = {}
    for value, documents in values:
        spellings.setdefault(value_key(value), []).append((value, documents))
    shown: dict[str, str] = {}
    for key, written in spellings.items():
        if count and len(written) > 1:
            written = [(value, count(value)) for value, _ in written]
        shown[key] = min(written, key=lambda pair: (-pair[1], pair[0]))[0]
    return shown


def facet_buckets(counts: Iterable[tuple[str, int]], shown: Mapping[str, str]) -> tuple[FacetBucket, ...]:
    """Return the buckets of (key, count) pairs by falling count, then by key; a count of 0 gives none."""
    ordered = sorted(((key, count) for key, count in counts if count), key=lambda pair: (-pair[1], pair[0]))
    return tuple(FacetBucket(shown.get(key, key), count) for key, count in ordered)
