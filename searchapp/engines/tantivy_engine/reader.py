"""Searching a Tantivy index: it finds, scores and counts; here, and in :mod:`.order`, its answers become the port's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import tantivy
from tantivy import Query

from searchapp.engines.clauses import BooleanClause, Clause, TermClause, unscored
from searchapp.engines.days import day_label, month_label, months_between
from searchapp.engines.field_values import facet_buckets, shown_values
from searchapp.engines.panics import panics_as_exceptions
from searchapp.engines.port import (
    Candidate,
    Details,
    DocumentHandle,
    EngineRequest,
    EngineResult,
    TermPrefix,
    TermStatistics,
)
from searchapp.engines.tantivy_engine.grouping import Grouping
from searchapp.engines.tantivy_engine.order import Ordering, address_of
from searchapp.engines.tantivy_engine.query_builder import QueryBuilder, encodable, scores
from searchapp.engines.tantivy_engine.schema import DAY, MONTH, PACKED, RERANK_FEATURES, term_fields
from searchapp.engines.tantivy_engine.stored import read_article, stored_bytes
from searchapp.model import Article, Deadline, FacetBucket, HistogramBucket, Sort
from searchapp.schema import FACET_KEYS, ID, VALUE_ATTRIBUTES

__all__ = ["MAX_FACET_VALUES", "TantivyReader"]

Counts = list[tuple[Any, int]]
"""(value, number of documents) pairs of a column, by falling number."""

# Buckets of a facet. Beyond, rare values would be left out; Tantivy itself refuses more.
MAX_FACET_VALUES: Final = 65_000
# Buckets asked for beyond the limit of a facet: equal counts at its end come in no order.
_SPARE: Final = 64
_ALL: Final = 1 << 30
# Documents whose features are read between two checks of the deadline.
_FEATURES_AT_A_TIME: Final = 10


class TantivyReader:
    """A :class:`~searchapp.engines.port.Reader`. A searcher never changes, so threads need no lock."""

    def __init__(self, index: tantivy.Index) -> None:
        self._schema = index.schema
        self._fields = term_fields(index.schema)
        self._searcher = index.searcher()
        self._order = Ordering(self._schema, self._searcher)
        self._shown: dict[str, Mapping[str, str]] = {}
        self._grouping = Grouping(self._searcher)

    @property
    def count(self) -> int:
        return self._searcher.num_docs

    @panics_as_exceptions()
    def search(self, request: EngineRequest) -> EngineResult:
        if not self.count:
            return EngineResult(
                0,
                (),
                dict.fromkeys(request.facets, ()),
                groups=0 if request.groups else None,
                counted=None if request.counted is None else 0,
                instead=len(request.instead),
            )
        builder = self._builder(request.deadline)
        for instead, clause in enumerate((request.clause, *request.instead)):  # noqa: B007 - used after the loop
            query = builder.query(clause)
            narrowed = builder.filtered(query, request.filters)
            by_score = request.sort is Sort.RELEVANCE and scores(clause)
            order = self._order.by_score if by_score else self._order.by_column
            total, candidates = order(narrowed, request)
            if total:
                break
        if request.groups:
            candidates = self._grouping.assign(request.groups, candidates)
        counted, wanted = None, (query, narrowed)
        if request.counted is not None:
            both = builder.query(BooleanClause(must=(unscored(clause), request.counted)))
            both_narrowed = builder.filtered(both, request.filters)
            counted = builder.count(both_narrowed)
            wanted = (both, both_narrowed) if counted else wanted
        facets = self._facets(builder, *wanted, request)
        histogram, timeline = self._histograms(builder, *wanted, request)
        return EngineResult(
            total=total,
            candidates=self._with_features(candidates, request),
            facets={name: buckets for name, (buckets, _) in facets.items()},
            truncated=frozenset(name for name, (_, is_truncated) in facets.items() if is_truncated),
            histogram=histogram,
            timeline=timeline,
            complete=builder.complete,
            groups=self._grouping.count(request.groups, narrowed, total, candidates) if request.groups else None,
            counted=counted,
            instead=instead,
        )

    @panics_as_exceptions()
    def articles(self, documents: Iterable[DocumentHandle]) -> list[Article]:
        return [read_article(stored) for stored in self._stored(documents, PACKED)]

    @panics_as_exceptions()
    def article(self, article_id: str) -> Article | None:
        query = self._builder().any_of(ID, [article_id])
        hits = self._searcher.search(query, limit=1, count=False).hits
        return read_article(stored_bytes(self._searcher.doc(hits[0][1]), PACKED)) if hits else None

    @panics_as_exceptions()
    def details(
        self,
        documents: Sequence[DocumentHandle],
        clauses: Sequence[Clause] = (),
        *,
        features: bool = False,
        deadline: Deadline = Deadline(),
    ) -> Details:
        articles = self.articles(documents)
        stored = self._features(documents) if features else ()
        return Details(articles, stored, self._matching(articles, clauses, deadline))

    @panics_as_exceptions()
    def terms_with_prefix(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        if field not in self._fields:
            return []
        # Tantivy's own limit would keep the most frequent.
        return sorted(self._searcher.terms_with_prefix(field, encodable(prefix)))[:limit]

    @panics_as_exceptions()
    def term_statistics(self, terms: Sequence[tuple[str, str]], prefixes: Sequence[TermPrefix] = ()) -> TermStatistics:
        return TermStatistics(
            [self._searcher.doc_freq(field, encodable(term)) if field in self._fields else 0 for field, term in terms],
            [self.terms_with_prefix(*prefix) for prefix in prefixes],
        )

    def close(self) -> None:
        # Tantivy frees its files when nothing refers to them.
        del self._searcher, self._order

    def _builder(self, deadline: Deadline = Deadline()) -> QueryBuilder:
        return QueryBuilder(self._schema, self._fields, self._searcher, deadline)

    # Details

    def _features(self, documents: Iterable[DocumentHandle]) -> list[bytes]:
        return list(self._stored(documents, RERANK_FEATURES))

    def _days(self, documents: Iterable[DocumentHandle]) -> list[int]:
        days = self._searcher.fast_field_values(DAY, list(map(address_of, documents)))
        return [int(day or 0) for day in days]

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

    def _matching(
        self, articles: Sequence[Article], clauses: Sequence[Clause], deadline: Deadline
    ) -> tuple[frozenset[DocumentHandle], ...] | None:
        """Return the documents of ``articles`` that match each clause, None when the deadline passes before."""
        shown = TermClause(ID, tuple((article.id, 1.0) for article in articles))
        matching = []
        for clause in clauses:
            request = EngineRequest(BooleanClause(must=(shown, clause)), limit=len(articles), deadline=deadline)
            result = self.search(request)
            if not result.complete:
                return None
            matching.append(frozenset(candidate.document for candidate in result.candidates))
        return tuple(matching)

    # Counts

    def _facets(
        self, builder: QueryBuilder, query: Query, narrowed: Query, request: EngineRequest
    ) -> dict[str, tuple[tuple[FacetBucket, ...], bool]]:
        """Return of each facet its buckets, and whether there are more; one pass counts those without own filter."""
        facets: dict[str, tuple[tuple[FacetBucket, ...], bool]] = dict.fromkeys(request.facets, ((), False))
        names = [name for name in request.facets if FACET_KEYS.get(name) in self._fields]
        shared = [name for name in names if not request.filters.narrows(name)]
        size = MAX_FACET_VALUES if request.facet_limit is None else request.facet_limit + _SPARE
        counts = self._counts(narrowed, [FACET_KEYS[name] for name in shared], size)
        for name in names:
            own, column = narrowed, FACET_KEYS[name]
            if name not in shared:
                own = builder.filtered(query, request.filters, without=name)
                counts |= self._counts(own, [column], size)
            facets[name] = self._largest(own, name, counts[column], size, request.facet_limit)
        return facets

    def _largest(
        self, query: Query, name: str, counts: Counts, size: int, limit: int | None
    ) -> tuple[tuple[FacetBucket, ...], bool]:
        """Return the ``limit`` largest buckets; ``counts`` are the first ``size`` that Tantivy gives, or all."""
        while limit and size <= len(counts) < MAX_FACET_VALUES and counts[limit - 1][1] == counts[-1][1]:
            size = min(4 * size, MAX_FACET_VALUES)  # others may be equal to the last one
            counts = self._counts(query, [FACET_KEYS[name]], size)[FACET_KEYS[name]]
        buckets = facet_buckets(counts, self._shown_values(name))
        return buckets[:limit], limit is not None and len(buckets) > limit

    def _shown_values(self, name: str) -> Mapping[str, str]:
        """Return the value shown for each key of a facet; threads that meet here read the same."""
        if name not in self._shown:
            values = self.terms_with_prefix(name, "", _ALL) if name in VALUE_ATTRIBUTES else ()
            self._shown[name] = shown_values(values, lambda value: self._live_documents(name, value))
        return self._shown[name]

    def _live_documents(self, field: str, value: str) -> int:
        builder = self._builder()
        return builder.count(builder.any_of(field, [value]))

    def _histograms(
        self, builder: QueryBuilder, query: Query, narrowed: Query, request: EngineRequest
    ) -> tuple[tuple[HistogramBucket, ...], tuple[HistogramBucket, ...]]:
        """Return histogram and timeline, which are one without a filter of days."""
        histogram = self._histogram(narrowed, request.months_by_day) if request.histogram else ()
        if not request.timeline:
            return histogram, ()
        if request.histogram and not request.filters.has_days:
            return histogram, histogram
        without_days = builder.filtered(query, request.filters, without=DAY)
        return histogram, self._histogram(without_days, request.months_by_day)

    def _histogram(self, query: Query, months_by_day: int) -> tuple[HistogramBucket, ...]:
        """Return the buckets of months; of days when the first and the last month are fewer than these apart."""
        months = self._all_counts(query, MONTH)
        numbers = [int(month) for month, _ in months]
        by_day = bool(numbers) and months_between(min(numbers), max(numbers)) < months_by_day
        return _buckets(self._all_counts(query, DAY), day_label) if by_day else _buckets(months)

    def _all_counts(self, query: Query, column: str) -> Counts:
        return self._counts(query, [column], MAX_FACET_VALUES)[column]

    def _counts(self, query: Query, columns: list[str], size: int) -> dict[str, Counts]:
        """Return, by column, its ``size`` most frequent values with the number of documents found that have them."""
        if not columns:
            return {}
        sizes = {"size": size, "segment_size": MAX_FACET_VALUES}  # all of a segment: else counts are not exact
        try:
            answer = self._searcher.aggregate(query, {name: {"terms": {"field": name, **sizes}} for name in columns})
        except ValueError:  # more values in all than Tantivy counts at a time
            if len(columns) == 1:
                raise
            return {name: counts for column in columns for name, counts in self._counts(query, [column], size).items()}
        return {name: [(bucket["key"], bucket["doc_count"]) for bucket in answer[name]["buckets"]] for name in columns}

    def _stored(self, documents: Iterable[DocumentHandle], field: str) -> Iterator[bytes]:
        for address in map(address_of, documents):
            yield stored_bytes(self._searcher.doc(address), field)


def _buckets(counts: Counts, label: Callable[[int], str] = month_label) -> tuple[HistogramBucket, ...]:
    return tuple(HistogramBucket(label(number), count) for number, count in sorted((int(n), c) for n, c in counts))
