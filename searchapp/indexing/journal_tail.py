"""The journal's tail: the withdrawals in the journal that a generation has not read.

An index folder that was restored from a backup lacks the withdrawals since, and its list of withdrawn ids is as old as
itself. The journal has them.
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

from searchapp.derived.databases import connect_read_only
from searchapp.errors import system_reason
from searchapp.indexing.generation_layout import INDEX_STATE
from searchapp.model import journal_order
from searchapp.schema import canonical_id

__all__ = ["JournalTail"]

_log: Final = logging.getLogger(__name__)
_WITHDRAWN: Final = b"withdrawn"
# Generations that are asked about: the published one, and the one that answers for it.
_GENERATIONS: Final = 2


@dataclass(slots=True)
class _Progress:
    """The offset up to which each file was read, and the ids whose last entry after the generation's withdraws."""

    read: dict[str, int]
    withdrawn: set[str] = field(default_factory=set)


class JournalTail:
    """The journal in ``folder``, which may be missing: machines that only search have no corpus.

    Safe to share between threads. A second call for the same generation reads only the new lines.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = Lock()
        self._progress: dict[Path, _Progress] = {}

    def withdrawn_since(self, generation: Path) -> frozenset[str]:
        """Return the ids whose last entry, after those that the generation in this folder has read, is a withdrawal.

        Only the entries after those are read, and only ids are kept in memory.
        """
        if self._folder is None:
            return frozenset()
        try:
            sizes = _sizes(self._folder)
            with self._lock:
                return self._updated(self._folder, sizes, generation) if sizes else frozenset()
        except OSError as error:
            _log.warning("Withdrawals since %s are not known: %s", generation.name, system_reason(error))
            return frozenset()

    def _updated(self, folder: Path, sizes: Mapping[str, int], generation: Path) -> frozenset[str]:
        progress = self._progress.get(generation)
        if progress is None or any(size < progress.read.get(name, 0) for name, size in sizes.items()):
            known = _offsets_read_by(generation)
            # A file that is shorter than before is another file.
            progress = _Progress(
                {name: known.get(name, 0) for name, size in sizes.items() if known.get(name, 0) <= size}
            )
            self._progress[generation] = progress
            while len(self._progress) > _GENERATIONS:
                self._progress.pop(next(iter(self._progress)))
        for name, size in sizes.items():
            start = progress.read.get(name, 0)
            if start != size:
                progress.read[name] = _read_on(progress.withdrawn, folder / name, start)
        return frozenset(progress.withdrawn)


def _sizes(folder: Path) -> dict[str, int]:
    """Return the sizes of the journal's files in the order of time."""
    try:
        with os.scandir(folder) as entries:
            sizes = {entry.name: entry.stat().st_size for entry in entries if entry.name.endswith(".jsonl")}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return dict(sorted(sizes.items(), key=lambda file: journal_order(file[0])))


def _offsets_read_by(generation: Path) -> dict[str, int]:
    """Return the offset up to which a generation has read each file of the journal; {} without its index state."""
    try:
        with closing(connect_read_only(generation / INDEX_STATE)) as connection:
            rows = connection.execute("SELECT name, size FROM units WHERE overrules AND digest IS NOT NULL")
            return {name.rpartition("/")[2]: int(size) for name, size in rows}
    except (sqlite3.Error, ValueError, TypeError, AttributeError):
        return {}


def _read_on(withdrawn: set[str], path: Path, start: int) -> int:
    """Bring ``withdrawn`` up to date with the whole lines of a file from ``start`` on; return where they end."""
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if not line.endswith(b"\n"):
                break
            start += len(line)
            # Parsing takes most of the time, and most lines withdraw nothing.
            if withdrawn or _WITHDRAWN in line.lower():
                for article_id, is_withdrawn in _entry_in(line):
                    (withdrawn.add if is_withdrawn else withdrawn.discard)(article_id)
    return start


def _entry_in(line: bytes) -> Iterator[tuple[str, bool]]:
    """Yield the id of a line and whether it is withdrawn; nothing for a line that is no record."""
    try:
        record: Any = json.loads(line)
    except (ValueError, RecursionError):
        return
    if isinstance(record, dict) and record.get("id"):
        status = str(record.get("status") or "").strip().lower().encode()
        yield canonical_id(str(record["id"])), status == _WITHDRAWN
