"""SQLite files of a generation, opened so that reading them runs no code of theirs.

The schema of a database may hold views and triggers, which run when a table is read or written. So it has to be, word
for word, the schema that the program itself makes; SQLite then trusts no function in it either.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from searchapp.errors import IndexDamaged
from searchapp.i18n import Message

__all__ = ["connect_read_only", "copy_database", "is_damage", "open_database", "reading_database", "require_schema"]

_FOREIGN_SCHEMA: Final = "its tables are not those of searchapp"
_SCHEMA: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master"


def open_database(path: Path, statements: str) -> sqlite3.Connection:
    """Open the file at ``path`` to read; raises IndexDamaged unless ``statements`` made its tables."""
    with reading_database(path):
        connection = connect_read_only(path)
        try:
            require_schema(connection, path, statements)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Open a file that no process writes, of any version; raises sqlite3.Error, also for one with views or triggers."""
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
    try:
        connection.executescript("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
        if connection.execute("SELECT 1 FROM sqlite_master WHERE type IN ('view', 'trigger')").fetchone():
            raise sqlite3.DatabaseError(_FOREIGN_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


def copy_database(source: Path, target: Path) -> None:
    """Copy a file inside the kernel where the system can: file systems that share blocks then copy nothing."""
    try:
        with source.open("rb") as from_file, target.open("wb") as to_file:
            remaining = source.stat().st_size
            while remaining and (copied := os.copy_file_range(from_file.fileno(), to_file.fileno(), remaining)):
                remaining -= copied
    except (AttributeError, OSError):  # another system, or a file system that cannot
        shutil.copyfile(source, target)


def require_schema(connection: sqlite3.Connection, path: Path, statements: str) -> None:
    """Raise IndexDamaged unless ``statements`` made the tables of a database; from then on it trusts no schema."""
    with reading_database(path):
        connection.executescript("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
        if set(connection.execute(_SCHEMA)) != _schema_of(statements):
            raise sqlite3.DatabaseError(_FOREIGN_SCHEMA)


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Return whether SQLite reports a damaged file or one that is no database, and not, say, a full disk."""
    return getattr(error, "sqlite_errorcode", 0) & 255 in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def reading_database(path: Path) -> Iterator[None]:
    """Raise IndexDamaged, which names the file, in place of the errors of SQLite."""
    try:
        yield
    except sqlite3.Error as error:
        reason = Message("it cannot be read ({reason})", reason=str(error))
        raise IndexDamaged(path.parent.name, [Message("{file}: {reason}", file=path.name, reason=reason)]) from error


@cache
def _schema_of(statements: str) -> frozenset[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(statements)
        return frozenset(connection.execute(_SCHEMA))
