"""The journal's tail: what the corpus was told to withdraw after a generation had read the journal.

The corpus is the truth. An older copy of an index folder, put back from a backup, knows nothing of what was withdrawn
since, and its list of withdrawn ids is as old as it is; the journal knows.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Final

from searchapp.errors import system_reason
from searchapp.indexing.generations import REGISTER
from searchapp.model import journal_order
from searchapp.schema import canonical_id

__all__ = ["JournalTail"]

_log: Final = logging.getLogger(__name__)
_MENTION: Final = b"withdrawn"
# Generations about which is asked by turns: the published one, and the one that answers for it.
_GENERATIONS: Final = 2


@dataclass(slots=True)
class _Progress:
    """How far each file was read beyond what a generation had read, and the ids whose last word there withdraws."""

    read: dict[str, int]
    withdrawn: set[str] = field(default_factory=set)


class JournalTail:
    """The journal in ``folder``, which need not be there: machines that only search have no corpus.

    Safe to share between threads. Asked again about the same generation, it reads only what was written since.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = Lock()
        self._progress: dict[Path, _Progress] = {}

    def withdrawn_since(self, generation: Path) -> frozenset[str]:
        """Return the ids whose last word, beyond what the generation in this folder had read, is a withdrawal.

        Only the lines beyond are read, and only ids are kept.
        """
        if self._folder is None:
            return frozenset()
        try:
            sizes = _sizes(self._folder)
            with self._lock:
                return self._brought_up(self._folder, sizes, generation) if sizes else frozenset()
        except OSError as error:
            _log.warning("What was withdrawn since %s is not known: %s", generation.name, system_reason(error))
            return frozenset()

    def _brought_up(self, folder: Path, sizes: Mapping[str, int], generation: Path) -> frozenset[str]:
        progress = self._progress.get(generation)
        if progress is None or any(size < progress.read.get(name, 0) for name, size in sizes.items()):
            known = _read_by(generation)
            # A file that is shorter than it was is another file.
            progress = _Progress(
                {name: known.get(name, 0) for name, size in sizes.items() if known.get(name, 0) <= size}
            )
            self._progress[generation] = progress
            while len(self._progress) > _GENERATIONS:
                self._progress.pop(next(iter(self._progress)))
        for name, size in sizes.items():
            start = progress.read.get(name, 0)
            if start != size:
                progress.read[name] = _follow(progress.withdrawn, folder / name, start)
        return frozenset(progress.withdrawn)


def _sizes(folder: Path) -> dict[str, int]:
    """Return the sizes of the journal's files in the order of time."""
    try:
        with os.scandir(folder) as entries:
            found = {entry.name: entry.stat().st_size for entry in entries if entry.name.endswith(".jsonl")}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return dict(sorted(found.items(), key=lambda file: journal_order(file[0])))


def _read_by(generation: Path) -> dict[str, int]:
    """Return how far into each file of the journal a generation had read; without its register: nowhere."""
    try:
        address = f"{(generation / REGISTER).resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            rows = connection.execute("SELECT name, size FROM units WHERE overrules AND digest IS NOT NULL")
            return {name.rpartition("/")[2]: int(size) for name, size in rows}
    except (sqlite3.Error, ValueError, TypeError, AttributeError):
        return {}


def _follow(withdrawn: set[str], path: Path, start: int) -> int:
    """Bring ``withdrawn`` up to date with the whole lines of a file from ``start`` on; return where they end."""
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if not line.endswith(b"\n"):
                break
            start += len(line)
            # Parsing is what takes long, and most lines withdraw nothing.
            if withdrawn or _MENTION in line.lower():
                for article_id, is_withdrawn in _words(line):
                    (withdrawn.add if is_withdrawn else withdrawn.discard)(article_id)
    return start


def _words(line: bytes) -> Iterator[tuple[str, bool]]:
    """Yield the id of a line and whether it withdraws it; nothing for what is no record."""
    try:
        record: Any = json.loads(line)
    except (ValueError, RecursionError):
        return
    if isinstance(record, dict) and record.get("id"):
        status = str(record.get("status") or "").strip().lower().encode()
        yield canonical_id(str(record["id"])), status == _MENTION
