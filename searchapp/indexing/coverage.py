"""How far a generation has read the journal: what was written before that place is in it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from searchapp.indexing.generations import REGISTER

__all__ = ["covers", "digest_before"]

_TAIL: Final = 65_536


def covers(generation: Path, journal: Path, ends: Mapping[str, int]) -> bool:
    """Return whether the generation in this folder was made of the files of ``journal`` up to the bytes ``ends``.

    It was not when the bytes there are others by now, as of a journal that was put back from a copy.
    """
    try:
        register = (generation / REGISTER).resolve()
        with closing(sqlite3.connect(f"{register.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            return all(_covers(connection, journal, name, end) for name, end in ends.items())
    except (sqlite3.Error, OSError):
        return False


def digest_before(path: Path, end: int) -> bytes:
    """Return the digest of what stands before byte ``end``, or of the last part of it."""
    with path.open("rb") as file:
        file.seek(max(0, end - _TAIL))
        return hashlib.blake2b(file.read(min(end, _TAIL)), digest_size=16).digest()


def _covers(connection: sqlite3.Connection, journal: Path, name: str, end: int) -> bool:
    row = connection.execute(
        "SELECT size, digest FROM units WHERE overrules AND name = ?", (f"{journal.name}/{name}",)
    ).fetchone()
    if row is None or row[0] < end:
        return False
    path = journal / name
    return bool(path.stat().st_size >= row[0] and row[1] == digest_before(path, row[0]))
