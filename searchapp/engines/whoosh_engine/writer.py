"""Writing a generation: documents are inverted in memory, a segment at a time."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC

from searchapp.engines.port import Document
from searchapp.engines.whoosh_engine.inverter import Inverter
from searchapp.engines.whoosh_engine.schema import whoosh_schema
from searchapp.engines.whoosh_engine.segment import INDEX_NAME
from searchapp.model import Article

__all__ = ["WhooshWriter"]

# A segment in the making then takes some 250 MB.
_SEGMENT: Final = 12_000_000


class WhooshWriter:
    """A :class:`~searchapp.engines.port.Writer` over an empty folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segments: list[Any] = []
        self._places: dict[str, tuple[int, int]] = {}
        self._deleted: list[tuple[int, int]] = []
        self._open = Inverter()
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._close_segment()
            for segment, number in self._deleted:
                self._segments[segment].delete_document(number)
            TOC(whoosh_schema(), self._segments, 1).write(FileStorage(str(self._folder)), INDEX_NAME)

    def delete(self, article_id: str) -> None:
        if article_id in self._places:
            self._deleted.append(self._places.pop(article_id))

    def add(self, document: Document) -> None:
        self.delete(document.article.id)
        self._places[document.article.id] = (len(self._segments), self._open.count)
        self._open.add(document)
        self._size += _size(document.article)
        if self._size >= _SEGMENT:
            self._close_segment()

    def _close_segment(self) -> None:
        if self._open.count:
            self._segments.append(self._open.write(self._folder))
            self._open = Inverter()
            self._size = 0


def _size(article: Article) -> int:
    return len(article.title) + len(article.lead) + len(article.text)
