"""The example queries of the home page and of the help page, and those of them that find articles in this index.

Each example takes a search, so they are run once a generation, in the background, by one process for all. The result
is a small file in the folder of the index or, when that folder is read-only, in a temporary folder that the processes
of a server share. Requests never wait for it.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from filelock import FileLock, Timeout

from searchapp.errors import SearchappError
from searchapp.model import SearchRequest
from searchapp.query.guide import GUIDE
from searchapp.search.service import SearchService

__all__ = ["HOME_EXAMPLES", "Examples", "shared_folder"]

_log: Final = logging.getLogger(__name__)

# Each shows another part of the query language; those that find nothing are not shown.
HOME_EXAMPLES: Final = (
    "élections",
    "« conseil municipal »",
    "grève -train",
    "hôpital +urgences",
    "intelligence artificielle",
    "climat",
    "budget",
)
QUERIES: Final = tuple(
    dict.fromkeys(
        (
            *HOME_EXAMPLES,
            *(
                example.said_in(language)
                for language in ("fr", "en")
                for section in GUIDE
                for example in section.examples
            ),
        )
    )
)
# Versions of the program with other examples may use the same index.
QUERIES_DIGEST: Final = hashlib.sha256("\0".join(QUERIES).encode()).hexdigest()[:12]
FILE: Final = "examples.json"
# Processes open a new generation one after the other, so entries of both are needed meanwhile.
ENTRIES_KEPT: Final = 4
LOCK_SECONDS: Final = 60.0
RETRY_SECONDS: Final = 30.0


class Examples:
    """The example queries that find something; shared by threads and, through ``folder``, by processes."""

    def __init__(self, service: SearchService, folder: Path) -> None:
        self._service = service
        self._folder = folder
        self._known: tuple[str, frozenset[str]] = ("", frozenset())
        self._thread: Thread | None = None
        self._retry_at = 0.0
        self._starting = Lock()

    def finding(self) -> frozenset[str] | None:
        """Return the queries that find something, None until that is known for the current generation.

        Raises IndexMissing, IndexDamaged.
        """
        version = self._service.version()
        if self._known[0] != version:
            self._load_or_start(version)
        known, queries = self._known
        return queries if known == version else None

    def _load_or_start(self, version: str) -> None:
        """Read the entry of ``version`` from the file; without one, start a thread that makes it."""
        finding = self._read().get(_key(version))
        if finding is not None:
            self._known = version, finding
            return
        with self._starting:
            if (self._thread is None or not self._thread.is_alive()) and time.monotonic() >= self._retry_at:
                self._thread = Thread(target=self._try_all, args=(version,), name="examples", daemon=True)
                self._thread.start()

    def _try_all(self, version: str) -> None:
        self._retry_at = time.monotonic() + RETRY_SECONDS
        try:
            with self._lock():
                entries = self._read()
                finding = entries.get(_key(version))
                if finding is None:
                    finding = frozenset(query for query in QUERIES if self._finds(query))
                    if self._service.version() != version:
                        self._retry_at = 0.0
                        return
                    self._write({**entries, _key(version): finding})
                self._known = version, finding
        except (SearchappError, Timeout) as error:  # the index is gone, or another process is slow
            _log.debug("%s", error)
        except Exception:
            _log.exception("Trying the examples of the help page failed; it is tried again later")

    def _finds(self, query: str) -> bool:
        """Return whether ``query`` finds something; a partial answer, on a busy machine, counts as yes."""
        result = self._service.search(SearchRequest(query, per_page=1))
        return bool(result.total) or result.total_relation != "eq"

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Keep other processes from the same work. Without a lock file (a read-only folder) each does it."""
        lock = FileLock(self._folder / f"{FILE}.lock", timeout=LOCK_SECONDS)
        try:
            lock.acquire()
        except Timeout:
            raise
        except OSError:
            yield
            return
        try:
            yield
        finally:
            lock.release()

    def _read(self) -> dict[str, frozenset[str]]:
        """Return the entries of the file, {} when it cannot be read. Only queries of QUERIES are taken from it."""
        try:
            entries = json.loads((self._folder / FILE).read_text("utf-8"))
            return {str(key): frozenset(QUERIES).intersection(finding) for key, finding in entries.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return {}

    def _write(self, entries: Mapping[str, frozenset[str]]) -> None:
        """Replace the file. When that fails, the entries stay in this process only."""
        latest = {key: sorted(finding) for key, finding in list(entries.items())[-ENTRIES_KEPT:]}
        new = self._folder / f"{FILE}.new"
        try:
            new.write_text(json.dumps(latest, ensure_ascii=False), "utf-8")
            new.replace(self._folder / FILE)
        except OSError as error:
            _log.debug("%s", error)


def shared_folder(index: Path) -> Path:
    """Return ``index`` if it can be written, else a temporary folder, which child processes share.

    Call it before a server starts its processes.
    """
    if not index.is_dir() or os.access(index, os.W_OK):
        return index
    folder = Path(tempfile.mkdtemp(prefix="searchapp-"))
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder: Path, maker: int) -> None:
    if os.getpid() == maker:  # children of this process run its exit handlers too
        shutil.rmtree(folder, ignore_errors=True)


def _key(version: str) -> str:
    return f"{version} {QUERIES_DIGEST}"
