"""Clauses as operations on arrays: a match is a rising array of document numbers with a score each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce, singledispatchmethod
from typing import Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.port import (
    BM25_K1,
    BooleanClause,
    Clause,
    DayClause,
    MatchAllClause,
    MinimumWeightClause,
    PhraseClause,
    TermClause,
)
from searchapp.engines.whoosh_engine.codec.layout import Numbers
from searchapp.engines.whoosh_engine.codec.posting_decoder import Integers
from searchapp.engines.whoosh_engine.reader_cache import ReaderCache
from searchapp.model import Deadline
from searchapp.schema import STEMS

__all__ = ["Match", "Matcher", "narrow"]

Scores = NDArray[np.float32]

# Documents whose positions are read at a time: some tens of milliseconds for the most frequent words.
_BATCH: Final = 1 << 15
# Postings that a search reads whatever the time: a word alone is always answered. Opening a list costs like so many.
_FREE: Final = 1_000_000
_OPENING: Final = 4_000


@dataclass(frozen=True, slots=True)
class Match:
    """Found documents, rising, and their scores."""

    documents: Integers
    scores: Scores


class Matcher:
    """Finds what clauses ask for in one generation, for one search.

    Out of time, a costly clause finds the documents that it is sure of; where it excludes, all that it may match.
    ``complete`` tells whether there was time for everything.
    """

    def __init__(self, cache: ReaderCache, deadline: Deadline) -> None:
        self._cache = cache
        self._deadline = deadline
        self._excluding = False
        self._read = 0
        self.complete = True

    @singledispatchmethod
    def match(self, clause: Clause) -> Match:
        """Return the live documents that match ``clause``."""
        raise TypeError(f"not a clause: {clause!r}")

    @match.register
    def _(self, _clause: MatchAllClause) -> Match:
        return _unscored(self._cache.every())

    @match.register
    def _(self, clause: TermClause) -> Match:
        parts: list[Match] = []
        for term, boost in clause.terms:
            if self._read > _FREE and self._is_late():
                return _unscored(self._cache.every()) if self._excluding else self._union(parts)
            parts.append(self._score(clause.field, term, boost))
        return self._union(parts)

    @match.register
    def _(self, clause: PhraseClause) -> Match:
        postings = [self._cache.postings(clause.field, term).documents for term in dict.fromkeys(clause.terms)]
        documents = reduce(_both, sorted(postings, key=len))
        for term in dict.fromkeys(clause.terms) if len(documents) else ():
            self._cache.keep_places(clause.field, term, documents, self._deadline)
        found = [np.empty(0, np.int32)]
        for start in range(0, len(documents), _BATCH):
            together = self._together(clause, documents[start : start + _BATCH])
            if together is None:
                found += [documents[start:]] if self._excluding else []
                break
            found.append(together)
        return _unscored(np.concatenate(found))

    def _together(self, clause: PhraseClause, documents: Integers) -> Integers | None:
        """Return those of ``documents`` in which the terms stand together; None when the time is over."""
        places: dict[str, Numbers] = {}
        for term in dict.fromkeys(clause.terms):
            own = None if self._is_late() else self._cache.places(clause.field, term, documents, self._deadline)
            if own is None:
                self.complete = False
                return None
            places[term] = own
        if clause.slop:
            found = _within(places, Counter(clause.terms), len(clause.terms) + clause.slop)
        else:
            found = _in_a_row([places[term] for term in clause.terms])
        return _documents(found)

    @match.register
    def _(self, clause: DayClause) -> Match:
        days = self._cache.days
        within = (days >= max(clause.first, 1)) & (days <= clause.last) & self._cache.alive
        return _unscored(np.flatnonzero(within).astype(np.int32))

    @match.register
    def _(self, clause: MinimumWeightClause) -> Match:
        weights = np.where(self._cache.alive, 0.0, -np.inf)
        left = sum(weight for _, weight in clause.terms)
        for term, weight in clause.terms:
            if self._is_late():
                weights += left if self._excluding else 0.0
                break
            weights[self._cache.postings(clause.field, term).documents] += weight
            left -= weight
        return _unscored(np.flatnonzero(weights >= clause.minimum * (1 - 1e-6)).astype(np.int32))

    @match.register
    def _(self, clause: BooleanClause) -> Match:
        should = [self.match(part) for part in clause.should]
        must = [self.match(part) for part in clause.must]
        if must:
            documents = reduce(_both, sorted((part.documents for part in must), key=len))
            match = _add_scores(documents, [*must, *should])
        elif should:
            match = self._union(should)
        else:
            match = self.match(MatchAllClause())
        self._excluding = not self._excluding
        for part in clause.must_not:
            kept = ~_held(self.match(part).documents, match.documents)
            match = Match(match.documents[kept], match.scores[kept])
        self._excluding = not self._excluding
        return match

    def _is_late(self) -> bool:
        if self._deadline.passed():
            self.complete = False
        return not self.complete

    def _score(self, field: str, term: str, boost: float) -> Match:
        postings = self._cache.postings(field, term)
        self._read += len(postings) + _OPENING
        if field != STEMS:
            return _unscored(postings.documents)
        idf = np.log1p((self._cache.live - len(postings) + 0.5) / (len(postings) + 0.5))
        weight = np.float32(boost * idf * (BM25_K1 + 1))
        frequencies = postings.frequencies
        return Match(postings.documents, weight * frequencies / (frequencies + self._cache.norms[postings.documents]))

    def _union(self, parts: list[Match]) -> Match:
        """Return the documents of any part, scores added. Dense when the parts are many, sorted when they are few."""
        parts = [part for part in parts if len(part.documents)]
        if not parts:
            return _unscored(np.empty(0, np.int32))
        if len(parts) == 1:
            return parts[0]
        if sum(len(part.documents) for part in parts) * 16 < self._cache.size:
            documents, places = np.unique(np.concatenate([part.documents for part in parts]), return_inverse=True)
            sums = np.zeros(len(documents), dtype=np.float32)
            np.add.at(sums, places, np.concatenate([part.scores for part in parts]))
            return Match(documents, sums)
        found = np.zeros(self._cache.size, dtype=bool)
        sums = np.zeros(self._cache.size, dtype=np.float32)
        for part in parts:
            found[part.documents] = True
            sums[part.documents] += part.scores
        documents = np.flatnonzero(found).astype(np.int32)
        return Match(documents, sums[documents])


def narrow(match: Match, masks: Iterable[NDArray[np.bool_]]) -> Match:
    """Return those of ``match`` that every mask lets through."""
    for mask in masks:
        kept = mask[match.documents]
        match = Match(match.documents[kept], match.scores[kept])
    return match


def _unscored(documents: Integers) -> Match:
    return Match(documents, np.zeros(len(documents), dtype=np.float32))


def _both(one: Integers, other: Integers) -> Integers:
    """Return the intersection of two rising arrays."""
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    shared: Integers = small[_held(large, small)]
    return shared


def _held(rising: NDArray[np.integer], wanted: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return which of ``wanted`` stand in ``rising``."""
    if not len(rising):
        return np.zeros(len(wanted), dtype=bool)
    places = np.searchsorted(rising, wanted)
    places[places == len(rising)] = 0
    held: NDArray[np.bool_] = rising[places] == wanted
    return held


