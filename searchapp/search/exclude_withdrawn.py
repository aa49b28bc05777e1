"""A reader without the articles that were withdrawn after its generation was published."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Final

from searchapp.engines.port import BooleanClause, EngineRequest, EngineResult, Reader, TermClause
from searchapp.model import Article
from searchapp.schema import ID

__all__ = ["exclude"]

_IDS_AT_A_TIME: Final = 1000


def exclude(reader: Reader, ids: frozenset[str]) -> Reader:
    """Return ``reader`` without the articles of ``ids``; searches exclude only those that the index has."""
    indexed: set[str] = set()
    remaining = iter(ids)
    while some := list(islice(remaining, _IDS_AT_A_TIME)):
        request = EngineRequest(TermClause(ID, tuple((article_id, 1.0) for article_id in some)), limit=len(some))
        documents = [candidate.document for candidate in reader.search(request).candidates]
        indexed.update(article.id for article in reader.articles(documents))
    return ExcludingReader(reader, frozenset(indexed)) if indexed else reader


class ExcludingReader:
    """A :class:`~searchapp.engines.port.Reader` that finds all documents but those of ``ids``.

    Count, dictionary, frequencies and the least number of a FirstOfClause go on counting them, as the port allows for
    deleted ones: scores and the minimum that should match stay as they are.
    """

    def __init__(self, reader: Reader, ids: frozenset[str]) -> None:
        self._reader = reader
        self._ids = ids
        self._excluded = TermClause(ID, tuple((article_id, 1.0) for article_id in sorted(ids)))
        self.count = reader.count
        self.articles = reader.articles
        self.details = reader.details
        self.terms_with_prefix = reader.terms_with_prefix
        self.term_statistics = reader.term_statistics
        self.close = reader.close

    def search(self, request: EngineRequest) -> EngineResult:
        clause, *instead = (
            BooleanClause(should=(one,), must_not=(self._excluded,)) for one in (request.clause, *request.instead)
        )
        return self._reader.search(replace(request, clause=clause, instead=tuple(instead)))

    def article(self, article_id: str) -> Article | None:
        return None if article_id in self._ids else self._reader.article(article_id)
