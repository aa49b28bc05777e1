"""SearchService: parse -> search -> rank -> highlight. Pages, the JSON endpoint and the command line call only this."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.engines.dictionary import Dictionaries, Lookup
from searchapp.engines.port import (
    BooleanClause,
    Candidate,
    Clause,
    Engine,
    EngineRequest,
    EngineResult,
    Reader,
    TermClause,
)
from searchapp.engines.resolver import Resolver, Wanted
from searchapp.errors import ArticleNotFound, ArticleWithdrawn, IndexDamaged, InvalidRequest, NotFound
from searchapp.highlight import Highlighter
from searchapp.i18n import Message
from searchapp.indexing.generations import Generations, Manifest
from searchapp.lexicon import FILE_NAME, Lexicon
from searchapp.matching import enough_weight, enough_weight_otherwise, prefer_quotes
from searchapp.model import Article, ArticleView, Hit, Remark, SearchRequest, SearchResult, Sort
from searchapp.query import Bag, DateWords, Every, Node, Phrase, Word, is_elaborate, narrows, parse, show
from searchapp.ranking import RERANKED, QueryWord, Ranker, idf
from searchapp.schema import EXACT, FACET_FIELDS, STEMS
from searchapp.synonyms import Alternative, Synonyms

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
        synonyms: Synonyms | None = None,
        is_withdrawn: Callable[[Path, str], bool] = lambda folder, article_id: False,
    ) -> None:
        self._current = _CurrentGeneration(generations, engine, analyzer)
        self._generations = generations
        self._analyzer = analyzer
        self._ranker = Ranker()
        self._highlighter = Highlighter(analyzer)
        self._dictionaries = Dictionaries(analyzer)
        self._date_words = date_words
        self._query_seconds = query_seconds
        self._synonyms = synonyms or Synonyms()
        self._is_withdrawn = is_withdrawn

    def search(self, request: SearchRequest) -> SearchResult:
        """Return the answer to ``request``; any query text is fine.

        Raises InvalidRequest for a page beyond DEEPEST_RESULT, or a cursor that is none or of a generation gone by.
        """
        started = time.perf_counter()
        parsed = parse(request.query, self._date_words)
        tree, preferred = prefer_quotes(parsed.tree)
        with self._current.lease() as generation:
            offset = _offset(request, generation.name)
            mended = _Mended(generation)
            resolver = Resolver(self._analyzer, mended.mend)
            wanted = self._wanted(resolver, tree)
            lookup = self._lookup(generation)
            found, page = self._find(generation, _in_order(request, tree), tree, resolver, lookup, offset)
            articles = generation.reader.articles(candidate.document for candidate in page)
        hits = tuple(
            self._hit(article, candidate.score, rank, wanted)
            for rank, (article, candidate) in enumerate(zip(articles, page, strict=True), offset + 1)
        )
        end = offset + len(hits)
        return SearchResult(
            query=request.query,
            understood=show(parsed.tree),
            total=found.total,
            total_relation="eq" if lookup.complete else "gte",
            took_ms=round((time.perf_counter() - started) * 1000, 2),
            generation=generation.name,
            page=offset // request.per_page + 1,
            per_page=request.per_page,
            hits=hits,
            facets=found.facets,
            histogram=found.histogram,
            remarks=(*parsed.remarks, *_remarks(lookup, [*preferred, *mended.messages()], request.query)),
            elaborate=is_elaborate(parsed.tree),
            suggestion=mended.suggestion(request.query),
            next_cursor=_encode_cursor(generation.name, end) if end < found.total else None,
        )

    def ranking(self, query: str, depth: int) -> list[tuple[str, float]]:
        """Return (article id, score) of the best ``depth`` articles, ranked as for a page but with nothing to show."""
        tree, _ = prefer_quotes(parse(query, self._date_words).tree)
        request = _in_order(SearchRequest(query, per_page=depth), tree)
        with self._current.lease() as generation:
            resolver = Resolver(self._analyzer, _Mended(generation).mend)
            _, page = self._find(generation, request, tree, resolver, self._lookup(generation), 0)
            articles = generation.reader.articles(candidate.document for candidate in page)
            return [(article.id, candidate.score) for article, candidate in zip(articles, page, strict=True)]

    def article(self, article_id: str, query: str = "") -> ArticleView:
        """Return an article with the marks of ``query``; raises ArticleNotFound, ArticleWithdrawn."""
        tree = parse(query, self._date_words).tree
        with self._current.lease() as generation:
            wanted = self._wanted(Resolver(self._analyzer, _Mended(generation).mend), tree)
            article = generation.reader.article(article_id)
            if article is None:
                raise self._missing(generation, article_id)
        mark = self._highlighter.whole
        return ArticleView(
            article,
            title=mark(article.title, wanted.of("title")),
            lead=mark(article.lead, wanted.of("lead")),
            text=mark(article.text, wanted.of("text")),
            generation=generation.name,
        )

    def stored(self, article_id: str) -> Article | None:
        """Return an article as it is indexed, None when there is none."""
        with self._current.lease() as generation:
            return generation.reader.article(article_id)

    def generation(self) -> str:
        """Return the name of the generation that answers now."""
        with self._current.lease() as generation:
            return generation.name

    def manifest(self) -> Manifest:
        """Return the manifest of the generation that answers now."""
        return self._generations.manifest(self.generation())

    def close(self) -> None:
        """Let go of the generation's files."""
        self._current.close()

    def _missing(self, generation: _Generation, article_id: str) -> NotFound:
        folder = self._generations.path(generation.name)
        return ArticleWithdrawn() if self._is_withdrawn(folder, article_id) else ArticleNotFound(article_id)

    def _wanted(self, resolver: Resolver, tree: Node) -> Wanted:
        """Return what ``tree`` looks for, other ways to say it included."""
        wanted = resolver.wanted(tree)
        others = list(self._synonyms.of([term.stem for term in resolver.scored(tree)]))
        return replace(
            wanted,
            stems=wanted.stems | {other.terms[0].stem for other in others if len(other.terms) == 1},
            phrases=(
                *wanted.phrases,
                *(tuple(term.word for term in other.terms) for other in others if len(other.terms) > 1),
            ),
        )

    def _lookup(self, generation: _Generation) -> Lookup:
        return Lookup(self._dictionaries.of(generation.reader), time.monotonic() + self._query_seconds)

    def _find(
        self,
        generation: _Generation,
        request: SearchRequest,
        tree: Node,
        resolver: Resolver,
        lookup: Lookup,
        offset: int,
    ) -> tuple[EngineResult, list[Candidate]]:
        """Return what the engine found and the candidates of this page in their final order."""
        words = [_weigh(generation, term) for term in resolver.scored(tree)]
        others = list(self._synonyms.of([word.stem for word in words]))
        words = [
            replace(word, others=tuple(other.stems for other in others if other.start <= place < other.end))
            for place, word in enumerate(words)
        ]
        reranks = request.sort is Sort.RELEVANCE and offset < RERANKED and bool(words)
        first, end = (0, max(offset + request.per_page, RERANKED)) if reranks else (offset, offset + request.per_page)
        found = generation.reader.search(
            EngineRequest(
                clause=_matching(generation.reader, tree, resolver.resolve(tree, lookup), words, others),
                filters=request.filters,
                sort=request.sort,
                offset=first,
                limit=end - first,
                facets=FACET_FIELDS,
                histogram=True,
            )
        )
        if not reranks:
            return found, list(found.candidates)
        ranked = self._rerank(generation.reader, words, found.candidates[:RERANKED])
        return found, [*ranked, *found.candidates[RERANKED:]][offset : offset + request.per_page]

    def _rerank(self, reader: Reader, words: list[QueryWord], best: Sequence[Candidate]) -> list[Candidate]:
        evidence = reader.evidence(candidate.document for candidate in best)
        scores = self._ranker.scores(words, evidence)
        scored = (replace(candidate, score=score) for candidate, score in zip(best, scores, strict=True))
        return sorted(scored, key=lambda candidate: -candidate.score)

    def _hit(self, article: Article, score: float, rank: int, wanted: Wanted) -> Hit:
        show_of = self._highlighter
        return Hit(
            article=article,
            rank=rank,
            score=round(score, 4),
            title=show_of.whole(article.title, wanted.of("title")),
            lead=next(iter(show_of.fragments(article.lead, wanted.of("lead"), 1)), None),
            fragments=show_of.fragments(article.text, wanted.of("text")),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Generation:
    """An open generation: the engine's reader and what its articles say about words."""

    name: str
    reader: Reader
    lexicon: Lexicon

    def close(self) -> None:
        self.reader.close()
        self.lexicon.close()


class _Mended:
    """Words of one query that no article holds, and what is looked for instead."""

    def __init__(self, generation: _Generation) -> None:
        self._generation = generation
        self._likely: dict[str, tuple[Term, ...]] = {}

    def mend(self, term: Term) -> tuple[Term, ...]:
        """Return ``term`` itself, or the likelier words."""
        if self._generation.reader.document_frequency(STEMS, term.stem):
            return (term,)
        if term.exact not in self._likely:
            self._likely[term.exact] = self._generation.lexicon.likely(term)
        return self._likely[term.exact] or (term,)

    def messages(self) -> list[Message]:
        """Return what its reader should know."""
        return [
            Message(
                "No article holds “{word}”; “{other}” was looked for instead.",
                word=word,
                other=" ".join(term.exact for term in likely),
            )
            for word, likely in self._likely.items()
            if likely
        ]

    def suggestion(self, query: str) -> str | None:
        """Return the query with its words mended, None when there is nothing to mend."""
        better = query
        for word, likely in self._likely.items():
            if likely:
                parts = re.split(rf"(?<!\w){re.escape(word)}(?!\w)", better, flags=re.IGNORECASE)
                better = " ".join(term.exact for term in likely).join(parts)
        return better if better != query else None


class _CurrentGeneration:
    """The published generation, shared; one that is replaced closes when its last user is done."""

    def __init__(self, generations: Generations, engine: Engine, analyzer: FrenchAnalyzer) -> None:
        self._generations = generations
        self._engine = engine
        self._analyzer = analyzer
        self._lock = Lock()
        self._opened: _Generation | None = None
        self._users: dict[_Generation, int] = {}

    @contextmanager
    def lease(self) -> Iterator[_Generation]:
        """Give the generation for the time of the block."""
        with self._lock:
            generation = self._open()
            self._users[generation] = self._users.get(generation, 0) + 1
        try:
            yield generation
        finally:
            with self._lock:
                self._users[generation] -= 1
                self._close_if_unused(generation)

    def close(self) -> None:
        with self._lock:
            old, self._opened = self._opened, None
            if old is not None:
                self._close_if_unused(old)

    def _open(self) -> _Generation:
        for attempt in (1, 2):
            name = self._generations.current()
            if self._opened is not None and name == self._opened.name:
                return self._opened
            path = self._generations.path(name)
            try:
                reader = self._engine.open(path / "engine")
            except IndexDamaged:
                # It may have been pruned between reading CURRENT and opening it.
                if attempt == 2 or name == self._generations.current():
                    raise IndexDamaged(name) from None
                continue
            old, self._opened = self._opened, _Generation(name, reader, Lexicon(path / FILE_NAME, self._analyzer))
            if old is not None:
                self._close_if_unused(old)
            return self._opened
        raise AssertionError("the loop returns or raises")

    def _close_if_unused(self, generation: _Generation) -> None:
        if generation is not self._opened and not self._users.get(generation):
            self._users.pop(generation, None)
            generation.close()


def _weigh(generation: _Generation, term: Term) -> QueryWord:
    reader = generation.reader
    holding = max(reader.document_frequency(field, term.exact) for field in EXACT.values())
    return QueryWord(
        stem=term.stem,
        form=term.exact,
        stem_idf=idf(reader.count, reader.document_frequency(STEMS, term.stem)),
        form_idf=idf(reader.count, holding),
        kin=generation.lexicon.kin(term.stem),
    )


def _matching(reader: Reader, tree: Node, clause: Clause, words: list[QueryWord], others: list[Alternative]) -> Clause:
    """Return ``clause``, narrowed for bare words to the articles that hold enough of them, said one way or another."""
    if not isinstance(tree, Bag) or not isinstance(clause, BooleanClause):
        return clause
    if not all(map(narrows, tree.must)) or not all(isinstance(part, Word | Phrase) for part in tree.should):
        return clause

    def count(part: Clause) -> int:
        return reader.search(EngineRequest(part, limit=0)).total

    known = _weights([word for word in words if reader.document_frequency(STEMS, word.stem)])
    if not tree.should or not (known or others):
        return clause
    enough = [enough_weight(known, count)] if known else []
    enough += [enough_weight_otherwise(_weights(words), other.start, other.end, other.stems) for other in others]
    should = (*clause.should, *(TermClause(STEMS, ((stem, 1.0),)) for other in others for stem in other.stems))
    return replace(clause, must=(*clause.must, BooleanClause(should=tuple(enough))), should=should)


def _weights(words: Sequence[QueryWord]) -> list[tuple[str, float]]:
    return [(word.stem, word.stem_idf) for word in words]


def _in_order(request: SearchRequest, tree: Node) -> SearchRequest:
    """Return ``request`` in the order that its tree can give: what only narrows leaves nothing to rank by."""
    only_narrows = isinstance(tree, Every) or (
        isinstance(tree, Bag) and not tree.should and all(map(narrows, tree.must))
    )
    return replace(request, sort=Sort.NEWEST) if only_narrows and request.sort is Sort.RELEVANCE else request


def _remarks(lookup: Lookup, messages: Sequence[Message], query: str) -> Iterator[Remark]:
    yield from lookup.remarks
    if not lookup.complete:
        late = Message("The search took too long and was cut short: there may be more articles.")
        messages = [*messages, late]
    yield from (Remark(message, 0, len(query)) for message in messages)


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
