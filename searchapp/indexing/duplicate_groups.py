"""Grouping the near duplicates of a generation while it is built: each article that the engine gets is looked at."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from searchapp.derived.near_duplicates import FILE_NAME, DuplicatesWriter
from searchapp.engines.port import Reader
from searchapp.indexing.content_check import all_documents
from searchapp.indexing.update import Sink
from searchapp.model import Article

__all__ = ["GroupingSink"]


class GroupingSink:
    """A sink that passes articles on to ``files`` and groups them; ``base`` is the folder of the generation before.

    A build that ``resumes`` has not seen the articles of its checkpoint: it reads all of them at the end.
    """

    def __init__(self, path: Path, files: Sink, base: Path | None, *, resumes: bool = False) -> None:
        self._files = files
        self._duplicates = DuplicatesWriter(path / FILE_NAME, base / FILE_NAME if base else None)
        self._resumes = resumes

    def add(self, article: Article, *, is_new: bool = False) -> None:
        self._files.add(article, is_new=is_new)
        self._duplicates.add(article)

    def delete(self, article_id: str) -> None:
        self._files.delete(article_id)
        self._duplicates.delete(article_id)

    def complete(self, reader: Reader) -> None:
        """Find the groups, once the engine has all articles."""
        for documents in all_documents(reader) if self._resumes else ():
            for article in reader.articles(documents):
                self._duplicates.add(article)
        self._duplicates.complete(reader.article)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._duplicates.close()
