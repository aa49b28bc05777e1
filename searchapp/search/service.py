"""SearchService: the answers to all requests. Pages, JSON and the command line call only this."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Clause, Engine, EngineRequest, MatchAllClause
from searchapp.i18n import Message
from searchapp.indexing.coverage import covers
from searchapp.indexing.generations import Generations, Manifest
from searchapp.indexing.journal_tail import JournalTail
from searchapp.measuring import Stage
from searchapp.model import (
    Article,
    ArticleView,
    Deadline,
    Filters,
    Grouping,
    Interval,
    Match,
    Neighbours,
    Remark,
    SearchRequest,
    SearchResult,
    Sort,
)
from searchapp.query import DateWords, ParsedQuery, is_elaborate, show
from searchapp.schema import STEMS, canonical_id
from searchapp.search.differences import Comparison, Copy, compare, copies_in
from searchapp.search.export import Export
from searchapp.search.facet_values import FacetValues
from searchapp.search.highlight import Highlighter
from searchapp.search.highlight_terms import HighlightTerms
from searchapp.search.matching import NO_COUNTS, Counts, matching_clause
from searchapp.search.neighbours import NeighbourWords
from searchapp.search.open_generation import OpenGeneration
from searchapp.search.order_explanation import ExplainedHit
from searchapp.search.paging import DEEPEST_RESULT, around
from searchapp.search.plan import QueryPlanner
from searchapp.search.rerank_score import WEIGHTS, Weights
from searchapp.search.searcher import SearcherManager, Served
from searchapp.search.semantic_rank import SemanticRanker
from searchapp.search.similar import similar_articles
from searchapp.search.stages import Stages
from searchapp.search.suggest import Suggestion, suggest
from searchapp.search.synonyms import Synonyms
from searchapp.search.timeline import CALENDAR_MONTHS, coarser, timeline_of
from searchapp.search.trends import Trends, count_trends

__all__ = ["CUT_SHORT", "DEEPEST_RESULT", "SearchService"]

CUT_SHORT: Final = Message("The search took too long and was cut short: there may be more articles.")
_LISTED_AT_ONCE: Final = 500


class SearchService:
    """Searches the published generation, and moves to a newer one by itself. Safe to share between threads.

    The constructor never fails: a generation is opened at the first request, by the engine that wrote it, which
    ``engine_of`` returns; in place of a damaged one, the one before is opened. Every method raises IndexMissing when
    nothing is published, IndexDamaged when no generation can be read. ``tail`` reads the articles that the corpus
    withdrew since; without one there is no corpus.
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
        default_match: Match = Match.MOST,
        half_life: int = 0,
        shows_first: bool = False,
        weights: Weights = WEIGHTS,
        semantic: SemanticRanker | None = None,
        neighbours: NeighbourWords | None = None,
    ) -> None:
        self._searcher = SearcherManager(generations, engine_of, analyzer, tail)
        self._generations = generations
        self._analyzer = analyzer
        synonyms = synonyms or Synonyms()
        self._planner = QueryPlanner(analyzer, synonyms, default_match, half_life, weights)
        self._semantic = semantic or SemanticRanker()
        self._stages = Stages(
            analyzer, synonyms, self._planner, date_words, shows_first=shows_first, semantic=self._semantic
        )
        self._highlighter = Highlighter(analyzer)
        self._query_seconds = query_seconds
        self._neighbours = neighbours

    def search(self, request: SearchRequest) -> SearchResult:
        """Return the answer to ``request``; any query text is fine.

        Raises InvalidRequest for a page beyond DEEPEST_RESULT, and for a cursor that is invalid, or of another
        generation or search.
        """
        started, deadline = time.perf_counter(), self._deadline()
        parsed = self._stages.parse(request.query)
        answer = self._searcher.run(partial(self._stages.run, request, parsed, deadline))
        plan, result, first = answer.plan, answer.matches.result, answer.window.start.rank
        details = zip(answer.missing, answer.explanations, answer.copies, strict=True)
        rows = zip(answer.articles, answer.page.candidates, details, strict=True)
        with Stage("highlight"):
            hits = tuple(
                self._highlighter.hit(
                    article,
                    number,
                    candidate.score,
                    plan.highlight_terms,
                    deadline,
                    missing=missing,
                    explanation=explanation,
                    copies=copies,
                )
                for number, (article, candidate, (missing, explanation, copies)) in enumerate(rows, first + 1)
            )
        # Out of time some marks may be missing; such an answer is not to be cached.
        complete = answer.complete and not deadline.passed()
        return SearchResult(
            query=request.query,
            understood=show(plan.understood),
            total=result.total,
            total_relation="eq" if complete else "gte",
            took_ms=round((time.perf_counter() - started) * 1000, 2),
            generation=answer.generation,
            page=first // request.per_page + 1,
            per_page=request.per_page,
            hits=hits,
            facets=result.facets,
            facets_truncated=result.truncated,
            histogram=coarser(result.histogram, Interval.MONTH),
            timeline=timeline_of(result.timeline),
            calendar=timeline_of(result.timeline, CALENDAR_MONTHS),
            remarks=plan.remarks if complete else (*plan.remarks, Remark(CUT_SHORT, 0, len(request.query))),
            elaborate=is_elaborate(parsed.tree),
            suggestion=next(iter(plan.suggestions), None),
            suggestions=plan.suggestions,
            replacements=plan.replacements,
            next_cursor=answer.next_cursor,
            total_all=answer.matches.total_all,
            match=answer.matches.match,
            facets_match=answer.matches.facets_match,
            recency=plan.half_life,
            groups=answer.groups,
            neighbours=self._neighbours.of(plan.scored_terms) if self._neighbours and not deadline.passed() else (),
            date_offer=self._stages.offer_date(request, parsed),
        )

    def neighbours(self, request: SearchRequest, number: int, article_id: str) -> Neighbours | None:
        """Return the results of ``request`` around the one of this ``number``; costs a short page without counts.

        None if ``article_id`` is not that result (any more); raises InvalidRequest beyond DEEPEST_RESULT.
        """
        deadline, nearby = self._deadline(), around(replace(request, explain=False), number)
        parsed = self._stages.parse(request.query)
        answer = self._searcher.run(partial(self._stages.run, nearby, parsed, deadline, counts=NO_COUNTS))
        articles = dict(enumerate(answer.articles, answer.window.start.rank + 1))
        if number not in articles or articles[number].id != canonical_id(article_id):
            return None
        shown = answer.matches.result.total if answer.groups is None else answer.groups
        return Neighbours(articles.get(number - 1), articles.get(number + 1), shown)

    def facet_values(self, request: SearchRequest, facet: str) -> FacetValues:
        """Return every value of ``facet`` among the results of ``request``, whose page does not matter."""
        count = partial(self._stages.count, self._deadline())
        counts = Counts((facet,), None, histogram=False, timeline=False)

        def read(generation: OpenGeneration) -> FacetValues:
            plan, matches = count(generation, request, counts)
            complete = plan.complete and matches.complete
            return FacetValues(facet, matches.result.facets.get(facet, ()), generation.name, plan.remarks, complete)

        return self._searcher.run(read)

    def trends(self, queries: Sequence[str], filters: Filters, interval: Interval | None = None) -> Trends:
        """Return the share of the articles of ``filters`` that each query finds, by period.

        Raises InvalidRequest for an interval that the span is too long for.
        """
        count = partial(self._stages.count, self._deadline())
        return self._searcher.run(
            lambda generation: count_trends(queries, filters, interval, partial(count, generation), generation.name)
        )

    def count(self, request: SearchRequest) -> int:
        """Return the number of articles that ``request`` finds, as far as there is time to count them."""
        count = partial(self._stages.count, self._deadline(), request=request, counts=NO_COUNTS)
        return self._searcher.run(lambda generation: count(generation)[1].result.total)

    def parsed(self, query: str) -> ParsedQuery:
        """Return the tree of ``query`` and the remarks of the parser; nothing is searched."""
        return self._stages.parse(query)

    def suggest(self, typed: str, limit: int) -> list[Suggestion]:
        """Return at most ``limit`` suggestions for what somebody is typing."""
        return self._searcher.run(lambda generation: suggest(typed, limit, generation, self._analyzer))

    @contextmanager
    def clauses(self) -> Iterator[Callable[[SearchRequest], tuple[Clause, Filters]]]:
        """Give a function that returns clause and filters of the articles that a request finds in one generation.

        They may be run on another index of the same terms. There is no deadline: a saved search must not find less on
        a busy machine.
        """
        with self._searcher.acquire() as generation:

            def clause(request: SearchRequest) -> tuple[Clause, Filters]:
                plan = self._planner.plan(request, self._stages.parse(request.query), generation, Deadline())
                return matching_clause(plan, generation.reader), plan.filters

            yield clause

    def ranking(self, query: str, depth: int) -> list[tuple[str, float]]:
        """Return (article id, score) of the best ``depth`` articles, ranked as for a page.

        There is no deadline: a measure must not depend on how busy the machine is.
        """
        request, parsed = SearchRequest(query, per_page=depth), self._stages.parse(query)
        answer = self._searcher.run(partial(self._stages.run, request, parsed, Deadline()))
        ranked = zip(answer.articles, answer.page.candidates, strict=True)
        return [(article.id, candidate.score) for article, candidate in ranked]

    def explanation(self, query: str) -> list[ExplainedHit]:
        """Return the reranked articles of ``query`` by their features alone, each with the features that moved it."""
        return self._searcher.run(partial(self._stages.explain_order, query))

    def article(self, article_id: str, query: str = "") -> ArticleView:
        """Return an article with the marks of ``query``, as many as there is time for.

        Raises ArticleNotFound, ArticleWithdrawn.
        """
        deadline, article_id = self._deadline(), canonical_id(article_id)
        parsed = self._stages.parse(query)

        def read(generation: OpenGeneration) -> tuple[Article, HighlightTerms, str]:
            article = generation.article(article_id)
            return article, self._planner.highlight_terms(parsed, generation, deadline), generation.name

        article, terms, generation = self._searcher.run(read)
        return self._highlighter.view(article, generation, terms, deadline)

    def listing(self, first: int, size: int) -> Iterator[Article]:
        """Yield ``size`` articles from number ``first`` (from 0), the oldest first and those without a date last.

        Some at a time are in memory. A generation that is published meanwhile goes on where the one before was.
        """
        for start in range(first, first + size, _LISTED_AT_ONCE):
            request = EngineRequest(
                MatchAllClause(), sort=Sort.OLDEST, offset=start, limit=min(_LISTED_AT_ONCE, first + size - start)
            )

            def read(generation: OpenGeneration, request: EngineRequest = request) -> list[Article]:
                found = generation.reader.search(request).candidates
                return generation.reader.articles([candidate.document for candidate in found])

            articles = self._searcher.run(read)
            yield from articles
            if len(articles) < request.limit:
                return

    def export(self, request: SearchRequest) -> Export:
        """Return all results of ``request``, from its cursor on; to be closed.

        Raises InvalidRequest for an invalid cursor, OutOfTime when matching takes too long.
        """
        return Export(self._searcher, self._stages, request, self._query_seconds)

    def similar(self, article_id: str, size: int) -> list[Article]:
        """Return at most ``size`` articles like one, best first; raises ArticleNotFound, ArticleWithdrawn."""
        deadline, article_id = self._deadline(), canonical_id(article_id)

        def read(generation: OpenGeneration) -> list[Article]:
            generation.article(article_id)
            return similar_articles(generation, article_id, size, self._analyzer, deadline)

        return self._searcher.run(read)

    def copies(self, shown: Article, most: int) -> tuple[tuple[Copy, ...], int]:
        """Return at most ``most`` near duplicates of an article, the oldest first, and the number of all."""
        return self._searcher.run(lambda generation: copies_in(generation, shown, most))

    def compare(self, one: str, other: str) -> Comparison:
        """Return two articles with what each has and the other has not; raises ArticleNotFound, ArticleWithdrawn."""

        def read(generation: OpenGeneration) -> tuple[Article, Article]:
            return generation.article(canonical_id(one)), generation.article(canonical_id(other))

        return compare(*self._searcher.run(read))

    def stored(self, article_id: str) -> Article | None:
        """Return an article as it is indexed, None when there is none."""
        return self._searcher.run(lambda generation: generation.reader.article(canonical_id(article_id)))

    def generation_covering(self, journal: Path, ends: Mapping[str, int], withdrawn: Mapping[str, bool]) -> str:
        """Return the active generation if it covers the lines of ``journal`` before ``ends``, else "".

        ``withdrawn`` maps article ids to whether they are withdrawn; the generation must show exactly the others.
        """

        def check(generation: OpenGeneration) -> str:
            if not covers(self._generations.path(generation.name), journal, ends):
                return ""
            shown = generation.reader.article
            return generation.name if all((shown(one) is None) == gone for one, gone in withdrawn.items()) else ""

        return self._searcher.run(check)

    def one_generation(self) -> AbstractContextManager[None]:
        """Return a block in which one generation answers all calls of this thread, as parts of a page need."""
        return self._searcher.pinned()

    def generation(self) -> str:
        """Return the name of the generation that answers now."""
        return self._searcher.run(lambda generation: generation.name)

    def version(self) -> str:
        """Return the cache key of all answers: the generation without excluded articles, files of ``semantic``."""
        parts = [self._searcher.run(lambda generation: generation.version), self._semantic.version()]
        if self._neighbours:
            parts.append(self._neighbours.version())
        return " ".join(filter(None, parts))

    def served(self) -> Served:
        """Return the generation that answers now, and the published one, which may be damaged."""
        return self._searcher.served()

    def peek(self) -> Served | None:
        """Return the generation that answered last, None before the first; opens no index and waits for none."""
        return self._searcher.peek()

    def probe(self) -> None:
        """Look up one word in the engine; raises its error if it cannot answer at all."""
        self._searcher.run(lambda generation: generation.reader.term_statistics([(STEMS, "article")]))

    def on_missing_withdrawals(self, call: Callable[[], object]) -> None:
        """Call ``call`` when an index is opened that lacks withdrawals of the journal: it came from a backup."""
        self._searcher.on_missing_withdrawals(call)

    def follow(self, queries: Sequence[str], *, at_once: bool = False, verify: bool = False) -> None:
        """Get ready to answer: ``queries`` warm up the generation, and each newer one in the background.

        With ``at_once`` newer ones answer the very next request instead, as somebody who has just written an article
        expects; that request takes longer. To be called once a process, after forking. ``verify`` reads all of the
        generation in the background: wise when the process before this one ended by accident.
        """

        def warm(generation: OpenGeneration) -> None:
            for query in queries:
                request = SearchRequest(query, group=Grouping.COPIES)
                self._stages.run(request, self._stages.parse(query), self._deadline(), generation)

        (self._searcher.warm_up if at_once else self._searcher.follow)(warm)
        if verify:
            self._searcher.verify()

    def manifest(self, generation: str = "") -> Manifest:
        """Return the manifest of ``generation``, of that which answers now unless given."""
        return self._generations.manifest(generation or self.generation())

    def close(self) -> None:
        """Close the files."""
        self._searcher.close()
        self._semantic.close()

    def _deadline(self) -> Deadline:
        """Return the moment by which a request that begins now is answered, marks included."""
        return Deadline.after(self._query_seconds)
