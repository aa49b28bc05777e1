"""Searching a Tantivy index.

Tantivy finds, scores, counts and orders; here its answers become the port's. Of equal scores it gives those of its
larger segment first, the port those added first, so hits are taken until the last one wanted has no equal left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import tantivy
from tantivy import DocAddress, Order, Query

from searchapp.engines.days import month_label
from searchapp.engines.port import Candidate, EngineRequest, EngineResult
from searchapp.engines.stored import read_article
from searchapp.engines.tantivy_engine.clauses import Queries, encodable, scores
from searchapp.engines.tantivy_engine.schema import ARTICLE, EVIDENCE, MONTH, NEWEST, OLDEST, ORDINAL, TERM_FIELDS
from searchapp.model import Article, Deadline, FacetBucket, Filters, HistogramBucket, Sort
from searchapp.schema import FACET_FIELDS, ID

__all__ = ["MOST_VALUES", "TantivyReader"]

Hits = list[tuple[Any, DocAddress]]
Counts = list[tuple[Any, int]]

_DOCUMENT_BITS: Final = 32
# A sum of 32-bit numbers depends on the order of adding, which differs between segments; what is nearer is equal.
_ROUNDING: Final = 2e-6
# Hits beyond those asked for, in the hope of seeing a lower score; then four times as many.
_SPARE: Final = 50
_KEY_OF: Final = {Sort.NEWEST: NEWEST, Sort.OLDEST: OLDEST, Sort.RELEVANCE: ORDINAL}
# Buckets of a facet. Beyond, rare values would be left out; Tantivy itself refuses more.
MOST_VALUES: Final = 65_000


class TantivyReader:
    """A :class:`~searchapp.engines.port.Reader`. A searcher never changes, so threads need no lock."""

    def __init__(self, index: tantivy.Index) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()

    @property
    def count(self) -> int:
        return self._searcher.num_docs

    def search(self, request: EngineRequest) -> EngineResult:
        if not self.count:
            return EngineResult(0, (), dict.fromkeys(request.facets, ()))
        queries = Queries(self._schema, self._searcher, request.deadline)
        query = queries.of(request.clause)
        narrowed = queries.filtered(query, request.filters)
        if request.sort is Sort.RELEVANCE and request.limit and scores(request.clause):
            total, candidates = self._by_score(narrowed, request)
        else:
            total, candidates = self._by_key(narrowed, request)
        counts = self._counts_of(queries, query, narrowed, request)
        return EngineResult(
            total=total,
            candidates=tuple(candidates),
            facets={name: _buckets(counts.get(name, [])) for name in request.facets},
            histogram=_months(counts.get(MONTH, [])),
            complete=queries.complete,
        )

    def articles(self, documents: Iterable[int]) -> list[Article]:
        return [read_article(stored) for stored in self._stored(documents, ARTICLE)]

    def article(self, article_id: str) -> Article | None:
        query = Queries(self._schema, self._searcher, Deadline()).any_of(ID, [article_id])
        hits = self._searcher.search(query, limit=1, count=False).hits
        return read_article(_value(self._searcher.doc(hits[0][1]), ARTICLE)) if hits else None

    def evidence(self, documents: Iterable[int]) -> list[str]:
        return [stored.decode("utf-8", "replace") for stored in self._stored(documents, EVIDENCE)]

    def terms_with_prefix(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        if field not in TERM_FIELDS:
            return []
        # Tantivy's own limit would keep the most frequent.
        return sorted(self._searcher.terms_with_prefix(field, encodable(prefix)))[:limit]

    def document_frequency(self, field: str, term: str) -> int:
        return self._searcher.doc_freq(field, encodable(term)) if field in TERM_FIELDS else 0

    def close(self) -> None:
        # Tantivy frees its files when nothing refers to them.
        del self._searcher

    # Order

    def _by_key(self, query: Query, request: EngineRequest) -> tuple[int, list[Candidate]]:
        """Return the candidates in the order of a column that no two documents share a value of."""
        if not request.limit:
            return _count(self._searcher.search(query, limit=1)), []
        result = self._searcher.search(
            query,
            limit=self._at_most(request.limit),
            offset=request.offset,
            order_by_field=_KEY_OF[request.sort],
            order=Order.Asc,
        )
        return _count(result), [Candidate(_number(address), 0.0) for _, address in result.hits]

    def _by_score(self, query: Query, request: EngineRequest) -> tuple[int, list[Candidate]]:
        stop = request.offset + request.limit
        limit = self._at_most(stop + _SPARE)
        while True:
            result = self._searcher.search(query, limit=limit)
            levels = _levels(result.hits)
            if len(levels) < limit or limit == self.count or levels[stop - 1] != levels[-1]:
                break
            limit = self._at_most(4 * limit)
        addresses = [address for _, address in result.hits]
        ordinals = self._searcher.fast_field_values(ORDINAL, addresses)
        ranked = sorted(zip(levels, ordinals, addresses, strict=True), key=lambda hit: (-hit[0], hit[1]))
        return _count(result), [
            Candidate(_number(address), level) for level, _, address in ranked[request.offset : stop]
        ]

    def _at_most(self, limit: int) -> int:
        """Return a limit that Tantivy takes: it makes room for as many hits, and refuses 0."""
        return max(1, min(limit, self.count))

    # Counts

    def _counts_of(self, queries: Queries, query: Query, narrowed: Query, request: EngineRequest) -> dict[str, Counts]:
        """Return the counts of each column asked for; one pass counts all that have no filter of their own."""
        columns = [name for name in request.facets if name in FACET_FIELDS]
        columns += [MONTH] if request.histogram else []
        own = {name for name in columns if _has_own_filter(request.filters, name)}
        counts = self._counts(narrowed, [name for name in columns if name not in own])
        for name in own:
            counts |= self._counts(queries.filtered(query, request.filters, without=name), [name])
        return counts

    def _counts(self, query: Query, columns: list[str]) -> dict[str, Counts]:
        """Return, by column, each value with the number of documents found that have it."""
        if not columns:
            return {}
        size = {"size": MOST_VALUES, "segment_size": MOST_VALUES}
        try:
            answer = self._searcher.aggregate(query, {name: {"terms": {"field": name, **size}} for name in columns})
        except ValueError:  # more values in all than Tantivy counts at a time
            if len(columns) == 1:
                raise
            return {name: counts for column in columns for name, counts in self._counts(query, [column]).items()}
        return {name: [(bucket["key"], bucket["doc_count"]) for bucket in answer[name]["buckets"]] for name in columns}

    def _stored(self, documents: Iterable[int], field: str) -> Iterator[bytes]:
        for number in documents:
            address = DocAddress(number >> _DOCUMENT_BITS, number & ((1 << _DOCUMENT_BITS) - 1))
            yield _value(self._searcher.doc(address), field)


def _value(document: tantivy.Document, field: str) -> bytes:
    """Return the stored bytes of a field; an index of ours has them with each document."""
    values = document.get_all(field)
    return bytes(values[0]) if values and not isinstance(values[0], int) else b""


def _number(address: DocAddress) -> int:
    return address.segment_ord << _DOCUMENT_BITS | address.doc


def _levels(hits: Hits) -> list[float]:
    """Return the scores of ``hits``, which fall, those that differ by no more than rounding made equal."""
    levels: list[float] = []
    level = 0.0
    for score, _ in hits:
        if not levels or level - score > level * _ROUNDING:
            level = score
        levels.append(level)
    return levels


def _count(result: tantivy.SearchResult) -> int:
    count: int = result.count  # type: ignore[attr-defined]  # the stubs of tantivy 0.27 leave it out
    return count


def _has_own_filter(filters: Filters, name: str) -> bool:
    return bool({"source": filters.sources, "section": filters.sections, "author": filters.authors}.get(name))


def _buckets(counts: Counts) -> tuple[FacetBucket, ...]:
    buckets = (FacetBucket(str(value), count) for value, count in counts)
    return tuple(sorted(buckets, key=lambda bucket: (-bucket.count, bucket.value)))


def _months(counts: Counts) -> tuple[HistogramBucket, ...]:
    months = sorted((int(month), count) for month, count in counts)
    return tuple(HistogramBucket(month_label(month), count) for month, count in months)
