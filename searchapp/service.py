"""SearchService: parse -> search -> rank -> highlight. Pages, the JSON endpoint and the command line call only this."""

from __future__ import annotations

import base64
import binascii
import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import Final

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.dictionary import Dictionaries, Lookup
from searchapp.engines.port import Candidate, Clause, Engine, EngineRequest, EngineResult, Reader
from searchapp.engines.resolver import Resolver, Wanted
from searchapp.errors import ArticleNotFound, IndexDamaged, InvalidRequest
from searchapp.highlight import Highlighter
from searchapp.i18n import Message
from searchapp.indexing.generations import Generations, Manifest
from searchapp.model import ArticleView, Hit, Remark, SearchRequest, SearchResult, Sort
from searchapp.query import Bag, DateWords, Every, Node, is_elaborate, narrows, parse, show
from searchapp.ranking import RERANKED, RankedArticle, Ranker
from searchapp.schema import FACET_FIELDS, STEMS

__all__ = ["DEEPEST_RESULT", "SearchService"]

DEEPEST_RESULT: Final = 10_000
"""The last result that a page number reaches; a cursor goes on from there."""


class SearchService:
    """Searches the published generation, and moves to a newer one by itself. Safe to share between threads.

    Making one never fails: the generation is opened when first asked for. Every method raises IndexMissing when
    nothing is published, IndexDamaged when the published generation cannot be read.
    """

    def __init__(
        self,
        generations: Generations,
        engine: Engine,
        analyzer: FrenchAnalyzer,
        *,
        date_words: DateWords | None = None,
        query_seconds: float = 2.0,
    ) -> None:
        self._current = _CurrentReader(generations, engine)
        self._generations = generations
        self._resolver = Resolver(analyzer)
        self._ranker = Ranker(analyzer)
        self._highlighter = Highlighter(analyzer)
        self._dictionaries = Dictionaries(analyzer)
        self._date_words = date_words
        self._query_seconds = query_seconds

    def search(self, request: SearchRequest) -> SearchResult:
        """Return the answer to ``request``; any query text is fine.

        Raises InvalidRequest for a page beyond DEEPEST_RESULT, or a cursor that is none or of a generation gone by.
        """
        started = time.perf_counter()
        parsed = parse(request.query, self._date_words)
        with self._current.lease() as (generation, reader):
            offset = _offset(request, generation)
            wanted = self._resolver.wanted(parsed.tree)
            lookup = Lookup(self._dictionaries.of(reader), time.monotonic() + self._query_seconds)
            clause = self._resolver.resolve(parsed.tree, lookup)
            found, ranked = self._find(reader, _in_order(request, parsed.tree), clause, wanted, offset)
        hits = tuple(self._hit(entry, offset + place, wanted) for place, entry in enumerate(ranked, 1))
        end = offset + len(hits)
        return SearchResult(
            query=request.query,
            understood=show(parsed.tree),
            total=found.total,
            total_relation="eq" if lookup.complete else "gte",
            took_ms=round((time.perf_counter() - started) * 1000, 2),
            generation=generation,
            page=offset // request.per_page + 1,
            per_page=request.per_page,
            hits=hits,
            facets=found.facets,
            histogram=found.histogram,
            remarks=(*parsed.remarks, *_remarks(lookup, request.query)),
            elaborate=is_elaborate(parsed.tree),
            next_cursor=_encode_cursor(generation, end) if end < found.total else None,
        )

    def article(self, article_id: str, query: str = "") -> ArticleView:
        """Return an article with the marks of ``query``; raises ArticleNotFound."""
        wanted = self._resolver.wanted(parse(query, self._date_words).tree)
        with self._current.lease() as (generation, reader):
            article = reader.article(article_id)
        if article is None:
            raise ArticleNotFound(article_id)
        mark = self._highlighter.whole
        return ArticleView(
            article,
            title=mark(article.title, wanted.of("title")),
            lead=mark(article.lead, wanted.of("lead")),
            text=mark(article.text, wanted.of("text")),
            generation=generation,
        )

    def generation(self) -> str:
        """Return the name of the generation that answers now."""
        with self._current.lease() as (generation, _):
            return generation

    def manifest(self) -> Manifest:
        """Return the manifest of the generation that answers now."""
        return self._generations.manifest(self.generation())

    def close(self) -> None:
        """Let go of the generation's files."""
        self._current.close()

    def _find(
        self, reader: Reader, request: SearchRequest, clause: Clause, wanted: Wanted, offset: int
    ) -> tuple[EngineResult, list[RankedArticle]]:
        """Return what the engine found and the articles of this page in their final order."""
        first, end = offset, offset + request.per_page
        if request.sort is Sort.RELEVANCE and offset < RERANKED:
            first, end = 0, max(end, RERANKED)
        found = reader.search(
            EngineRequest(
                clause=clause,
                filters=request.filters,
                sort=request.sort,
                offset=first,
                limit=end - first,
                facets=FACET_FIELDS,
                histogram=True,
            )
        )
        if request.sort is not Sort.RELEVANCE or first:
            return found, _unranked(reader, found.candidates[: request.per_page])
        best, rest = found.candidates[:RERANKED], found.candidates[RERANKED : offset + request.per_page]
        articles = reader.articles(candidate.document for candidate in best)
        ranked = self._ranker.rank(best, articles, wanted.stems, _idf(reader))
        return found, (ranked + _unranked(reader, rest))[offset : offset + request.per_page]

    def _hit(self, entry: RankedArticle, rank: int, wanted: Wanted) -> Hit:
        article, show_of = entry.article, self._highlighter
        return Hit(
            article=article,
            rank=rank,
            score=round(entry.score, 4),
            title=show_of.whole(article.title, wanted.of("title")),
            lead=next(iter(show_of.fragments(article.lead, wanted.of("lead"), 1)), None),
            fragments=show_of.fragments(article.text, wanted.of("text")),
        )


