"""The reader protocol: what a format module gives to the registry."""

from __future__ import annotations

import errno
import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, ClassVar, Final, Protocol
from zoneinfo import ZoneInfo

from searchapp.i18n import Message
from searchapp.ingest.file_names import name_inside
from searchapp.model import Article, Reject
from searchapp.schema import canonical_id

__all__ = [
    "LARGEST_ARTICLE",
    "LARGEST_TREE",
    "MOST_LOOKED_AT",
    "Attached",
    "Beside",
    "FileContext",
    "KeepsAllLines",
    "LineFilter",
    "PagesIn",
    "ReadElsewhereError",
    "Reader",
    "UnavailableError",
    "UnreadableError",
    "extension",
    "is_access_error",
    "unopened",
]

LARGEST_ARTICLE: Final = 16 * 1024 * 1024
"""Bytes that one article may take in its file; a longer one is a reject, so that memory stays small."""

MOST_LOOKED_AT: Final = 2000
"""XML files of a folder, the first by name, among which METS files are looked for."""

LARGEST_TREE: Final = 4 * 1024 * 1024
"""Bytes of markup that may be in memory as a tree at once: a tree of many small elements takes 30 times its bytes."""

# Letters first: the dot of “M. Dupont réagit” or of “bilan.2024” begins no extension.
_EXTENSION: Final = re.compile(r"\.[a-z][a-z0-9]{0,7}$", re.IGNORECASE)

# Libraries raise OSError without a number; a damaged archive names places that are no places, or no names.
_OVER_CONTENT: Final = (None, errno.EINVAL, errno.ENAMETOOLONG)

_COMPRESSED: Final = re.compile(r"\.(?:gz|bz2|xz|zst)$", re.IGNORECASE)


class Beside(Protocol):
    """What lies beside a file of a folder or of a ZIP archive."""

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Give a file, unpacked, by its name as seen from this one.

        Raises UnreadableError unless it is in the corpus (and, for a file of an archive, in the same one).
        """

    def is_bound(self) -> bool:
        """Return whether a METS file beside this one, or in the folder above, takes it in as one of its pages."""


class Attached(Protocol):
    """Reads ``content``, which lies as ``name`` inside a file; ``inherited`` are field values that it gives.

    A reject says that nothing can read it, within the limits of the file.
    """

    def __call__(self, content: bytes, name: str, inherited: Mapping[str, str]) -> Iterator[Article | Reject]: ...


class ReadElsewhereError(Exception):
    """A file that is a part of another one, whose reader takes it in: it gives nothing by itself."""


class UnreadableError(Exception):
    """An article that cannot be read; ``line`` (from 1) is ``None`` when all of the file is meant."""

    unavailable: ClassVar[bool] = False

    def __init__(self, reason: Message, line: int | None = None) -> None:
        super().__init__(reason.text)
        self.reason = reason
        self.line = line

    def reject(self, file: str, line: int | None = None) -> Reject:
        """Return what is reported about ``file``; ``line`` counts where the error knows none."""
        return Reject(file, self.line or line, self.reason, self.unavailable)


class UnavailableError(UnreadableError):
    """What the system does not give at the moment; see :class:`~searchapp.model.Reject`."""

    unavailable = True


def unopened(error: OSError) -> Message:
    """Return, in a person's words, why the system does not give a file or folder."""
    if isinstance(error, PermissionError):
        return Message("there is no permission to read it")
    if isinstance(error, FileNotFoundError):
        return Message("it is not there any more, or it is a link to nothing")
    return Message("it cannot be read: {reason}", reason=error.strerror or error)


def is_access_error(error: OSError) -> bool:
    """Return whether the system refused or failed, rather than a library over the content of a file."""
    return error.errno not in _OVER_CONTENT


class LineFilter(Protocol):
    """Tells the lines that are no part of an article."""

    def without(self, text: str) -> str:
        """Return ``text`` without them; the very same text when it has none."""

    def is_stub(self, text: str) -> bool:
        """Return whether ``text`` ends with what a paywall says."""


class KeepsAllLines:
    """A :class:`LineFilter` for which every line is part of the article."""

    def without(self, text: str) -> str:
        return text

    def is_stub(self, text: str) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class FileContext:
    """What a reader may know of the file: its name in the corpus (posix, relative), what articles inherit.

    ``timezone`` is given to dates without one. ``inherited`` holds field values that the folder gives
    (``source``, ``section``; the mail around an attachment also gives its ``date``) and that the file's own override.
    ``sources`` gives the newspaper for a domain name, ``columns`` the field for a column of a table. ``boilerplate`` is
    what is dropped from texts. ``repairs`` collects what had to be mended before the article could be read. ``beside``
    knows the other files of the corpus, or of the ZIP archive; ``attached`` reads what lies inside this file under a
    name of its own. ``strict``: a JSON record with a field that nobody knows is a reject; in a corpus it is ignored.
    """

    name: str
    timezone: ZoneInfo
    inherited: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    boilerplate: LineFilter = field(default_factory=KeepsAllLines)
    repairs: set[str] = field(default_factory=set)
    beside: Beside | None = None
    attached: Attached | None = None
    strict: bool = False

    def member(self, name: str) -> FileContext:
        """Return the context of what lies as ``name`` inside this file (an archive, a mailbox)."""
        return replace(self, name=f"{self.name}/{name_inside(name)}", repairs=set(self.repairs), beside=None)

    @property
    def article_id(self) -> str:
        """The id of a file that holds one article: its name without the extension."""
        return canonical_id(_EXTENSION.sub("", _uncompressed(self.name)))


class PagesIn(Protocol):
    """Gives the names of the pages in the METS file ``name``, as seen from there; none for any other file."""

    def __call__(self, opened: Callable[[], io.BufferedReader], name: str, budget: Any) -> list[str]: ...


class Reader(Protocol):
    """Turns one file of one format into articles.

    ``sniff`` looks at the first bytes and the file's name and says whether this reader is meant; it never
    raises. ``read`` streams: it may not hold a file of many articles in memory, never raises on content, and
    yields a :class:`Reject` for each article that it cannot read. What the stream itself raises (a disk that
    fails, a compressed file cut short) passes through.

    Both see the file uncompressed and never in UTF-16: see :mod:`searchapp.ingest.archives.streams`.
    """

    @property
    def name(self) -> str: ...

    def sniff(self, head: bytes, filename: str) -> bool: ...

    def read(self, stream: BinaryIO, context: FileContext) -> Iterator[Article | Reject]: ...


def extension(filename: str) -> str:
    """Return the extension of ``filename`` in small letters, with its dot; ``.gz`` and its like do not count."""
    match = _EXTENSION.search(_uncompressed(filename))
    return match[0].lower() if match else ""


def _uncompressed(filename: str) -> str:
    return _COMPRESSED.sub("", filename, count=1)
