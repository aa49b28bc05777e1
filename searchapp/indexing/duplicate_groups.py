"""Grouping the near duplicates of a generation while it is built: each article that the engine gets is looked at."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from searchapp.derived.near_duplicates import FILE_NAME
from searchapp.engines.port import Reader
from searchapp.indexing.content_check import all_documents
from searchapp.indexing.update import Sink
from searchapp.model import Article

if TYPE_CHECKING:
    from searchapp.derived.duplicates_writer import DuplicatesWriter

__all__ = ["GroupingSink"]


class GroupingSink:
    """A sink that passes articles on to ``files`` and groups them; ``base`` is the folder of the generation before.

    A build that ``resumes`` has not seen the articles of its checkpoint: it reads all of them at the end. A reindex
    that finds nothing new writes no file, and does not load what writes it.
    """

    def __init__(self, path: Path, files: Sink, base: Path | None, *, resumes: bool = False) -> None:
        self._files = files
        self._path = path / FILE_NAME
        self._base = base / FILE_NAME if base else None
        self._resumes = resumes

    @cached_property
    def _duplicates(self) -> DuplicatesWriter:
        from searchapp.derived.duplicates_writer import DuplicatesWriter

        return DuplicatesWriter(self._path, self._base)

    def add(self, article: Article, *, is_new: bool = False) -> None:
        self._files.add(article, is_new=is_new)
        self._duplicates.add(article, is_new=is_new)

    def delete(self, article_id: str) -> None:
        self._files.delete(article_id)
        self._duplicates.delete(article_id)

    def forget(self, article: Article) -> None:
        """Leave out an article that the engine did not take."""
        self._duplicates.delete(article.id)

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
        if "_duplicates" in vars(self):
            self._duplicates.close()
