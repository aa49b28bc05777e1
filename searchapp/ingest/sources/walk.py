"""Which files a corpus has, and in which order: by name, folder after folder, the same every time.

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

_LEFT_OUT: Final = (".*", "README*", "LICENSE*")


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of the corpus: where it is, its name within the corpus (posix, relative), its size in bytes.

    ``modified`` and ``changed`` (of its inode: nobody can set that back) are in nanoseconds since 1970; ``key`` orders
    files as they are walked, however they are spelled.
    """

    path: Path
    name: str
    size: int
    modified: int
    changed: int
    key: bytes


def walk(root: Path) -> Iterator[CorpusFile | Unlisted | Reject]:
    """Yield the files below ``root`` (or ``root`` itself, a file); a reject for what cannot be one.

    What the system does not give is unlisted, with all that lies below it. Memory holds the names of the folders on the
    way to the present file, and of what lies beside them.
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
        name = _name(root, entry.path)
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
        wanted = (entry for entry in entries if not any(fnmatchcase(entry.name, name) for name in _LEFT_OUT))
        return sorted(wanted, key=lambda entry: entry.name)


def _file(path: str | Path, name: str, status: os.stat_result, relative: str) -> CorpusFile | Reject:
    if not stat.S_ISREG(status.st_mode):
        return Reject(name, None, Message("it is neither a file nor a folder"))
    return CorpusFile(Path(path), name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, _key(relative))


def _relative(root: Path, path: str) -> str:
    return path[len(str(root)) :].lstrip(os.sep)


def _key(relative: str) -> bytes:
    """Return what orders files: a folder's stand together when the separator sorts before every letter."""
    return os.fsencode(relative).replace(os.fsencode(os.sep), b"\0")


def _name(root: Path, path: str) -> str:
    """Return the name within the corpus."""
    return name_on_disk(_relative(root, path))


def _check_link(root: Path, entry: os.DirEntry[str]) -> None:
    """Raise UnreadableError if ``entry`` is a link that leaves the corpus or leads back to where it lies."""
    if not entry.is_symlink():
        return
    link = Path(entry.path)
    target = Path(os.path.realpath(link, strict=True))
    if not target.is_relative_to(root.resolve()):
        raise UnreadableError(Message("it is a link that leaves the corpus; put the file itself there"))
    above = (folder for folder in link.parents if folder.is_relative_to(root))
    if any(target == folder.resolve() for folder in above):
        raise UnreadableError(Message("it is a link to a folder that it lies in"))
