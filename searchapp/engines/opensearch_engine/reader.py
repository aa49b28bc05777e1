"""Searching the index of a generation: the cluster finds, scores and counts; here its answers become the port's.

A search is one call, and one more for the articles that are shown: rerank features and days come with the candidates,
and terms are looked up in the dictionary of the place.
"""

from __future__ import annotations

import time
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from math import isfinite
from typing import Any, Final, cast

from searchapp.engines.clauses import BooleanClause, Clause
from searchapp.engines.clauses import unscored as without_scores
from searchapp.engines.field_values import facet_buckets, shown_values
from searchapp.engines.opensearch_engine import counts
from searchapp.engines.opensearch_engine.connection import Cluster, busy
from searchapp.engines.opensearch_engine.pointer import Pointer
from searchapp.engines.opensearch_engine.query_builder import (
    Find,
    Json,
    QueryBuilder,
    any_of,
    filter_queries,
    scores,
)
from searchapp.engines.opensearch_engine.schema import (
    ARTICLE,
    DAY,
    KEY,
    NEWEST,
    OLDEST,
    ORDINAL,
    RERANK_FEATURES,
    TERM_FIELDS,
)
from searchapp.engines.opensearch_engine.shards import is_complete, require_reachable_shards
from searchapp.engines.opensearch_engine.term_dictionary import Dictionary
from searchapp.engines.opensearch_engine.term_encoding import SEPARATOR, document_id
from searchapp.engines.port import (
    Candidate,
    Details,
    DocumentHandle,
    EngineRequest,
    EngineResult,
    SortKey,
    TermPrefix,
    TermStatistics,
)
from searchapp.engines.sort_keys import UNSCORED, falling, score_of
from searchapp.engines.stored_form import from_values
from searchapp.errors import IndexDamaged
from searchapp.i18n import Message
from searchapp.model import Article, Deadline, FacetBucket, Groups, Sort
from searchapp.schema import FACET_KEYS, ID, VALUE_ATTRIBUTES

__all__ = ["MAX_FACET_VALUES", "MAX_GROUPED", "OpenSearchReader"]

MAX_FACET_VALUES: Final = counts.MAX_FACET_VALUES
MAX_GROUPED: Final = 10_000
"""Of more matches the number of groups is not counted."""
# Articles in one request: some megabytes.
_ARTICLES_AT_A_TIME: Final = 200
_DOCUMENTS_PER_SCAN: Final = 200
_LEAST_TIMEOUT_MS: Final = 250
"""Out of time, costly clauses are left out; what is left is quick, and gets the time that it needs."""
_LARGEST: Final = (1 << 63) - 1
_HIGHEST_SCORE: Final = 3e38
_ALL: Final = 1 << 60
_NO_INDEX: Final = "index_not_found_exception"
_COLUMN_OF: Final = {Sort.NEWEST: NEWEST, Sort.OLDEST: OLDEST}


@dataclass(frozen=True, slots=True)
class _Found:
    """A document handle: the id in the cluster, and what a search brought along."""

    id: str
    features: bytes | None = field(compare=False)


