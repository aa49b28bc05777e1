"""Coverage of the journal: the offset in each file up to which a generation has read it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from searchapp.derived.databases import connect_read_only
from searchapp.indexing.generation_layout import INDEX_STATE

__all__ = ["covers", "digest_before"]

_DIGESTED_BYTES: Final = 65_536


def covers(generation: Path, journal: Path, ends: Mapping[str, int]) -> bool:
    """Return whether the generation in this folder has read the files of ``journal`` up to the offsets ``ends``.

    It has not if their content is another one now, as in a journal that was restored from a backup.
    """
    try:
        with closing(connect_read_only(generation / INDEX_STATE)) as connection:
            return all(_covers(connection, journal, name, end) for name, end in ends.items())
    except (sqlite3.Error, OSError):
        return False


def digest_before(path: Path, end: int) -> bytes:
    """Return the digest of the last 64 KiB before the offset ``end``, 128 bits."""
    with path.open("rb") as file:
        file.seek(max(0, end - _DIGESTED_BYTES))
        return hashlib.blake2b(file.read(min(end, _DIGESTED_BYTES)), digest_size=16).digest()


def _covers(connection: sqlite3.Connection, journal: Path, name: str, end: int) -> bool:
    row = connection.execute(
        "SELECT size, digest FROM units WHERE overrules AND name = ?", (f"{journal.name}/{name}",)
    ).fetchone()
    if row is None or row[0] < end:
        return False
    path = journal / name
    return bool(path.stat().st_size >= row[0] and row[1] == digest_before(path, row[0]))
