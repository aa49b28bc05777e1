"""The engine's files of a new generation, and the checkpoints from which an interrupted build resumes."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from searchapp.engines.port import ArticleWriter, Place, Refused, RefusingWriter
from searchapp.indexing.documents import WriterFactory
from searchapp.indexing.durability import sync, write_durably
from searchapp.indexing.generation_layout import CHECKPOINT, ENGINE, INDEX_STATE
from searchapp.model import Article

__all__ = ["Checkpoint", "Checkpoints", "IndexFiles", "read_checkpoint"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A complete index of the articles added so far, and the index state of that moment."""

    engine: Path
    index_state: Path


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """When and how to make checkpoints.

    One is made ``seconds`` after the last, with the ``fingerprint`` of the build; ``commit`` writes the index state.
    """

    seconds: float
    fingerprint: str
    commit: Callable[[], None]


def read_checkpoint(path: Path | None, fingerprint: str) -> Checkpoint | None:
    """Return the checkpoint of an interrupted build; None without one or if it was made with another fingerprint."""
    if path is None:
        return None
    try:
        stored = json.loads((path / CHECKPOINT).read_text("utf-8"))
        checkpoint = Checkpoint(path / stored["engine"], path / stored["register"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    exists = checkpoint.engine.exists() and checkpoint.index_state.exists()
    return checkpoint if exists and stored.get("made_with") == fingerprint else None


class IndexFiles:
    """Writes articles into a generation's folder, starting with the index at ``base``; makes ``checkpoints``.

    A checkpoint is based on the one before it. ``on_refused`` gets the articles that the engine does not take, before
    the next checkpoint and from :meth:`settle`.
    """

    def __init__(
        self,
        path: Path,
        writers: WriterFactory,
        base: Path | None,
        checkpoints: Checkpoints | None = None,
        on_refused: Callable[[Sequence[Refused]], None] = lambda refused: None,
    ) -> None:
        self._path = path
        self._writers = writers
        self._base = base
        self._checkpoints = checkpoints
        self._on_refused = on_refused
        self._writer: ArticleWriter | None = None
        self._folder = path / ENGINE
        self._number = int(base.name.rpartition("-")[2]) if base and base.parent == path else 0
        self._last_checkpoint = time.monotonic()

    def add(self, article: Article, *, is_new: bool = False) -> None:
        """Add an article, or replace the one with its id, unless it ``is_new``."""
        self._open_writer().add(article, is_new=is_new)
        if self._checkpoints and time.monotonic() - self._last_checkpoint > self._checkpoints.seconds:
            self._make_checkpoint(self._checkpoints)

    def delete(self, article_id: str) -> None:
        self._open_writer().delete(article_id)

    def settle(self) -> bool:
        """Wait until the engine has taken all that was added; return whether it refused some."""
        writer: object = self._writer
        refused = writer.refused() if isinstance(writer, RefusingWriter) else []
        self._on_refused(refused)
        return bool(refused)

    def complete(self) -> None:
        """Finish the files."""
        self._open_writer()
        self._close_writer()
        if self._folder.name != ENGINE:
            self._folder.rename(self._path / ENGINE)
        for folder in self._path.glob(f"{ENGINE}-*"):
            self._writers.engine.remove(Place(folder))
        for file in [*self._path.glob(f"*-{INDEX_STATE}"), self._path / CHECKPOINT]:
            file.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        writer, self._writer = self._writer, None
        if writer:
            with suppress(Exception):  # the error that ended the block is the one to report
                writer.__exit__(kind or InterruptedError, error or InterruptedError(), trace)

    def _open_writer(self) -> ArticleWriter:
        if self._writer is None:
            self._folder = self._path / (f"{ENGINE}-{self._number + 1}" if self._checkpoints else ENGINE)
            self._writers.engine.remove(Place(self._folder))
            self._folder.mkdir()
            self._writer = self._writers.create(Place(self._folder), Place(self._base) if self._base else None)
            self._writer.__enter__()
        return self._writer

    def _close_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer:
            writer.__exit__(None, None, None)

    def _make_checkpoint(self, checkpoints: Checkpoints) -> None:
        self.settle()
        self._close_writer()
        checkpoints.commit()
        self._number += 1
        index_state = self._path / f"{self._number}-{INDEX_STATE}"
        shutil.copyfile(self._path / INDEX_STATE, index_state)
        for part in (*self._folder.rglob("*"), self._folder, index_state, self._path):
            sync(part)
        stored = {"engine": self._folder.name, "register": index_state.name, "made_with": checkpoints.fingerprint}
        write_durably(self._path / CHECKPOINT, json.dumps(stored) + "\n")
        if self._base and self._base.parent == self._path:
            self._writers.engine.remove(Place(self._base))
        (self._path / f"{self._number - 1}-{INDEX_STATE}").unlink(missing_ok=True)
        self._base, self._last_checkpoint = self._folder, time.monotonic()
