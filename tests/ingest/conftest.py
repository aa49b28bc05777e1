"""A corpus to write files into, and what reading it gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from searchapp.ingest import read_corpus
from searchapp.model import Article, Reject

PARIS = ZoneInfo("Europe/Paris")

ArticleOf = Callable[[str, str | bytes], Article]
ReasonOf = Callable[[str, str | bytes], str]


class Corpus:
    """A folder on the disk; ``write`` puts a file there, ``articles`` and ``rejects`` read all of it.

    ``isolated`` is off where a test changes what reads: that goes for its own process only.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.isolated = True

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self) -> list[Article | Reject]:
        return list(read_corpus(self.root, PARIS, isolated=self.isolated))

    def articles(self) -> list[Article]:
        return [found for found in self.read() if isinstance(found, Article)]

    def rejects(self) -> list[Reject]:
        return [found for found in self.read() if isinstance(found, Reject)]

    def only_article(self) -> Article:
        (article,) = self.read()
        assert isinstance(article, Article), article
        return article

    def only_reject(self) -> Reject:
        (reject,) = self.read()
        assert isinstance(reject, Reject), reject
        return reject


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    root = tmp_path / "corpus"
    root.mkdir()
    return Corpus(root)


@pytest.fixture
def article_of(corpus: Corpus) -> ArticleOf:
    """Return a function that reads the one article of a file given by name and content."""

    def read(name: str, content: str | bytes) -> Article:
        corpus.write(name, content)
        return corpus.only_article()

    return read


@pytest.fixture
def reason_of(corpus: Corpus) -> ReasonOf:
    """Return a function that reads a file and returns the reason of its one reject."""

    def read(name: str, content: str | bytes) -> str:
        corpus.write(name, content)
        return str(corpus.only_reject().reason)

    return read
