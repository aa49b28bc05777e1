"""Writing a generation in this process: documents are inverted in memory, a segment at a time."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from searchapp.engines.port import Document
from searchapp.engines.whoosh_engine.codec.segment import Segment
from searchapp.engines.whoosh_engine.generation import Generation
from searchapp.engines.whoosh_engine.inverter import Inverter

__all__ = ["WhooshWriter"]


class WhooshWriter:
    """A :class:`~searchapp.engines.port.Writer`."""

    def __init__(self, folder: Path, base: Path | None = None) -> None:
        self._generation = Generation(folder, base)
        self._segments: list[Segment] = []
        self._open = Inverter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._write_segment()
                self._generation.complete(self._segments)
        finally:
            self._generation.close()

    def add(self, document: Document, *, is_new: bool = False) -> None:
        full = self._generation.add(document.article, is_new=is_new)
        self._open.add(document)
        if full:
            self._write_segment()

    def delete(self, article_id: str) -> None:
        self._generation.delete(article_id)

    def _write_segment(self) -> None:
        if self._open.count:
            self._segments.append(self._open.write(self._generation.folder))
            self._open = Inverter()
