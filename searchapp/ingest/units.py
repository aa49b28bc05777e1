"""Units of a corpus: a file, or the rows of a query, read again as a whole when it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

from searchapp.ingest.reader_protocol import access_problem
from searchapp.model import Article, Reject

__all__ = ["READING_RULES", "Unit", "Unlisted", "digest_of_settings", "read_units", "unlisted"]


READING_RULES: Final = 2
"""Raised when the same file gives other articles than before: then every unit is read again."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A file of the corpus, or the rows of a query.

    ``key`` names it within its source and orders the units. ``size`` is in bytes (0: unknown), ``modified`` in
    nanoseconds since 1970, both from the file system; a unit without ``modified`` is always read. ``changed`` is the
    time of its inode, which also shows a file whose time was set back. ``settings`` is a digest of all other settings
    that decide how it reads. ``read`` yields its articles and rejects from a byte offset on, which is 0 but for a file
    that only ``grows``; meanwhile ``position`` returns the bytes read so far, and afterwards ``needs`` holds the other
    files that were read for it.

    ``from_journal``: the last version of an article in this unit counts, whatever other units hold.
    """

    name: str
    key: bytes
    read: Callable[[int], Iterator[Article | Reject]]
    path: Path | None = None
    size: int = 0
    modified: int | None = None
    changed: int = 0
    settings: str = ""
    position: Callable[[], int] = lambda: 0
    needs: list[Path] = field(default_factory=list)
    grows: bool = False
    from_journal: bool = False


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A file or folder that cannot be read at the moment: its articles, and all below it, stay indexed as they are.

    ``key`` is that of a unit, or of a folder of units; b"" is the whole source.
    """

    key: bytes
    reject: Reject


def unlisted(key: bytes, name: str, error: OSError) -> Unlisted:
    """Return the entry for the file or folder ``name`` whose reading raised ``error``."""
    return Unlisted(key, Reject(name, None, access_problem(error), unavailable=True))


def read_units(units: Iterator[Unit | Unlisted | Reject]) -> Iterator[Article | Reject]:
    """Yield the articles and rejects of all ``units``."""
    for unit in units:
        if isinstance(unit, Unit):
            yield from unit.read(0)
        else:
            yield unit.reject if isinstance(unit, Unlisted) else unit


def digest_of_settings(*settings: object) -> str:
    """Return a digest of 64 bits, in hexadecimal, of the ``repr`` of ``settings``, which has to be complete."""
    return blake2b(repr((READING_RULES, *settings)).encode("utf-8", "replace"), digest_size=8).hexdigest()
