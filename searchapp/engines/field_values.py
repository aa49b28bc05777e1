"""Whole values of an article: the terms of its value fields."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from searchapp.model import Article
from searchapp.schema import VALUE_ATTRIBUTES

__all__ = ["field_values"]

_FIELDS: Final = tuple((field, attrgetter(attribute)) for field, attribute in VALUE_ATTRIBUTES.items())


def field_values(article: Article) -> list[tuple[str, str]]:
    """Return (field, value) pairs in the order of fields; empty values and repetitions are left out."""
    pairs: list[tuple[str, str]] = []
    for field, attribute in _FIELDS:
        value = attribute(article)
        values = dict.fromkeys(value) if isinstance(value, tuple) else (value,)
        pairs += [(field, text) for text in values if text]
    return pairs
