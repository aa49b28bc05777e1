"""Matches, and what is done with them: intersection, union, masks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec.layout import Integers

__all__ = ["Match", "Scores", "contained", "intersection", "union", "unscored", "with_scores"]

Scores = NDArray[np.float32]

# A union of parts with fewer documents in all than this share of the generation is sorted; others fill an array.
_SPARSE_SHARE: Final = 16


@dataclass(frozen=True, slots=True)
class Match:
    """Matching documents, rising, and their scores."""

    documents: Integers
    scores: Scores

    def at(self, chosen: NDArray[np.bool_]) -> Match:
        """Return the documents at which ``chosen`` is true."""
        return Match(self.documents[chosen], self.scores[chosen])

    def narrow(self, masks: Iterable[NDArray[np.bool_]]) -> Match:
        """Return the documents that every mask (one value a document of the generation) lets through."""
        match = self
        for mask in masks:
            match = match.at(mask[match.documents])
        return match


def unscored(documents: Integers) -> Match:
    """Return a match whose scores are 0."""
    return Match(documents, np.zeros(len(documents), dtype=np.float32))


def intersection(arrays: Iterable[Integers]) -> Integers:
    """Return the documents that all of the rising ``arrays`` hold; there is at least one."""
    return reduce(_common, sorted(arrays, key=len))


def _common(one: Integers, other: Integers) -> Integers:
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    shared: Integers = short[contained(long, short)]
    return shared


def contained(rising: NDArray[np.integer], values: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return for each of ``values`` whether ``rising`` holds it."""
    if not len(rising):
        return np.zeros(len(values), dtype=bool)
    indices = np.searchsorted(rising, values)
    indices[indices == len(rising)] = 0
    is_contained: NDArray[np.bool_] = rising[indices] == values
    return is_contained


def with_scores(documents: Integers, parts: Iterable[Match]) -> Match:
    """Return ``documents`` with the sums of their scores in ``parts``."""
    scores = np.zeros(len(documents), dtype=np.float32)
    for part in parts:
        chosen = contained(part.documents, documents)
        scores[chosen] += part.scores[np.searchsorted(part.documents, documents[chosen])]
    return Match(documents, scores)


def union(parts: Iterable[Match], size: int) -> Match:
    """Return the documents of any part, scores added; ``size`` counts the documents of the generation.

    Sorted when the documents are few, else marked in an array of all: then each costs a step, not a comparison.
    """
    parts = [part for part in parts if len(part.documents)]
    if not parts:
        return unscored(np.empty(0, np.int32))
    if len(parts) == 1:
        return parts[0]
    if sum(len(part.documents) for part in parts) * _SPARSE_SHARE < size:
        documents, indices = np.unique(np.concatenate([part.documents for part in parts]), return_inverse=True)
        sums = np.zeros(len(documents), dtype=np.float32)
        np.add.at(sums, indices, np.concatenate([part.scores for part in parts]))
        return Match(documents, sums)
    is_match = np.zeros(size, dtype=bool)
    sums = np.zeros(size, dtype=np.float32)
    for part in parts:
        is_match[part.documents] = True
        sums[part.documents] += part.scores
    documents = np.flatnonzero(is_match).astype(np.int32)
    return Match(documents, sums[documents])
