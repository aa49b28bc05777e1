"""Files that survive a power cut: written, synced and renamed, in this order; digests of files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

__all__ = ["digest_of", "make_durably", "sync", "write_durably"]

_BLOCK: Final = 1 << 20


def digest_of(path: Path, on_read: Callable[[int], None] = lambda size: None, *, from_disk: bool = False) -> str:
    """Return the BLAKE2b digest of a file's content, 128 bits in hexadecimal.

    ``on_read`` gets the number of bytes of each block. ``from_disk`` asks the system to drop its cached pages of the
    file, which may be right where the disk is not.
    """
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        if from_disk and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while block := file.read(_BLOCK):
            digest.update(block)
            on_read(len(block))
    return digest.hexdigest()


def write_durably(path: Path, text: str, *, private: bool = False) -> None:
    """Replace a small file in one step: readers see the old text or the new one, also after a power cut.

    A ``private`` file can be read by its owner only, from the first moment.
    """
    temporary = path.with_name(path.name + ".new")
    if private:
        temporary.unlink(missing_ok=True)  # a file left by a killed process would keep its mode
    try:
        with open(temporary, "w", encoding="utf-8", opener=_open_private if private else None) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync(path.parent)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL, 0o600)


def make_durably(folder: Path) -> None:
    """Create a folder and its missing parents, such that they survive a power cut."""
    if not folder.is_dir():
        make_durably(folder.absolute().parent)
        folder.mkdir(exist_ok=True)
        sync(folder.absolute().parent)


def sync(path: Path) -> None:
    """Have the operating system write the content of a file or folder to the disk."""
    if path.is_dir() and os.name == "nt":  # Windows cannot open folders
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
