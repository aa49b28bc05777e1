"""Value fields: the whole values of an article as terms, and the buckets of a facet."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Final

from searchapp.model import Article, FacetBucket
from searchapp.schema import VALUE_ATTRIBUTES

__all__ = ["facet_buckets", "field_values"]

_FIELDS: Final = tuple((field, attrgetter(attribute)) for field, attribute in VALUE_ATTRIBUTES.items())


def field_values(article: Article) -> list[tuple[str, str]]:
    """Return (field, value) pairs in the order of fields; empty values and repetitions are left out."""
    pairs: list[tuple[str, str]] = []
    for field, attribute in _FIELDS:
        value = attribute(article)
        values = dict.fromkeys(value) if isinstance(value, tuple) else (value,)
        pairs += [(field, text) for text in values if text]
    return pairs


def facet_buckets(counts: Iterable[tuple[str, int]]) -> tuple[FacetBucket, ...]:
    """Return the buckets of (value, count) pairs by falling count, then by value; a count of 0 gives none."""
    buckets = (FacetBucket(value, count) for value, count in counts if count)
    return tuple(sorted(buckets, key=lambda bucket: (-bucket.count, bucket.value)))
