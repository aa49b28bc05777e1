"""Restoring a backup into an index and a corpus that have none of it yet.

All files are unpacked into a folder beside, verified, and then moved; ``CURRENT`` is written last. So an interrupted
restore leaves an index without a pointer, and the same command may be given again.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from searchapp.errors import BackupDamaged, BackupRefused, IndexDamaged
from searchapp.i18n import Message
from searchapp.indexing import CURRENT, Generations
from searchapp.indexing.durability import make_durably, sync, write_durably
from searchapp.indexing.generation_folder import GENERATION_NAME
from searchapp.indexing.journal_tail import JournalTail
from searchapp.indexing.signing_key import SIGNING_KEY
from searchapp.indexing.withdrawn import WITHDRAWN, write_withdrawn
from searchapp.model import JOURNAL_FILES, JOURNAL_FOLDER
from searchapp.operations.backup import (
    CONTENTS,
    BackupSummary,
    checked_contents,
    open_backup,
    size_and_digest,
    unreadable_as_damaged,
)

__all__ = ["restore"]

_UNPACKED: Final = ".restoring"
# The only names that a backup may have: none leads out of the folder that it is unpacked into.
_NAME: Final = re.compile(r"(?:index|journal|settings)(?:/\.?[A-Za-z0-9_-][A-Za-z0-9._-]*){1,8}|backup\.json")
_LONGEST_CONTENTS: Final = 64 << 20


def restore(backup: Path, generations: Generations, corpus: Path | None, settings: Mapping[str, Path]) -> BackupSummary:
    """Restore ``backup`` into the index, its journal below ``corpus`` and its ``settings``, where there are none.

    Without ``corpus`` the journal is left out; its withdrawals are kept in the index in any case.

    Raises BackupRefused when an index or journal is there or there is no backup, BackupDamaged when a file differs from
    its digest, and IndexLocked; whatever it raises, nothing answers from a half of a backup.
    """
    with generations.locked():
        _refuse_to_overwrite(generations, corpus)
        with _unpacked(backup, generations.folder / _UNPACKED) as (folder, contents):
            generation = _generation_in(backup, folder)
            moved = generations.path(generation)
            shutil.rmtree(moved, ignore_errors=True)
            (folder / "index" / generation).rename(moved)
            if damages := generations.verify(generation):
                shutil.rmtree(moved)
                raise IndexDamaged(generation, [damage.message() for damage in damages])
            _restore_withdrawn(generations, generation, folder)
            _move(folder / "index" / SIGNING_KEY, generations.folder / SIGNING_KEY)
            if corpus:
                _restore_journal(folder / "journal", corpus)
            for name, path in settings.items():
                if not path.exists():
                    _move(folder / "settings" / name, path)
            sync(generations.folder)
            write_durably(generations.folder / CURRENT, generation + "\n")
    articles = generations.manifest(generation).articles
    return BackupSummary(generation, articles, len(contents), sum(contents.values()))


def _refuse_to_overwrite(generations: Generations, corpus: Path | None) -> None:
    if (generations.folder / CURRENT).exists():
        raise BackupRefused(
            Message("There is an index already; nothing was restored. Choose another folder: --index DIR")
        )
    if corpus and any((corpus / JOURNAL_FOLDER).glob(JOURNAL_FILES)):
        raise BackupRefused(
            Message(
                "The corpus has a journal already; nothing was restored. Choose another folder: --corpus DIR, or leave "
                "the journal out: --without-journal"
            )
        )


@contextmanager
def _unpacked(backup: Path, folder: Path) -> Iterator[tuple[Path, dict[str, int]]]:
    """Give the folder with the verified files of a backup, and their sizes by name; it is removed afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        digests: dict[str, list[int | str]] = {}
        text = b""
        with unreadable_as_damaged(backup):
            for name, file in open_backup(backup).files():
                if not _NAME.fullmatch(name):
                    raise BackupDamaged(backup, Message("it has a file of another name"))
                if name == CONTENTS:
                    text = file.read(_LONGEST_CONTENTS)
                else:
                    digests[name] = _unpack(backup, name, file, folder)
        checked_contents(backup, text, digests)
        yield folder, {name: int(size) for name, (size, _digest) in digests.items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(backup: Path, name: str, file: IO[bytes], folder: Path) -> list[int | str]:
    """Write a file durably, and return its size and digest; raises BackupDamaged for a name that comes twice.

    Twice is also a file that another one names as its folder.
    """
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = open(path, "xb", opener=_open_private if _is_secret(name) else None)  # noqa: SIM115
    except (FileExistsError, NotADirectoryError) as error:
        raise BackupDamaged(backup, Message("{file} is missing or differs", file=name)) from error
    with target as copy:
        read = size_and_digest(file, copy)
        copy.flush()
        os.fsync(copy.fileno())
    return read


def _is_secret(name: str) -> bool:
    return name.startswith("settings/") or name == f"index/{SIGNING_KEY}"


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _generation_in(backup: Path, folder: Path) -> str:
    try:
        name = (folder / "index" / CURRENT).read_text("ascii").strip()
    except (OSError, ValueError):
        name = ""
    if not GENERATION_NAME.fullmatch(name) or not (folder / "index" / name).is_dir():
        raise BackupDamaged(backup, Message("it has no index"))
    return name


def _restore_withdrawn(generations: Generations, generation: str, folder: Path) -> None:
    """Write the list of withdrawn ids, with those that the journal withdrew after the generation had read it.

    So they stay hidden on a machine that has no corpus.
    """
    _move(folder / "index" / WITHDRAWN, generations.folder / WITHDRAWN)
    later = JournalTail(folder / "journal").withdrawn_since(generations.path(generation))
    if later:
        write_withdrawn(generations.folder, "", sorted(generations.withdrawn().ids | later))


def _restore_journal(unpacked: Path, corpus: Path) -> None:
    files = sorted(unpacked.glob(JOURNAL_FILES))
    if files:
        make_durably(corpus / JOURNAL_FOLDER)
        for file in files:
            _move(file, corpus / JOURNAL_FOLDER / file.name)
        sync(corpus / JOURNAL_FOLDER)


def _move(source: Path, target: Path) -> None:
    """Move a file that may be missing; to another disk it is copied, and gets its name when it is whole."""
    if not source.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy = target.with_name(f"{_UNPACKED}-{target.name}")
        copy.unlink(missing_ok=True)
        # Private from its first byte on: the file may hold the secrets of tokens.
        with source.open("rb") as file, open(copy, "xb", opener=_open_private) as written:
            shutil.copyfileobj(file, written)
        shutil.copymode(source, copy)
        sync(copy)
        copy.replace(target)
    sync(target)
