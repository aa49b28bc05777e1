"""The stages of a search over one open generation: plan, match, rank, fetch, name missing words, explain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Candidate
from searchapp.measuring import Stage
from searchapp.model import Article, DateOffer, Deadline, Explanation, Grouping, Match, SearchRequest
from searchapp.query import DateWords, ParsedQuery, date_beside, is_elaborate, parse
from searchapp.search.collapsing import copies_of, first_versions
from searchapp.search.cursor import CursorCodec, Position
from searchapp.search.hit_explanation import Explainer
from searchapp.search.matching import NO_COUNTS, Counts, Matches, match
from searchapp.search.missing_words import missing_words, read_shown
from searchapp.search.open_generation import OpenGeneration
from searchapp.search.order_explanation import ExplainedHit, explain
from searchapp.search.paging import RERANKED, Page, Window, next_cursor, window_of
from searchapp.search.plan import QueryPlan, QueryPlanner
from searchapp.search.ranking import rank
from searchapp.search.rerank_score import score
from searchapp.search.semantic_rank import SemanticRanker
from searchapp.search.synonyms import Synonyms
from searchapp.search.term_counts import count_terms

__all__ = ["CandidateWindow", "StageResults", "Stages"]


@dataclass(frozen=True, slots=True)
class CandidateWindow:
    """The candidates of a window in their final order: what a page has before its articles are read."""

    plan: QueryPlan
    window: Window
    matches: Matches
    page: Page

    @property
    def complete(self) -> bool:
        return self.plan.complete and self.matches.complete and self.page.complete

    @property
    def has_next(self) -> bool:
        """True when results follow."""
        if self.page.has_next is not None:
            return self.page.has_next
        return self.page.end.rank < self.matches.result.total

    def positions(self) -> Iterator[Position]:
        """Yield the position after each candidate. Among the reranked ones the rank alone counts."""
        ranked = self.matches.result.candidates[: RERANKED * self.window.is_reranked(self.plan)]
        reranked = {candidate.document for candidate in ranked}
        for number, candidate in enumerate(self.page.candidates, self.window.start.rank + 1):
            yield Position(number, None if candidate.document in reranked else candidate.sort_key)


@dataclass(frozen=True, slots=True)
class StageResults(CandidateWindow):
    """The results of the stages that read a generation; highlighting does not need it.

    ``articles`` are those shown: of near duplicates it may be another than the candidate, whose score the group has.
    """

    generation: str
    articles: list[Article]
    missing: list[tuple[str, ...]]
    explanations: list[Explanation | None]
    next_cursor: str | None
    copies: Sequence[tuple[str, ...] | None]
    groups: int | None


class Stages:
    """Runs the stages; has no state of its own, so threads may share it.

    ``shows_first``: of near duplicates the first version is shown, not the best.
    """

    def __init__(
        self,
        analyzer: FrenchAnalyzer,
        synonyms: Synonyms,
        planner: QueryPlanner,
        date_words: DateWords | None,
        *,
        shows_first: bool,
        semantic: SemanticRanker,
    ) -> None:
        self._analyzer = analyzer
        self._synonyms = synonyms
        self._planner = planner
        self._date_words = date_words
        self._shows_first = shows_first
        self._semantic = semantic

    def parse(self, query: str) -> ParsedQuery:
        """Return the tree of ``query`` and the remarks of the parser."""
        with Stage("parse"):
            return parse(query, self._date_words)

    def offer_date(self, request: SearchRequest, parsed: ParsedQuery) -> DateOffer | None:
        """Return the date among the plain words of a query, unless its days are narrowed already."""
        if request.filters.has_days or is_elaborate(parsed.tree):
            return None
        return date_beside(request.query, self._date_words)

    def run(
        self,
        request: SearchRequest,
        parsed: ParsedQuery,
        deadline: Deadline,
        generation: OpenGeneration,
        counts: Counts | None = None,
    ) -> StageResults:
        """Run the stages that read ``generation``: plan, match, rank, fetch; ``counts`` are all unless given."""
        reader, duplicates = generation.reader, generation.duplicates
        is_grouped = request.group is Grouping.COPIES
        cursors = self.cursors(generation)
        counts = counts or Counts(facet_limit=request.facet_limit)
        plan, window, matches = self._match(request, parsed, deadline, generation, cursors, counts)
        with Stage("rank"):
            page = rank(plan, matches, window, reader, duplicates, deadline, self._semantic)
            shown = self.shown(CandidateWindow(plan, window, matches, page), generation)
        lacking = plan.parts if matches.match is Match.MOST else ()
        with Stage("fetch"):
            details = read_shown(lacking, shown, reader, deadline)
        articles = list(details.articles)
        copies = [
            copies_of(candidate, article, duplicates) if is_grouped else None
            for candidate, article in zip(shown, articles, strict=True)
        ]
        groups = matches.result.groups if window.groups else matches.result.total if is_grouped else None
        missing = missing_words(lacking, shown, details, deadline)
        explanations: list[Explanation | None] = [None] * len(articles)
        if request.explain:
            explainer = Explainer(plan, matches.result.candidates, self._analyzer)
            reranked = window.is_reranked(plan) and page.complete
            # The score of a group is that of its best article, whichever is shown.
            with Stage("explain"):
                explanations = explainer.explain(
                    page.candidates, articles, page.semantic_parts, reranked=reranked, deadline=deadline
                )
        cursor = next_cursor(request, plan, matches.result, page, cursors)
        found = (plan, window, matches, page)
        return StageResults(*found, generation.name, articles, missing, explanations, cursor, copies, groups)

    def cursors(self, generation: OpenGeneration) -> CursorCodec:
        """Return the codec of the cursors of a generation."""
        return CursorCodec(generation.signing_key, generation.name, self._synonyms.fingerprint)

    def first_window(
        self, request: SearchRequest, parsed: ParsedQuery, deadline: Deadline, generation: OpenGeneration
    ) -> CandidateWindow:
        """Return the first ``per_page`` candidates of ``request``, or those after its cursor, without counts."""
        plan, window, matches = self._match(request, parsed, deadline, generation, self.cursors(generation), NO_COUNTS)
        page = rank(plan, matches, window, generation.reader, generation.duplicates, deadline, self._semantic)
        return CandidateWindow(plan, window, matches, page)

    def next_window(self, before: CandidateWindow, deadline: Deadline, generation: OpenGeneration) -> CandidateWindow:
        """Return the candidates that follow ``before``, as many at most."""
        window = replace(before.window, start=before.page.end)
        matches = match(before.plan, window, generation.reader, deadline, NO_COUNTS)
        page = rank(before.plan, matches, window, generation.reader, generation.duplicates, deadline, self._semantic)
        return CandidateWindow(before.plan, window, matches, page)

    def shown(self, window: CandidateWindow, generation: OpenGeneration) -> Sequence[Candidate]:
        """Return the candidates of ``window`` with the member of each group that is shown."""
        if not (window.window.groups and self._shows_first):
            return window.page.candidates
        reader, duplicates = generation.reader, generation.duplicates
        return first_versions(window.page, window.matches.request, reader, duplicates).candidates

    def count(
        self, deadline: Deadline, generation: OpenGeneration, request: SearchRequest, counts: Counts
    ) -> tuple[QueryPlan, Matches]:
        """Run the stages plan and match for what is counted only."""
        cursors = CursorCodec(generation.signing_key, generation.name)
        request = replace(request, page=1, per_page=1, cursor=None, group=None)
        parsed = self.parse(request.query)
        plan, _, matches = self._match(request, parsed, deadline, generation, cursors, counts)
        return plan, matches

    def explain_order(self, query: str, generation: OpenGeneration) -> list[ExplainedHit]:
        """Return the reranked articles of ``query`` by their features alone, each with the features that moved it."""
        reader = generation.reader
        plan = self._planner.plan(SearchRequest(query), self.parse(query), generation, Deadline())
        candidates = match(plan, Window(Position(0), RERANKED), reader, Deadline()).result.candidates
        details = reader.details([candidate.document for candidate in candidates], features=True)
        counts = count_terms(plan.scored_terms, details.features)
        articles = [article.id for article in details.articles]
        return explain(articles, score(plan.scored_terms, counts, details.features, plan.weights)) if counts else []

    def _match(
        self,
        request: SearchRequest,
        parsed: ParsedQuery,
        deadline: Deadline,
        generation: OpenGeneration,
        cursors: CursorCodec,
        counts: Counts,
    ) -> tuple[QueryPlan, Window, Matches]:
        """Run the stages plan and match; a phrase that nobody wrote is replaced by its words."""
        reader, groups = generation.reader, None
        if request.group is Grouping.COPIES and generation.duplicates.groups().keys:
            groups = generation.duplicates.groups()
        with Stage("plan"):
            plan = self._planner.plan(request, parsed, generation, deadline)
        window = window_of(request, plan, cursors, groups)
        with Stage("match"):
            matches = match(plan, window, reader, deadline, counts)
        may_relax = matches.complete and plan.complete and not matches.result.total and request.correct
        if may_relax and (relaxed := self._planner.relaxed_plan(request, parsed, generation, deadline)):
            relaxed_window = window_of(request, relaxed, cursors, groups)
            relaxed_matches = match(relaxed, relaxed_window, reader, deadline, counts)
            if relaxed_matches.result.total:
                return relaxed, relaxed_window, relaxed_matches
        return plan, window, matches
