"""Searching a Whoosh index: posting lists become arrays, clauses become operations on them.

A match is a rising array of document numbers with a score each. What a generation's filters, facets and sorting need
is read once, when first asked for, and kept for as long as the reader is open.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial, reduce, singledispatchmethod
from threading import RLock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.port import (
    BM25_B,
    BM25_K1,
    BooleanClause,
    Candidate,
    Clause,
    DayClause,
    EngineRequest,
    EngineResult,
    EveryClause,
    PhraseClause,
    TermClause,
    WeightClause,
)
from searchapp.engines.whoosh_engine.postings import (
    Integers,
    Postings,
    numeric_column,
    positions_of,
    read_postings,
    terms_from,
)
from searchapp.engines.whoosh_engine.schema import DAY, EVIDENCE, LENGTH, NO_DATE, TIMESTAMP
from searchapp.model import Article, ArticleStatus, FacetBucket, Filters, HistogramBucket, Sort
from searchapp.schema import FACET_FIELDS, ID, STEMS

__all__ = ["WhooshReader"]

Scores = NDArray[np.float32]
# Postings kept decoded: at 8 bytes each, 64 MB at most.
_KEPT_POSTINGS: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class _Match:
    documents: Integers
    scores: Scores


@dataclass(frozen=True, slots=True)
class _Facet:
    """The values of a facet field, and those of each document: ``values[starts[n]:starts[n + 1]]`` for number n."""

    names: tuple[str, ...]
    starts: NDArray[np.int64]
    values: Integers


class WhooshReader:
    """A :class:`~searchapp.engines.port.Reader`; one lock, since Whoosh's files have one reading place each."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self._leaves: list[tuple[Any, int]] = reader.leaf_readers() if reader.doc_count_all() else []
        self._size: int = reader.doc_count_all()
        self._lock = RLock()
        self._kept: OrderedDict[tuple[str, bytes], Postings] = OrderedDict()
        self._kept_size = 0
        self._facets: dict[str, _Facet] = {}

    @property
    def count(self) -> int:
        return int(self._reader.doc_count())

    def search(self, request: EngineRequest) -> EngineResult:
        with self._lock:
            match = self._live(self._match(request.clause))
            masks = self._masks(request.filters)
            narrowed = _narrow(match, masks.values())
            order = self._order(narrowed, request)
            return EngineResult(
                total=len(narrowed.documents),
                candidates=tuple(
                    Candidate(document, score)
                    for document, score in zip(
                        narrowed.documents[order].tolist(), narrowed.scores[order].tolist(), strict=True
                    )
                ),
                facets={name: self._count_facet(name, match, masks) for name in request.facets},
                histogram=self._histogram(narrowed) if request.histogram else (),
            )

    def articles(self, documents: Iterable[int]) -> list[Article]:
        with self._lock:
            return [_article(self._reader.stored_fields(document)) for document in documents]

    def article(self, article_id: str) -> Article | None:
        with self._lock:
            found = self._live(self._every(self._postings(ID, article_id).documents)).documents
        return self.articles(found.tolist()[:1])[0] if len(found) else None

    def evidence(self, documents: Iterable[int]) -> list[str]:
        bases = [base for _, base in self._leaves]
        found: list[str] = []
        with self._lock:
            for document in documents:
                leaf = bisect_right(bases, document) - 1
                found.append(self._evidence[leaf][document - bases[leaf]].decode())
        return found

    def terms_with_prefix(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        frequencies: Counter[bytes] = Counter()
        with self._lock:
            for leaf, _ in self._leaves:
                frequencies.update(terms_from(leaf, field, prefix.encode("utf-8", "replace"), limit))
        return [(term.decode(), frequencies[term]) for term in sorted(frequencies)[:limit]]

    def document_frequency(self, field: str, term: str) -> int:
        with self._lock:
            return len(self._postings(field, term))

    def close(self) -> None:
        with self._lock:
            self._reader.close()

    # Matching

    @singledispatchmethod
    def _match(self, clause: Clause) -> _Match:
        raise TypeError(f"not a clause: {clause!r}")

    @_match.register
    def _(self, _clause: EveryClause) -> _Match:
        return self._every(np.arange(self._size, dtype=np.int32))

    @_match.register
    def _(self, clause: TermClause) -> _Match:
        return self._union([self._score(clause.field, term, boost) for term, boost in clause.terms])

    @_match.register
    def _(self, clause: PhraseClause) -> _Match:
        postings = [self._postings(clause.field, term).documents for term in clause.terms]
        documents = reduce(_both, sorted(postings, key=len))
        if not len(documents):
            return self._every(documents)
        places: dict[str, list[list[int]]] = {
            term: positions_of(self._leaves, clause.field, term.encode(), documents) for term in set(clause.terms)
        }
        stretch = len(clause.terms) + clause.slop
        together = partial(_within, stretch=stretch) if clause.slop else _in_a_row
        hits = [together([places[term][number] for term in clause.terms]) for number in range(len(documents))]
        return self._every(documents[np.array(hits, dtype=bool)])

    @_match.register
    def _(self, clause: DayClause) -> _Match:
        days = self._days
        return self._every(np.flatnonzero((days >= max(clause.first, 1)) & (days <= clause.last)).astype(np.int32))

    @_match.register
    def _(self, clause: WeightClause) -> _Match:
        weights = np.zeros(self._size, dtype=np.float64)
        for term, weight in clause.terms:
            weights[self._postings(clause.field, term).documents] += weight
        return self._every(np.flatnonzero(weights >= clause.minimum * (1 - 1e-6)).astype(np.int32))

    @_match.register
    def _(self, clause: BooleanClause) -> _Match:
        should = [self._match(part) for part in clause.should]
        must = [self._match(part) for part in clause.must]
        if must:
            documents = reduce(_both, sorted((part.documents for part in must), key=len))
            match = _add_scores(documents, [*must, *should])
        elif should:
            match = self._union(should)
        else:
            match = self._match(EveryClause())
        for part in clause.must_not:
            kept = ~np.isin(match.documents, self._match(part).documents, assume_unique=True)
            match = _Match(match.documents[kept], match.scores[kept])
        return match

    def _score(self, field: str, term: str, boost: float) -> _Match:
        postings = self._postings(field, term)
        if field != STEMS:
            return self._every(postings.documents)
        idf = np.log1p((self._size - len(postings) + 0.5) / (len(postings) + 0.5))
        weight = np.float32(boost * idf * (BM25_K1 + 1))
        frequencies = postings.frequencies
        return _Match(postings.documents, weight * frequencies / (frequencies + self._norms[postings.documents]))

    def _union(self, parts: list[_Match]) -> _Match:
        """Return the documents of any part, scores added. Dense when the parts are many, sorted when they are few."""
        parts = [part for part in parts if len(part.documents)]
        if not parts:
            return self._every(np.empty(0, np.int32))
        if len(parts) == 1:
            return parts[0]
        if sum(len(part.documents) for part in parts) * 16 < self._size:
            documents, places = np.unique(np.concatenate([part.documents for part in parts]), return_inverse=True)
            scores = np.bincount(places, weights=np.concatenate([part.scores for part in parts]))
            return _Match(documents, scores.astype(np.float32))
        found = np.zeros(self._size, dtype=bool)
        sums = np.zeros(self._size, dtype=np.float32)
        for part in parts:
            found[part.documents] = True
            sums[part.documents] += part.scores
        documents = np.flatnonzero(found).astype(np.int32)
        return _Match(documents, sums[documents])

    @staticmethod
    def _every(documents: Integers) -> _Match:
        return _Match(documents, np.zeros(len(documents), dtype=np.float32))

    def _live(self, match: _Match) -> _Match:
        if self._deleted is None:
            return match
        kept = ~self._deleted[match.documents]
        return _Match(match.documents[kept], match.scores[kept])

    # Filters, order, counts

    def _masks(self, filters: Filters) -> dict[str, NDArray[np.bool_]]:
        """Return which documents each filtered field lets through."""
        masks: dict[str, NDArray[np.bool_]] = {}
        chosen = {"source": filters.sources, "section": filters.sections, "author": filters.authors}
        for name, values in chosen.items():
            if values:
                mask = np.zeros(self._size, dtype=bool)
                for value in values:
                    mask[self._postings(name, value).documents] = True
                masks[name] = mask
        if filters.date_from or filters.date_to:
            first = _as_day(filters.date_from) if filters.date_from else 1
            last = _as_day(filters.date_to) if filters.date_to else 99_999_999
            masks[DAY] = (self._days >= first) & (self._days <= last)
        return masks

    def _order(self, match: _Match, request: EngineRequest) -> NDArray[np.int64]:
        """Return the places in ``match`` of the candidates asked for, best first."""
        if request.sort is Sort.RELEVANCE:
            keys: NDArray[Any] = -match.scores
        else:
            dates = self._timestamps[match.documents]
            rising = dates if request.sort is Sort.OLDEST else -dates
            keys = np.where(dates == NO_DATE, np.iinfo(np.int64).max, rising)
        stop = request.offset + request.limit
        if stop < len(keys):
            worst = np.partition(keys, stop)[stop]
            near = np.flatnonzero(keys <= worst)
        else:
            near = np.arange(len(keys))
        return near[np.argsort(keys[near], kind="stable")][request.offset : stop]

    def _count_facet(self, name: str, match: _Match, masks: dict[str, NDArray[np.bool_]]) -> tuple[FacetBucket, ...]:
        facet = self._facet(name)
        documents = _narrow(match, [mask for field, mask in masks.items() if field != name]).documents
        firsts, sizes = facet.starts[documents], np.diff(facet.starts)[documents]
        ends = np.cumsum(sizes)
        places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(firsts - (ends - sizes), sizes)
        counts = np.bincount(facet.values[places], minlength=len(facet.names)).tolist()
        buckets = [FacetBucket(value, count) for value, count in zip(facet.names, counts, strict=True) if count]
        return tuple(sorted(buckets, key=lambda bucket: (-bucket.count, bucket.value)))

    def _histogram(self, match: _Match) -> tuple[HistogramBucket, ...]:
        days = self._days[match.documents]
        months, counts = np.unique(days[days > 0] // 100, return_counts=True)
        return tuple(
            HistogramBucket(f"{month // 100:04}-{month % 100:02}", count)
            for month, count in zip(months.tolist(), counts.tolist(), strict=True)
        )

    # What a generation's reader keeps

    def _postings(self, field: str, term: str) -> Postings:
        key = (field, term.encode("utf-8", "replace"))
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        postings = read_postings(self._leaves, *key)
        self._kept[key] = postings
        self._kept_size += len(postings) + 100
        while self._kept_size > _KEPT_POSTINGS:
            self._kept_size -= len(self._kept.popitem(last=False)[1]) + 100
        return postings

    def _column(self, name: str) -> NDArray[Any]:
        parts = [numeric_column(leaf, name) for leaf, _ in self._leaves]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    @cached_property
    def _timestamps(self) -> NDArray[np.int64]:
        return self._column(TIMESTAMP)

    @cached_property
    def _days(self) -> NDArray[np.uint32]:
        return self._column(DAY)

    @cached_property
    def _deleted(self) -> NDArray[np.bool_] | None:
        if not self._reader.has_deletions():
            return None
        deleted = np.zeros(self._size, dtype=bool)
        for leaf, base in self._leaves:
            deleted[[base + number for number in leaf.deleted_docs_set]] = True
        return deleted

    @cached_property
    def _norms(self) -> NDArray[np.float32]:
        """k1 (1 - b + b length / average length) of each document."""
        lengths = self._column(LENGTH).astype(np.float32)
        average = float(lengths.mean()) if lengths.any() else 1.0
        return (BM25_K1 * (1 - BM25_B + BM25_B * lengths / average)).astype(np.float32)

    @cached_property
    def _evidence(self) -> list[Any]:
        return [leaf.column_reader(EVIDENCE, translate=False) for leaf, _ in self._leaves]

    def _facet(self, name: str) -> _Facet:
        if name not in self._facets:
            self._facets[name] = self._read_facet(name)
        return self._facets[name]

    def _read_facet(self, name: str) -> _Facet:
        names: tuple[str, ...] = ()
        if name in FACET_FIELDS and self._leaves:
            names = tuple(sorted(value.decode() for value in self._reader.lexicon(name)))
        lists = [read_postings(self._leaves, name, value.encode()).documents for value in names]
        documents = np.concatenate(lists) if lists else np.empty(0, np.int32)
        values = np.repeat(np.arange(len(names), dtype=np.int32), [len(entries) for entries in lists])
        order = np.argsort(documents, kind="stable")
        starts = np.searchsorted(documents[order], np.arange(self._size + 1))
        return _Facet(names, starts, values[order])


def _narrow(match: _Match, masks: Iterable[NDArray[np.bool_]]) -> _Match:
    for mask in masks:
        kept = mask[match.documents]
        match = _Match(match.documents[kept], match.scores[kept])
    return match


def _both(one: Integers, other: Integers) -> Integers:
    """Return what two rising arrays share."""
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    if not len(large):
        return large
    places = np.searchsorted(large, small)
    places[places == len(large)] = 0
    shared: Integers = small[large[places] == small]
    return shared


def _add_scores(documents: Integers, parts: list[_Match]) -> _Match:
    scores = np.zeros(len(documents), dtype=np.float32)
    for part in parts:
        if not len(part.documents):
            continue
        places = np.searchsorted(part.documents, documents)
        places[places == len(part.documents)] = 0
        held = part.documents[places] == documents
        scores[held] += part.scores[places[held]]
    return _Match(documents, scores)


def _in_a_row(positions: list[list[int]]) -> bool:
    """Return whether the terms stand at successive positions somewhere."""
    starts = set(positions[0])
    for step, places in enumerate(positions[1:], 1):
        starts &= {place - step for place in places}
        if not starts:
            return False
    return True


def _within(positions: list[list[int]], stretch: int) -> bool:
    """Return whether the terms stand, in any order and each at a place of its own, within ``stretch`` positions."""
    for start in sorted(set().union(*positions)):
        window = range(start, start + stretch)
        if _settle([[place for place in places if place in window] for places in positions]):
            return True
    return False


def _settle(choices: list[list[int]]) -> bool:
    """Return whether every term can have a place of its own; a term asked for twice needs two."""
    taken: dict[int, int] = {}

    def give(term: int, tried: set[int]) -> bool:
        for place in choices[term]:
            if place not in tried:
                tried.add(place)
                if place not in taken or give(taken[place], tried):
                    taken[place] = term
                    return True
        return False

    return all(give(term, set()) for term in range(len(choices)))


def _as_day(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _article(stored: dict[str, Any]) -> Article:
    return Article(
        id=stored["id"],
        title=stored.get("title", ""),
        text=stored.get("text", ""),
        lead=stored.get("lead", ""),
        date=datetime.fromisoformat(stored["date"]) if "date" in stored else None,
        source=stored.get("source", ""),
        section=stored.get("section", ""),
        authors=tuple(stored.get("author", ())),
        url=stored.get("url", ""),
        language=stored.get("language", ""),
        tags=tuple(stored.get("tags", ())),
        status=ArticleStatus(stored["status"]),
    )
