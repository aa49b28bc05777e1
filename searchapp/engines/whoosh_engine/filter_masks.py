"""The filters of searches as masks over the documents of a generation; those used last are kept within a bound.

Readers who narrow a search to a source or to days ask the next one with the same filters. Tantivy's library has no
such cache: it looks filters up for each search; an OpenSearch cluster keeps its own.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.days import day_range
from searchapp.engines.field_values import filter_keys
from searchapp.engines.whoosh_engine.reader_cache import LruBySize, ReaderCache
from searchapp.engines.whoosh_engine.schema import DAY
from searchapp.measuring import count
from searchapp.model import Filters
from searchapp.schema import FACET_KEYS

__all__ = ["FilterMasks", "Mask"]

_MAX_BYTES: Final = 32_000_000
"""Kept masks together, one byte a document each; a mask that is larger is made for each search."""

Mask = NDArray[np.bool_]


class FilterMasks:
    """Masks by what they let through. Safe to share between threads."""

    def __init__(self, cache: ReaderCache) -> None:
        self._cache = cache
        self._kept: LruBySize[Mask] = LruBySize(_MAX_BYTES)

    def of(self, filters: Filters) -> dict[str, Mask]:
        """Return for each facet that is narrowed, and for DAY, a mask of the documents that pass; not to be written."""
        masks = {name: self._values(filters, name) for name in dict.fromkeys((*filters.values, *filters.excluded))}
        if days := day_range(filters):
            masks[DAY] = self._days(*days)
        return masks

    def _values(self, filters: Filters, name: str) -> Mask:
        chosen, excluded = filter_keys(filters, name) if name in FACET_KEYS else ([], [])
        lets_all_through = name not in filters.values
        key = (name, repr((lets_all_through, sorted(chosen), sorted(excluded))).encode("utf-8", "replace"))
        if (kept := self._found(key)) is not None:
            return kept
        mask = np.full(self._cache.size, lets_all_through)
        for keys, passes in ((chosen, True), (excluded, False)):
            for value in keys:
                mask[self._cache.postings(FACET_KEYS[name], value).documents] = passes
        return self._kept.put(key, mask)

    def _days(self, first: int, last: int) -> Mask:
        key = (DAY, b"%d %d" % (first, last))
        if (kept := self._found(key)) is not None:
            return kept
        return self._kept.put(key, (self._cache.days >= first) & (self._cache.days <= last))

    def _found(self, key: tuple[str, bytes]) -> Mask | None:
        kept = self._kept.get(key)
        count("filters", "miss" if kept is None else "hit")
        return kept