def _add_scores(documents: Integers, parts: list[Match]) -> Match:
    scores = np.zeros(len(documents), dtype=np.float32)
    for part in parts:
        held = _held(part.documents, documents)
        scores[held] += part.scores[np.searchsorted(part.documents, documents[held])]
    return Match(documents, scores)


def _documents(places: Numbers) -> Integers:
    """Return the documents of rising places; numpy's unique would look up each in a table of hashes."""
    documents = (places >> 32).astype(np.int32)
    distinct: Integers = documents[np.diff(documents, prepend=-1) != 0]
    return distinct


def _in_a_row(places: list[Numbers]) -> Numbers:
    """Return where the first term stands when the others follow it; searched from the rarest on."""
    steps = sorted(range(len(places)), key=lambda step: len(places[step]))
    rarest = places[steps[0]]
    starts = rarest[(rarest & 0xFFFFFFFF) >= steps[0]] - steps[0]
    for step in steps[1:]:
        starts = starts[_held(places[step], starts + step)]
    return starts


def _within(places: dict[str, Numbers], wanted: Counter[str], stretch: int) -> Numbers:
    """Return where stretches begin that hold every term as often as wanted; no two terms share a place.

    Only what is near the rarest term can be in such a stretch.
    """
    rarest = min(places.values(), key=len)
    near = {term: own[_is_near(rarest, own, stretch)] for term, own in places.items()}
    starts = np.sort(np.concatenate(list(near.values())), kind="stable")  # which merges what is in order already
    for term, times in wanted.items():
        last = np.searchsorted(near[term], starts) + times - 1
        inside = last < len(near[term])
        starts, last = starts[inside], last[inside]
        starts = starts[near[term][last] < starts + stretch]
    return starts


def _is_near(rarest: Numbers, places: Numbers, stretch: int) -> NDArray[np.bool_]:
    """Return which of ``places`` have one of ``rarest`` closer than ``stretch``."""
    following = np.searchsorted(rarest, places - stretch + 1)
    near: NDArray[np.bool_] = rarest[np.minimum(following, len(rarest) - 1)] < places + stretch
    return near & (following < len(rarest))
