"""Units of a corpus: what is read again as a whole when it changed, a file or the rows of a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from searchapp.ingest.reader_protocol import unopened
from searchapp.model import Article, Reject

__all__ = ["Unit", "Unlisted", "digest_of_settings", "unlisted"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A file of the corpus, or the rows of a query.

    ``key`` names it within its source and orders it as it is read. ``size`` is in bytes (0: unknown), ``modified`` in
    nanoseconds since 1970, both as the file system has them; without ``modified`` nobody can tell whether it changed,
    so it is always read. ``changed`` is the time of its inode, which also tells a file whose time was set back.
    ``settings`` is a digest of all else that decides how it reads. ``read`` gives its articles and rejects from a byte
    on, which is 0 but for a file that only ``grows``; meanwhile ``position`` tells the bytes read so far, and
    afterwards ``needs`` holds the other files that were looked into.

    The last word of an ``overrules`` unit on an article counts, whatever other units say of it.
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
    overrules: bool = False


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A file or folder that the system does not give: what is known of it, and of all below it, stays as it is.

    ``key`` is that of a unit, or of the folder that units lie in; b"" is all of the source.
    """

    key: bytes
    reject: Reject


def unlisted(key: bytes, name: str, error: OSError) -> Unlisted:
    """Return what becomes of the file or folder ``name``, which the system did not give for ``error``."""
    return Unlisted(key, Reject(name, None, unopened(error), unavailable=True))


def digest_of_settings(*settings: object) -> str:
    """Return 64 bits, in hexadecimal, that differ when any of ``settings`` does; a ``repr`` has to tell each whole."""
    return blake2b(repr(settings).encode("utf-8", "replace"), digest_size=8).hexdigest()
