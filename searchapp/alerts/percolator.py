"""The percolator: saved searches run on new articles alone, which are a small index of their own.

A query is planned over the whole generation, so that weights, prefixes and synonyms are those of a search, and its
clause runs on the small index: the cost of a search does not follow the size of the archive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from searchapp.engines.port import Clause, DocumentHandle, Engine, EngineRequest, MakeDocument, Place, Reader
from searchapp.model import Article, Filters, SearchRequest, Sort
from searchapp.search.service import SearchService

__all__ = ["Percolator", "percolating"]


class Percolator:
    """Finds the matches of requests among the articles of ``reader``, by the clauses that ``clause`` makes of them."""

    def __init__(self, clause: Callable[[SearchRequest], tuple[Clause, Filters]], reader: Reader) -> None:
        self._clause = clause
        self._reader = reader
        self._ids: dict[DocumentHandle, str] = {}

    def matches(self, request: SearchRequest) -> list[str]:
        """Return the ids of the articles that ``request`` finds, the newest first."""
        clause, filters = self._clause(request)
        asked = EngineRequest(clause, filters, Sort.NEWEST, limit=self._reader.count)
        documents = [candidate.document for candidate in self._reader.search(asked).candidates]
        unread = [document for document in documents if document not in self._ids]
        self._ids.update(zip(unread, (article.id for article in self._reader.articles(unread)), strict=True))
        return [self._ids[document] for document in documents]


@contextmanager
def percolating(
    service: SearchService, engine: Engine, make: MakeDocument, articles: Iterable[Article]
) -> Iterator[Percolator]:
    """Give a percolator over ``articles``, which ``make`` analyses; its index is removed afterwards."""
    with TemporaryDirectory(prefix="searchapp-alerts-") as folder:
        place = Place(Path(folder) / "index")
        place.mkdir()
        with engine.create(place) as writer:
            for article in articles:
                writer.add(make(article), is_new=True)
        with closing(engine.open(place)) as reader, service.clauses() as clause:
            yield Percolator(clause, reader)
