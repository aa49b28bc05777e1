"""The cache of a reader: decoded posting lists within a bound, columns, facets, statistics.

Each is read once, when first asked for. Numbers of documents count the deleted ones too, as Whoosh does; everything
that is counted or averaged leaves them out, so that a generation grown by changes scores as one built afresh.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sized
from functools import cached_property, lru_cache, partial
from threading import Lock, RLock
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.field_values import facet_buckets, shown_values
from searchapp.engines.port import BM25_B, BM25_K1
from searchapp.engines.whoosh_engine.codec.layout import Integers, Numbers, Postings, offsets
from searchapp.engines.whoosh_engine.grouping import Grouped
from searchapp.engines.whoosh_engine.schema import DAY, KEY, LENGTH, TIMESTAMP
from searchapp.engines.whoosh_engine.segment_reader import Leaves, read_positions, read_postings
from searchapp.measuring import count
from searchapp.model import Deadline, FacetBucket, Groups
from searchapp.schema import FACET_KEYS, VALUE_ATTRIBUTES

__all__ = ["Facet", "ReaderCache"]

# Decoded postings and positions in the cache: at 8 bytes each, 64 MB at most of either.
_MAX_POSTINGS: Final = 8_000_000
_MAX_POSITIONS: Final = 8_000_000
_MAX_FREQUENCIES: Final = 1 << 16


_Value = TypeVar("_Value", bound=Sized)
_Key = tuple[str, bytes]


class LruBySize(Generic[_Value]):
    """An LRU cache of values by term, bounded by their size: all together hold at most ``limit`` numbers."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[_Key, _Value] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: _Key) -> _Value | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: _Key, value: _Value) -> _Value:
        """Keep ``value``, unless another thread has read it meanwhile."""
        with self._lock:
            if key not in self._values:
                self._values[key] = value
                self._size += len(value) + 100
                while self._size > self._limit:
                    self._size -= len(self._values.popitem(last=False)[1]) + 100
        return value


class Facet:
    """The keys of a facet, rising, and those of each document: ``values[starts[n]:starts[n + 1]]`` for number n.

    ``shown`` has the value that stands for a key.
    """

    def __init__(
        self, keys: tuple[str, ...], shown: Mapping[str, str], starts: NDArray[np.int64], values: Integers
    ) -> None:
        self.keys = keys
        self.shown = shown
        self._starts = starts[:-1]
        self._sizes = np.diff(starts)
        self._values = values
        # Nearly all fields have one value at most: then a document's is found in one step; len(keys) stands for none.
        self._only: Integers | None = None
        if not len(self._sizes) or self._sizes.max() < 2:
            self._only = np.full(len(self._sizes), len(keys), dtype=np.int32)
            self._only[self._sizes > 0] = values

    def counts(self, documents: Integers) -> Numbers:
        """Return the number of ``documents`` that have each key."""
        if self._only is not None:
            values = self._only[documents]
        else:
            sizes = self._sizes[documents]
            indices = np.repeat(self._starts[documents] - offsets(sizes), sizes) + np.arange(int(sizes.sum()))
            values = self._values[indices]
        return np.bincount(values, minlength=len(self.keys) + 1)[: len(self.keys)]

    def buckets(self, documents: Integers, limit: int | None) -> tuple[tuple[FacetBucket, ...], bool]:
        """Return the ``limit`` largest buckets of ``documents``, and whether there are more."""
        counts = self.counts(documents)
        chosen = np.flatnonzero(counts)
        is_truncated = limit is not None and len(chosen) > limit
        if is_truncated and limit:
            chosen = chosen[counts[chosen] >= np.partition(counts[chosen], -limit)[-limit]]
        largest = chosen[np.argsort(-counts[chosen], kind="stable")][:limit]
        keys = [self.keys[number] for number in largest.tolist()]
        return facet_buckets(zip(keys, counts[largest].tolist(), strict=True), self.shown), is_truncated


