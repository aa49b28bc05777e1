"""Phrases and proximity over arrays of positions, each ``document << 32 | position``, rising."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec.layout import Integers, Numbers
from searchapp.engines.whoosh_engine.matches import contained

__all__ = ["documents_of", "phrase_starts", "window_starts"]


def documents_of(positions: Numbers) -> Integers:
    """Return the distinct documents, rising; numpy's unique would look up each in a hash table."""
    documents = (positions >> 32).astype(np.int32)
    distinct: Integers = documents[np.diff(documents, prepend=-1) != 0]
    return distinct


def phrase_starts(positions: Sequence[Numbers]) -> Numbers:
    """Return the positions of the first term where the others follow it directly; searched from the rarest term on."""
    offsets = sorted(range(len(positions)), key=lambda offset: len(positions[offset]))
    rarest = positions[offsets[0]]
    starts = rarest[(rarest & 0xFFFFFFFF) >= offsets[0]] - offsets[0]
    for offset in offsets[1:]:
        starts = starts[contained(positions[offset], starts + offset)]
    return starts


def window_starts(positions: Mapping[str, Numbers], counts: Counter[str], width: int) -> Numbers:
    """Return where windows of ``width`` positions begin that hold each term as often as ``counts`` says.

    No two terms share a position. Only what is near the rarest term can be in such a window.
    """
    rarest = min(positions.values(), key=len)
    near = {term: own[_is_near(rarest, own, width)] for term, own in positions.items()}
    starts = np.sort(np.concatenate(list(near.values())), kind="stable")  # which merges what is in order already
    for term, times in counts.items():
        last = np.searchsorted(near[term], starts) + times - 1
        exists = last < len(near[term])
        starts, last = starts[exists], last[exists]
        starts = starts[near[term][last] < starts + width]
    return starts


def _is_near(rarest: Numbers, positions: Numbers, width: int) -> NDArray[np.bool_]:
    """Return for each of ``positions`` whether one of ``rarest`` is closer than ``width``."""
    following = np.searchsorted(rarest, positions - width + 1)
    near: NDArray[np.bool_] = rarest[np.minimum(following, len(rarest) - 1)] < positions + width
    return near & (following < len(rarest))
