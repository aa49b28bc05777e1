"""The term dictionary of a generation: a SQLite file in its place, beside the pointer to the index.

A cluster has no listing of terms that answers fast: an aggregation over the terms of 20,000 articles takes seconds and
the memory of its nodes. So the writer counts while it adds, and readers look terms up without asking the cluster. As
the port allows, deleted documents go on counting.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import Final

from searchapp.engines.opensearch_engine.term_encoding import encodable

__all__ = ["DICTIONARY", "Dictionary", "DictionaryWriter"]

DICTIONARY: Final = "dictionary.sqlite"
_TABLE: Final = """
CREATE TABLE terms (field TEXT, term TEXT, documents INTEGER NOT NULL, PRIMARY KEY (field, term)) WITHOUT ROWID
"""
_ADD: Final = """
INSERT INTO terms VALUES (?, ?, ?) ON CONFLICT (field, term) DO UPDATE SET documents = documents + excluded.documents
"""
# Terms that are counted in memory before they are added to the file: some 100 MB.
_MAX_COUNTED: Final = 500_000
_LAST: Final = "\U0010ffff"


class DictionaryWriter:
    """Counts the documents of terms, starting from the dictionary of ``base``."""

    def __init__(self, folder: Path, base: Path | None) -> None:
        self._path = folder / DICTIONARY
        if base:
            shutil.copyfile(base / DICTIONARY, self._path)
        self._file = sqlite3.connect(self._path, check_same_thread=False)
        # Whoever needs the file waits for the end of the writer, which has it made durable.
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("PRAGMA synchronous = OFF")
        if not base:
            self._file.execute(_TABLE)
        self._counts: dict[str, Counter[str]] = {}

    def add(self, terms: Mapping[str, Iterable[str]]) -> None:
        """Count one document with these terms, by field, each once."""
        for field, own in terms.items():
            self._counts.setdefault(field, Counter()).update(own)
        if sum(map(len, self._counts.values())) > _MAX_COUNTED:
            self._write()

    def close(self) -> None:
        self._write()
        self._file.commit()
        self._file.close()

    def _write(self) -> None:
        for field, counts in self._counts.items():
            self._file.executemany(_ADD, ((field, encodable(term), count) for term, count in sorted(counts.items())))
        self._counts = {}


class Dictionary:
    """Looks terms up. Safe to share between threads. Raises sqlite3.Error when the file is no dictionary."""

    def __init__(self, folder: Path) -> None:
        path = (folder / DICTIONARY).absolute()
        self._file = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True, check_same_thread=False)
        self._lock = Lock()
        try:
            self.document_frequency("", "")
        except sqlite3.Error:
            self._file.close()
            raise

    def with_prefix(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Return at most ``limit`` (term, document frequency) pairs in code point order, which is that of UTF-8."""
        start = encodable(prefix)
        query = "SELECT term, documents FROM terms WHERE field = ? AND term >= ? AND term < ? ORDER BY term LIMIT ?"
        return self._rows(query, field, start, start + _LAST, min(limit, 1 << 60))

    def document_frequency(self, field: str, term: str) -> int:
        rows = self._rows("SELECT term, documents FROM terms WHERE field = ? AND term = ?", field, encodable(term))
        return rows[0][1] if rows else 0

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def _rows(self, query: str, *values: object) -> list[tuple[str, int]]:
        with self._lock, closing(self._file.execute(query, values)) as cursor:
            return cursor.fetchall()
