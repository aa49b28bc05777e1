"""Engines under the contract, each over real files. A new engine adds a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Capabilities, Clause, Document, Engine, EngineRequest, Reader
from searchapp.engines.tantivy_engine import TantivyEngine
from searchapp.engines.whoosh_engine import WhooshEngine
from searchapp.indexing.documents import DocumentMaker
from searchapp.model import Article
from tests.cluster.engine import cluster_engines, delete_indices

ANALYZER = FrenchAnalyzer()
PARIS = ZoneInfo("Europe/Paris")
MAKE = DocumentMaker(PARIS, ANALYZER)
ENGINES: list[Engine] = [WhooshEngine(), TantivyEngine(), *cluster_engines()]

Open = Callable[[Iterable[Article]], Reader]
OpenDocuments = Callable[[Iterable[Document]], Reader]
Write = Callable[..., Path]
WriteDocuments = Callable[..., Path]


def capabilities(engine: Engine) -> Capabilities:
    """Departures of an engine from the port; most engines have none."""
    declared: Capabilities = getattr(engine, "capabilities", Capabilities())
    return declared


def document(article: Article) -> Document:
    """An article with its terms, as indexing makes it."""
    return replace(MAKE(article), rerank_features=f"preuve de {article.id}".encode())


def article(
    article_id: str,
    title: str = "",
    text: str = "",
    date: str = "",
    authors: tuple[str, ...] = (),
    **fields: Any,
) -> Article:
    """An article with little typing; ``date`` is ISO, in Paris."""
    when = datetime.fromisoformat(date).replace(tzinfo=PARIS) if date else None
    return Article(article_id, title or article_id, text, date=when, authors=authors, **fields)


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param


@pytest.fixture(autouse=True)
def _clean_cluster() -> Iterator[None]:
    yield
    delete_indices()


@pytest.fixture
def write_documents(engine: Engine, tmp_path: Path) -> WriteDocuments:
    """Write documents into a new folder, perhaps over a base, and return the folder."""

    def write_documents(documents: Iterable[Document], base: Path | None = None, gone: Iterable[str] = ()) -> Path:
        folder = tmp_path / f"engine{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        with engine.create(folder, base) if base else engine.create(folder) as writer:
            for entry in documents:
                writer.add(entry)
            for article_id in gone:
                writer.delete(article_id)
        return folder

    return write_documents


@pytest.fixture
def write(write_documents: WriteDocuments) -> Write:
    """Write articles likewise."""

    def write(articles: Iterable[Article], base: Path | None = None, gone: Iterable[str] = ()) -> Path:
        return write_documents((document(entry) for entry in articles), base, gone)

    return write


@pytest.fixture
def open_documents(engine: Engine, write_documents: WriteDocuments) -> Iterator[OpenDocuments]:
    """Write documents and open them."""
    opened: list[Reader] = []

    def write_and_open(documents: Iterable[Document]) -> Reader:
        opened.append(engine.open(write_documents(documents)))
        return opened[-1]

    yield write_and_open
    for reader in opened:
        reader.close()


@pytest.fixture
def open_index(open_documents: OpenDocuments) -> Open:
    """Write articles and open them."""
    return lambda articles: open_documents(document(entry) for entry in articles)


def found(reader: Reader, clause: Clause, **request: Any) -> list[str]:
    """Return the ids of the candidates for ``clause``, in their order."""
    result = reader.search(EngineRequest(clause, **request))
    return [entry.id for entry in reader.articles(candidate.document for candidate in result.candidates)]
