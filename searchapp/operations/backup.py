"""Backups: a copy of the published generation, the journal and the settings, taken while others write.

A backup is a folder, or the same as one tar file:

- ``index/``: ``CURRENT``, ``WITHDRAWN``, ``SIGNING_KEY`` and the folder of the generation
- ``journal/``: the files of the journal
- ``settings/``: the settings file and the synonyms
- ``backup.json``, written last: the version of this form, program, schema, and the size and digest of each file

The order of copying makes it consistent. All files of the generation are opened first, so that a pruning cannot take
them away. ``WITHDRAWN`` and the journal come after it, so they are never older: what was withdrawn meanwhile is hidden,
what was written meanwhile is indexed by the next reindex. The files of the journal only grow; their sizes are taken
under the lock of its writers, so that none ends inside a write.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO, Final, Protocol

from searchapp import __version__
from searchapp.errors import BackupDamaged, BackupRefused, IndexDamaged
from searchapp.i18n import Message
from searchapp.indexing import CURRENT, Generations
from searchapp.indexing.durability import make_durably, sync
from searchapp.indexing.generation_layout import MANIFEST
from searchapp.indexing.signing_key import SIGNING_KEY
from searchapp.indexing.withdrawn import WITHDRAWN
from searchapp.ingest.journal.journal_folder import JournalFolder
from searchapp.schema import SCHEMA_VERSION

__all__ = [
    "CONTENTS",
    "FORM",
    "BackupSummary",
    "Source",
    "back_up",
    "checked_contents",
    "is_archive",
    "open_backup",
    "size_and_digest",
    "unreadable_as_damaged",
    "verify",
]

FORM: Final = 1
"""The version of the form of backups."""
CONTENTS: Final = "backup.json"
_BLOCK: Final = 1 << 20
_LONGEST_CONTENTS: Final = 64 * _BLOCK
# A publish may prune a generation between reading its name and opening its files.
_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class BackupSummary:
    """A backup that was taken or restored; ``size`` is in bytes."""

    generation: str
    articles: int
    files: int
    size: int


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Target(Protocol):
    def add(self, name: str, file: _Readable, size: int) -> None: ...

    def close(self) -> None: ...


def back_up(generations: Generations, journal: Path | None, settings: dict[str, Path], target: Path) -> BackupSummary:
    """Write a backup to ``target``, which must not exist, and read it again to verify it.

    ``journal`` is the corpus with the journal, None without one; ``settings`` are files by their names in the backup.

    Raises BackupRefused when the target exists, BackupDamaged when what was written reads differently, CorpusLocked,
    CorpusUnwritable, and IndexMissing, IndexDamaged when there is no intact generation.
    """
    if target.exists():
        raise BackupRefused(Message("“{path}” exists; nothing was written. Choose a new name.", path=target))
    partial = target.with_name(target.name + ".partial")
    _remove(partial)  # of a backup that was killed
    try:
        summary = _write(generations, journal, settings, partial)
        verify(partial)
        partial.rename(target)
    finally:
        _remove(partial)
    sync(target.absolute().parent)
    return summary


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def _write(generations: Generations, journal: Path | None, settings: dict[str, Path], target: Path) -> BackupSummary:
    with ExitStack() as stack:
        generation, files = _opened_generation(generations, stack)
        articles = generations.manifest(generation).articles
        files += _opened_state(generations, generation, stack)
        files += _opened_journal(journal, stack) if journal else []
        files += [_opened(f"settings/{name}", path, stack) for name, path in settings.items() if path.is_file()]
        writer: _Target = _Archive(target) if is_archive(target) else _Folder(target)
        try:
            contents = {name: _copy(writer, name, file, size) for name, file, size in files}
            head = {"form": FORM, "program": __version__, "schema": SCHEMA_VERSION, "generation": generation}
            text = json.dumps({**head, "made": datetime.now(UTC).isoformat(timespec="seconds"), "files": contents})
            writer.add(CONTENTS, io.BytesIO(text.encode()), len(text.encode()))
        finally:
            writer.close()
    return BackupSummary(generation, articles, len(contents), sum(size for size, _digest in contents.values()))


_Opened = tuple[str, BinaryIO, int]
"""Name in the backup, the open file, and the bytes to copy."""


def _opened(name: str, path: Path, stack: ExitStack) -> _Opened:
    file = stack.enter_context(path.open("rb"))
    return name, file, os.fstat(file.fileno()).st_size


def _opened_generation(generations: Generations, stack: ExitStack) -> tuple[str, list[_Opened]]:
    """Open all files of the generation that answers; again when a publish pruned it meanwhile."""
    for _ in range(_ATTEMPTS):
        generation = generations.latest_intact()
        if generation is None:
            break
        try:
            return generation, _opened_files(generations, generation, stack)
        except (FileNotFoundError, IndexDamaged):
            continue
    raise generations.failure(generations.current_or_none() or CURRENT)


def _opened_files(generations: Generations, generation: str, stack: ExitStack) -> list[_Opened]:
    folder, names = generations.path(generation), [*generations.manifest(generation).files, MANIFEST]
    return [_opened(f"index/{generation}/{name}", folder / name, stack) for name in names]


def _opened_state(generations: Generations, generation: str, stack: ExitStack) -> list[_Opened]:
    """Return the pointer to ``generation``, the list of withdrawn ids and the signing key, those that exist."""
    pointer = f"{generation}\n".encode()
    paths = [generations.folder / name for name in (WITHDRAWN, SIGNING_KEY)]
    files = [_opened(f"index/{path.name}", path, stack) for path in paths if path.is_file()]
    return [("index/" + CURRENT, io.BytesIO(pointer), len(pointer)), *files]


def _opened_journal(corpus: Path, stack: ExitStack) -> list[_Opened]:
    folder = JournalFolder(corpus)
    if not folder.path.is_dir():
        return []
    with folder.locked():
        return [_opened(f"journal/{path.name}", path, stack) for path in folder.files()]


def _copy(writer: _Target, name: str, file: BinaryIO, size: int) -> tuple[int, str]:
    """Copy the first ``size`` bytes of a file; return that size and their digest."""
    reader = _DigestingReader(file, size)
    writer.add(name, reader, size)
    return size, reader.digest.hexdigest()


class _DigestingReader:
    """The first ``size`` bytes of a file, whose digest is computed while they are read."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size
        self.digest = hashlib.blake2b(digest_size=16)

    def read(self, size: int = -1, /) -> bytes:
        block = self._file.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(block)
        self.digest.update(block)
        return block


