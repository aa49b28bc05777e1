"""From the port's clauses to Tantivy's queries.

Everything that does not score is wrapped into a constant score of 0, so that a document's score is the sum of BM25 over
its STEMS terms and nothing else. Tantivy's BM25 is the port's.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial, singledispatchmethod
from typing import Final

import tantivy
from tantivy import DocAddress, FieldType, Occur, Query

from searchapp.engines.days import day_range
from searchapp.engines.port import (
    BooleanClause,
    Clause,
    DayClause,
    MatchAllClause,
    MinimumWeightClause,
    PhraseClause,
    TermClause,
)
from searchapp.engines.proximity import stand_in_a_row, stand_near
from searchapp.engines.tantivy_engine.arrangements import arrangements, count_arrangements
from searchapp.engines.tantivy_engine.schema import DAY, TERM_FIELDS
from searchapp.engines.tantivy_engine.stored import split
from searchapp.engines.tantivy_engine.weights import as_boolean
from searchapp.model import Deadline, Filters
from searchapp.schema import FACET_FIELDS, ID, STEMS, WORDS

__all__ = ["Queries", "scores"]

# More would take longer than looking through the words of the documents that hold all terms.
_MOST_ARRANGEMENTS: Final = 64
# Documents that a phrase is looked for in, a second: half of what is measured, since counting facets does it again.
_PHRASES_PER_SECOND: Final = 2_000_000
# What else cannot be interrupted, in such documents: opening a posting list, and postings that cost as much as one.
_TERM: Final = 5
_POSTINGS: Final = 50
_FEW_TERMS: Final = 64
# Documents that are looked through with one search.
_AT_A_TIME: Final = 1 << 16


def scores(clause: Clause) -> bool:
    """Return whether any document can get a score from ``clause``."""
    if isinstance(clause, BooleanClause):
        return any(scores(part) for part in (*clause.should, *clause.must))
    return isinstance(clause, TermClause) and clause.field == STEMS and any(boost for _, boost in clause.terms)


class Queries:
    """Makes queries for one generation, for one search.

    Out of time, a costly clause finds the documents that it is sure of; where it excludes, all that it may match.
    ``complete`` tells whether there was time for everything.
    """

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher, deadline: Deadline) -> None:
        self._schema = schema
        self._searcher = searcher
        self._deadline = deadline
        self._excluding = False
        self._expected = 0
        self.complete = True

    @singledispatchmethod
    def of(self, clause: Clause) -> Query:
        """Return the query that finds and scores what ``clause`` does."""
        raise TypeError(f"not a clause: {clause!r}")

    @of.register
    def _(self, _clause: MatchAllClause) -> Query:
        return _unscored(Query.all_query())

    @of.register
    def _(self, clause: TermClause) -> Query:
        if clause.field not in TERM_FIELDS or not clause.terms:
            return Query.empty_query()
        if not scores(clause):
            terms = [term for term, _ in clause.terms]
            return (
                self.any_of(clause.field, terms) if self._has_time_for_terms(clause.field, terms) else self._unknown()
            )
        return _should([_boosted(self._term(STEMS, term), boost) for term, boost in clause.terms])

    @of.register
    def _(self, clause: PhraseClause) -> Query:
        if clause.field not in WORDS.values() or not clause.terms:
            return Query.empty_query()
        terms = [encodable(term) for term in clause.terms]
        if len(terms) == 1:
            return self.any_of(clause.field, terms)
        return self._together(clause.field, terms, clause.slop)

    @of.register
    def _(self, clause: MinimumWeightClause) -> Query:
        exact = as_boolean(clause, self._deadline)
        if exact:
            return _unscored(self.of(exact))
        self.complete = False
        every = tuple(TermClause(clause.field, ((term, 0.0),)) for term, _ in clause.terms)
        return _unscored(self.of(BooleanClause(should=every) if self._excluding else BooleanClause(must=every)))

    @of.register
    def _(self, clause: DayClause) -> Query:
        return self.days(clause.first, clause.last)

    @of.register
    def _(self, clause: BooleanClause) -> Query:
        parts = [(Occur.Must, self.of(part)) for part in clause.must]
        parts += [(Occur.Should, self.of(part)) for part in clause.should]
        if not parts:
            parts.append((Occur.Must, self.of(MatchAllClause())))
        self._excluding = not self._excluding
        parts += [(Occur.MustNot, self.of(part)) for part in clause.must_not]
        self._excluding = not self._excluding
        return parts[0][1] if len(parts) == 1 else Query.boolean_query(parts)

    def filtered(self, query: Query, filters: Filters, without: str = "") -> Query:
        """Return ``query`` narrowed by ``filters``, but for those of the field ``without``."""
        parts = [
            self.any_of(name, values) if name in FACET_FIELDS else Query.empty_query()
            for name, values in filters.values.items()
            if name != without
        ]
        if days := day_range(filters):
            parts.append(self.days(*days))
        return Query.boolean_query([(Occur.Must, part) for part in (query, *parts)]) if parts else query

    def any_of(self, field: str, values: Iterable[str]) -> Query:
        """Return the query for any of ``values``, without a score."""
        texts = [encodable(value) for value in values]
        if len(texts) == 1:
            return _unscored(self._term(field, texts[0]))
        return _unscored(Query.term_set_query(self._schema, field, texts))

    def days(self, first: int, last: int) -> Query:
        """Return the query for the days from ``first`` to ``last``; a document without a date has none."""
        if last < max(first, 0):
            return Query.empty_query()
        days = Query.range_query(self._schema, DAY, FieldType.Unsigned, max(first, 0), last)
        return _unscored(days)

    def _term(self, field: str, term: str) -> Query:
        return Query.term_query(self._schema, field, encodable(term), "freq" if field == STEMS else "basic")

    def _together(self, field: str, terms: list[str], slop: int) -> Query:
        """Return the query for ``terms`` together: by phrases, which nothing interrupts, if there is time for them."""
        stretch = len(terms) + slop
        ways = count_arrangements(terms, stretch) if slop else 1
        if ways > _MOST_ARRANGEMENTS or not self._has_time_for(ways * min(map(partial(self._frequency, field), terms))):
            return self._looked_through(field, terms, slop)
        if not slop:
            return _unscored(Query.phrase_query(self._schema, field, list(terms)))
        phrases = arrangements(terms, stretch)
        return _unscored(_should([Query.phrase_query(self._schema, field, list(way)) for way in phrases]))

    def _looked_through(self, field: str, terms: list[str], slop: int) -> Query:
        """Return the query for the documents whose stored words pass, as many as there is time to look through."""
        every_term = Query.boolean_query([(Occur.Must, self.any_of(field, [term])) for term in set(terms)])
        searcher, found = self._searcher, list[str]()
        # What was found takes its time too, when Tantivy runs the query.
        deadline = Deadline(self._deadline.moment - self._expected / _PHRASES_PER_SECOND)
        for address in self._documents(every_term):
            if deadline.passed():
                self.complete = False
                if self._excluding:
                    return every_term
                break
            document = searcher.doc(address)
            words = split(document.get_all(field)[0])
            if stand_near(words, terms, slop) if slop else stand_in_a_row(words, terms):
                found.append(document.get_all(ID)[0])
        return self.any_of(ID, found) if found else Query.empty_query()

    def _documents(self, query: Query) -> Iterator[DocAddress]:
        """Yield the documents that ``query`` finds, some at a time: Tantivy makes room for all that it is asked for."""
        for offset in range(0, self._searcher.num_docs, _AT_A_TIME):
            hits = self._searcher.search(query, limit=_AT_A_TIME, offset=offset, count=False).hits
            yield from (address for _, address in hits)
            if len(hits) < _AT_A_TIME:
                break

    def _has_time_for_terms(self, field: str, terms: list[str]) -> bool:
        """Return the same for a set of terms; a few are always looked for."""
        if len(terms) <= _FEW_TERMS:
            return True
        postings = sum(self._frequency(field, encodable(term)) for term in terms)
        return self._has_time_for(len(terms) * _TERM + postings // _POSTINGS)

    def _unknown(self) -> Query:
        """Return the query in place of a clause that there is no time for: nothing is sure to match, anything may."""
        self.complete = False
        return self.of(MatchAllClause()) if self._excluding else Query.empty_query()

    def _has_time_for(self, phrases: int) -> bool:
        """Return whether so many phrases more can be looked at in time; then they are taken to be."""
        fits = self._expected + phrases <= (self._deadline.moment - time.monotonic()) * _PHRASES_PER_SECOND
        self._expected += phrases if fits else 0
        return fits

    def _frequency(self, field: str, term: str) -> int:
        return self._searcher.doc_freq(field, term)


def encodable(text: str) -> str:
    """Return ``text`` without the halves of surrogate pairs, which no stored text holds and Tantivy cannot take."""
    return text.encode("utf-8", "replace").decode()


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _boosted(query: Query, boost: float) -> Query:
    return query if boost == 1 else Query.boost_query(query, boost)


def _should(queries: Sequence[Query]) -> Query:
    """Return the query for any of ``queries``; Tantivy is five times quicker with one when nothing is around it."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])
