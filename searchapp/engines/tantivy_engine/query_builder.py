"""From the port's clauses to Tantivy's queries.

Everything that does not score is wrapped into a constant score of 0, so that a document's score is the sum of BM25 over
its STEMS terms and nothing else. Tantivy's BM25 is the port's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice, product
from math import prod
from typing import Final, assert_never

import tantivy
from tantivy import DocAddress, FieldType, Occur, Query

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
from searchapp.engines.days import day_range
from searchapp.engines.field_values import filter_keys
from searchapp.engines.proximity import stand_in_a_row, stand_near
from searchapp.engines.spans import documents_among
from searchapp.engines.tantivy_engine.schema import DAY, PACKED
from searchapp.engines.tantivy_engine.stored import read_words, stored_bytes, words_at_positions
from searchapp.engines.tantivy_engine.weights import as_boolean
from searchapp.model import Deadline, Filters
from searchapp.schema import FACET_KEYS, ID, STEMS, WORDS

__all__ = ["QueryBuilder", "scores"]

# More would take longer than scanning the words of the documents that hold all terms.
_MAX_ARRANGEMENTS: Final = 64
# Documents that a phrase is looked for in, a second: half of what is measured, since counting facets does it again.
_PHRASES_PER_SECOND: Final = 2_000_000
# The cost, in such documents, of other work that cannot be interrupted: opening a posting list costs as much as
# _DOCUMENTS_PER_LIST of them, and _POSTINGS_PER_DOCUMENT postings as much as one.
_DOCUMENTS_PER_LIST: Final = 5
_POSTINGS_PER_DOCUMENT: Final = 50
# So many terms are looked up whatever the time.
_FREE_TERMS: Final = 64
# Rows of words that are asked for one by one.
_MAX_WAYS: Final = 64
# Documents whose words are read between two checks of the clock.
_DOCUMENTS_AT_A_TIME: Final = 16
# Documents that one search returns for scanning.
_SCAN_BATCH: Final = 1 << 16


def scores(clause: Clause) -> bool:
    """Return whether any document can get a score from ``clause``."""
    if isinstance(clause, BooleanClause):
        return any(scores(part) for part in (*clause.should, *clause.must))
    return isinstance(clause, TermClause) and clause.field == STEMS and any(boost for _, boost in clause.terms)


class QueryBuilder:
    """Makes queries for one generation, for one search.

    Out of time, a costly clause finds the documents that it is sure of; where it excludes, all that it may match.
    ``complete`` says whether there was time for everything.
    """

    def __init__(
        self, schema: tantivy.Schema, fields: frozenset[str], searcher: tantivy.Searcher, deadline: Deadline
    ) -> None:
        """``fields`` are those that a term can be looked for in."""
        self._schema = schema
        self._fields = fields
        self._searcher = searcher
        self._deadline = deadline
        self._excluding = False
        self._planned = 0
        self._chosen: dict[tuple[FirstOfClause, bool], Query] = {}
        self.complete = True

    def query(self, clause: Clause) -> Query:
        """Return the query that finds and scores as ``clause`` does."""
        match clause:
            case TermClause():
                return self._terms(clause)
            case PhraseClause():
                return self._phrase(clause)
            case SpanClause():
                return self._span(clause)
            case DayClause():
                return self.days(clause.first, clause.last)
            case MinimumWeightClause():
                return self._minimum_weight(clause)
            case FirstOfClause():
                return self._first_of(clause)
            case MatchAllClause():
                return self._all()
            case BooleanClause():
                return self._boolean(clause)
        assert_never(clause)

    def _all(self) -> Query:
        return _unscored(Query.all_query())

    def _terms(self, clause: TermClause) -> Query:
        if clause.field not in self._fields or not clause.terms:
            return Query.empty_query()
        if not scores(clause):
            terms = [term for term, _ in clause.terms]
            if self._has_time_for_terms(clause.field, terms):
                return self.any_of(clause.field, terms)
            # Nothing is sure to match, anything may.
            self.complete = False
            return self._all() if self._excluding else Query.empty_query()
        queries = ((self._term(STEMS, term), boost) for term, boost in clause.terms)
        return _should([query if boost == 1 else Query.boost_query(query, boost) for query, boost in queries])

    def _phrase(self, clause: PhraseClause) -> Query:
        if clause.field not in WORDS.values() or not clause.terms:
            return Query.empty_query()
        terms = [encodable(term) for term in clause.terms]
        if len(terms) == 1:
            return self.any_of(clause.field, terms)
        return self._together(clause.field, terms, clause.slop)

    def _span(self, clause: SpanClause) -> Query:
        if clause.field not in WORDS.values():
            return Query.empty_query()
        ways = self._ways(clause)
        if ways and self._has_time_for(sum(min(map(partial(self._frequency, clause.field), way)) for way in ways)):
            return _unscored(_should([self._row(clause.field, way) for way in ways]))

        return self._scanned(
            clause.field,
            self._holding(clause.field, clause.span),
            lambda some: documents_among(some, clause.span, clause.times),
        )

    def _ways(self, clause: SpanClause) -> list[list[str]]:
        """Return the rows of words that ``clause`` stands for; none when it is no row, or stands for too many."""
        span = clause.span
        if clause.times > 1 or not isinstance(span, Row) or prod(len(part.words) for part in span.parts) > _MAX_WAYS:
            return []
        return [[encodable(word) for word in way] for way in product(*(part.words for part in span.parts))]

    def _row(self, field: str, words: list[str]) -> Query:
        return self._term(field, words[0]) if len(words) == 1 else Query.phrase_query(self._schema, field, list(words))

    def _holding(self, field: str, span: Span) -> Query:
        """Return the query for the documents that hold the words which ``span`` needs."""
        match span:
            case AnyWord():
                return self._terms(TermClause(field, tuple((word, 1.0) for word in span.words)))
            case Row() | Either():
                occur = Occur.Must if isinstance(span, Row) else Occur.Should
                return Query.boolean_query([(occur, self._holding(field, part)) for part in span.parts])
            case Close():
                return Query.boolean_query(
                    [(Occur.Must, self._holding(field, part)) for part in (span.one, span.other)]
                )
        assert_never(span)

    def _minimum_weight(self, clause: MinimumWeightClause) -> Query:
        boolean = as_boolean(clause, self._deadline)
        if boolean is None:
            self.complete = False
            terms = tuple(TermClause(clause.field, ((term, 0.0),)) for term, _ in clause.terms)
            boolean = BooleanClause(should=terms) if self._excluding else BooleanClause(must=terms)
        return _unscored(self.query(boolean))

    def _first_of(self, clause: FirstOfClause) -> Query:
        """Return the query for one of the clauses; it is chosen once, since what is counted asks for it again."""
        key = clause, self._excluding
        if key not in self._chosen:
            self._chosen[key] = self._first(clause)
        return self._chosen[key]

    def _first(self, clause: FirstOfClause) -> Query:
        for one in clause.clauses[:-1]:
            query = self.query(one)
            self.complete = self.complete and not self._deadline.passed()
            if not self.complete:
                return self.query(clause.clauses[-1]) if self._excluding else query
            if self.count(query) >= clause.least:
                return query
        return self.query(clause.clauses[-1])

    def count(self, query: Query) -> int:
        """Return the number of documents that match."""
        count: int = self._searcher.search(query, limit=1).count  # type: ignore[attr-defined]  # not in its stubs
        return count

    def _boolean(self, clause: BooleanClause) -> Query:
        parts = [(Occur.Must, self.query(part)) for part in clause.must]
        parts += [(Occur.Should, self.query(part)) for part in clause.should]
        if not parts:
            parts.append((Occur.Must, self._all()))
        self._excluding = not self._excluding
        parts += [(Occur.MustNot, self.query(part)) for part in clause.must_not]
        self._excluding = not self._excluding
        return parts[0][1] if len(parts) == 1 else Query.boolean_query(parts)

    def filtered(self, query: Query, filters: Filters, without: str = "") -> Query:
        """Return ``query`` narrowed by ``filters``, but for that of the facet ``without``, or of DAY."""
        parts: list[tuple[Occur, Query]] = []
        for name in dict.fromkeys((*filters.values, *filters.excluded)):
            if name == without:
                continue
            chosen, excluded = filter_keys(filters, name)
            if FACET_KEYS.get(name) not in self._fields:  # no document has a value of it
                parts += [(Occur.Must, Query.empty_query())] if chosen else []
                continue
            parts += [(Occur.Must, self.any_of(FACET_KEYS[name], chosen))] if chosen else []
            parts += [(Occur.MustNot, self.any_of(FACET_KEYS[name], excluded))] if excluded else []
        if without != DAY and (days := day_range(filters)):
            parts.append((Occur.Must, self.days(*days)))
        return Query.boolean_query([(Occur.Must, query), *parts]) if parts else query

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
        if ways > _MAX_ARRANGEMENTS or not self._has_time_for(ways * min(map(partial(self._frequency, field), terms))):
            every_term = Query.boolean_query([(Occur.Must, self.any_of(field, [term])) for term in set(terms)])
            is_match = partial(stand_near, terms=terms, slop=slop) if slop else partial(stand_in_a_row, terms=terms)
            return self._scanned(
                field, every_term, lambda some: [index for index, words in enumerate(some) if is_match(words)]
            )
        if not slop:
            return _unscored(Query.phrase_query(self._schema, field, list(terms)))
        phrases = arrangements(terms, stretch)
        return _unscored(_should([Query.phrase_query(self._schema, field, list(way)) for way in phrases]))

    def _scanned(self, field: str, candidates: Query, find: Callable[[Sequence[list[str]]], Iterable[int]]) -> Query:
        """Return the query for the documents that ``find`` tells by their stored words, as many as there is time for.

        ``find`` is called with the words of some documents, each by its positions, and returns indexes of these.
        """
        ids = list[str]()
        # What is planned takes its time too, when Tantivy runs the query.
        deadline = Deadline(self._deadline.moment - self._planned / _PHRASES_PER_SECOND)
        addresses = self._documents(candidates)
        while some := list(islice(addresses, _DOCUMENTS_AT_A_TIME)):
            if deadline.passed():
                self.complete = False
                if self._excluding:
                    return _unscored(candidates)
                break
            documents = [self._searcher.doc(address) for address in some]
            words = (read_words(stored_bytes(document, PACKED), field) for document in documents)
            chosen = find(list(map(words_at_positions, words)))
            ids += [documents[index].get_all(ID)[0] for index in chosen]
        return self.any_of(ID, ids) if ids else Query.empty_query()

    def _documents(self, query: Query) -> Iterator[DocAddress]:
        """Yield the documents that match, a batch at a time: Tantivy makes room for all that it is asked for."""
        for offset in range(0, self._searcher.num_docs, _SCAN_BATCH):
            hits = self._searcher.search(query, limit=_SCAN_BATCH, offset=offset, count=False).hits
            yield from (address for _, address in hits)
            if len(hits) < _SCAN_BATCH:
                break

    def _has_time_for_terms(self, field: str, terms: list[str]) -> bool:
        """Return whether there is time to look up a set of terms; a few are always looked up."""
        if len(terms) <= _FREE_TERMS:
            return True
        postings = sum(self._frequency(field, encodable(term)) for term in terms)
        return self._has_time_for(len(terms) * _DOCUMENTS_PER_LIST + postings // _POSTINGS_PER_DOCUMENT)

    def _has_time_for(self, documents: int) -> bool:
        """Return whether there is time for a phrase in so many documents; if so, it is added to what is planned."""
        fits = self._planned + documents <= (self._deadline.moment - time.monotonic()) * _PHRASES_PER_SECOND
        self._planned += documents if fits else 0
        return fits

    def _frequency(self, field: str, term: str) -> int:
        return self._searcher.doc_freq(field, term)


def encodable(text: str) -> str:
    """Return ``text`` without the halves of surrogate pairs, which no stored text holds and Tantivy cannot take."""
    return text.encode("utf-8", "replace").decode()


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _should(queries: Sequence[Query]) -> Query:
    """Return the query for any of ``queries``; Tantivy is five times quicker with one when nothing is around it."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])
