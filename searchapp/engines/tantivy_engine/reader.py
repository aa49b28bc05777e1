"""Searching a Tantivy index: it finds, scores and counts; here, and in :mod:`.order`, its answers become the port's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

import tantivy
from tantivy import DocAddress, Query

from searchapp.engines.days import month_label
from searchapp.engines.field_values import facet_buckets
from searchapp.engines.panics import panics_as_exceptions
from searchapp.engines.port import DocumentHandle, EngineRequest, EngineResult
from searchapp.engines.stored_form import read_article
from searchapp.engines.tantivy_engine.order import DOCUMENT_BITS, Ordering
from searchapp.engines.tantivy_engine.query_builder import QueryBuilder, encodable, scores
from searchapp.engines.tantivy_engine.schema import ARTICLE, DAY, MONTH, RERANK_FEATURES, TERM_FIELDS
from searchapp.model import Article, Deadline, HistogramBucket, Sort
from searchapp.schema import FACET_FIELDS, ID

__all__ = ["MAX_FACET_VALUES", "TantivyReader"]

Counts = list[tuple[Any, int]]

# Buckets of a facet. Beyond, rare values would be left out; Tantivy itself refuses more.
MAX_FACET_VALUES: Final = 65_000


class TantivyReader:
    """A :class:`~searchapp.engines.port.Reader`. A searcher never changes, so threads need no lock."""

    def __init__(self, index: tantivy.Index) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()
        self._order = Ordering(self._schema, self._searcher)

    @property
    def count(self) -> int:
        return self._searcher.num_docs

    @panics_as_exceptions()
    def search(self, request: EngineRequest) -> EngineResult:
        if not self.count:
            return EngineResult(0, (), dict.fromkeys(request.facets, ()))
        builder = QueryBuilder(self._schema, self._searcher, request.deadline)
        query = builder.query(request.clause)
        narrowed = builder.filtered(query, request.filters)
        by_score = request.sort is Sort.RELEVANCE and scores(request.clause)
        order = self._order.by_score if by_score else self._order.by_column
        total, candidates = order(narrowed, request)
        counts = self._counts_of(builder, query, narrowed, request)
        return EngineResult(
            total=total,
            candidates=tuple(candidates),
            facets={name: facet_buckets(counts.get(name, [])) for name in request.facets},
            histogram=_months(counts.get(MONTH, [])),
            complete=builder.complete,
        )

    @panics_as_exceptions()
    def articles(self, documents: Iterable[DocumentHandle]) -> list[Article]:
        return [read_article(stored) for stored in self._stored(documents, ARTICLE)]

    @panics_as_exceptions()
    def article(self, article_id: str) -> Article | None:
        query = QueryBuilder(self._schema, self._searcher, Deadline()).any_of(ID, [article_id])
        hits = self._searcher.search(query, limit=1, count=False).hits
        return read_article(_value(self._searcher.doc(hits[0][1]), ARTICLE)) if hits else None

    @panics_as_exceptions()
    def rerank_features(self, documents: Iterable[DocumentHandle]) -> list[str]:
        return [stored.decode("utf-8", "replace") for stored in self._stored(documents, RERANK_FEATURES)]

    @panics_as_exceptions()
    def days(self, documents: Iterable[DocumentHandle]) -> list[int]:
        days = self._searcher.fast_field_values(DAY, list(map(_address, documents)))
        return [int(day or 0) for day in days]

    @panics_as_exceptions()
    def terms_with_prefix(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        if field not in TERM_FIELDS:
            return []
        # Tantivy's own limit would keep the most frequent.
        return sorted(self._searcher.terms_with_prefix(field, encodable(prefix)))[:limit]

    @panics_as_exceptions()
    def document_frequency(self, field: str, term: str) -> int:
        return self._searcher.doc_freq(field, encodable(term)) if field in TERM_FIELDS else 0

    def close(self) -> None:
        # Tantivy frees its files when nothing refers to them.
        del self._searcher, self._order

    # Counts

    def _counts_of(
        self, builder: QueryBuilder, query: Query, narrowed: Query, request: EngineRequest
    ) -> dict[str, Counts]:
        """Return the counts of each column asked for; one pass counts all that have no filter of their own."""
        columns = [name for name in request.facets if name in FACET_FIELDS]
        columns += [MONTH] if request.histogram else []
        own = {name for name in columns if name in request.filters.values}
        counts = self._counts(narrowed, [name for name in columns if name not in own])
        for name in own:
            counts |= self._counts(builder.filtered(query, request.filters, without=name), [name])
        return counts

    def _counts(self, query: Query, columns: list[str]) -> dict[str, Counts]:
        """Return, by column, each value with the number of documents found that have it."""
        if not columns:
            return {}
        size = {"size": MAX_FACET_VALUES, "segment_size": MAX_FACET_VALUES}
        try:
            answer = self._searcher.aggregate(query, {name: {"terms": {"field": name, **size}} for name in columns})
        except ValueError:  # more values in all than Tantivy counts at a time
            if len(columns) == 1:
                raise
            return {name: counts for column in columns for name, counts in self._counts(query, [column]).items()}
        return {name: [(bucket["key"], bucket["doc_count"]) for bucket in answer[name]["buckets"]] for name in columns}

    def _stored(self, documents: Iterable[DocumentHandle], field: str) -> Iterator[bytes]:
        for handle in documents:
            yield _value(self._searcher.doc(_address(handle)), field)


def _address(handle: DocumentHandle) -> DocAddress:
    number = cast(int, handle)
    return DocAddress(number >> DOCUMENT_BITS, number & ((1 << DOCUMENT_BITS) - 1))


def _value(document: tantivy.Document, field: str) -> bytes:
    """Return the stored bytes of a field; an index of ours has them with each document."""
    values = document.get_all(field)
    return bytes(values[0]) if values and not isinstance(values[0], int) else b""


def _months(counts: Counts) -> tuple[HistogramBucket, ...]:
    months = sorted((int(month), count) for month, count in counts)
    return tuple(HistogramBucket(month_label(month), count) for month, count in months)
