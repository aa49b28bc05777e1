"""The engine's files of a generation in the making, and the checkpoints that an interrupted one goes on from."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from searchapp.engines.port import ArticleWriter, Engine, Place
from searchapp.indexing.documents import DocumentMaker, article_writer
from searchapp.indexing.generations import CHECKPOINT, sync, write_durably
from searchapp.indexing.index_state import FILE_NAME as REGISTER
from searchapp.model import Article

__all__ = ["ENGINE", "IndexFiles", "read_checkpoint"]

ENGINE: Final = "engine"


def read_checkpoint(path: Path | None, made_with: str) -> tuple[Path, Path] | None:
    """Return the engine's folder and the register that an interrupted build can go on from; None when there are none.

    They must have been ``made_with`` the same.
    """
    if path is None:
        return None
    try:
        state = json.loads((path / CHECKPOINT).read_text("utf-8"))
        found = path / state["engine"], path / state["register"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if state.get("made_with") == made_with and all(part.exists() for part in found) else None


class IndexFiles:
    """Writes articles into a generation's folder, with a checkpoint every ``seconds`` (0: none).

    A checkpoint is a whole index of what was added so far, on which the next one is based, and a copy of the register.
    """

    def __init__(
        self,
        path: Path,
        engine: Engine,
        make: DocumentMaker,
        jobs: int,
        base: Path | None,
        *,
        seconds: float = 0,
        made_with: str = "",
        commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._path = path
        self._engine = engine
        self._make = make
        self._jobs = jobs
        self._base = base
        self._seconds = seconds
        self._made_with = made_with
        self._commit = commit
        self._writer: ArticleWriter | None = None
        self._folder = path / ENGINE
        self._number = _number(base) if base and base.parent == path else 0
        self._since = time.monotonic()

    def add(self, article: Article, *, is_new: bool = False) -> None:
        """Add an article, or replace the one with its id, unless it ``is_new``."""
        self._open().add(article, is_new=is_new)
        if self._seconds and time.monotonic() - self._since > self._seconds:
            self._make_checkpoint()

    def delete(self, article_id: str) -> None:
        self._open().delete(article_id)

    def complete(self) -> None:
        """Finish the files."""
        self._open()
        self._close()
        if self._folder.name != ENGINE:
            self._folder.rename(self._path / ENGINE)
        for place in self._path.glob(f"{ENGINE}-*"):
            self._engine.remove(Place(place))
        for part in [*self._path.glob(f"*-{REGISTER}"), self._path / CHECKPOINT]:
            part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        writer, self._writer = self._writer, None
        if writer:
            with suppress(Exception):  # what brought us here is the error to tell
                writer.__exit__(kind or InterruptedError, error or InterruptedError(), trace)

    def _open(self) -> ArticleWriter:
        if self._writer is None:
            self._folder = self._path / (f"{ENGINE}-{self._number + 1}" if self._seconds else ENGINE)
            self._engine.remove(Place(self._folder))
            self._folder.mkdir()
            self._writer = article_writer(self._engine, self._folder, self._make, self._jobs, self._base)
            self._writer.__enter__()
        return self._writer

    def _close(self) -> None:
        writer, self._writer = self._writer, None
        if writer:
            writer.__exit__(None, None, None)

    def _make_checkpoint(self) -> None:
        self._close()
        self._commit()
        self._number += 1
        register = self._path / f"{self._number}-{REGISTER}"
        shutil.copyfile(self._path / REGISTER, register)
        for part in (*self._folder.rglob("*"), self._folder, register, self._path):
            sync(part)
        state = {"engine": self._folder.name, "register": register.name, "made_with": self._made_with}
        write_durably(self._path / CHECKPOINT, json.dumps(state) + "\n")
        if self._base and self._base.parent == self._path:
            self._engine.remove(Place(self._base))
        (self._path / f"{self._number - 1}-{REGISTER}").unlink(missing_ok=True)
        self._base, self._since = self._folder, time.monotonic()


def _number(folder: Path) -> int:
    return int(folder.name.rpartition("-")[2])
