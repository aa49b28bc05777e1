"""The walk over the files of a corpus: by name, folder after folder, in the same order every time.

Left out are hidden files and folders, README*, LICENSE* and, at the root, ``folders.toml``, ``boilerplate.txt`` and
the folder ``_journal``, which is read by :mod:`searchapp.ingest.journal.journal_source`.
Links are followed while they stay within the corpus and lead to no folder that they lie in.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.boilerplate import BOILERPLATE_FILE
from searchapp.ingest.file_names import name_on_disk
from searchapp.ingest.reader_protocol import UnreadableError
from searchapp.ingest.sources.folders import FOLDERS_FILE
from searchapp.ingest.units import Unlisted, unlisted
from searchapp.model import JOURNAL_FOLDER, Reject

__all__ = ["JOURNAL_FOLDER", "CorpusFile", "walk"]

_IGNORED: Final = (".*", "README*", "LICENSE*")


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of the corpus: its path, its name within the corpus (posix, relative), its size in bytes.

    ``modified`` and ``changed`` (of its inode, which cannot be set back) are in nanoseconds since 1970; ``key`` sorts
    files in the order of the walk.
    """

    path: Path
    name: str
    size: int
    modified: int
    changed: int
    key: bytes


def walk(root: Path) -> Iterator[CorpusFile | Unlisted | Reject]:
    """Yield the files below ``root`` (or ``root`` itself, a file), and a reject for each entry that is not a file.

    An entry that the system refuses is unlisted, with all below it. Memory holds the entries of the folders on the path
    of the current file.
    """
    try:
        if not root.is_dir():
            yield _file(root, name_on_disk(root.name), root.stat(), root.name)
            return
        pending = list(reversed(_entries(root)))
    except OSError as error:
        yield unlisted(b"", name_on_disk(root.name), error)
        return
    while pending:
        entry = pending.pop()
        name = name_on_disk(_relative(root, entry.path))
        if name in (FOLDERS_FILE, BOILERPLATE_FILE, JOURNAL_FOLDER):
            continue
        try:
            _check_link(root, entry)
            if entry.is_dir():
                pending.extend(reversed(_entries(entry.path)))
            else:
                yield _file(entry.path, name, entry.stat(), _relative(root, entry.path))
        except OSError as error:
            yield unlisted(_key(_relative(root, entry.path)), name, error)
        except UnreadableError as error:
            yield error.reject(name)


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        listed = (entry for entry in entries if not any(fnmatchcase(entry.name, name) for name in _IGNORED))
        return sorted(listed, key=lambda entry: entry.name)


def _file(path: str | Path, name: str, status: os.stat_result, relative: str) -> CorpusFile | Reject:
    if not stat.S_ISREG(status.st_mode):
        return Reject(name, None, Message("it is neither a file nor a folder"))
    return CorpusFile(Path(path), name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, _key(relative))


def _relative(root: Path, path: str) -> str:
    return path[len(str(root)) :].lstrip(os.sep)


def _key(relative: str) -> bytes:
    """Return the sort key: files of a folder stay together when the separator sorts before every character."""
    return os.fsencode(relative).replace(os.fsencode(os.sep), b"\0")


def _check_link(root: Path, entry: os.DirEntry[str]) -> None:
    """Raise UnreadableError if ``entry`` is a link that leaves the corpus or leads to a folder above it."""
    if not entry.is_symlink():
        return
    link = Path(entry.path)
    target = Path(os.path.realpath(link, strict=True))
    if not target.is_relative_to(root.resolve()):
        raise UnreadableError(Message("it is a link that leaves the corpus; put the file itself there"))
    above = (folder for folder in link.parents if folder.is_relative_to(root))
    if any(target == folder.resolve() for folder in above):
        raise UnreadableError(Message("it is a link to a folder that it lies in"))
