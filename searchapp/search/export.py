"""Export: all results of a search in their order, on one generation, a window of candidates at a time.

The order and the cursors are those of the search itself. Memory is bounded by a window of candidates (handles, not
articles) and a batch of articles, whatever the number of results. The engine finds the matches anew for each window.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain, islice
from typing import Final, NamedTuple, Self

from searchapp.engines.panics import panics_as_exceptions
from searchapp.engines.port import Candidate
from searchapp.errors import OutOfTime
from searchapp.model import Article, Deadline, SearchRequest
from searchapp.search.cursor import Position
from searchapp.search.searcher import SearcherManager
from searchapp.search.stages import CandidateWindow, Stages

__all__ = ["ARTICLES_AT_A_TIME", "Export", "ExportedArticle"]

# A window costs what a deep page does, so few of them are wanted; 5,000 candidates take about a megabyte.
_WINDOW: Final = 5_000
ARTICLES_AT_A_TIME: Final = 50
"""Articles that are read, and may be sent, at a time."""


class ExportedArticle(NamedTuple):
    """An article and the cursor from which the same export goes on after it."""

    article: Article
    cursor: str


class Export:
    """The articles of a search in batches; to be closed. ``total`` counts all results, before a cursor too.

    The generation stays open until ``close``, so a newer one changes nothing. Articles withdrawn meanwhile are left
    out from then on. Making one raises the errors of a search, and OutOfTime when the first window took longer than
    ``seconds``; so does each later window while iterating.
    """

    def __init__(self, searcher: SearcherManager, stages: Stages, request: SearchRequest, seconds: float) -> None:
        self._searcher, self._stages, self._seconds = searcher, stages, seconds
        self._request = replace(request, page=1, per_page=_WINDOW, explain=False)
        with ExitStack() as opened:
            self._generation = opened.enter_context(searcher.acquire())
            with panics_as_exceptions():
                first = stages.first_window(self._request, stages.parse(request.query), self._end(), self._generation)
            self._first = _whole(first)
            self._opened = opened.pop_all()
        self.total = first.matches.result.total
        self.version = self._generation.version
        self.generation = self._generation.name

    def __iter__(self) -> Iterator[list[ExportedArticle]]:
        """Yield the articles in batches of at most ARTICLES_AT_A_TIME."""
        cursor_of = self._stages.cursors(self._generation).encoder(self._first.plan.effective(self._request))
        rows = chain.from_iterable(map(self._rows, self._windows()))
        while batch := list(islice(rows, ARTICLES_AT_A_TIME)):
            with panics_as_exceptions():
                articles = self._generation.reader.articles(candidate.document for candidate, _ in batch)
            with self._searcher.acquire() as active:
                withdrawn = {article.id for article in articles if active.is_withdrawn(article.id)}
            yield [
                ExportedArticle(article, cursor_of(position))
                for article, (_, position) in zip(articles, batch, strict=True)
                if article.id not in withdrawn
            ]

    def close(self) -> None:
        """Release the generation."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _windows(self) -> Iterator[CandidateWindow]:
        """Yield the windows up to the last one."""
        window = self._first
        while window.page.candidates:
            yield window
            if not window.has_next:
                return
            with panics_as_exceptions():
                window = _whole(self._stages.next_window(window, self._end(), self._generation))

    def _rows(self, window: CandidateWindow) -> Iterator[tuple[Candidate, Position]]:
        with panics_as_exceptions():
            shown = self._stages.shown(window, self._generation)
        return zip(shown, window.positions(), strict=True)

    def _end(self) -> Deadline:
        return Deadline.after(self._seconds)


def _whole(window: CandidateWindow) -> CandidateWindow:
    if not window.complete:
        raise OutOfTime
    return window
