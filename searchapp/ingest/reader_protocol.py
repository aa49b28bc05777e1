"""The reader protocol: a :class:`Reader` a format, the :class:`FileContext` that it gets, the errors that it raises."""

from __future__ import annotations

import errno
import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, ClassVar, Final, Protocol
from zoneinfo import ZoneInfo

from searchapp.errors import system_reason
from searchapp.i18n import Message
from searchapp.ingest.file_names import name_inside
from searchapp.model import Article, Reject
from searchapp.schema import canonical_id

__all__ = [
    "LARGEST_ARTICLE",
    "LARGEST_TREE",
    "MAX_METS_CANDIDATES",
    "TOC_FOLDER",
    "AttachmentReader",
    "FileContext",
    "KeepsAllLines",
    "LineFilter",
    "MetsPageFinder",
    "ReadElsewhereError",
    "Reader",
    "SiblingFiles",
    "UnavailableError",
    "UnreadableError",
    "access_problem",
    "article_too_long",
    "extension",
    "is_access_error",
    "peek",
]

LARGEST_ARTICLE: Final = 16 * 1024 * 1024
"""Bytes that one article may take in its file; a longer one is a reject, so that memory stays small."""

MAX_METS_CANDIDATES: Final = 2000
"""XML files of a folder, the first by name, among which METS files are looked for."""

TOC_FOLDER: Final = "toc"
"""Folder of METS files beside the one of their pages: BnF keeps the logical maps of issues there."""

LARGEST_TREE: Final = 4 * 1024 * 1024
"""Bytes of markup that may be in memory as a tree at once: a tree of many small elements takes 30 times its bytes."""

# Letters first: the dot of “M. Dupont réagit” or of “bilan.2024” begins no extension.
_EXTENSION: Final = re.compile(r"\.[a-z][a-z0-9]{0,7}$", re.IGNORECASE)

# Libraries raise OSError without a number; a damaged archive has impossible offsets and names.
_OVER_CONTENT: Final = (None, errno.EINVAL, errno.ENAMETOOLONG)

_COMPRESSED: Final = re.compile(r"\.(?:gz|bz2|xz|zst)$", re.IGNORECASE)


class SiblingFiles(Protocol):
    """The files beside a file of a folder or of a ZIP archive."""

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Open a sibling, unpacked, by its path relative to this file.

        Raises UnreadableError unless it is in the corpus (and, for a member of an archive, in the same one).
        """

    def is_mets_page(self) -> bool:
        """Return whether a METS file beside this one, in the folder above or in its ``toc`` lists it as a page."""


class AttachmentReader(Protocol):
    """Reads ``content``, named ``name``, from inside a file; ``inherited`` are field values that the file gives.

    It counts on the limits of the file; content that no reader takes is a reject.
    """

    def __call__(self, content: bytes, name: str, inherited: Mapping[str, str]) -> Iterator[Article | Reject]: ...


class ReadElsewhereError(Exception):
    """The file is part of another one, whose reader reads it: it gives no article of its own."""


class UnreadableError(Exception):
    """An article that cannot be read; ``line`` (from 1) is ``None`` when the error is about the whole file."""

    unavailable: ClassVar[bool] = False

    def __init__(self, reason: Message, line: int | None = None) -> None:
        super().__init__(reason.text)
        self.reason = reason
        self.line = line

    def reject(self, file: str, line: int | None = None) -> Reject:
        """Return the reject for ``file``; ``line`` is used when the error has none."""
        return Reject(file, self.line or line, self.reason, self.unavailable)


class UnavailableError(UnreadableError):
    """The system refuses it at the moment; see :class:`~searchapp.model.Reject`."""

    unavailable = True


def access_problem(error: OSError) -> Message:
    """Return the reason of ``error``, for users, why a file or folder cannot be opened."""
    if isinstance(error, PermissionError):
        return Message("there is no permission to read it")
    if isinstance(error, FileNotFoundError):
        return Message("it is not there any more, or it is a link to nothing")
    return Message("it cannot be read: {reason}", reason=system_reason(error))


def is_access_error(error: OSError) -> bool:
    """Return whether the system raised ``error``, rather than a library because of the content of a file."""
    return error.errno not in _OVER_CONTENT


def article_too_long(line: int | None = None) -> UnreadableError:
    """Return the error of an article above LARGEST_ARTICLE."""
    return UnreadableError(Message("the article is longer than {limit} MiB", limit=LARGEST_ARTICLE >> 20), line)


def peek(stream: BinaryIO, size: int) -> bytes:
    """Return the first bytes of ``stream``, at most ``size``, without reading them; b"" where it cannot."""
    show = getattr(stream, "peek", None)
    return bytes(show(size)[:size]) if show else b""


class LineFilter(Protocol):
    """Filters lines that are no part of an article, such as advertising for subscriptions."""

    def without(self, text: str) -> str:
        """Return ``text`` without them; the very same text when it has none."""

    def is_stub(self, text: str) -> bool:
        """Return whether ``text`` ends with the notice of a paywall."""


class KeepsAllLines:
    """A :class:`LineFilter` for which every line is part of the article."""

    def without(self, text: str) -> str:
        return text

    def is_stub(self, text: str) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class FileContext:
    """The context of the file that a reader gets: its name in the corpus (posix, relative) and the settings for it.

    ``timezone`` is that of dates without one. ``inherited`` holds field values of the folder (``source``, ``section``;
    for an attachment also the ``date`` of its mail), which the file's own values override. ``sources`` maps a domain
    name to its newspaper, ``columns`` a column of a table, or a key of a JSON object, to a field, ``feeds`` the title
    of a feed to its newspaper. ``boilerplate`` filters lines of texts. ``repairs`` collects the repairs of reading.
    ``siblings`` are the files beside this one; ``read_attachment`` reads a document from inside it.

    ``strict``: a JSON record with an unknown field is a reject; in a corpus the field is ignored. ``lenient``: a detail
    that cannot be used (a date that is none, an id that is too long) is left out and told as a repair; else it makes a
    reject.
    """

    name: str
    timezone: ZoneInfo
    inherited: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    feeds: Mapping[str, str] = field(default_factory=dict)
    boilerplate: LineFilter = field(default_factory=KeepsAllLines)
    repairs: set[str] = field(default_factory=set)
    siblings: SiblingFiles | None = None
    read_attachment: AttachmentReader | None = None
    strict: bool = False
    lenient: bool = True

    def member(self, name: str) -> FileContext:
        """Return the context of the member ``name`` of this file (an archive, a mailbox)."""
        return replace(self, name=f"{self.name}/{name_inside(name)}", repairs=set(self.repairs), siblings=None)

    @property
    def article_id(self) -> str:
        """The id of a file that holds one article: its name without the extension."""
        return canonical_id(_EXTENSION.sub("", _uncompressed(self.name)))


class MetsPageFinder(Protocol):
    """Returns the names of the pages in the METS file ``name``, relative to it; none for any other file."""

    def __call__(self, opened: Callable[[], io.BufferedReader], name: str, budget: Any) -> list[str]: ...


class Reader(Protocol):
    """Turns one file of one format into articles.

    ``sniff`` tests the first bytes and the file's name; it never raises. ``read`` streams: it may not hold a file of
    many articles in memory, never raises on content, and yields a :class:`Reject` for each article that it cannot read.
    Errors of the stream itself (a disk that fails, a compressed file cut short) pass through.

    Both get the file uncompressed and never in UTF-16: see :mod:`searchapp.ingest.archives.streams`.
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
