"""Engines under the contract, each over real files. A new engine adds a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Document, Engine, Reader
from searchapp.engines.tantivy_engine import TantivyEngine
from searchapp.engines.whoosh_engine import WhooshEngine
from searchapp.model import Article

ANALYZER = FrenchAnalyzer()
PARIS = ZoneInfo("Europe/Paris")
ENGINES: list[Engine] = [WhooshEngine(), TantivyEngine()]

Open = Callable[[list[Article]], Reader]


def document(article: Article) -> Document:
    """An article with its terms, as indexing makes it."""
    parts = (ANALYZER.terms(part) for part in (article.title, article.lead, article.text))
    day = int(article.date.astimezone(PARIS).strftime("%Y%m%d")) if article.date else 0
    return Document(article, *parts, day=day, evidence=f"preuve de {article.id}")


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


@pytest.fixture
def open_index(engine: Engine, tmp_path: Path) -> Iterator[Open]:
    """Write articles and open them."""
    opened: list[Reader] = []

    def write_and_open(articles: list[Article]) -> Reader:
        folder = tmp_path / f"engine{len(opened)}"
        folder.mkdir()
        with engine.create(folder) as writer:
            for entry in articles:
                writer.add(document(entry))
        opened.append(engine.open(folder))
        return opened[-1]

    yield write_and_open
    for reader in opened:
        reader.close()
