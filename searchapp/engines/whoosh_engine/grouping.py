"""The groups of near duplicates among the documents of a generation, out of the column of the articles' keys."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec.layout import Integers
from searchapp.engines.whoosh_engine.matches import contained
from searchapp.model import Groups

__all__ = ["Grouped"]


class Grouped:
    """The group of near duplicates of each document."""

    def __init__(self, groups: Groups, keys: NDArray[np.int64]) -> None:
        numbers, indices = np.unique(np.array(groups.numbers, np.int64), return_inverse=True)
        self._numbers = np.concatenate([np.zeros(1, np.int64), numbers])
        self._indices = np.zeros(len(keys), np.int32)  # of each document in these numbers, 0 for none
        rising = np.array(groups.keys, np.int64)
        grouped = np.flatnonzero(contained(rising, keys))
        self._indices[grouped] = indices[np.searchsorted(rising, keys[grouped])] + 1

    def of(self, documents: Integers) -> list[int]:
        """Return the group of each of ``documents``, 0 for none."""
        groups: list[int] = self._numbers[self._indices[documents]].tolist()
        return groups

    def count(self, documents: Integers) -> int:
        """Return the number of ``documents`` when those of a group count once."""
        indices = self._indices[documents]
        indices = indices[indices > 0]
        is_there = np.zeros(len(self._numbers), dtype=bool)
        is_there[indices] = True
        return len(documents) - len(indices) + int(np.count_nonzero(is_there))