class _Folder:
    """A backup as a folder, which only its owner can read: the settings may have secrets."""

    def __init__(self, path: Path) -> None:
        self._path = path
        make_durably(path.absolute().parent)
        path.mkdir(mode=0o700)

    def add(self, name: str, file: _Readable, size: int) -> None:
        path = self._path / name
        make_durably(path.parent)
        with path.open("xb") as copy:
            while size and (block := file.read(min(_BLOCK, size))):
                copy.write(block)
                size -= len(block)
            copy.flush()
            os.fsync(copy.fileno())

    def close(self) -> None:
        for path in (*self._path.rglob("*"), self._path):
            if path.is_dir():
                sync(path)


class _Archive:
    """A backup as a tar file, which only its owner can read; ``.gz`` at the end of its name compresses it."""

    def __init__(self, path: Path) -> None:
        make_durably(path.absolute().parent)
        self._file = open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115
        compressed = path.name.removesuffix(".partial").endswith("gz")
        self._tar = tarfile.open(fileobj=self._file, mode="w|gz" if compressed else "w|")  # noqa: SIM115

    def add(self, name: str, file: _Readable, size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = size, 0o600, int(datetime.now(UTC).timestamp())
        self._tar.addfile(entry, file)

    def close(self) -> None:
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def is_archive(path: Path) -> bool:
    """Return whether a backup of this name is a tar file."""
    return path.name.removesuffix(".partial").endswith((".tar", ".tar.gz", ".tgz"))


class Source:
    """A backup that is read: the files in it, in any order, and what ``backup.json`` says of them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def files(self) -> Iterator[tuple[str, IO[bytes]]]:
        """Yield name and content of each file; to be called within :func:`unreadable_as_damaged`."""
        if self._path.is_dir():
            for path in sorted(self._path.rglob("*")):
                if path.is_file():
                    with path.open("rb") as file:
                        yield path.relative_to(self._path).as_posix(), file
            return
        with tarfile.open(self._path, mode="r|*") as tar:
            for entry in tar:
                content = tar.extractfile(entry) if entry.isreg() else None
                if content is None:
                    raise BackupDamaged(self._path, Message("it has something that is no file"))
                yield entry.name, content


@contextmanager
def unreadable_as_damaged(path: Path) -> Iterator[None]:
    """Raise BackupDamaged in place of the errors over a tar file that is damaged or not whole."""
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError, zlib.error) as error:
        raise BackupDamaged(path, Message("it is not a whole tar file")) from error


def open_backup(path: Path) -> Source:
    """Return the backup at ``path``; raises BackupRefused when there is none."""
    if not path.exists():
        raise BackupRefused(Message("There is no backup “{path}”. Check its name.", path=path))
    return Source(path)


def verify(path: Path) -> dict[str, object]:
    """Read all of a backup and compare it with its table of contents, which is returned; raises BackupDamaged."""
    digests: dict[str, list[int | str]] = {}
    text = b""
    with unreadable_as_damaged(path):
        for name, file in open_backup(path).files():
            if name == CONTENTS:
                text = file.read(_LONGEST_CONTENTS)
            else:
                digests[name] = size_and_digest(file)
    return checked_contents(path, text, digests)


def checked_contents(path: Path, text: bytes, digests: dict[str, list[int | str]]) -> dict[str, object]:
    """Return the table of contents ``text``; raises BackupDamaged unless it has exactly the files of ``digests``.

    Raises BackupRefused for the form of a newer version.
    """
    try:
        contents = json.loads(text)
        form, files = int(contents["form"]), dict(contents["files"])
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise BackupDamaged(path, Message("its list of files is missing")) from error
    if form > FORM:
        raise BackupRefused(Message("“{path}” was made by a newer searchapp. Install that version.", path=path))
    differing = sorted(name for name in {*files, *digests} if files.get(name) != digests.get(name))
    if differing:
        raise BackupDamaged(path, Message("{file} is missing or differs", file=differing[0]))
    return dict(contents)


def size_and_digest(file: IO[bytes], copy: BinaryIO | None = None) -> list[int | str]:
    """Return the bytes of a file and their digest, and write them to ``copy``."""
    size, digest = 0, hashlib.blake2b(digest_size=16)
    while block := file.read(_BLOCK):
        size += len(block)
        digest.update(block)
        if copy:
            copy.write(block)
    return [size, digest.hexdigest()]
