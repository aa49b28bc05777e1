"""Pages of results: the window that a request asks for, its page of candidates, and the cursor after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from searchapp.engines.port import Candidate, EngineResult, Reader
from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.model import Article, SearchRequest, Sort
from searchapp.search.cursor import CursorCodec, Position
from searchapp.search.plan import QueryPlan

__all__ = ["DEEPEST_RESULT", "RERANKED", "Page", "Window", "fetch", "next_cursor", "window_of"]

DEEPEST_RESULT: Final = 10_000
"""The last result that a page number reaches; a cursor continues from there."""
# Ordering the best hundred was measured to be as good as scoring everything (docs/francais.md).
RERANKED: Final = 100


@dataclass(frozen=True, slots=True)
class Page:
    """The candidates of a page in their final order, and the position after the last one.

    Unless ``complete``, there was no time to rerank them.
    """

    candidates: Sequence[Candidate]
    end: Position
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """The results that a request asks for: ``size`` of them from ``start`` on."""

    start: Position
    size: int

    @property
    def end(self) -> int:
        """The rank of the last result."""
        return self.start.rank + self.size

    def is_reranked(self, plan: QueryPlan) -> bool:
        """Return whether the window begins among the results that are reranked."""
        return plan.sort is Sort.RELEVANCE and self.start.rank < RERANKED and bool(plan.scored_terms)

    def offset(self, plan: QueryPlan) -> int:
        """Return the number of candidates that the engine skips."""
        return 0 if self.is_reranked(plan) or self.start.after else self.start.rank

    def limit(self, plan: QueryPlan) -> int:
        """Return the number of candidates that the engine returns."""
        return max(self.end, RERANKED) if self.is_reranked(plan) else self.size

    def page(
        self, candidates: Sequence[Candidate], in_engine_order: Sequence[Candidate], *, complete: bool = True
    ) -> Page:
        """Return the page of ``candidates``, which ends where ``in_engine_order`` does unless that is empty."""
        after = in_engine_order[-1].sort_key if in_engine_order else None
        return Page(candidates, Position(self.start.rank + len(candidates), after), complete)


def window_of(request: SearchRequest, plan: QueryPlan, cursors: CursorCodec) -> Window:
    """Return the window of ``request``; raises InvalidRequest for a page too deep and for an invalid cursor."""
    if request.cursor is not None:
        return Window(cursors.decode(request.cursor, plan.effective(request)), request.per_page)
    if request.page * request.per_page > DEEPEST_RESULT:
        reason = Message(
            "Pages end at result {limit}. Narrow the search, or go on from the last page with its cursor.",
            limit=DEEPEST_RESULT,
        )
        raise InvalidRequest(Message("This page is too deep."), [("page", reason)])
    return Window(Position((request.page - 1) * request.per_page), request.per_page)


def fetch(page: Page, reader: Reader) -> list[Article]:
    """Return the stored articles of ``page``, in its order."""
    return reader.articles(candidate.document for candidate in page.candidates)


def next_cursor(
    request: SearchRequest, plan: QueryPlan, result: EngineResult, page: Page, cursors: CursorCodec
) -> str | None:
    """Return the cursor after ``page``, None when there is nothing more.

    A search that was cut short counts fewer results than there may be; then a full page has a next one.
    """
    size = len(page.candidates)
    has_next = size > 0 and page.end.rank < result.total if result.complete else size == request.per_page
    return cursors.encode(page.end, plan.effective(request)) if has_next else None
