"""From articles to an engine's writer: analysed in this process, or in the engine's own where it has some."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from searchapp.analysis import FrenchAnalyzer, Joined, Term
from searchapp.engines.days import day_number
from searchapp.engines.port import (
    ArticleWriter,
    Document,
    Engine,
    MakeDocument,
    ParallelEngine,
    Place,
    Refused,
    RefusingWriter,
    Writer,
)
from searchapp.indexing.naming import Naming, NamingWriter
from searchapp.model import Article

__all__ = ["DocumentMaker", "WriterFactory", "processors", "terms_of"]


class DocumentMaker:
    """Makes documents of articles; can be pickled, with its analyzer."""

    def __init__(self, timezone: ZoneInfo, analyzer: FrenchAnalyzer | None = None) -> None:
        self._timezone = timezone
        self._analyzer = analyzer or FrenchAnalyzer()

    def __call__(self, article: Article) -> Document:
        # With numpy, which a reindex that finds nothing new does not need.
        from searchapp.derived.rerank_features_writer import make_rerank_features
        from searchapp.derived.term_numbers import term_numbers

        local = article.date.astimezone(self._timezone) if article.date else None
        parts = map(self._part, (article.title, article.lead, article.text))
        (title, joined_title, in_title), (lead, joined_lead, in_lead), (text, joined_text, in_text) = parts
        body = lead + text
        joined_body = [*joined_lead, *((len(lead) + index, term) for index, term in joined_text)]
        joined = terms_of(joined_title), terms_of(joined_lead), terms_of(joined_text)
        numbers = term_numbers([*title, *body, *chain.from_iterable(joined)])
        return Document(
            article=article,
            title=title,
            lead=lead,
            text=text,
            rerank_features=make_rerank_features(title, body, joined[0], joined_body, numbers),
            joined=joined,
            breaks=(in_title, in_lead, in_text),
            day=day_number(local) if local else 0,
            numbers=numbers,
        )

    def _part(self, text: str) -> tuple[list[Term], list[Joined], list[int]]:
        """Return the terms of a part, its joined words, and the indexes of the terms that begin a paragraph."""
        terms: list[Term] = []
        joined: list[Joined] = []
        breaks: list[int] = []
        start = 0
        for end in (*self._analyzer.paragraph_ends(text), len(text)):
            more, placed = self._analyzer.analyze(text[start:end])
            if terms and more:
                breaks.append(len(terms))
            joined += [(len(terms) + index, term) for index, term in placed]
            terms += more
            start = end
        return terms, joined, breaks


def terms_of(joined: Iterable[Joined]) -> list[Term]:
    """Return the terms of joined words without their places."""
    return [term for _, term in joined]


@dataclass(frozen=True, slots=True)
class WriterFactory:
    """Creates writers of articles with up to ``jobs`` processes; 0 means one for each processor.

    With ``naming`` the articles get their names first.
    """

    engine: Engine
    make: MakeDocument
    jobs: int = 0
    naming: Naming | None = None

    def create(self, place: Place, base: Place | None = None) -> ArticleWriter:
        """Return a writer over an empty folder; see :meth:`Engine.create` for ``base``."""
        writer = self._create(place, base)
        return NamingWriter(writer, self.naming) if self.naming else writer

    def _create(self, place: Place, base: Place | None) -> ArticleWriter:
        jobs = self.jobs or processors()
        if jobs > 1 and isinstance(self.engine, ParallelEngine):
            return self.engine.create_parallel(place, self.make, jobs, base)
        return _AnalysingWriter(self.engine.create(place, base), self.make)


class _AnalysingWriter:
    """A writer of articles that analyses in this process."""

    def __init__(self, writer: Writer, make: MakeDocument) -> None:
        self._writer = writer
        self._make = make
        self.delete = writer.delete

    def add(self, article: Article, *, is_new: bool = False) -> None:
        self._writer.add(self._make(article), is_new=is_new)

    def refused(self) -> list[Refused]:
        return self._writer.refused() if isinstance(self._writer, RefusingWriter) else []

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)


def processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
