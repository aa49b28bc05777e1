"""Units of a corpus: what is read again as a whole when it changed, a file or the rows of a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from searchapp.model import Article, Reject

__all__ = ["Unit", "digest_of_settings"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A file of the corpus, or the rows of a query.

    ``key`` names it within its source and orders it as it is read. ``size`` is in bytes (0: unknown), ``modified`` in
    nanoseconds since 1970, both as the file system has them; without ``modified`` nobody can tell whether it changed,
    so it is always read. ``settings`` is a digest of all else that decides how it reads. ``read`` gives its articles
    and rejects from a byte on, which is 0 but for a file that only ``grows``; meanwhile ``position`` tells the bytes
    read so far, and afterwards ``needs`` holds the other files that were looked into.

    The last word of an ``overrules`` unit on an article counts, whatever other units say of it.
    """

    name: str
    key: bytes
    read: Callable[[int], Iterator[Article | Reject]]
    path: Path | None = None
    size: int = 0
    modified: int | None = None
    settings: str = ""
    position: Callable[[], int] = lambda: 0
    needs: list[Path] = field(default_factory=list)
    grows: bool = False
    overrules: bool = False


def digest_of_settings(*settings: object) -> str:
    """Return 64 bits, in hexadecimal, that differ when any of ``settings`` does; a ``repr`` has to tell each whole."""
    return blake2b(repr(settings).encode("utf-8", "replace"), digest_size=8).hexdigest()
