"""Full disks and folders without permission to write, as errors of ours."""

from __future__ import annotations

import errno
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from searchapp.errors import DiskFull, IndexDamaged, IndexInaccessible, IndexMissing, IndexUnwritable, system_reason

if TYPE_CHECKING:
    from searchapp.indexing.generations import Generations

__all__ = ["disk_full_as_error", "free_bytes", "is_disk_full", "needed_bytes", "unwritable_as_error"]

_CODES: Final = (errno.ENOSPC, errno.EDQUOT)
# Libraries in Rust give an error of the system as text, with its number.
_IN_WORDS: Final = re.compile(rf"\(os error ({'|'.join(map(str, _CODES))})\)|code: ({'|'.join(map(str, _CODES))})\b")
# Measured: bytes that a reindex needs at its peak for each byte of the generation before, and of the corpus.
_OF_A_GENERATION: Final = 1.3
_OF_THE_CORPUS: Final = 3.0


@contextmanager
def disk_full_as_error(generations: Generations, corpus_bytes: Callable[[], int]) -> Iterator[None]:
    """Raise DiskFull in place of any error over a full disk of ``generations``.

    The room needed is estimated by the size of the published generation or, without one, of the corpus.
    """
    try:
        yield
    except Exception as error:
        if not is_disk_full(error):
            raise
        raise DiskFull(generations.folder, needed_bytes(generations, corpus_bytes), free_bytes(generations)) from error


@contextmanager
def unwritable_as_error(generations: Generations) -> Iterator[None]:
    """Raise IndexUnwritable in place of the system's error when it denies writing ``generations``."""
    try:
        yield
    except OSError as error:
        named = error.filename2 or error.filename
        folder = generations.folder.absolute()
        if not isinstance(named, str | Path) or not Path(named).absolute().is_relative_to(folder):
            raise
        raise IndexUnwritable(system_reason(error)) from error


def is_disk_full(error: BaseException | None) -> bool:
    """Return whether an error, or one of its causes, means that a disk or a quota is exhausted."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _CODES:
            return True
        if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL:
            return True
        if isinstance(error, ValueError) and _IN_WORDS.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def needed_bytes(generations: Generations, corpus_bytes: Callable[[], int]) -> int:
    """Return the bytes that the next reindex may need, estimated as in :func:`disk_full_as_error`."""
    try:
        return int(generations.size(generations.current()) * _OF_A_GENERATION)
    except (IndexMissing, IndexDamaged, IndexInaccessible):
        return int(corpus_bytes() * _OF_THE_CORPUS)


def free_bytes(generations: Generations) -> int:
    """Return the free bytes of the disk of the index, whose folder need not exist."""
    folder = generations.folder
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
