"""Searching a Whoosh index: posting lists become arrays, clauses become operations on them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import groupby, islice, repeat
from operator import itemgetter
from threading import RLock
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.days import day_label, month_label
from searchapp.engines.port import (
    Candidate,
    Clause,
    Details,
    DocumentHandle,
    EngineRequest,
    EngineResult,
    SortKey,
    TermPrefix,
    TermStatistics,
)
from searchapp.engines.whoosh_engine.clause_matcher import ClauseMatcher
from searchapp.engines.whoosh_engine.codec.layout import Integers
from searchapp.engines.whoosh_engine.filter_masks import FilterMasks
from searchapp.engines.whoosh_engine.matches import Match, contained, intersection, unscored
from searchapp.engines.whoosh_engine.reader_cache import ReaderCache
from searchapp.engines.whoosh_engine.schema import DAY, NO_DATE, RERANK_FEATURES
from searchapp.engines.whoosh_engine.segment_reader import Leaves, SegmentReader
from searchapp.model import Article, Deadline, HistogramBucket, Sort
from searchapp.schema import ID

__all__ = ["WhooshReader"]

# From so many terms on, reading the whole dictionary at once is faster.
_MIN_BULK_TERMS: Final = 20_000
# Documents whose features are read between two checks of the deadline.
_FEATURES_AT_A_TIME: Final = 10


class WhooshReader:
    """A :class:`~searchapp.engines.port.Reader`; one lock around all that reads files, none around a whole search."""

    def __init__(self, leaves: Leaves) -> None:
        self._lock = RLock()
        self._cache = ReaderCache(leaves, self._lock)
        self._filters = FilterMasks(self._cache)
        self._bases = [base for _, base in leaves]

    @property
    def count(self) -> int:
        return self._cache.live

    def search(self, request: EngineRequest) -> EngineResult:
        matcher = ClauseMatcher(self._cache, request.deadline)
        masks = self._filters.of(request.filters)
        for instead, clause in enumerate((request.clause, *request.instead)):  # noqa: B007 - used after the loop
            match = matcher.match(clause)
            narrowed = match.narrow(masks.values())
            if len(narrowed.documents):
                break
        counted, narrowed_counted = match, narrowed
        if request.counted is not None:
            preferred = unscored(intersection((match.documents, matcher.match(request.counted).documents)))
            narrowed_preferred = preferred.narrow(masks.values())
            if len(narrowed_preferred.documents):
                counted, narrowed_counted = preferred, narrowed_preferred
        facets = {
            name: self._cache.facet(name).buckets(
                (_without(name, counted, masks) if name in masks else narrowed_counted).documents, request.facet_limit
            )
            for name in request.facets
        }
        histogram, timeline = self._histograms(counted, narrowed_counted, masks, request)
        return EngineResult(
            total=len(narrowed.documents),
            candidates=self._with_features(self._candidates(narrowed, request), request),
            facets={name: buckets for name, (buckets, _) in facets.items()},
            truncated=frozenset(name for name, (_, is_truncated) in facets.items() if is_truncated),
            histogram=histogram,
            timeline=timeline,
            complete=matcher.complete,
            groups=self._cache.grouped(request.groups).count(narrowed.documents) if request.groups else None,
            counted=None if request.counted is None else len(narrowed_preferred.documents),
            instead=instead,
        )

    def articles(self, documents: Iterable[DocumentHandle]) -> list[Article]:
        with self._lock:
            return [leaf.article(number) for leaf, number in map(self._located, documents)]

    def article(self, article_id: str) -> Article | None:
        with self._lock:
            documents = self._cache.postings(ID, article_id).documents
        return self.articles(documents.tolist()[:1])[0] if len(documents) else None

    def details(
        self,
        documents: Sequence[DocumentHandle],
        clauses: Sequence[Clause] = (),
        *,
        features: bool = False,
        deadline: Deadline = Deadline(),
    ) -> Details:
        stored = self._features(documents) if features else ()
        return Details(self.articles(documents), stored, self._matching(documents, clauses, deadline))

    def terms_with_prefix(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        start = prefix.encode("utf-8", "replace")
        with self._lock:
            if limit > _MIN_BULK_TERMS:
                return self._cache.dictionary(field, start)[:limit]
            return list(islice(self._terms(field, start), limit))

    def term_statistics(self, terms: Sequence[tuple[str, str]], prefixes: Sequence[TermPrefix] = ()) -> TermStatistics:
        return TermStatistics(
            [self._cache.document_frequency(field, term) for field, term in terms],
            [self.terms_with_prefix(*prefix) for prefix in prefixes],
        )

    def close(self) -> None:
        """Close the files; the system unmaps them with the last array that refers to one."""
        with self._lock:
            self._cache = ReaderCache([], self._lock)
            self._filters = FilterMasks(self._cache)
            self._bases = []

    def _features(self, documents: Iterable[DocumentHandle]) -> list[bytes]:
        with self._lock:
            return [leaf.value(RERANK_FEATURES, number) for leaf, number in map(self._located, documents)]

    def _days(self, documents: Iterable[DocumentHandle]) -> list[int]:
        days: list[int] = self._cache.days[[cast(int, handle) for handle in documents]].tolist()
        return days

    def _matching(
        self, documents: Sequence[DocumentHandle], clauses: Sequence[Clause], deadline: Deadline
    ) -> tuple[frozenset[DocumentHandle], ...] | None:
        """Return those of ``documents`` that match each clause, None when the deadline passes before."""
        matcher = ClauseMatcher(self._cache, deadline)
        matches = [matcher.match(clause).documents for clause in clauses]
        if not matcher.complete:
            return None
        numbers = np.array([cast(int, handle) for handle in documents], np.int64)
        return tuple(frozenset(numbers[contained(match, numbers)].tolist()) for match in matches)

    def _located(self, handle: DocumentHandle) -> tuple[SegmentReader, int]:
        """Return the segment of a document, and its number there."""
        document = cast(int, handle)
        leaf, base = self._cache.leaves[bisect_right(self._bases, document) - 1]
        return leaf, document - base

    def _terms(self, field: str, prefix: bytes) -> Iterator[tuple[str, int]]:
        """Yield the terms that live documents hold, with how many do; dictionaries count deleted ones too."""
        streams = [leaf.terms_from(field, prefix) for leaf, _ in self._cache.leaves]
        has_deleted = self._cache.live != self._cache.size
        for term, entries in groupby(merge(*streams), key=itemgetter(0)):
            text = term.decode("utf-8", "replace")
            count = len(self._cache.postings(field, text)) if has_deleted else sum(number for _, number in entries)
            if count:
                yield text, count

    def _candidates(self, match: Match, request: EngineRequest) -> tuple[Candidate, ...]:
        """Return the candidates asked for, best first."""
        if not request.limit:
            return ()
        documents, scores, keys = match.documents, match.scores, self._sort_keys(match, request.sort)
        if request.after is not None:
            following = _following(keys, documents, request.after)
            documents, scores, keys = documents[following], scores[following], keys[following]
        order = _lowest(keys, request.offset + request.limit)[request.offset :]
        numbers = documents[order].tolist()
        sort_keys = zip(keys[order].tolist(), numbers, strict=True)
        groups = self._cache.grouped(request.groups).of(documents[order]) if request.groups else repeat(0)
        return tuple(map(Candidate, numbers, scores[order].tolist(), sort_keys, groups))

    def _with_features(self, candidates: Sequence[Candidate], request: EngineRequest) -> tuple[Candidate, ...]:
        """Return ``candidates``, the first ones with their features and days; none with them when time runs out."""
        documents = [candidate.document for candidate in candidates[: request.features]]
        features: list[bytes] = []
        for start in range(0, len(documents), _FEATURES_AT_A_TIME):
            if request.deadline.passed():
                return tuple(candidates)
            features += self._features(documents[start : start + _FEATURES_AT_A_TIME])
        if not documents:
            return tuple(candidates)
        read = zip(candidates, features, self._days(documents), strict=False)
        return (*(Candidate(*one[:4], stored, day) for one, stored, day in read), *candidates[len(documents) :])

    def _sort_keys(self, match: Match, sort: Sort) -> NDArray[Any]:
        """Return whole numbers that rise in the order asked for; equal ones follow in that of the documents."""
        if sort is Sort.RELEVANCE:
            return ~match.scores.view(np.uint32)  # as sort_keys.falling has it
        dates = self._cache.timestamps[match.documents]
        rising = dates if sort is Sort.OLDEST else -dates
        numbers = np.where(dates == NO_DATE, np.iinfo(np.int64).max, rising).view(np.uint64)
        return numbers ^ np.uint64(1 << 63)

    def _histograms(
        self, match: Match, narrowed: Match, masks: dict[str, NDArray[np.bool_]], request: EngineRequest
    ) -> tuple[tuple[HistogramBucket, ...], tuple[HistogramBucket, ...]]:
        """Return histogram and timeline, which are one without a filter of days."""
        histogram = self._histogram(narrowed, request.months_by_day) if request.histogram else ()
        if not request.timeline:
            return histogram, ()
        if request.histogram and DAY not in masks:
            return histogram, histogram
        return histogram, self._histogram(_without(DAY, match, masks), request.months_by_day)

    def _histogram(self, match: Match, months_by_day: int) -> tuple[HistogramBucket, ...]:
        """Return the buckets of months; of days when the first and the last month are fewer than these apart."""
        first, months = self._cache.months
        counts = np.bincount(months[match.documents], minlength=1)
        held = np.flatnonzero(counts[1:]) + 1
        if not len(held):
            return ()
        if held[-1] - held[0] < months_by_day:
            return _by_day(self._cache.days[match.documents])
        labels = (month_label(number // 12 * 100 + number % 12 + 1) for number in (held + first - 1).tolist())
        return tuple(map(HistogramBucket, labels, counts[held].tolist()))


def _by_day(days: NDArray[np.uint32]) -> tuple[HistogramBucket, ...]:
    """Return the buckets of days, which lie in a few months; 0 is no day."""
    days = days[days > 0]
    first = int(days.min())
    counts = np.bincount(days - first)
    held = np.flatnonzero(counts)
    return tuple(map(HistogramBucket, map(day_label, (held + first).tolist()), counts[held].tolist()))


def _without(name: str, match: Match, masks: dict[str, NDArray[np.bool_]]) -> Match:
    """Return the documents that pass all masks but that of ``name``."""
    return match.narrow(mask for field, mask in masks.items() if field != name)


def _following(keys: NDArray[Any], documents: Integers, after: SortKey) -> NDArray[np.int64]:
    """Return the indices of the documents after a sort key; a number that ``keys`` cannot hold is beyond them all."""
    first, document = after
    if first > np.iinfo(keys.dtype).max:
        return np.empty(0, np.int64)
    level = keys.dtype.type(first)
    last = min(document, np.iinfo(documents.dtype).max)
    return np.flatnonzero((keys > level) | ((keys == level) & (documents > last)))


def _lowest(keys: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Return the indices of the ``count`` lowest keys, rising; equal ones keep their order."""
    if count >= len(keys):
        return np.argsort(keys, kind="stable")
    near = np.flatnonzero(keys <= np.partition(keys, count)[count])
    return near[np.argsort(keys[near], kind="stable")][:count]