class _CurrentReader:
    """The reader of the published generation, shared; one that is replaced closes when its last user is done."""

    def __init__(self, generations: Generations, engine: Engine) -> None:
        self._generations = generations
        self._engine = engine
        self._lock = Lock()
        self._generation = ""
        self._reader: Reader | None = None
        self._users: dict[Reader, int] = {}

    @contextmanager
    def lease(self) -> Iterator[tuple[str, Reader]]:
        """Give (generation, reader) for the time of the block."""
        with self._lock:
            generation, reader = self._open()
            self._users[reader] = self._users.get(reader, 0) + 1
        try:
            yield generation, reader
        finally:
            with self._lock:
                self._users[reader] -= 1
                self._close_if_unused(reader)

    def close(self) -> None:
        with self._lock:
            old, self._reader, self._generation = self._reader, None, ""
            if old is not None:
                self._close_if_unused(old)

    def _open(self) -> tuple[str, Reader]:
        for attempt in (1, 2):
            generation = self._generations.current()
            if self._reader is not None and generation == self._generation:
                return generation, self._reader
            try:
                opened = self._engine.open(self._generations.path(generation) / "engine")
            except IndexDamaged:
                # It may have been pruned between reading CURRENT and opening it.
                if attempt == 2 or generation == self._generations.current():
                    raise IndexDamaged(generation) from None
                continue
            old, self._reader, self._generation = self._reader, opened, generation
            if old is not None:
                self._close_if_unused(old)
            return generation, opened
        raise AssertionError("the loop returns or raises")

    def _close_if_unused(self, reader: Reader) -> None:
        if reader is not self._reader and not self._users.get(reader):
            self._users.pop(reader, None)
            reader.close()


def _in_order(request: SearchRequest, tree: Node) -> SearchRequest:
    """Return ``request`` in the order that its tree can give: what only narrows leaves nothing to rank by."""
    only_narrows = isinstance(tree, Every) or (
        isinstance(tree, Bag) and not tree.should and all(map(narrows, tree.must))
    )
    return replace(request, sort=Sort.NEWEST) if only_narrows and request.sort is Sort.RELEVANCE else request


def _remarks(lookup: Lookup, query: str) -> Iterator[Remark]:
    yield from lookup.remarks
    if not lookup.complete:
        message = Message("The search took too long and was cut short: there may be more articles.")
        yield Remark(message, 0, len(query))


def _unranked(reader: Reader, candidates: tuple[Candidate, ...]) -> list[RankedArticle]:
    articles = reader.articles(candidate.document for candidate in candidates)
    return [RankedArticle(article, candidate.score) for article, candidate in zip(articles, candidates, strict=True)]


def _idf(reader: Reader) -> Callable[[str], float]:
    def idf(stem: str) -> float:
        frequency = reader.document_frequency(STEMS, stem)
        return math.log1p((reader.count - frequency + 0.5) / (frequency + 0.5))

    return idf


def _offset(request: SearchRequest, generation: str) -> int:
    """Return the number of results before this page."""
    if request.cursor is not None:
        return _decode_cursor(request.cursor, generation)
    if request.page * request.per_page > DEEPEST_RESULT:
        reason = Message(
            "Pages end at result {limit}. Narrow the search, or go on from the last page with its cursor.",
            limit=DEEPEST_RESULT,
        )
        raise InvalidRequest(Message("This page is too deep."), [("page", reason)])
    return (request.page - 1) * request.per_page


def _encode_cursor(generation: str, offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([generation, offset]).encode()).decode().rstrip("=")


def _decode_cursor(cursor: str, generation: str) -> int:
    try:
        made_for, offset = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(offset, int) or offset < 0:
            raise ValueError(offset)
    except (binascii.Error, ValueError, TypeError):
        reason = Message("This is not a cursor of an earlier answer. Leave it out to begin at the first page.")
        raise InvalidRequest(Message("The cursor cannot be read."), [("cursor", reason)]) from None
    if made_for != generation:
        reason = Message("The articles were indexed anew since this cursor was given. Begin at the first page.")
        raise InvalidRequest(Message("The cursor has expired."), [("cursor", reason)])
    return offset
