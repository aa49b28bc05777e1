"""Clauses as operations on arrays: a match is a rising array of document numbers with a score each."""

from __future__ import annotations

from collections import Counter
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.clauses import (
    AnyWord,
    BooleanClause,
    Clause,
    Close,
    DayClause,
    Either,
    FirstOfClause,
    MatchAllClause,
    MinimumWeightClause,
    PhraseClause,
    Row,
    Span,
    SpanClause,
    TermClause,
)
from searchapp.engines.port import BM25_K1
from searchapp.engines.spans import documents_with, words_of
from searchapp.engines.whoosh_engine.codec.layout import Integers, Numbers
from searchapp.engines.whoosh_engine.matches import Match, contained, intersection, union, unscored, with_scores
from searchapp.engines.whoosh_engine.positions import documents_of, phrase_starts, window_starts
from searchapp.engines.whoosh_engine.reader_cache import ReaderCache
from searchapp.model import Deadline
from searchapp.schema import STEMS

__all__ = ["ClauseMatcher"]

# Documents whose positions are read at a time: some tens of milliseconds for the most frequent words.
_BATCH: Final = 1 << 15
# Postings that a search reads whatever the time: a word alone is always answered. Opening a list costs like so many.
_FREE_POSTINGS: Final = 1_000_000
_POSTINGS_PER_LIST: Final = 4_000

_Sums = tuple[Integers, NDArray[np.float64], float]


