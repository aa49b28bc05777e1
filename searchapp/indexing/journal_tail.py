"""The journal's tail: what the corpus was told to withdraw after a generation had read the journal.

The corpus is the truth. An older copy of an index folder, put back from a backup, knows nothing of what was withdrawn
since, and its list of withdrawn ids is as old as it is; the journal knows.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from searchapp.errors import system_reason
from searchapp.indexing.generations import REGISTER
from searchapp.model import journal_order
from searchapp.schema import canonical_id

__all__ = ["JournalTail"]

_log: Final = logging.getLogger(__name__)
_MENTION: Final = b"withdrawn"


class JournalTail:
    """The journal in ``folder``, which need not be there: machines that only search have no corpus."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def withdrawn_since(self, generation: Path) -> frozenset[str]:
        """Return the ids whose last word, beyond what the generation in this folder had read, is a withdrawal.

        Only the lines beyond are read, and only ids are kept.
        """
        try:
            sizes = self._sizes()
            known = _read_by(generation) if sizes else {}
            withdrawn: set[str] = set()
            for name, size in sizes.items():
                start = known.get(name, 0)
                if start != size:  # one that is shorter than it was is another file
                    _follow(withdrawn, self._folder / name, start if start < size else 0)
        except OSError as error:
            _log.warning("What was withdrawn since %s is not known: %s", generation.name, system_reason(error))
            return frozenset()
        return frozenset(withdrawn)

    def _sizes(self) -> dict[str, int]:
        """Return the sizes of the journal's files in the order of time."""
        try:
            with os.scandir(self._folder) as entries:
                found = {entry.name: entry.stat().st_size for entry in entries if entry.name.endswith(".jsonl")}
        except (FileNotFoundError, NotADirectoryError):
            return {}
        return dict(sorted(found.items(), key=lambda entry: journal_order(entry[0])))


def _read_by(generation: Path) -> dict[str, int]:
    """Return how far into each file of the journal a generation had read; without its register: nowhere."""
    try:
        address = f"{(generation / REGISTER).resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            rows = connection.execute("SELECT name, size FROM units WHERE overrules AND digest IS NOT NULL")
            return {name.rpartition("/")[2]: int(size) for name, size in rows}
    except (sqlite3.Error, ValueError, TypeError, AttributeError):
        return {}


def _follow(withdrawn: set[str], path: Path, start: int) -> None:
    """Bring ``withdrawn`` up to date with the whole lines of a file from ``start`` on."""
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            # Parsing is what takes long, and most lines withdraw nothing.
            if line.endswith(b"\n") and (withdrawn or _MENTION in line.lower()):
                for article_id, is_withdrawn in _words(line):
                    (withdrawn.add if is_withdrawn else withdrawn.discard)(article_id)


def _words(line: bytes) -> Iterator[tuple[str, bool]]:
    """Yield the id of a line and whether it withdraws it; nothing for what is no record."""
    try:
        record: Any = json.loads(line)
    except (ValueError, RecursionError):
        return
    if isinstance(record, dict) and record.get("id"):
        status = str(record.get("status") or "").strip().lower().encode()
        yield canonical_id(str(record["id"])), status == _MENTION