class OpenSearchReader:
    """A :class:`~searchapp.engines.port.Reader`. Safe to share between threads."""

    def __init__(self, cluster: Cluster, pointer: Pointer, dictionary: Dictionary) -> None:
        self._cluster = cluster
        self._index = pointer.index
        self._dictionary = dictionary
        self._shown: dict[str, Mapping[str, str]] = {}
        self._groups: tuple[Groups, dict[int, int]] = (Groups(), {})
        self.count = pointer.count

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
            by_score = request.sort is Sort.RELEVANCE and scores(clause)
            search = _Search(request, builder.query(clause), by_score, self.count)
            with_counts = request.counted is None
            answer = self._ask(search.body(with_counts=with_counts), request.deadline, by_score=by_score)
            total = int(answer["hits"]["total"]["value"])
            if total:
                break
        counting, counts_answer, number = search, answer, None
        if request.counted is not None:
            counting, counts_answer, number = self._ask_counted(builder, search, clause, request.counted)
        numbers = self._group_numbers(request.groups)
        candidates = search.candidates(answer, numbers)
        facets, more = self._facets(counting, counts_answer)
        found = counts_answer.get("aggregations", {})
        return EngineResult(
            total=total,
            candidates=candidates,
            facets=facets,
            truncated=more,
            histogram=counts.histogram(found, request),
            timeline=counts.timeline(found, request),
            complete=builder.complete and is_complete(answer) and is_complete(counts_answer),
            groups=self._count_groups(search, total, candidates, numbers) if request.groups else None,
            counted=number,
            instead=instead,
        )

    def _ask_counted(
        self, builder: QueryBuilder, search: _Search, clause: Clause, counted: Clause
    ) -> tuple[_Search, Json, int]:
        """Return the search that is counted, its answer, and the number of matches of ``counted`` too."""
        both = builder.query(BooleanClause(must=(without_scores(clause), counted)))
        narrower = search.counting(both)
        answer = self._ask(narrower.body(), search.request.deadline)
        number = int(answer["hits"]["total"]["value"])
        if number:
            return narrower, answer, number
        all_ = search.counting()
        return all_, self._ask(all_.body(), search.request.deadline), number

    def articles(self, documents: Iterable[DocumentHandle]) -> list[Article]:
        return [_article(found) for found in self._stored(found.id for found in map(_found, documents))]

    def article(self, article_id: str) -> Article | None:
        document = next(self._stored([document_id(article_id)]))
        return _article(document) if document["found"] else None

    def details(
        self,
        documents: Sequence[DocumentHandle],
        clauses: Sequence[Clause] = (),
        *,
        features: bool = False,
        deadline: Deadline = Deadline(),
    ) -> Details:
        handles = list(map(_found, documents))
        return Details(
            self.articles(documents),
            self._features(handles) if features else (),
            self._matching(handles, clauses, deadline) if clauses else (),
        )

    def terms_with_prefix(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        if field == ID:
            return self._ids_with_prefix(prefix, limit)
        return self._dictionary.with_prefix(field, prefix, limit) if field in TERM_FIELDS else []

    def term_statistics(self, terms: Sequence[tuple[str, str]], prefixes: Sequence[TermPrefix] = ()) -> TermStatistics:
        return TermStatistics(
            [self._document_frequency(field, term) for field, term in terms],
            [self.terms_with_prefix(*prefix) for prefix in prefixes],
        )

    def _document_frequency(self, field: str, term: str) -> int:
        if field == ID:
            return self._count(any_of(ID, [term]))
        return self._dictionary.document_frequency(field, term) if field in TERM_FIELDS else 0

    def close(self) -> None:
        self._dictionary.close()

    def _builder(self, deadline: Deadline) -> QueryBuilder:
        return QueryBuilder(deadline, _Scanner(self._ask, deadline).scan, self._count)

    def _count(self, query: Json) -> int:
        answer = self._call("_count", {"query": query})
        self._require_shards(answer)
        return int(answer["count"])

    # Details

    def _features(self, handles: Sequence[_Found]) -> list[bytes]:
        fetched = dict(self._fetch_features([found.id for found in handles if found.features is None]))
        return [fetched[found.id] if found.features is None else found.features for found in handles]

    def _matching(
        self, handles: Sequence[_Found], clauses: Sequence[Clause], deadline: Deadline
    ) -> tuple[frozenset[DocumentHandle], ...] | None:
        """Return the documents that match each clause, all asked for at once; None when the deadline passes before."""
        builder = self._builder(deadline)
        named = [
            {"bool": {"filter": [builder.query(without_scores(clause))], "_name": str(number)}}
            for number, clause in enumerate(clauses)
        ]
        shown = {"ids": {"values": [found.id for found in handles]}}
        body = {"query": {"bool": {"filter": [shown], "should": named}}, "size": len(handles), "_source": False}
        answer = self._ask(body, deadline)
        if not builder.complete or not is_complete(answer):
            return None
        matched = {hit["_id"]: frozenset(hit.get("matched_queries", ())) for hit in answer["hits"]["hits"]}
        return tuple(
            frozenset(DocumentHandle(found) for found in handles if str(number) in matched.get(found.id, ()))
            for number in range(len(clauses))
        )

    # Calls

    def _call(self, path: str, body: Json, **params: Any) -> Json:
        answer = self._cluster.call("POST", f"/{self._index}/{path}", body, **params)
        if not answer:
            raise self._index_missing()
        return answer

    def _index_missing(self) -> IndexDamaged:
        reason = Message("its index is not in the cluster")
        return IndexDamaged(self._index, [Message("{file}: {reason}", file=self._index, reason=reason)])

    def _ask(self, body: Json, deadline: Deadline = Deadline(), *, by_score: bool = False) -> Json:
        """Return the answer to a search. Scores need the frequencies of all shards, to be those of one index."""
        if isfinite(deadline.moment):
            left = max(_LEAST_TIMEOUT_MS, int(1000 * (deadline.moment - time.monotonic())))
            body = body | {"timeout": f"{left}ms"}
        how = "dfs_query_then_fetch" if by_score else "query_then_fetch"
        # Without partial results, a search that runs out of time would be an error.
        answer = self._call("_search", body, search_type=how, allow_partial_search_results=True)
        self._require_shards(answer)
        return answer

    def _require_shards(self, answer: Json) -> None:
        if not self._cluster.settings.partial:
            require_reachable_shards(answer)

    def _documents(self, ids: Sequence[str], **params: Any) -> Sequence[Json]:
        """Return documents by their ids, each with whether it was found; raises ClusterBusy without one of them."""
        documents: Sequence[Json] = self._call("_mget", {"ids": ids}, **params)["docs"]
        for document in documents:
            if error := document.get("error"):
                if error["type"] == _NO_INDEX:
                    raise self._index_missing()
                raise busy(error["reason"])
        return documents

    def _stored(self, ids: Iterable[str]) -> Iterator[Json]:
        """Yield what the cluster stores of documents, in the order asked for."""
        left = iter(ids)
        while some := list(islice(left, _ARTICLES_AT_A_TIME)):
            yield from self._documents(some, _source_includes=ARTICLE)

    def _fetch_features(self, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        for start in range(0, len(ids), _ARTICLES_AT_A_TIME):
            some = ids[start : start + _ARTICLES_AT_A_TIME]
            for document in self._documents(some, stored_fields=RERANK_FEATURES, _source=False):
                yield document["_id"], b64decode(document["fields"][RERANK_FEATURES][0])

    def _ids_with_prefix(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        body = {"query": {"prefix": {ID: prefix}}, "sort": [{ID: "asc"}], "size": min(limit, self.count)}
        hits = self._ask({**body, "_source": False})["hits"]["hits"] if limit and self.count else []
        return [(hit["sort"][0], 1) for hit in hits]

    # Counts

    def _facets(self, search: _Search, answer: Json) -> tuple[dict[str, tuple[FacetBucket, ...]], frozenset[str]]:
        """Return of each facet its buckets, and the names of those that have more."""
        limit = search.request.facet_limit
        facets: dict[str, tuple[FacetBucket, ...]] = dict.fromkeys(search.request.facets, ())
        found = answer.get("aggregations", {})
        if search.facets and limit is None:  # too many buckets for one search
            found = self._facets_one_by_one(search)
        for name in search.facets:
            facets[name] = facet_buckets(counts.facet_counts(found, name), self._shown_values(name))
        more = {name for name, buckets in facets.items() if limit is not None and len(buckets) > limit}
        return {name: buckets[:limit] for name, buckets in facets.items()}, frozenset(more)

    def _facets_one_by_one(self, search: _Search) -> Json:
        found: Json = {}
        for name in search.facets:
            found |= self._ask(search.facet_body(name), search.request.deadline)["aggregations"]
        return found

    def _shown_values(self, name: str) -> Mapping[str, str]:
        """Return the value shown for each key of a facet; threads that meet here read the same."""
        if name not in self._shown:
            values = self.terms_with_prefix(name, "", _ALL) if name in VALUE_ATTRIBUTES else []
            several = shown_values(values, lambda value: self._live_documents(name, value))
            self._shown[name] = several
        return self._shown[name]

    def _live_documents(self, field: str, value: str) -> int:
        return self._count(any_of(field, [value]))

    # Groups of near duplicates

    def _group_numbers(self, groups: Groups | None) -> Mapping[int, int]:
        """Return the group of each key; those of the groups last asked for are kept."""
        if groups is None:
            return {}
        last, numbers = self._groups
        if last is not groups:
            numbers = dict(zip(groups.keys, groups.numbers, strict=True))
            self._groups = groups, numbers
        return numbers

    def _count_groups(
        self, search: _Search, total: int, candidates: Sequence[Candidate], numbers: Mapping[int, int]
    ) -> int | None:
        """Return the number of matches when those of a group count once; None when they are too many."""
        if not numbers or not total:
            return total
        if total > MAX_GROUPED:
            return None
        found = [candidate.group for candidate in candidates if candidate.group]
        if len(candidates) < total:
            keys = {"keys": {"terms": {"field": KEY, "size": MAX_GROUPED, "shard_size": MAX_GROUPED}}}
            answer = self._ask(search.counting_body(keys), search.request.deadline)
            buckets = answer["aggregations"]["keys"]["buckets"]
            found = [numbers[bucket["key"]] for bucket in buckets if bucket["key"] in numbers]
        return total - len(found) + len(set(found))


class _Search:
    """The body of a search, and its candidates."""

    def __init__(self, request: EngineRequest, query: Json, by_score: bool, count: int) -> None:
        self.request = request
        self.facets = [name for name in request.facets if name in FACET_KEYS]
        self._by_score = by_score
        self._query = query
        self._count = count
        filters = filter_queries(request.filters)
        own = counts.own_filters(request, filters)
        self._outside = {name: filters[name] for name in own}
        self._inside = [query for name, query in filters.items() if name not in own]
        # The port takes any offset and limit; a cluster takes no more than 31 bits, and no offset after a key.
        self._skipped = min(request.offset, count)
        self._size = min(request.limit, count - self._skipped) if self._skipped < count else 0

    def counting(self, query: Json | None = None) -> _Search:
        """Return the search that only counts the same matches, or those of another query."""
        request = replace(self.request, offset=0, limit=0, after=None)
        return _Search(request, query or self._query, False, self._count)

    def body(self, *, with_counts: bool = True) -> Json:
        with_facets = self.facets if self.request.facet_limit is not None else []
        asked = counts.aggregations(self.request, self._outside, with_facets, periods=True) if with_counts else {}
        fields = {"stored_fields": [RERANK_FEATURES]} if self.request.features and self._size else {}
        return {
            "query": self._narrowed(self._inside, scored=self._by_score),
            "size": self._skipped + self._size if self.request.after else self._size,
            **({"search_after": self._after(self.request.after)} if self.request.after else {"from": self._skipped}),
            "sort": self._sort(),
            "track_total_hits": True,
            "_source": False,
            "docvalue_fields": [KEY, DAY],
            **fields,
            **({"post_filter": {"bool": {"filter": list(self._outside.values())}}} if self._outside else {}),
            **({"aggs": asked} if asked else {}),
        }

    def facet_body(self, name: str) -> Json:
        asked = counts.aggregations(self.request, self._outside, [name], periods=False)
        return {"query": self._narrowed(self._inside), "size": 0, "track_total_hits": False, "aggs": asked}

    def counting_body(self, asked: Json) -> Json:
        """Return the body that computes aggregations over all matches."""
        query = self._narrowed([*self._inside, *self._outside.values()])
        return {"query": query, "size": 0, "track_total_hits": False, "aggs": asked}

    def candidates(self, answer: Json, numbers: Mapping[int, int]) -> tuple[Candidate, ...]:
        hits = answer["hits"]["hits"]
        if self.request.after:
            hits = hits[self._skipped :]
        # All of them or none: a second stage without time for some ranks none.
        most = 0 if self.request.deadline.passed() else self.request.features
        return tuple(self._candidate(hit, numbers, with_features=number < most) for number, hit in enumerate(hits))

    def _candidate(self, hit: Json, numbers: Mapping[int, int], *, with_features: bool) -> Candidate:
        values = hit["fields"]
        features = values.get(RERANK_FEATURES)
        found = _Found(hit["_id"], b64decode(features[0]) if features else None)
        score = float(hit["sort"][0]) if self._by_score else 0.0
        group = numbers.get(values[KEY][0], 0) if numbers else 0
        carried = (found.features, values.get(DAY, [0])[0]) if with_features else (None, 0)
        return Candidate(DocumentHandle(found), score, self._sort_key(hit["sort"]), group, *carried)

    def _narrowed(self, filters: Sequence[Json], *, scored: bool = False) -> Json:
        if scored:
            return {"bool": {"must": [self._query], "filter": list(filters)}} if filters else self._query
        return {"bool": {"filter": [self._query, *filters]}}

    # The order: a number that rises, then the order of adding

    def _sort(self) -> list[Json]:
        order = [{"_score": "desc"}] if self._by_score else []
        if column := _COLUMN_OF.get(self.request.sort):
            order = [{column: "asc"}]
        return [*order, {ORDINAL: "asc"}]

    def _sort_key(self, values: Sequence[Any]) -> SortKey:
        if len(values) == 1:
            return UNSCORED, int(values[0])
        return falling(values[0]) if self._by_score else int(values[0]), int(values[1])

    def _after(self, key: SortKey) -> list[float]:
        first, ordinal = key[0], min(key[1], _LARGEST)
        if self._by_score:
            return [min(score_of(first), _HIGHEST_SCORE), ordinal]
        if self.request.sort in _COLUMN_OF:
            return [min(first, _LARGEST), ordinal]
        if first == UNSCORED:
            return [ordinal]
        return [-1 if first < UNSCORED else _LARGEST]


class _Scanner:
    """Looks through the stored words of documents for what no query of a cluster expresses."""

    def __init__(self, ask: Any, deadline: Deadline) -> None:
        self._ask = ask
        self._deadline = deadline

    def scan(self, field: str, query: Json, find: Find) -> tuple[list[int], bool]:
        """Return the ordinals of the documents whose words ``find`` chooses, and whether there was time for all."""
        chosen: list[int] = []
        body: Json = {
            "query": {"bool": {"filter": [query]}},
            "size": _DOCUMENTS_PER_SCAN,
            "sort": [{ORDINAL: "asc"}],
            "stored_fields": [field],
            "track_total_hits": False,
        }
        while not self._deadline.passed():
            answer = self._ask(body, self._deadline)
            hits = answer["hits"]["hits"]
            some = [_words(hit.get("fields", {}).get(field, ())) for hit in hits]
            chosen += [hits[index]["sort"][0] for index in find(some)]
            if not is_complete(answer):
                return chosen, False
            if len(hits) < _DOCUMENTS_PER_SCAN:
                return chosen, True
            body["search_after"] = hits[-1]["sort"]
        return chosen, False


def _words(paragraphs: Iterable[str]) -> list[str]:
    """Return the words of a field by their positions; SEPARATOR, which no word is, stands where a paragraph ends."""
    words: list[str] = []
    for paragraph in paragraphs:
        words += [SEPARATOR, *paragraph.split(" ")] if words else paragraph.split(" ")
    return words


def _found(document: DocumentHandle) -> _Found:
    return cast(_Found, document)


def _article(document: Json) -> Article:
    """Return the stored article of a document; raises IndexDamaged when it is none."""
    try:
        return from_values(document["_source"][ARTICLE])
    except (ValueError, LookupError) as error:
        reason = Message("it cannot be read ({reason})", reason=f"a stored article: {error}")
        raise IndexDamaged("engine", [Message("{file}: {reason}", file="engine", reason=reason)]) from error