class ClauseMatcher:
    """Finds the documents of one generation that match clauses, for one search.

    Out of time, a costly clause finds the documents that it is sure of; where it excludes, all that it may match.
    ``complete`` says whether there was time for everything.
    """

    def __init__(self, cache: ReaderCache, deadline: Deadline) -> None:
        self._cache = cache
        self._deadline = deadline
        self._excluding = False
        self._postings_read = 0
        # A clause asks for several sums of the same weights, one after the other.
        self._summed: tuple[tuple[str, tuple[tuple[str, float], ...]], _Sums] | None = None
        self.complete = True

    def match(self, clause: Clause) -> Match:
        """Return the live documents that match ``clause``."""
        match clause:
            case TermClause():
                return self._terms(clause)
            case PhraseClause():
                return self._phrase(clause)
            case SpanClause():
                return self._span(clause)
            case DayClause():
                return self._days(clause)
            case MinimumWeightClause():
                return self._minimum_weight(clause)
            case FirstOfClause():
                return self._first_of(clause)
            case MatchAllClause():
                return self._all()
            case BooleanClause():
                return self._boolean(clause)
        assert_never(clause)

    def _all(self) -> Match:
        return unscored(self._cache.live_documents())

    def _terms(self, clause: TermClause) -> Match:
        parts: list[Match] = []
        for term, boost in clause.terms:
            if self._postings_read > _FREE_POSTINGS and self._is_late():
                return self._all() if self._excluding else union(parts, self._cache.size)
            parts.append(self._score(clause.field, term, boost))
        return union(parts, self._cache.size)

    def _phrase(self, clause: PhraseClause) -> Match:
        terms = dict.fromkeys(clause.terms)
        documents = intersection(self._cache.postings(clause.field, term).documents for term in terms)
        for term in terms if len(documents) else ():
            self._cache.cache_positions(clause.field, term, documents, self._deadline)
        matches = [np.empty(0, np.int32)]
        for start in range(0, len(documents), _BATCH):
            together = self._together(clause, documents[start : start + _BATCH])
            if together is None:
                matches += [documents[start:]] if self._excluding else []
                break
            matches.append(together)
        return unscored(np.concatenate(matches))

    def _together(self, clause: PhraseClause, documents: Integers) -> Integers | None:
        """Return those of ``documents`` in which the terms stand together; None when the time is over."""
        positions: dict[str, Numbers] = {}
        for term in dict.fromkeys(clause.terms):
            own = None if self._is_late() else self._cache.positions(clause.field, term, documents, self._deadline)
            if own is None:
                self.complete = False
                return None
            positions[term] = own
        if clause.slop:
            return documents_of(window_starts(positions, Counter(clause.terms), len(clause.terms) + clause.slop))
        return documents_of(phrase_starts([positions[term] for term in clause.terms]))

    def _span(self, clause: SpanClause) -> Match:
        documents = self._holding(clause.field, clause.span)
        matches = [np.empty(0, np.int32)]
        for start in range(0, len(documents), _BATCH):
            some = documents[start : start + _BATCH]
            positions: dict[str, Numbers] = {}
            for word in dict.fromkeys(words_of(clause.span)):
                own = None if self._is_late() else self._positions(clause.field, word, some)
                if own is None:
                    self.complete = False
                    matches += [documents[start:]] if self._excluding else []
                    return unscored(np.concatenate(matches))
                positions[word] = own
            matches.append(documents_with(clause.span, positions.__getitem__, clause.times).astype(np.int32))
        return unscored(np.concatenate(matches))

    def _holding(self, field: str, span: Span) -> Integers:
        """Return the documents that hold the words which ``span`` needs."""
        match span:
            case AnyWord():
                terms = tuple((word, 1.0) for word in dict.fromkeys(span.words))
                return self._terms(TermClause(field, terms)).documents
            case Row():
                return intersection(self._holding(field, part) for part in span.parts)
            case Close():
                return intersection((self._holding(field, span.one), self._holding(field, span.other)))
            case Either():
                parts = [unscored(self._holding(field, part)) for part in span.parts]
                return union(parts, self._cache.size).documents
        assert_never(span)

    def _positions(self, field: str, word: str, documents: Integers) -> Numbers | None:
        """Return the positions of ``word`` in those of ``documents`` that hold it; None when the time is over."""
        holding = documents[contained(self._cache.postings(field, word).documents, documents)]
        if not len(holding):
            return np.empty(0, np.int64)
        positions = self._cache.positions(field, word, holding, self._deadline)
        return None if positions is None else positions[contained(holding, positions >> 32)]

    def _days(self, clause: DayClause) -> Match:
        days = self._cache.days
        within = (days >= max(clause.first, 1)) & (days <= clause.last) & self._cache.alive
        return unscored(np.flatnonzero(within).astype(np.int32))

    def _minimum_weight(self, clause: MinimumWeightClause) -> Match:
        least = clause.minimum * (1 - 1e-6)
        documents, weights, unknown = self._sums(clause.field, clause.terms)
        if self._excluding:
            weights = weights + unknown
        if least <= (unknown if self._excluding else 0.0):
            return self._all()
        return unscored(documents[weights >= least])

    def _sums(self, field: str, terms: tuple[tuple[str, float], ...]) -> _Sums:
        """Return the documents that hold any of ``terms``, the weight that each holds, and that of the terms not read.

        The last is 0 unless the time is over.
        """
        if self._summed and self._summed[0] == (field, terms):
            return self._summed[1]
        unknown = sum(weight for _, weight in terms)
        weights = np.zeros(self._cache.size)
        for term, weight in terms:
            if self._is_late():
                break
            weights[self._cache.postings(field, term).documents] += weight
            unknown -= weight
        else:
            unknown = 0.0
        documents = np.flatnonzero(weights).astype(np.int32)
        sums = documents, weights[documents], unknown
        if not unknown:
            self._summed = (field, terms), sums
        return sums

    def _first_of(self, clause: FirstOfClause) -> Match:
        for one in clause.clauses[:-1]:
            match = self.match(one)
            if self._is_late():
                return self.match(clause.clauses[-1]) if self._excluding else match
            if len(match.documents) >= clause.least:
                return match
        return self.match(clause.clauses[-1])

    def _boolean(self, clause: BooleanClause) -> Match:
        should = [self.match(part) for part in clause.should]
        must = [self.match(part) for part in clause.must]
        if must:
            match = with_scores(intersection(part.documents for part in must), [*must, *should])
        else:
            match = union(should, self._cache.size) if should else self._all()
        self._excluding = not self._excluding
        for part in clause.must_not:
            match = match.at(~contained(self.match(part).documents, match.documents))
        self._excluding = not self._excluding
        return match

    def _is_late(self) -> bool:
        """Return whether the deadline has passed; once it has, the result is not complete."""
        if self._deadline.passed():
            self.complete = False
        return not self.complete

    def _score(self, field: str, term: str, boost: float) -> Match:
        postings = self._cache.postings(field, term)
        self._postings_read += len(postings) + _POSTINGS_PER_LIST
        if field != STEMS or not boost:
            return unscored(postings.documents)
        idf = np.log1p((self._cache.live - len(postings) + 0.5) / (len(postings) + 0.5))
        weight = np.float32(boost * idf * (BM25_K1 + 1))
        frequencies = postings.frequencies
        return Match(postings.documents, weight * frequencies / (frequencies + self._cache.norms[postings.documents]))
