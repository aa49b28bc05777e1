"""The groups of near duplicates among the matches of a query, out of the column of the articles' keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import tantivy
from tantivy import Order, Query

from searchapp.engines.port import Candidate
from searchapp.engines.tantivy_engine.order import address_of
from searchapp.engines.tantivy_engine.schema import KEY
from searchapp.model import Groups

__all__ = ["MAX_GROUPED", "Grouping"]

MAX_GROUPED: Final = 10_000
"""Of more matches the number of groups is not counted: each is read, at 0.2 microseconds."""


class Grouping:
    """Finds the groups of documents in one generation. Safe to share between threads."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._last: tuple[Groups, dict[int, int]] = (Groups(), {})

    def count(self, groups: Groups, query: Query, total: int, candidates: Sequence[Candidate]) -> int | None:
        """Return the number of the ``total`` matches when those of a group count once; None when they are too many.

        ``candidates`` are some of them, with their groups.
        """
        numbers = self._numbers(groups)
        if not numbers or not total:
            return total
        if total > MAX_GROUPED:
            return None
        if len(candidates) == total:
            found = [candidate.group for candidate in candidates if candidate.group]
            return total - len(found) + len(set(found))
        hits = self._searcher.search(query, limit=total, count=False, order_by_field=KEY, order=Order.Asc).hits
        grouped = [numbers[key] for key, _ in hits if key in numbers]
        return total - len(grouped) + len(set(grouped))

    def assign(self, groups: Groups, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return ``candidates`` with their groups."""
        numbers = self._numbers(groups)
        if not numbers or not candidates:
            return list(candidates)
        addresses = [address_of(candidate.document) for candidate in candidates]
        keys = cast("list[int]", self._searcher.fast_field_values(KEY, addresses))
        return [
            candidate._replace(group=numbers[key]) if key in numbers else candidate
            for candidate, key in zip(candidates, keys, strict=True)
        ]

    def _numbers(self, groups: Groups) -> dict[int, int]:
        """Return the group of each key; those of the groups last asked for are kept."""
        last, numbers = self._last
        if last is not groups:
            numbers = dict(zip(groups.keys, groups.numbers, strict=True))
            self._last = groups, numbers
        return numbers
