"""Pages of results: the window that a request asks for, its page of candidates, and the cursor after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from searchapp.engines.port import Candidate, DocumentHandle, EngineResult
from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.model import Groups, ScorePart, SearchRequest, Sort
from searchapp.search.cursor import CursorCodec, Position
from searchapp.search.plan import QueryPlan

__all__ = ["DEEPEST_RESULT", "RERANKED", "SPARE", "Page", "Window", "around", "next_cursor", "window_of"]

DEEPEST_RESULT: Final = 10_000
"""The last result that a page number reaches; a cursor continues from there."""
SPARE: Final = 20
"""Candidates that a page of grouped results asks for beyond its own: copies among them are no results of their own."""
# Ordering the best hundred was measured to be as good as scoring everything (docs/francais.md).
RERANKED: Final = 100


@dataclass(frozen=True, slots=True)
class Page:
    """The candidates of a page in their final order, and the position after the last one.

    Unless ``complete``, there was no time to rerank them. ``has_next`` is None when the total tells. ``semantic_parts``
    are those of the scores that the third stage added.
    """

    candidates: Sequence[Candidate]
    end: Position
    complete: bool = True
    has_next: bool | None = None
    semantic_parts: Mapping[DocumentHandle, tuple[ScorePart, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """The results that a request asks for: ``size`` of them from ``start`` on.

    With ``groups``, near duplicates are one result. How many copies come before a result is not known, so the engine's
    candidates are read from the first one or from the cursor on.
    """

    start: Position
    size: int
    groups: Groups | None = None

    @property
    def end(self) -> int:
        """The rank of the last result."""
        return self.start.rank + self.size

    def is_reranked(self, plan: QueryPlan) -> bool:
        """Return whether the window begins among the results that are reranked."""
        is_behind = self.start.rank >= RERANKED or self.start.after is not None
        return plan.sort is Sort.RELEVANCE and not is_behind and bool(plan.scored_terms)

    def offset(self, plan: QueryPlan) -> int:
        """Return the number of candidates that the engine skips."""
        return 0 if self.is_reranked(plan) or self.start.after or self.groups else self.start.rank

    def limit(self, plan: QueryPlan) -> int:
        """Return the number of candidates that the engine returns."""
        if self.groups:
            return SPARE + (self.size if self.start.after else max(self.end, RERANKED * self.is_reranked(plan)))
        return max(self.end, RERANKED) if self.is_reranked(plan) else self.size

    def page(
        self, candidates: Sequence[Candidate], in_engine_order: Sequence[Candidate], *, complete: bool = True
    ) -> Page:
        """Return the page of ``candidates``, which ends where ``in_engine_order`` does unless that is empty."""
        after = in_engine_order[-1].sort_key if in_engine_order else None
        return Page(candidates, Position(self.start.rank + len(candidates), after), complete)


def window_of(request: SearchRequest, plan: QueryPlan, cursors: CursorCodec, groups: Groups | None = None) -> Window:
    """Return the window of ``request``; ``groups`` are those of its near duplicates, if they are grouped.

    Raises InvalidRequest for a page too deep and for an invalid cursor.
    """
    if request.cursor is not None:
        return Window(cursors.decode(request.cursor, plan.effective(request)), request.per_page, groups)
    if request.page * request.per_page > DEEPEST_RESULT:
        reason = Message(
            "Pages end at result {limit}. Narrow the search, or go on from the last page with its cursor.",
            limit=DEEPEST_RESULT,
        )
        raise InvalidRequest(Message("This page is too deep."), [("page", reason)])
    return Window(Position((request.page - 1) * request.per_page), request.per_page, groups)


def around(request: SearchRequest, number: int) -> SearchRequest:
    """Return ``request`` for the shortest page that has the result of this ``number`` and those on both sides of it."""
    before = number - 1
    size = next(size for size in count(3) if before == 0 or 0 < before % size < size - 1)
    return replace(request, page=before // size + 1, per_page=size, cursor=None)


def next_cursor(
    request: SearchRequest, plan: QueryPlan, result: EngineResult, page: Page, cursors: CursorCodec
) -> str | None:
    """Return the cursor after ``page``, None when there is nothing more.

    A search that was cut short counts fewer results than there may be; then a full page has a next one.
    """
    size = len(page.candidates)
    if page.has_next is not None:
        has_next = page.has_next
    else:
        has_next = size > 0 and page.end.rank < result.total if result.complete else size == request.per_page
    return cursors.encode(page.end, plan.effective(request)) if has_next else None