class ReaderCache:
    """One open generation. Safe to share between threads: each read holds the lock, and none reads for long.

    So a costly search keeps the others waiting for a read at most.
    """

    def __init__(self, leaves: Leaves, lock: RLock) -> None:
        self._lock = lock
        self.leaves = leaves
        self.size = sum(leaf.count for leaf, _ in leaves)
        self.live: int = sum(leaf.segment.live for leaf, _ in leaves)
        self._postings: LruBySize[Postings] = LruBySize(_MAX_POSTINGS)
        self._positions: LruBySize[Numbers] = LruBySize(_MAX_POSITIONS)
        self._facets: dict[str, Facet] = {}
        self._grouping: tuple[Groups, Grouped] | None = None
        # Not a method: a cycle through this object would keep the files mapped until garbage is collected.
        self._frequency = lru_cache(_MAX_FREQUENCIES)(partial(_document_frequency, leaves, lock))

    def postings(self, field: str, term: str) -> Postings:
        """Return the live documents that hold ``term``."""
        key = (field, term.encode("utf-8", "replace"))
        with self._lock:
            cached = self._postings.get(key)
            count("postings", "miss" if cached is None else "hit")
            return self._postings.put(key, self._live(read_postings(self.leaves, *key))) if cached is None else cached

    def document_frequency(self, field: str, term: str) -> int:
        """Return the number of live documents that hold ``term``; without deleted ones, the dictionary knows."""
        return self._frequency(field, term) if self.live == self.size else len(self.postings(field, term))

    def cache_positions(self, field: str, term: str, documents: Integers, deadline: Deadline) -> None:
        """Cache the positions of ``term`` if ``documents`` are most of those holding it: frequent words come again."""
        key = (field, term.encode("utf-8", "replace"))
        with self._lock:
            postings = self.postings(field, term)
            is_frequent = 2 * len(documents) >= len(postings) and postings.frequencies.sum() <= _MAX_POSITIONS // 2
            if is_frequent and self._positions.get(key) is None:
                positions = read_positions(self.leaves, *key, postings.documents, deadline)
                if positions is not None:
                    self._positions.put(key, positions)

    def positions(self, field: str, term: str, documents: Integers, deadline: Deadline) -> Numbers | None:
        """Return the positions of ``term`` in ``documents``, which all hold it: document << 32 | position, rising.

        Between the first and the last of ``documents``, positions in others may be among them. None when the time is
        over.
        """
        key = (field, term.encode("utf-8", "replace"))
        with self._lock:
            cached = self._positions.get(key)
            count("positions", "miss" if cached is None else "hit")
            if cached is None:
                return read_positions(self.leaves, *key, documents, deadline)
        first, last = np.searchsorted(cached, [int(documents[0]) << 32, (int(documents[-1]) + 1) << 32])
        return cached[first:last]

    def dictionary(self, field: str, prefix: bytes) -> list[tuple[str, int]]:
        """Return all terms of a field that live documents hold, in order, with their document frequencies."""
        counts: dict[bytes, int] = {}
        with self._lock:
            for leaf, _ in self.leaves:
                terms, frequencies = leaf.document_frequencies(field)
                for term, frequency in zip(terms, frequencies, strict=True):
                    counts[term] = counts.get(term, 0) + frequency
        chosen = sorted(term for term, count in counts.items() if count and term.startswith(prefix))
        return [(term.decode("utf-8", "replace"), counts[term]) for term in chosen]

    def live_documents(self) -> Integers:
        """Return all live documents."""
        return np.flatnonzero(self.alive).astype(np.int32)

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        parts = [leaf.alive for leaf, _ in self.leaves]
        return np.concatenate(parts) if parts else np.empty(0, dtype=bool)

    @cached_property
    def timestamps(self) -> NDArray[np.int64]:
        return self._column(TIMESTAMP)

    @cached_property
    def days(self) -> NDArray[np.uint32]:
        return self._column(DAY)

    @cached_property
    def months(self) -> tuple[int, NDArray[np.int32]]:
        """The first month, counted from year 0 on, and for each document its number from there: 1, 2, …, 0 for none."""
        months = (self.days // 10_000 * 12 + self.days // 100 % 100).astype(np.int32) - 1
        has_day = self.days > 0
        first = int(months.min(where=has_day, initial=np.iinfo(np.int32).max))
        return first, np.where(has_day, months - (first - 1), 0).astype(np.int32)

    @cached_property
    def norms(self) -> NDArray[np.float32]:
        """k1 (1 - b + b length / average length) of each document, its length rounded as the port has it."""
        lengths = self._column(LENGTH).astype(np.int64)
        average = int(lengths[self.alive].sum()) / max(self.live, 1) or 1.0
        return (BM25_K1 * (1 - BM25_B + BM25_B * _rounded(lengths) / average)).astype(np.float32)

    def facet(self, name: str) -> Facet:
        with self._lock:
            if name not in self._facets:
                self._facets[name] = self._read_facet(name)
            return self._facets[name]

    def grouped(self, groups: Groups) -> Grouped:
        """Return the groups of the documents; those of the groups last asked for are kept."""
        with self._lock:
            if self._grouping is None or self._grouping[0] is not groups:
                self._grouping = groups, Grouped(groups, self._column(KEY))
            return self._grouping[1]

    def _read_facet(self, name: str) -> Facet:
        own = [(leaf.field(FACET_KEYS[name]), base) for leaf, base in self.leaves if name in FACET_KEYS]
        keys = sorted({key for (terms, _), _ in own for key in terms})
        number_of = {key: number for number, key in enumerate(keys)}
        documents, numbers = [np.empty(0, np.int64)], [np.empty(0, np.int32)]
        for (terms, lists), base in own:
            documents.append(lists.documents + base)
            numbers.append(np.repeat(np.array([number_of[key] for key in terms], np.int32), lists.sizes))
        all_documents = np.concatenate(documents)
        order = np.argsort(all_documents, kind="stable")
        starts = np.searchsorted(all_documents[order], np.arange(self.size + 1))
        names = tuple(key.decode("utf-8", "replace") for key in keys)
        shown = shown_values(self.dictionary(name, b"") if name in VALUE_ATTRIBUTES else ())
        return Facet(names, shown, starts, np.concatenate(numbers)[order])

    def _live(self, postings: Postings) -> Postings:
        if self.live == self.size:
            return postings
        alive = self.alive[postings.documents]
        return Postings(postings.documents[alive], postings.frequencies[alive])

    def _column(self, name: str) -> NDArray[Any]:
        parts = [leaf.numbers(name) for leaf, _ in self.leaves]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _rounded(lengths: Numbers) -> Numbers:
    """Return lengths as the port rounds them: 24, and four binary digits of what is beyond."""
    beyond = np.maximum(lengths - 24, 0)
    spare = np.maximum(np.frexp(beyond)[1] - 4, 0)
    rounded: Numbers = np.minimum(lengths, 24) + (beyond >> spare << spare)
    return rounded


def _document_frequency(leaves: Leaves, lock: RLock, field: str, term: str) -> int:
    """Return the number of documents that hold ``term``, deleted ones among them."""
    with lock:
        return sum(leaf.document_frequency(field, term.encode("utf-8", "replace")) for leaf, _ in leaves)
