"""The port's prose as plain Python over a list of documents: slow, obvious, and what engines are compared with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import singledispatchmethod
from itertools import product

from searchapp.analysis.value_keys import value_key
from searchapp.engines.clauses import AnyWord, Close, Either, Row, Span
from searchapp.engines.port import (
    BM25_B,
    BM25_K1,
    BooleanClause,
    Clause,
    DayClause,
    Document,
    EngineRequest,
    FirstOfClause,
    MatchAllClause,
    MinimumWeightClause,
    PhraseClause,
    SpanClause,
    TermClause,
)
from searchapp.model import FacetBucket, Filters, HistogramBucket, Sort
from searchapp.schema import EXACT, FACET_KEYS, ID, PARTS, STEMS, TAG, WORDS, YEAR

__all__ = ["Oracle", "rounded_length"]


def rounded_length(length: int) -> int:
    """A length as Lucene and Tantivy keep it: 24, and what is beyond rounded down to four binary digits."""
    beyond = max(length - 24, 0)
    spare = max(beyond.bit_length() - 4, 0)
    return min(length, 24) + (beyond >> spare << spare)


class Oracle:
    """Answers requests about ``documents``, the live ones in the order of adding."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = list(documents)

    def total(self, request: EngineRequest) -> int:
        return len(self._found(self._asked(request), request.filters))

    def counted(self, request: EngineRequest) -> int | None:
        """Return the number of matches of ``counted`` among those of the request."""
        if request.counted is None:
            return None
        return len(self._found(BooleanClause(must=(self._asked(request), request.counted)), request.filters))

    def instead(self, request: EngineRequest) -> int:
        """Return how many clauses of the request find nothing, but for the last."""
        clauses = (request.clause, *request.instead)
        return next(
            (number for number, one in enumerate(clauses) if self._found(one, request.filters)), len(clauses) - 1
        )

    def _asked(self, request: EngineRequest) -> Clause:
        return (request.clause, *request.instead)[self.instead(request)]

    def _to_count(self, request: EngineRequest) -> Clause:
        asked = self._asked(request)
        return BooleanClause(must=(asked, request.counted)) if request.counted and self.counted(request) else asked

    def scores(self, request: EngineRequest) -> dict[str, float]:
        """Return the score of every document found, by article id, in the order of adding."""
        clause = self._asked(request)
        found = self._found(clause, request.filters)
        return {document.article.id: self._score(clause, document) for document in found}

    def ranked(self, request: EngineRequest) -> list[str]:
        """Return the ids of all that is found in the order asked for."""
        scores = self.scores(request)
        if request.sort is Sort.RELEVANCE:
            return sorted(scores, key=lambda entry: -round(scores[entry], 6))
        sign = 1 if request.sort is Sort.OLDEST else -1
        found = [document.article for document in self.documents if document.article.id in scores]
        dated = [article for article in found if article.date]
        dated.sort(key=lambda article: sign * int(article.date.timestamp()) if article.date else 0)
        return [article.id for article in (*dated, *(article for article in found if not article.date))]

    def facet(self, request: EngineRequest, name: str) -> tuple[FacetBucket, ...]:
        """Return all buckets of a facet; those of a request with a limit are the first of them."""
        found = self._found(self._to_count(request), request.filters, without=name)
        counts = Counter(key for document in found for key in _values(document, FACET_KEYS[name]))
        spellings = Counter(value for document in self.documents for value in set(_values(document, name)))
        shown = {key: key for key in counts}
        for value in sorted(sorted(spellings, reverse=True), key=lambda value: spellings[value]):
            shown[value_key(value)] = value
        ordered = sorted(counts, key=lambda key: (-counts[key], key))
        return tuple(FacetBucket(shown[key], counts[key]) for key in ordered)

    def histogram(self, request: EngineRequest) -> tuple[HistogramBucket, ...]:
        return self._by_period(request, request.filters)

    def timeline(self, request: EngineRequest) -> tuple[HistogramBucket, ...]:
        return self._by_period(request, replace(request.filters, date_from=None, date_to=None))

    def _by_period(self, request: EngineRequest, filters: Filters) -> tuple[HistogramBucket, ...]:
        found = self._found(self._to_count(request), filters)
        months = [document.day // 10000 * 12 + document.day // 100 % 100 for document in found if document.day]
        by_day = bool(months) and max(months) - min(months) < request.months_by_day
        return _by_period(found, 10 if by_day else 7)

    def dictionary(self, field: str) -> list[tuple[str, int]]:
        counts = Counter(value for document in self.documents for value in set(_values(document, field)))
        return sorted(counts.items())

    def _found(self, clause: Clause, filters: Filters, without: str = "") -> list[Document]:
        return [
            document
            for document in self.documents
            if self.matches(clause, document) and _passes(document, filters, without)
        ]

    @singledispatchmethod
    def matches(self, clause: Clause, document: Document) -> bool:
        raise TypeError(clause)

    @matches.register
    def _(self, _clause: MatchAllClause, _document: Document) -> bool:
        return True

    @matches.register
    def _(self, clause: TermClause, document: Document) -> bool:
        values = _values(document, clause.field)
        return any(term in values for term, _ in clause.terms)

    @matches.register
    def _(self, clause: MinimumWeightClause, document: Document) -> bool:
        held = set(_values(document, clause.field))
        return sum(weight for term, weight in clause.terms if term in held) >= clause.minimum * (1 - 1e-6)

    @matches.register
    def _(self, clause: FirstOfClause, document: Document) -> bool:
        counts = (sum(self.matches(one, other) for other in self.documents) for one in clause.clauses[:-1])
        chosen = next((index for index, count in enumerate(counts) if count >= clause.least), -1)
        return self.matches(clause.clauses[chosen], document)

    @matches.register
    def _(self, clause: DayClause, document: Document) -> bool:
        return bool(document.day) and clause.first <= document.day <= clause.last

    @matches.register
    def _(self, clause: PhraseClause, document: Document) -> bool:
        words, terms = _with_breaks(document, clause.field), clause.terms
        if not clause.slop:
            return any(tuple(words[start : start + len(terms)]) == terms for start in range(len(words)))
        places = [[place for place, word in enumerate(words) if word == term] for term in terms]
        return any(
            len(set(chosen)) == len(terms) and max(chosen) - min(chosen) < len(terms) + clause.slop
            for chosen in product(*places)
        )

    @matches.register
    def _(self, clause: SpanClause, document: Document) -> bool:
        found = _stretches(clause.span, _with_breaks(document, clause.field))
        return len({first for first, _ in found}) >= clause.times

    @matches.register
    def _(self, clause: BooleanClause, document: Document) -> bool:
        if any(self.matches(part, document) for part in clause.must_not):
            return False
        if clause.must or not clause.should:
            return all(self.matches(part, document) for part in clause.must)
        return any(self.matches(part, document) for part in clause.should)

    def _score(self, clause: Clause, document: Document) -> float:
        if isinstance(clause, BooleanClause):
            if not self.matches(clause, document):
                return 0.0
            return sum(self._score(part, document) for part in (*clause.must, *clause.should))
        if isinstance(clause, TermClause) and clause.field == STEMS:
            return sum(boost * self._bm25(term, document) for term, boost in clause.terms)
        return 0.0

    def _bm25(self, stem: str, document: Document) -> float:
        stems = [_values(entry, STEMS) for entry in self.documents]
        holding = sum(stem in entry for entry in stems)
        idf = math.log(1 + (len(stems) - holding + 0.5) / (holding + 0.5))
        average = sum(map(len, stems)) / len(stems)
        own = _values(document, STEMS)
        frequency = own.count(stem)
        length = rounded_length(len(own)) / average
        return idf * frequency * (BM25_K1 + 1) / (frequency + BM25_K1 * (1 - BM25_B + BM25_B * length))


def _by_period(documents: Iterable[Document], characters: int) -> tuple[HistogramBucket, ...]:
    """Count by the first characters of ISO days: 7 for months, 10 for days."""
    days = [
        f"{entry.day // 10000:04}-{entry.day // 100 % 100:02}-{entry.day % 100:02}" for entry in documents if entry.day
    ]
    counts = Counter(day[:characters] for day in days)
    return tuple(HistogramBucket(period, counts[period]) for period in sorted(counts))


def _values(document: Document, field: str) -> Sequence[str]:
    article = document.article
    terms = dict(zip(PARTS, (document.title, document.lead, document.text), strict=True))
    joined = dict(zip(PARTS, document.joined, strict=True))
    values: dict[str, Sequence[str]] = {
        STEMS: [term.stem for parts in (terms, joined) for part in parts.values() for term in part],
        **{name: [term.word for term in terms[part]] for part, name in WORDS.items()},
        **{name: [term.exact for term in (*terms[part], *joined[part])] for part, name in EXACT.items()},
        ID: [article.id],
        "source": [article.source] if article.source else [],
        "section": [article.section] if article.section else [],
        "author": list(dict.fromkeys(filter(None, article.authors))),
        TAG: list(dict.fromkeys(filter(None, article.tags))),
        "person": list(dict.fromkeys(article.people)),
        "organisation": list(dict.fromkeys(article.organisations)),
        "place": list(dict.fromkeys(article.places)),
        "language": [article.language] if article.language else [],
    }
    written = [name for name in FACET_KEYS if name != YEAR]
    values |= {FACET_KEYS[name]: list(dict.fromkeys(map(value_key, values[name]))) for name in written}
    values[FACET_KEYS[YEAR]] = [f"{document.day // 10000:04}"] if document.day else []
    return values.get(field, ())


def _stretches(span: Span, words: Sequence[str | None]) -> set[tuple[int, int]]:
    """Return every stretch (first, last) of ``span`` in ``words``."""
    match span:
        case AnyWord():
            return {(place, place) for place, word in enumerate(words) if word in span.words}
        case Row():
            width = len(span.parts)
            starts = range(len(words) - width + 1)
            return {
                (start, start + width - 1)
                for start in starts
                if all(words[start + at] in part.words for at, part in enumerate(span.parts))
            }
        case Either():
            return set().union(*(_stretches(part, words) for part in span.parts))
        case Close():
            pairs = product(_stretches(span.one, words), _stretches(span.other, words))
            return set(filter(None, (_cover(one, other, span.slop) for one, other in pairs)))


def _cover(one: tuple[int, int], other: tuple[int, int], slop: int) -> tuple[int, int] | None:
    for inner, outer in ((one, other), (other, one)):
        if outer[0] < inner[0] and inner[1] < outer[1]:
            return outer
    first, second = sorted((one, other))
    return (first[0], second[1]) if 0 <= second[0] - first[1] - 1 <= slop else None


def _with_breaks(document: Document, field: str) -> Sequence[str | None]:
    """Return the words of a part with None where a paragraph ends."""
    words: list[str | None] = list(_values(document, field))
    breaks = {WORDS[part]: breaks for part, breaks in zip(PARTS, document.breaks, strict=True)}
    for index in reversed(breaks.get(field, ())):
        words.insert(index, None)
    return words


def _passes(document: Document, filters: Filters, without: str) -> bool:
    for name, values in filters.values.items():
        if name != without and not set(map(value_key, values)) & set(_values(document, FACET_KEYS[name])):
            return False
    for name, values in filters.excluded.items():
        if name != without and set(map(value_key, values)) & set(_values(document, FACET_KEYS[name])):
            return False
    first = _day(filters.date_from) if filters.date_from else 0
    last = _day(filters.date_to) if filters.date_to else 99999999
    return not (filters.date_from or filters.date_to) or (bool(document.day) and first <= document.day <= last)


def _day(day: date) -> int:
    return int(day.strftime("%Y%m%d"))
