"""The pairs among all articles of a full build that may be near duplicates, found from their sketches in memory.

Articles are ranked by the smallest hash of their sketches, which copies mostly share, and the holders of a hash are
sorted by rank. Of a hash that many articles hold, each is paired with its next holders only, and copies are among
these: an article has a bounded number of pairs, however many others quote the same sentences. Pairs are counted in
temporary files, some articles at a time; in memory are the sketches, some 120 bytes an article.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from searchapp.derived.shingles import HIGHEST, Hashes, are_worth_comparing, sizes_differ

__all__ = ["PairCounter", "Sketches", "unpacked"]

Numbers = npt.NDArray[np.int64]
# Two numbers below 2**32 in one: sorted, and counted, at once.
Packed = npt.NDArray[np.uint64]

# Every pair of the holders of a hash is counted up to so many holders; of more, each with so many next ones.
_FEW_HOLDERS: Final = 16
_NEXT_HOLDERS: Final = 8
# Pairs that were counted so often are looked at: of a hash with many holders not every pair is counted.
_MIN_COUNTED: Final = 2
# Hashes that are sorted at a time, some 80 MB: those of 50,000 articles.
_SORTED: Final = 1_000_000
_SAMPLED: Final = 64
# Articles whose pairs are counted at a time, as a power of two, some 50 MB; and pairs whose sketches are compared.
_RANGE_BITS: Final = 14
_COMPARED: Final = 20_000
_HALF: Final = np.uint64(32)
_LOW_HALF: Final = np.uint64(0xFFFFFFFF)


class Sketches(NamedTuple):
    """Sketches of n articles: keys, sizes (n), the place of each one's first hash (n + 1), and all hashes."""

    keys: Numbers
    sizes: Numbers
    starts: Numbers
    hashes: Hashes

    def ranked(self) -> Numbers:
        """Return the numbers of the articles by rank."""
        return np.argsort(self.hashes[self.starts[:-1]], kind="stable")

    def holders(self, ranked: Numbers) -> Iterator[Packed]:
        """Yield hashes, packed with the rank of an article that holds it, rising; a range of hashes at a time."""
        ranks = np.empty_like(ranked)
        ranks[ranked] = np.arange(len(ranked))
        for low, high in pairwise(self._bounds()):
            places = np.flatnonzero((self.hashes >= np.uint32(low)) & (self.hashes <= np.uint32(high - 1)))
            articles = np.searchsorted(self.starts, places, "right") - 1
            packed = _packed(self.hashes[places], ranks[articles])
            packed.sort()
            yield packed

    def may_be_near_duplicates(self, ones: Numbers, others: Numbers) -> npt.NDArray[np.bool_]:
        """Return for each pair of articles whether their texts are worth comparing."""
        limits = np.minimum(self._limits(ones), self._limits(others))
        one, other = self._sampled(ones, limits), self._sampled(others, limits)
        both = np.concatenate((one, other))
        both.sort()
        shared, *sampled = (
            np.bincount(unpacked(packed)[0], minlength=len(ones))
            for packed in (both[1:][both[1:] == both[:-1]], one, other)
        )
        return np.asarray(are_worth_comparing(shared, np.minimum(*sampled)))

    def _bounds(self) -> list[int]:
        """Return the bounds of ranges of equally many hashes, by a sample: sketches have the small hashes of texts."""
        sample = np.sort(self.hashes[::_SAMPLED])
        ranges = 1 + len(self.hashes) // _SORTED
        return sorted({0, HIGHEST + 1, *(int(sample[len(sample) * number // ranges]) for number in range(1, ranges))})

    def _limits(self, articles: Numbers) -> Numbers:
        ends = self.starts[articles + 1]
        is_whole = ends - self.starts[articles] == self.sizes[articles]
        return np.where(is_whole, HIGHEST, self.hashes[ends - 1].astype(np.int64))

    def _sampled(self, articles: Numbers, limits: Numbers) -> Packed:
        """Return the hashes of articles up to the limit of each, packed with the places of these articles."""
        lengths = self.starts[articles + 1] - self.starts[articles]
        at = np.repeat(np.arange(len(articles)), lengths)
        within = np.arange(len(at)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        hashes = self.hashes[self.starts[articles][at] + within]
        is_inside = hashes <= limits[at]
        return _packed(at[is_inside], hashes[is_inside])


class PairCounter:
    """Counts how many hashes two articles share, in temporary files of ``folder``."""

    def __init__(self, folder: Path, sketches: Sketches, ranked: Numbers) -> None:
        self._sketches = sketches
        self._ranked = ranked
        self._stack = ExitStack()
        ranges = 1 + (len(ranked) >> _RANGE_BITS)
        self._files = [self._stack.enter_context(TemporaryFile(dir=folder)) for _ in range(ranges)]  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def count(self, holders: Packed) -> None:
        """Count the pairs of articles that hold the same hash; ``holders`` has all of each hash."""
        hashes, ranks = unpacked(holders)
        _, lengths = np.unique(hashes, return_counts=True)
        number = np.repeat(lengths, lengths)
        hashes, ranks, is_held_by_few = hashes[number > 1], ranks[number > 1], number[number > 1] <= _FEW_HOLDERS
        for step in range(1, _FEW_HOLDERS):
            is_pair = hashes[step:] == hashes[:-step]
            if step > _NEXT_HOLDERS:
                is_pair &= is_held_by_few[step:]
            self._write(ranks[:-step][is_pair], ranks[step:][is_pair])

    def candidates(self) -> Iterator[tuple[int, int]]:
        """Yield the numbers of two articles that may be near duplicates; of a file, those first that share most."""
        for file in self._files:
            file.seek(0)
            pairs, counts = np.unique(np.frombuffer(file.read(), np.uint64), return_counts=True)
            pairs = pairs[np.argsort(-counts, kind="stable")][: np.count_nonzero(counts >= _MIN_COUNTED)]
            for start in range(0, len(pairs), _COMPARED):
                ones, others = (self._ranked[ranks] for ranks in unpacked(pairs[start : start + _COMPARED]))
                are_alike = self._sketches.may_be_near_duplicates(ones, others)
                yield from zip(ones[are_alike].tolist(), others[are_alike].tolist(), strict=True)

    def _write(self, ones: Numbers, others: Numbers) -> None:
        sizes = self._sketches.sizes
        is_near = ~sizes_differ(sizes[self._ranked[ones]], sizes[self._ranked[others]])
        ones, others = ones[is_near], others[is_near]
        ranges = ones >> _RANGE_BITS
        order = np.argsort(ranges, kind="stable")
        ends = np.cumsum(np.bincount(ranges, minlength=len(self._files)))
        for file, pairs in zip(self._files, np.split(_packed(ones, others)[order], ends[:-1]), strict=True):
            file.write(pairs.tobytes())


def unpacked(packed: Packed) -> tuple[Numbers, Numbers]:
    """Return the first and the second of packed numbers."""
    return (packed >> _HALF).astype(np.int64), (packed & _LOW_HALF).astype(np.int64)


def _packed(ones: npt.NDArray[np.integer], others: npt.NDArray[np.integer]) -> Packed:
    return ones.astype(np.uint64) << _HALF | others.astype(np.uint64)
