"""The example queries of the home page and of the help page, and which of them find something here.

That takes a search for each, so it is done once a generation, in the background, by one process for all: the answer
lies in a small file in the folder of the index, or where that cannot be written, in one that the processes of a server
share. A reader never waits for it.
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

# Each shows another thing that the box understands; those that find nothing are not offered.
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
# Another version of the program may have other examples over the same index.
EDITION: Final = hashlib.sha256("\0".join(QUERIES).encode()).hexdigest()[:12]
FILE: Final = "examples.json"
# Processes move to a new generation one after the other; the entries of both are wanted meanwhile.
ENTRIES_KEPT: Final = 4
LOCK_SECONDS: Final = 60.0
RETRY_SECONDS: Final = 30.0


class Examples:
    """The queries that find something; safe to share between threads and, by ``folder``, between processes."""

    def __init__(self, service: SearchService, folder: Path) -> None:
        self._service = service
        self._folder = folder
        self._known: tuple[str, frozenset[str]] = ("", frozenset())
        self._thread: Thread | None = None
        self._retry_at = 0.0
        self._starting = Lock()

    def finding(self) -> frozenset[str] | None:
        """Return the queries that find something, None until that is known for the generation that answers.

        Raises IndexMissing, IndexDamaged.
        """
        version = self._service.version()
        if self._known[0] != version:
            self._look_up(version)
        known, queries = self._known
        return queries if known == version else None

    def _look_up(self, version: str) -> None:
        """Read what is known of ``version``, or see to it that it will be."""
        found = self._read().get(_key(version))
        if found is not None:
            self._known = version, found
            return
        with self._starting:
            if (self._thread is None or not self._thread.is_alive()) and time.monotonic() >= self._retry_at:
                self._thread = Thread(target=self._try_all, args=(version,), name="examples", daemon=True)
                self._thread.start()

    def _try_all(self, version: str) -> None:
        self._retry_at = time.monotonic() + RETRY_SECONDS
        try:
            with self._alone():
                entries = self._read()
                found = entries.get(_key(version))
                if found is None:
                    found = frozenset(query for query in QUERIES if self._finds(query))
                    if self._service.version() != version:
                        self._retry_at = 0.0
                        return
                    self._write({**entries, _key(version): found})
                self._known = version, found
        except (SearchappError, Timeout) as error:  # the index is gone, or another process is slow
            _log.debug("%s", error)
        except Exception:
            _log.exception("Trying the examples of the help page failed; it is tried again later")

    def _finds(self, query: str) -> bool:
        """Return whether ``query`` finds something; one that is cut short on a busy machine does most likely."""
        result = self._service.search(SearchRequest(query, per_page=1))
        return bool(result.total) or result.total_relation != "eq"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from the same work; where there can be no lock, they do it too."""
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
        """Return what the file says; what it may say are queries of ours, whoever wrote it."""
        try:
            entries = json.loads((self._folder / FILE).read_text("utf-8"))
            return {str(key): frozenset(QUERIES).intersection(found) for key, found in entries.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            return {}

    def _write(self, entries: Mapping[str, frozenset[str]]) -> None:
        """Replace the file; a process that cannot write keeps its answer to itself."""
        latest = {key: sorted(found) for key, found in list(entries.items())[-ENTRIES_KEPT:]}
        new = self._folder / f"{FILE}.new"
        try:
            new.write_text(json.dumps(latest, ensure_ascii=False), "utf-8")
            new.replace(self._folder / FILE)
        except OSError as error:
            _log.debug("%s", error)


def shared_folder(index: Path) -> Path:
    """Return the folder of ``index``, or for one that cannot be written a temporary one for this process's children.

    To be called before a server makes its processes.
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
    return f"{version} {EDITION}"
