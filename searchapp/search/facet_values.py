"""All values of a facet: those that hold some letters, by count or by name, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from searchapp.analysis.value_keys import value_key
from searchapp.model import FacetBucket, Remark

__all__ = ["VALUES_PER_PAGE", "FacetValues", "ValueOrder", "ValuePage", "select_values"]

VALUES_PER_PAGE: Final = 100


class ValueOrder(StrEnum):
    """Order of the values of a facet."""

    COUNT = "count"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class FacetValues:
    """Every value of one facet among the results of a search, by falling count.

    Unless ``complete``, there was no time to count all.
    """

    facet: str
    buckets: tuple[FacetBucket, ...]
    generation: str
    remarks: tuple[Remark, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class ValuePage:
    """A page of ``total`` values."""

    buckets: tuple[FacetBucket, ...]
    total: int
    page: int
    pages: int


def select_values(
    buckets: Sequence[FacetBucket], find: str, order: ValueOrder, page: int, per_page: int = VALUES_PER_PAGE
) -> ValuePage:
    """Return a page of the values that hold ``find``, whose capitals and accents do not count; the last, if beyond."""
    wanted = value_key(find) if find else ""
    keys = {bucket.value: value_key(bucket.value) for bucket in buckets}
    found = [bucket for bucket in buckets if wanted in keys[bucket.value]]
    if order is ValueOrder.NAME:
        found.sort(key=lambda bucket: (keys[bucket.value], bucket.value))
    pages = max(1, -(-len(found) // per_page))
    page = min(page, pages)
    return ValuePage(tuple(found[(page - 1) * per_page : page * per_page]), len(found), page, pages)
