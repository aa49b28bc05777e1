"""From the port's clauses to OpenSearch's queries, as JSON.

A document's score is the sum of BM25 over its STEMS terms and nothing else: what does not score stands in a filter or
under a constant score of 0. What users type never reaches a parser of the cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import product
from math import prod
from typing import Any, Final, assert_never

from searchapp.engines.arrangements import arrangements, count_arrangements
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
from searchapp.engines.clauses import unscored as without_scores
from searchapp.engines.days import day_range
from searchapp.engines.field_values import filter_keys
from searchapp.engines.opensearch_engine.schema import DAY, GAPS, MAX_TERMS, ORDINAL, TERM_FIELDS
from searchapp.engines.opensearch_engine.term_encoding import GAP, term_text, value_text
from searchapp.engines.proximity import stand_near
from searchapp.engines.spans import documents_among
from searchapp.model import Deadline, Filters
from searchapp.schema import FACET_KEYS, STEMS, VALUE_FIELDS, WORDS

__all__ = [
    "MAX_SCORED",
    "NOTHING",
    "Count",
    "Find",
    "Json",
    "QueryBuilder",
    "Scan",
    "any_of",
    "filter_queries",
    "scores",
    "unscored",
]

Json = dict[str, Any]
Find = Callable[[Sequence[list[str]]], Iterable[int]]
"""The words of some documents, each by its positions -> the indexes of those that match."""
Scan = Callable[[str, Json, Find], tuple[list[int], bool]]
"""A field, a query and a test of words -> the ordinals of the documents that pass it, and whether all were tested."""
Count = Callable[[Json], int]
"""A query -> the number of documents that it finds."""

NOTHING: Final[Json] = {"match_none": {}}
_EVERYTHING: Final[Json] = {"match_all": {}}
# Phrases with gaps in one query; words near each other that would need more are looked for in the stored words.
# A node takes 1,024 clauses in a query, its parts counted together (indices.query.bool.max_clause_count): words that
# score, words near each other, phrases. A set of words that does not score is one clause.
MAX_SCORED: Final = 800
"""Words of a query that score."""
_MAX_NEAR_WORDS: Final = 150
_MAX_ARRANGEMENTS: Final = 64
_MAX_WAYS: Final = 64
# So many terms are looked up whatever the time.
_FREE_TERMS: Final = 64
# A sum of weights that misses the minimum by less is enough, as the port has it.
_ROUNDING: Final = 1e-6


def scores(clause: Clause) -> bool:
    """Return whether any document can get a score from ``clause``."""
    if isinstance(clause, BooleanClause):
        return any(scores(part) for part in (*clause.should, *clause.must))
    return isinstance(clause, TermClause) and clause.field == STEMS and any(boost for _, boost in clause.terms)


class QueryBuilder:
    """Makes the query of one search.

    Out of time, a costly clause finds nothing; where it excludes, everything. ``complete`` says whether there was time
    for all clauses. ``scan`` answers those that no query of a cluster expresses.
    """

    def __init__(self, deadline: Deadline, scan: Scan, count: Count) -> None:
        self._deadline = deadline
        self._scan = scan
        self._count = count
        self._excluding = False
        self._most_scored = 0
        self._near_words_left = 0
        self.complete = True

    def query(self, clause: Clause) -> Json:
        """Return the query that finds as ``clause`` does, and scores as it does where scores count.

        Of more than MAX_SCORED words, some of the largest sets find without scoring: a node takes 1,024 in a query.
        """
        self._most_scored = _common_limit(list(_scored_sizes(clause)), MAX_SCORED)
        self._near_words_left = _MAX_NEAR_WORDS
        return self._query(clause)

    def _query(self, clause: Clause) -> Json:
        match clause:
            case TermClause():
                return self._terms(clause)
            case PhraseClause():
                return self._phrase(clause)
            case SpanClause():
                return self._span(clause)
            case DayClause():
                return days(clause.first, clause.last)
            case MinimumWeightClause():
                return self._minimum_weight(clause)
            case FirstOfClause():
                return self._first_of(clause)
            case MatchAllClause():
                return _EVERYTHING
            case BooleanClause():
                return self._boolean(clause)
        assert_never(clause)

    def _terms(self, clause: TermClause) -> Json:
        if clause.field not in TERM_FIELDS or not clause.terms:
            return NOTHING
        if scores(clause):
            first, rest = clause.terms[: self._most_scored], clause.terms[self._most_scored :]
            found = [unscored(any_of(clause.field, [term for term, _ in rest]))] if rest else []
            return _should([*(_scored(term, boost) for term, boost in first), *found])
        if len(clause.terms) > _FREE_TERMS and self._is_late():
            return self._unknown()
        return any_of(clause.field, [term for term, _ in clause.terms])

    def _phrase(self, clause: PhraseClause) -> Json:
        if clause.field not in WORDS.values() or not clause.terms:
            return NOTHING
        if len(clause.terms) == 1:
            return any_of(clause.field, clause.terms)
        if self._is_late():
            return self._unknown()
        return self._together(clause.field, list(map(term_text, clause.terms)), clause.slop)

    def _together(self, field: str, terms: list[str], slop: int) -> Json:
        if not slop:
            return _row(field, terms)
        if len(set(terms)) == len(terms):  # of equal ones, intervals would take one word for two
            return _near(field, [[term] for term in terms], slop)
        stretch = len(terms) + slop
        if count_arrangements(terms, stretch) <= _MAX_ARRANGEMENTS:
            return _should([_row_with_gaps(field, way) for way in arrangements(terms, stretch)])
        every_term = {"bool": {"filter": [{"term": {field: term}} for term in dict.fromkeys(terms)]}}
        is_match = partial(stand_near, terms=terms, slop=slop)
        return self._scanned(field, every_term, lambda some: [i for i, words in enumerate(some) if is_match(words)])

    def _span(self, clause: SpanClause) -> Json:
        if clause.field not in WORDS.values():
            return NOTHING
        if self._is_late():
            return self._unknown()
        span = _encoded(clause.span)
        near_words = _count_near_words(span)
        if clause.times == 1 and near_words <= self._near_words_left and (query := _expressed(clause.field, span)):
            self._near_words_left -= near_words
            return query
        return self._scanned(
            clause.field, _holding(clause.field, span), lambda some: documents_among(some, span, clause.times)
        )

    def _minimum_weight(self, clause: MinimumWeightClause) -> Json:
        if clause.field not in TERM_FIELDS or not clause.terms:
            return NOTHING
        if self._is_late():
            return self._unknown()
        weights = [
            {"filter": {"term": {clause.field: _text(clause.field, term)}}, "weight": weight}
            for term, weight in clause.terms
        ]
        return {
            "function_score": {
                "query": any_of(clause.field, [term for term, _ in clause.terms]),
                "functions": weights,
                "score_mode": "sum",
                "boost_mode": "replace",
                "min_score": clause.minimum * (1 - _ROUNDING),
            }
        }

    def _first_of(self, clause: FirstOfClause) -> Json:
        for candidate in clause.clauses[:-1]:
            if self._is_late():
                self.complete = False
                return self._query(clause.clauses[-1] if self._excluding else candidate)
            query = self._query(candidate)
            if self._count(query) >= clause.least:
                return query
        return self._query(clause.clauses[-1])

    def _boolean(self, clause: BooleanClause) -> Json:
        must, should = [(part, self._query(part)) for part in clause.must], [self._part(part) for part in clause.should]
        self._excluding = not self._excluding
        must_not = [self._query(without_scores(part)) for part in clause.must_not]
        self._excluding = not self._excluding
        filters = [query for part, query in must if not scores(part)]
        parts = {
            "must": [query for part, query in must if scores(part)],
            "filter": filters if must or should else [_EVERYTHING],
            "should": should,
            "must_not": must_not,
        }
        least = {"minimum_should_match": 1} if should and not must else {}
        return {"bool": {name: queries for name, queries in parts.items() if queries} | least}

    def _part(self, clause: Clause) -> Json:
        query = self._query(clause)
        return query if scores(clause) else unscored(query)

    def _scanned(self, field: str, candidates: Json, find: Find) -> Json:
        ordinals, complete = self._scan(field, candidates, find)
        if not complete:
            self.complete = False
            if self._excluding:
                return candidates
        return _alternatives(ORDINAL, ordinals)

    def _is_late(self) -> bool:
        return self._deadline.passed()

    def _unknown(self) -> Json:
        """Return the query in place of a clause that there is no time for."""
        self.complete = False
        return _EVERYTHING if self._excluding else NOTHING


def _scored_sizes(clause: Clause) -> Iterator[int]:
    """Yield the number of words of each set that scores."""
    if isinstance(clause, BooleanClause):
        for part in (*clause.should, *clause.must):
            yield from _scored_sizes(part)
    elif scores(clause) and isinstance(clause, TermClause):
        yield len(clause.terms)


def _common_limit(sizes: Sequence[int], total: int) -> int:
    """Return the largest limit under which sets of these sizes have at most ``total`` words together."""
    left = total
    for number, size in enumerate(sorted(sizes)):
        share = left // (len(sizes) - number)
        if size > share:
            return share
        left -= size
    return total


def _count_near_words(span: Span) -> int:
    """Return the words of which each is a clause of its own in the query of ``span``."""
    match span:
        case Close():
            return sum(len(part.words) for part in (span.one, span.other) if isinstance(part, AnyWord))
        case Either():
            return sum(map(_count_near_words, span.parts))
    return 0


def filter_queries(filters: Filters) -> dict[str, Json]:
    """Return the query of each facet that is narrowed, and of DAY, by their names."""
    queries: dict[str, Json] = {}
    for name in dict.fromkeys((*filters.values, *filters.excluded)):
        chosen, excluded = filter_keys(filters, name)
        if name not in FACET_KEYS:  # no document has a value of it
            if chosen:
                queries[name] = NOTHING
            continue
        must = [any_of(FACET_KEYS[name], chosen)] if chosen else []
        must_not = [any_of(FACET_KEYS[name], excluded)] if excluded else []
        queries[name] = {"bool": {"filter": must, "must_not": must_not}}
    if range_ := day_range(filters):
        queries[DAY] = days(*range_)
    return queries


def any_of(field: str, terms: Sequence[str]) -> Json:
    """Return the query for any of ``terms``, whose score means nothing."""
    texts = [_text(field, term) for term in terms]
    return {"term": {field: texts[0]}} if len(texts) == 1 else _alternatives(field, texts)


def days(first: int, last: int) -> Json:
    """Return the query for the days from ``first`` to ``last``; a document without a date has none."""
    # A column of days holds 32 bits.
    first, last = max(first, 0), min(last, (1 << 31) - 1)
    return {"range": {DAY: {"gte": first, "lte": last}}} if first <= last else NOTHING


def unscored(query: Json) -> Json:
    return {"constant_score": {"filter": query, "boost": 0.0}}


def _text(field: str, term: str) -> str:
    return value_text(term) if field in VALUE_FIELDS else term_text(term)


def _scored(term: str, boost: float) -> Json:
    text = term_text(term)
    return {"term": {STEMS: {"value": text, "boost": boost}}} if boost else unscored({"term": {STEMS: text}})


def _alternatives(field: str, values: Sequence[str] | Sequence[int]) -> Json:
    if not values:
        return NOTHING
    sets = [values[start : start + MAX_TERMS] for start in range(0, len(values), MAX_TERMS)]
    return _should([{"terms": {field: list(some)}} for some in sets])


def _should(queries: Sequence[Json]) -> Json:
    return queries[0] if len(queries) == 1 else {"bool": {"should": list(queries)}}


# Phrases and spans


def _row(field: str, terms: Sequence[str]) -> Json:
    if len(terms) == 1:
        return {"term": {field: terms[0]}}
    return {"match_phrase": {field: {"query": " ".join(terms)}}}


def _row_with_gaps(field: str, way: Iterable[tuple[int, str]]) -> Json:
    """Return the phrase of (offset, term) pairs; an analyzer takes the signs of gaps out and leaves their positions."""
    placed = dict(way)
    words = (placed.get(offset, GAP) for offset in range(max(placed) + 1))
    return {"match_phrase": {field: {"query": " ".join(words), "analyzer": GAPS}}}


def _near(field: str, groups: Sequence[Sequence[str]], slop: int) -> Json:
    """Return the query for one word of each group, in any order, with ``slop`` positions between them at most."""
    near = {"ordered": False, "max_gaps": slop, "intervals": [_any_word(group) for group in groups]}
    return {"intervals": {field: {"all_of": near}}}


def _any_word(words: Sequence[str]) -> Json:
    return {"any_of": {"intervals": [{"match": {"query": word}} for word in words]}}


def _expressed(field: str, span: Span) -> Json | None:
    """Return the query for the documents that hold ``span``; None when no query of a cluster expresses it exactly."""
    match span:
        case AnyWord():
            return _alternatives(field, list(dict.fromkeys(span.words)))
        case Row():
            return _expressed_row(field, span)
        case Either():
            parts = [_expressed(field, part) for part in span.parts]
            return None if None in parts else _should([part for part in parts if part])
        case Close(one=AnyWord(words=one), other=AnyWord(words=other)) if not set(one) & set(other):
            return _near(field, [list(one), list(other)], span.slop)
        case Close():
            return None
    assert_never(span)


def _expressed_row(field: str, row: Row) -> Json | None:
    if prod(len(part.words) for part in row.parts) > _MAX_WAYS:
        return None
    return _should([_row(field, way) for way in product(*(part.words for part in row.parts))])


def _holding(field: str, span: Span) -> Json:
    """Return the query for the documents that hold the words which ``span`` needs."""
    match span:
        case AnyWord():
            return _alternatives(field, list(dict.fromkeys(span.words)))
        case Row():
            return {"bool": {"filter": [_holding(field, part) for part in span.parts]}}
        case Either():
            return _should([_holding(field, part) for part in span.parts])
        case Close():
            return {"bool": {"filter": [_holding(field, part) for part in (span.one, span.other)]}}
    assert_never(span)


def _encoded(span: Span) -> Span:
    """Return ``span`` with its words as they stand in the index."""
    match span:
        case AnyWord():
            return AnyWord(tuple(map(term_text, span.words)))
        case Row():
            return Row(tuple(AnyWord(tuple(map(term_text, part.words))) for part in span.parts))
        case Either():
            return Either(tuple(map(_encoded, span.parts)))
        case Close():
            return Close(_encoded(span.one), _encoded(span.other), span.slop)
    assert_never(span)
