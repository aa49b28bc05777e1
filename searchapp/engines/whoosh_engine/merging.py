"""Compaction: which segments to rewrite so that they stay few and full, and how.

Merged are neighbours only, so that documents keep the order of adding, on which equal scores rely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec.layout import Lists, Numbers, offsets, within
from searchapp.engines.whoosh_engine.codec.segment import Segment
from searchapp.engines.whoosh_engine.schema import DAY, KEY, LENGTH, RERANK_FEATURES, SHAPES, STORED, TIMESTAMP
from searchapp.engines.whoosh_engine.segment_reader import SegmentReader
from searchapp.engines.whoosh_engine.segment_writer import SegmentWriter, features_column, stored_column
from searchapp.schema import STEMS

__all__ = ["merge", "plan"]

# A sparse segment is rewritten: it takes so many times the space that its live documents would.
_SPARSE: Final = 1.4
# The last segments become one when the one before them has fewer than so many times their tokens. Sizes then fall by
# this factor from one to the next: a few segments whatever the number of changes.
_RATIO: Final = 3
# In tokens: segments as large as that are merged no more.
_FULL: Final = 1_500_000


@dataclass(frozen=True, slots=True)
class _Live:
    """The live documents of a segment: a mask over its documents, and their numbers in the merged segment."""

    leaf: SegmentReader
    alive: NDArray[np.bool_]
    numbers: Numbers


def plan(old: Sequence[Segment], new: Sequence[Segment]) -> list[tuple[list[Segment], bool]]:
    """Return runs of neighbours in their order, each with whether it has to be rewritten as one segment."""
    kept = [segment for segment in (*old, *new) if segment.live]
    start = _merge_start(kept) if old else len(kept)
    runs = [[segment] for segment in kept[:start]] + ([kept[start:]] if kept[start:] else [])
    return [(run, len(run) > 1 or _is_sparse(run[0])) for run in runs]


def _merge_start(segments: Sequence[Segment]) -> int:
    """Return the index of the first of the last segments that are to become one."""
    start = len(segments)
    tokens = 0.0
    while start and tokens < _FULL:
        previous = _live_tokens(segments[start - 1])
        if previous >= _FULL or (tokens and previous > _RATIO * tokens):
            break
        start, tokens = start - 1, tokens + previous
    return start


def _live_tokens(segment: Segment) -> float:
    """Return an estimate of the number of tokens of the live documents."""
    return segment.tokens.get(STEMS, 0) * segment.live / segment.count


def _is_sparse(segment: Segment) -> bool:
    return segment.count > _SPARSE * segment.live


def merge(leaves: Sequence[SegmentReader], folder: Path) -> Segment:
    """Write the live documents of ``leaves`` (readers of one segment each) as one segment."""
    parts = _live(leaves)
    count = sum(int(part.alive.sum()) for part in parts)
    with SegmentWriter(folder, count) as file:
        for name in SHAPES:
            _merge_field(file, name, parts)
        for name, column in ((STORED, stored_column()), (RERANK_FEATURES, features_column())):
            for part in parts:
                for value in compress(part.leaf.values(name), part.alive.tolist()):
                    column.append(value)
            file.add_values(name, column)
        for name in (KEY, LENGTH, DAY, TIMESTAMP):
            file.add_numbers(name, np.concatenate([part.leaf.numbers(name)[part.alive] for part in parts]))
    return file.segment


def _live(leaves: Sequence[SegmentReader]) -> list[_Live]:
    parts: list[_Live] = []
    base = 0
    for leaf in leaves:
        alive = leaf.alive
        parts.append(_Live(leaf, alive, np.cumsum(alive) - 1 + base))
        base += int(alive.sum())
    return parts


def _merge_field(file: SegmentWriter, name: str, parts: Sequence[_Live]) -> None:
    read = [part.leaf.field(name) for part in parts]
    terms = sorted(set().union(*(own for own, _ in read)))
    ranks = dict(zip(terms, range(len(terms)), strict=True))
    columns = [_renumbered(ranks, own, lists, part) for (own, lists), part in zip(read, parts, strict=True)]
    keys, frequencies, positions = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.argsort(keys)
    sizes = np.bincount(keys >> 32, minlength=len(terms)) if len(keys) else np.zeros(len(terms), np.int64)
    lists = Lists(
        sizes[sizes > 0], keys[order] & 0xFFFFFFFF, frequencies[order], _reordered(positions, frequencies, order)
    )
    used = [term for term, size in zip(terms, sizes.tolist(), strict=True) if size]
    file.add_field(name, used, lists, SHAPES[name])


def _renumbered(
    ranks: dict[bytes, int], terms: list[bytes], lists: Lists, part: _Live
) -> tuple[Numbers, Numbers, Numbers]:
    """Return the live postings of a segment: rank << 32 | new number, frequency, positions one after the other."""
    rank = np.fromiter(map(ranks.__getitem__, terms), np.int64, len(terms))
    alive = part.alive[lists.documents]
    keys = np.repeat(rank, lists.sizes)[alive] << 32 | part.numbers[lists.documents[alive]]
    positions = lists.positions
    if len(positions):
        positions = positions[np.repeat(alive, lists.frequencies)]
    return keys, lists.frequencies[alive], positions


def _reordered(positions: Numbers, frequencies: Numbers, order: NDArray[np.intp]) -> Numbers:
    """Return the positions of each posting in the new order of the postings."""
    if not len(positions):
        return positions
    return positions[within(offsets(frequencies)[order], frequencies[order])]
