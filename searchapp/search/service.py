"""SearchService: parse -> search -> rank -> highlight. Pages, the JSON endpoint and the command line call only this."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from searchapp.analysis import FrenchAnalyzer, Term
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
from searchapp.errors import ArticleNotFound, ArticleWithdrawn, InvalidRequest
from searchapp.i18n import Message
from searchapp.indexing.coverage import covers
from searchapp.indexing.generations import Generations, Manifest
from searchapp.indexing.journal_tail import JournalTail
from searchapp.model import Article, ArticleView, Deadline, Hit, Remark, SearchRequest, SearchResult, Sort
from searchapp.query import Bag, DateWords, Every, Node, ParsedQuery, Phrase, Word, is_elaborate, narrows, parse, show
from searchapp.schema import EXACT, FACET_FIELDS, STEMS, canonical_id
from searchapp.search.cursor import CursorCodec, Position
from searchapp.search.dictionary import Dictionaries, Lookup
from searchapp.search.highlight import Highlighter
from searchapp.search.matching import enough_weight, enough_weight_otherwise, prefer_quotes
from searchapp.search.ranking import RERANKED, QueryWord, Ranker, idf
from searchapp.search.resolve import Resolver, Wanted
from searchapp.search.searcher import CurrentGeneration, OpenGeneration, Served
from searchapp.search.synonyms import Alternative, Synonyms

__all__ = ["DEEPEST_RESULT", "SearchService"]

_EVIDENCE_AT_A_TIME: Final = 10

DEEPEST_RESULT: Final = 10_000
"""The last result that a page number reaches; a cursor goes on from there."""


class SearchService:
    """Searches the published generation, and moves to a newer one by itself. Safe to share between threads.

    Making one never fails: the generation is opened when first asked for, by the engine that wrote it, which
    ``engine_of`` gives. A damaged one is left for the one before. Every method raises IndexMissing when nothing is
    published, IndexDamaged when no generation can be read. ``tail`` tells what the corpus withdrew since; without one
    there is no corpus.
    """

    def __init__(
        self,
        generations: Generations,
        engine_of: Callable[[str], Engine],
        analyzer: FrenchAnalyzer,
        *,
        date_words: DateWords | None = None,
        query_seconds: float = 2.0,
        synonyms: Synonyms | None = None,
        tail: JournalTail | None = None,
    ) -> None:
        self._current = CurrentGeneration(generations, engine_of, analyzer, tail or JournalTail())
        self._generations = generations
        self._analyzer = analyzer
        self._ranker = Ranker()
        self._highlighter = Highlighter(analyzer)
        self._dictionaries = Dictionaries(analyzer)
        self._date_words = date_words
        self._query_seconds = query_seconds
        self._synonyms = synonyms or Synonyms()

    def search(self, request: SearchRequest) -> SearchResult:
        """Return the answer to ``request``; any query text is fine.

        Raises InvalidRequest for a page beyond DEEPEST_RESULT, and for a cursor that is none, or of a generation gone
        by, or of another search.
        """
        started, deadline = time.perf_counter(), self._deadline()
        parsed = parse(request.query, self._date_words)
        tree, preferred = prefer_quotes(parsed.tree)

        ordered = _in_order(request, tree)

        def find(generation: OpenGeneration) -> _Found:
            cursors = CursorCodec(generation.signing_key, generation.name, self._synonyms.fingerprint)
            position = _position(ordered, cursors)
            lookup = self._lookup(generation, deadline)
            mended = _Mended(generation, lookup)
            resolver = Resolver(self._analyzer, mended.mend)
            found, page = self._find(generation, ordered, tree, resolver, lookup, position)
            articles = generation.reader.articles(candidate.document for candidate in page.candidates)
            return _Found(
                generation.name,
                position.rank,
                found,
                list(zip(articles, page.candidates, strict=True)),
                self._wanted(resolver, tree),
                [*preferred, *mended.messages()],
                lookup,
                mended.suggestion(request.query, self._analyzer),
                cursors.encode(page.end, ordered) if _goes_on(page, found, ordered) else None,
            )

        return self._shown(request, parsed, self._current.answer(find), started, deadline)

    def _shown(
        self, request: SearchRequest, parsed: ParsedQuery, answer: _Found, started: float, deadline: Deadline
    ) -> SearchResult:
        hits = tuple(
            self._hit(article, candidate.score, rank, answer.wanted, deadline)
            for rank, (article, candidate) in enumerate(answer.page, answer.rank + 1)
        )
        if deadline.passed():
            answer.lookup.skip()  # marks, it may be; such an answer had better not be kept
        return SearchResult(
            query=request.query,
            understood=show(parsed.tree),
            total=answer.found.total,
            total_relation="eq" if answer.lookup.complete else "gte",
            took_ms=round((time.perf_counter() - started) * 1000, 2),
            generation=answer.generation,
            page=answer.rank // request.per_page + 1,
            per_page=request.per_page,
            hits=hits,
            facets=answer.found.facets,
            histogram=answer.found.histogram,
            remarks=(*parsed.remarks, *_remarks(answer.lookup, answer.messages, request.query)),
            elaborate=is_elaborate(parsed.tree),
            suggestion=answer.suggestion,
            next_cursor=answer.next_cursor,
        )

    def ranking(self, query: str, depth: int) -> list[tuple[str, float]]:
        """Return (article id, score) of the best ``depth`` articles, ranked as for a page but with nothing to show.

        It takes the time it needs: what is measured must not depend on how busy the machine is.
        """
        tree, _ = prefer_quotes(parse(query, self._date_words).tree)
        request = _in_order(SearchRequest(query, per_page=depth), tree)

        def rank(generation: OpenGeneration) -> list[tuple[str, float]]:
            lookup = self._lookup(generation, Deadline())
            resolver = Resolver(self._analyzer, _Mended(generation, lookup).mend)
            _, page = self._find(generation, request, tree, resolver, lookup, _FIRST)
            articles = generation.reader.articles(candidate.document for candidate in page.candidates)
            return [(article.id, found.score) for article, found in zip(articles, page.candidates, strict=True)]

        return self._current.answer(rank)

    def article(self, article_id: str, query: str = "") -> ArticleView:
        """Return an article with the marks of ``query``, as many as there is time for.

        Raises ArticleNotFound, ArticleWithdrawn.
        """
        deadline = self._deadline()
        article_id = canonical_id(article_id)
        tree = parse(query, self._date_words).tree

        def read(generation: OpenGeneration) -> tuple[Article, Wanted, str]:
            article = generation.reader.article(article_id)
            if article is None:
                raise ArticleWithdrawn if generation.is_withdrawn(article_id) else ArticleNotFound(article_id)
            mended = _Mended(generation, self._lookup(generation, deadline))
            return article, self._wanted(Resolver(self._analyzer, mended.mend), tree), generation.name

        article, wanted, generation = self._current.answer(read)
        mark = self._highlighter.whole
        return ArticleView(
            article,
            title=mark(article.title, wanted.of("title"), deadline),
            lead=mark(article.lead, wanted.of("lead"), deadline),
            text=mark(article.text, wanted.of("text"), deadline),
            generation=generation,
        )

    def stored(self, article_id: str) -> Article | None:
        """Return an article as it is indexed, None when there is none."""
        return self._current.answer(lambda generation: generation.reader.article(canonical_id(article_id)))

    def holding(self, journal: Path, ends: Mapping[str, int], withdrawn: Mapping[str, bool]) -> str:
        """Return the generation that answers now if it holds the lines of ``journal`` before ``ends``, else "".

        Of the articles ``withdrawn`` names, it must show those that are not withdrawn, and none that is.
        """

        def look(generation: OpenGeneration) -> str:
            if not covers(self._generations.path(generation.name), journal, ends):
                return ""
            shown = generation.reader.article
            return generation.name if all((shown(one) is None) == gone for one, gone in withdrawn.items()) else ""

        return self._current.answer(look)

    def generation(self) -> str:
        """Return the name of the generation that answers now."""
        return self.served().generation

    def version(self) -> str:
        """Return what differs whenever the same request may be answered otherwise: generation, and what it hides."""
        return self._current.answer(lambda generation: generation.version)

    def served(self) -> Served:
        """Return which generation answers now, and which one should if it were not damaged."""
        return self._current.served()

    def probe(self) -> None:
        """Have the engine look up one word: it fails here if it cannot answer at all."""
        self._current.answer(lambda generation: generation.reader.document_frequency(STEMS, "article"))

    def when_behind(self, call: Callable[[], object]) -> None:
        """Have ``call`` called when an index is opened that knows less than the journal: it came from a backup."""
        self._current.when_behind = call

    def follow(self, queries: Sequence[str], *, at_once: bool = False, verify: bool = False) -> None:
        """Get ready to answer: ``queries`` warm the generation up, and each newer one in the background.

        With ``at_once`` newer ones answer the very next request instead, as the one who has just written an article
        expects; that request takes longer. To be called once a process, after forking. ``verify`` reads all of the
        generation, in the background: wise when the process before this one ended by accident.
        """

        def warm(generation: OpenGeneration) -> None:
            for query in queries:
                tree, _ = prefer_quotes(parse(query, self._date_words).tree)
                request = _in_order(SearchRequest(query), tree)
                lookup = self._lookup(generation, self._deadline())
                resolver = Resolver(self._analyzer, _Mended(generation, lookup).mend)
                _, page = self._find(generation, request, tree, resolver, lookup, _FIRST)
                generation.reader.articles(candidate.document for candidate in page.candidates)

        (self._current.warm_up if at_once else self._current.follow)(warm)
        if verify:
            self._current.verify()

    def manifest(self) -> Manifest:
        """Return the manifest of the generation that answers now."""
        return self._generations.manifest(self.generation())

    def close(self) -> None:
        """Let go of the generation's files."""
        self._current.close()

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

    def _deadline(self) -> Deadline:
        """Return the moment by which a request that begins now is answered, marks included."""
        return Deadline.after(self._query_seconds)

    def _lookup(self, generation: OpenGeneration, deadline: Deadline) -> Lookup:
        return Lookup(self._dictionaries.of(generation.reader), deadline)

    def _find(
        self,
        generation: OpenGeneration,
        request: SearchRequest,
        tree: Node,
        resolver: Resolver,
        lookup: Lookup,
        start: Position,
    ) -> tuple[EngineResult, _Page]:
        """Return what the engine found and the candidates of the page that begins at ``start``, in their final order.

        A page that begins among the reranked results takes all of these from the engine and leaves out those before;
        one that begins later goes on in the engine's order, by the sort key of a cursor or the offset of a page number.
        """
        words = [_weigh(generation, term) for term in resolver.scored(tree)]
        others = list(self._synonyms.of([word.stem for word in words]))
        words = [
            replace(word, others=tuple(other.stems for other in others if other.start <= place < other.end))
            for place, word in enumerate(words)
        ]
        reranks = request.sort is Sort.RELEVANCE and start.rank < RERANKED and bool(words)
        end = start.rank + request.per_page
        found = _ask(
            generation.reader,
            lookup,
            EngineRequest(
                clause=_matching(generation.reader, tree, resolver.resolve(tree, lookup), words, others, lookup),
                filters=request.filters,
                sort=request.sort,
                offset=0 if reranks or start.after else start.rank,
                limit=max(end, RERANKED) if reranks else request.per_page,
                facets=FACET_FIELDS,
                histogram=True,
                after=start.after,
            ),
        )
        if not reranks:
            return found, _Page(found.candidates, _end(start, found.candidates, found.candidates))
        ranked = self._rerank(generation.reader, words, found.candidates[:RERANKED], lookup)
        page = [*ranked, *found.candidates[RERANKED:]][start.rank : end]
        # Where the reranked results end, all of them were shown, whichever is the last one in the engine's order.
        return found, _Page(page, _end(start, page, found.candidates[:end] if end >= RERANKED else ()))

    def _rerank(
        self, reader: Reader, words: list[QueryWord], best: Sequence[Candidate], lookup: Lookup
    ) -> Sequence[Candidate]:
        """Return ``best`` in their final order; in the engine's when there is no time to read and weigh them."""
        evidence: list[str] = []
        for start in range(0, len(best), _EVIDENCE_AT_A_TIME):
            if not lookup.in_time():
                return best
            evidence += reader.evidence(candidate.document for candidate in best[start : start + _EVIDENCE_AT_A_TIME])
        scores = self._ranker.scores(words, evidence, lookup.deadline)
        if scores is None:
            lookup.skip()
            return best
        scored = (Candidate(hit.document, score, hit.sort_key) for hit, score in zip(best, scores, strict=True))
        return sorted(scored, key=lambda candidate: -candidate.score)

    def _hit(self, article: Article, score: float, rank: int, wanted: Wanted, deadline: Deadline) -> Hit:
        show_of = self._highlighter
        return Hit(
            article=article,
            rank=rank,
            score=round(score, 4),
            title=show_of.whole(article.title, wanted.of("title"), deadline),
            lead=next(iter(show_of.fragments(article.lead, wanted.of("lead"), deadline, 1)), None),
            fragments=show_of.fragments(article.text, wanted.of("text"), deadline),
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read of a generation for a :class:`SearchResult`; the rest of the work needs it no more."""

    generation: str
    rank: int
    found: EngineResult
    page: list[tuple[Article, Candidate]]
    wanted: Wanted
    messages: list[Message]
    lookup: Lookup
    suggestion: str | None
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class _Page:
    """The candidates of a page, and the position after the last one."""

    candidates: Sequence[Candidate]
    end: Position


_FIRST: Final = Position(0)


class _Mended:
    """Words of one query that no article holds, and what is looked for instead; nothing once time is over."""

    def __init__(self, generation: OpenGeneration, lookup: Lookup) -> None:
        self._generation = generation
        self._lookup = lookup
        self._likely: dict[str, tuple[Term, ...]] = {}

    def mend(self, term: Term) -> tuple[Term, ...]:
        """Return ``term`` itself, or the likelier words."""
        if self._generation.reader.document_frequency(STEMS, term.stem):
            return (term,)
        if term.exact not in self._likely:
            if not self._lookup.in_time():
                return (term,)
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

    def suggestion(self, query: str, analyzer: FrenchAnalyzer) -> str | None:
        """Return the query with its words mended, None when there is nothing to mend."""
        if not any(self._likely.values()):
            return None
        parts, done = [], 0
        for token in analyzer.tokens(query):
            if likely := self._likely.get(token.term.exact):
                parts += [query[done : token.start], " ".join(term.exact for term in likely)]
                done = token.end
        better = "".join([*parts, query[done:]])
        return better if better != query else None


def _weigh(generation: OpenGeneration, term: Term) -> QueryWord:
    reader = generation.reader
    holding = max(reader.document_frequency(field, term.exact) for field in EXACT.values())
    return QueryWord(
        stem=term.stem,
        form=term.exact,
        stem_idf=idf(reader.count, reader.document_frequency(STEMS, term.stem)),
        form_idf=idf(reader.count, holding),
        kin=generation.lexicon.kin(term.stem),
    )


def _ask(reader: Reader, lookup: Lookup, request: EngineRequest) -> EngineResult:
    """Search with the time that is left for ``lookup``, which learns whether it was enough."""
    found = reader.search(replace(request, deadline=lookup.deadline))
    if not found.complete:
        lookup.skip()
    return found


def _matching(
    reader: Reader,
    tree: Node,
    clause: Clause,
    words: list[QueryWord],
    others: list[Alternative],
    lookup: Lookup,
) -> Clause:
    """Return ``clause``, narrowed for bare words to the articles that hold enough of them, said one way or another."""
    if not isinstance(tree, Bag) or not isinstance(clause, BooleanClause):
        return clause
    if not all(map(narrows, tree.must)) or not all(isinstance(part, Word | Phrase) for part in tree.should):
        return clause

    def count(part: Clause) -> int | None:
        found = _ask(reader, lookup, EngineRequest(part, limit=0)) if lookup.in_time() else None
        return found.total if found and found.complete else None

    # A word that there was no time to mend weighs as one that articles hold, so that no more of them match.
    known = _weights([word for word in words if not lookup.complete or reader.document_frequency(STEMS, word.stem)])
    # A single word is enough by itself, and engines are much quicker with nothing around it.
    alone = len(tree.should) == len(words) == 1 and not clause.must and not others
    if alone or not tree.should or not (known or others):
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


def _position(request: SearchRequest, cursors: CursorCodec) -> Position:
    """Return where the page of ``request`` begins; raises InvalidRequest."""
    if request.cursor is not None:
        return cursors.decode(request.cursor, request)
    if request.page * request.per_page > DEEPEST_RESULT:
        reason = Message(
            "Pages end at result {limit}. Narrow the search, or go on from the last page with its cursor.",
            limit=DEEPEST_RESULT,
        )
        raise InvalidRequest(Message("This page is too deep."), [("page", reason)])
    return Position((request.page - 1) * request.per_page)


def _end(start: Position, page: Sequence[Candidate], in_engine_order: Sequence[Candidate]) -> Position:
    """Return the position after ``page``, which ends where ``in_engine_order`` does unless that is empty."""
    return Position(start.rank + len(page), in_engine_order[-1].sort_key if in_engine_order else None)


def _goes_on(page: _Page, found: EngineResult, request: SearchRequest) -> bool:
    """Return whether there may be results after ``page``: a search cut short counts fewer than it might find."""
    if not found.complete:
        return len(page.candidates) == request.per_page
    return bool(page.candidates) and page.end.rank < found.total
