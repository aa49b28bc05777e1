"""ZIP and tar archives: each file inside is read as if it lay in the corpus, under the archive's name.

Nothing is ever unpacked by its name, so no name can lead anywhere; one that tries to, and every link, is a reject.
"""

from __future__ import annotations

import io
import lzma
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import BinaryIO, Final, cast

from searchapp.i18n import Message
from searchapp.ingest.encoding import read_bytes
from searchapp.ingest.limits import Budget
from searchapp.ingest.reader import UnreadableError
from searchapp.ingest.streams import HEAD, buffered, seekable

__all__ = ["BROKEN", "Member", "open_zip", "read_part", "tar_members", "zip_members"]

_LEFT_OUT: Final = (".*", "README*", "LICENSE*", "__MACOSX")
_LEADS_OUT: Final = re.compile(r"^/|^[a-zA-Z]:|\\|(?:^|/)\.\.(?:/|$)|[\0-\x1f]")
# The list of a ZIP archive is read as a whole: 8 MiB name some 70,000 files and take 100 MB of memory.
_LARGEST_LIST: Final = 8 * 1024 * 1024
_LIST_END: Final = struct.Struct("<4s4H2LH")
_LOCATOR: Final = 20
_BIG_LENGTH: Final = struct.Struct("<Q")
_BIG_LENGTH_BEFORE: Final = 16  # it is the last but one number of the record before the locator
_LIST_TAIL: Final = 65_536 + _LIST_END.size
# What may stand before a file in a tar archive: its header, long names, times.
_LARGEST_HEADER: Final = 1024 * 1024
BROKEN: Final = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive; ``stream`` is to be read before the next member is asked for."""

    name: str
    stream: io.BufferedReader | None
    problem: Message | None = None


def zip_members(stream: BinaryIO, budget: Budget) -> Iterator[Member]:
    """Yield the files of a ZIP archive in the order of its list; raises UnreadableError for a damaged one."""
    with open_zip(stream) as archive:
        for info in archive.infolist():
            if info.filename.endswith("/") or _left_out(info.filename):  # is_dir() fails for a file without a name
                continue
            budget.member()
            problem = _problem(info.filename, link=stat.S_ISLNK(info.external_attr >> 16))
            if info.flag_bits & 1:
                problem = Message("it is encrypted")
            yield Member(info.filename, None if problem else buffered(_unzipped(archive, info, budget)), problem)


@contextmanager
def open_zip(stream: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Give the ZIP archive (or document in the shape of one); raises UnreadableError for a damaged one."""
    with seekable(stream) as file:
        _check_list(file)
        try:
            archive = zipfile.ZipFile(file)
        except (*BROKEN, OSError, struct.error) as error:
            raise UnreadableError(Message("the ZIP archive is damaged or cut short")) from error
        with archive:
            yield archive


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a part of a document, of an article's length at most; b"" when there is none.

    Raises UnreadableError when it is damaged or longer.
    """
    try:
        with archive.open(name) as file:
            return read_bytes(file)  # type: ignore[arg-type]
    except KeyError:
        return b""
    except (*BROKEN, OSError) as error:
        raise UnreadableError(Message("the ZIP archive is damaged or cut short")) from error


def tar_members(stream: io.BufferedReader, budget: Budget) -> Iterator[Member]:
    """Yield the files of a tar archive as they come; raises UnreadableError where it is damaged."""
    source = _Metered(stream)
    try:
        with tarfile.open(fileobj=source, mode="r|", bufsize=HEAD) as archive:  # type: ignore[call-overload]
            while True:
                source.allowed = _LARGEST_HEADER
                info = archive.next()
                if info is None:
                    return
                archive.members = []  # which it keeps, for a question that a stream cannot answer
                source.allowed = None
                if not info.isdir() and not _left_out(info.name):
                    budget.member()
                    yield _tar_member(archive, info, budget)
    except (tarfile.TarError, ValueError, OverflowError) as error:
        raise UnreadableError(Message("the tar archive is damaged or cut short")) from error


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Member:
    problem = _problem(info.name, link=not info.isreg())
    return Member(info.name, None if problem else buffered(_untarred(archive, info, budget)), problem)


def _left_out(name: str) -> bool:
    return any(fnmatchcase(part, pattern) for part in name.split("/") if part != ".." for pattern in _LEFT_OUT)


def _problem(name: str, *, link: bool) -> Message | None:
    if _LEADS_OUT.search(name):
        return Message("its name leads out of the archive")
    return Message("it is a link, which is not followed inside an archive") if link else None


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    try:
        with archive.open(info) as file:
            while chunk := cast(zipfile.ZipExtFile, file).read1(HEAD):
                budget.take(len(chunk))
                yield chunk
    except BROKEN as error:
        raise UnreadableError(Message("the ZIP archive is damaged or cut short")) from error


def _untarred(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Iterator[bytes]:
    file = archive.extractfile(info)
    try:
        while file and (chunk := file.read(HEAD)):
            budget.take(len(chunk))
            yield chunk
    except tarfile.TarError as error:
        raise UnreadableError(Message("the tar archive is damaged or cut short")) from error


def _check_list(file: BinaryIO) -> None:
    """Raise UnreadableError for an archive whose list is too long to be read, before anything reads it."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _LIST_TAIL))
    tail = file.read(_LIST_TAIL)
    file.seek(0)
    place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) - place < _LIST_END.size:
        raise UnreadableError(Message("the ZIP archive is damaged or cut short"))
    length = _LIST_END.unpack_from(tail, place)[5]
    if place >= _LOCATOR and tail.startswith(b"PK\6\7", place - _LOCATOR):  # ZIP64: more than 65,535 files or 4 GiB
        length = max(0, *_BIG_LENGTH.unpack_from(tail, max(0, place - _LOCATOR - _BIG_LENGTH_BEFORE)))
    if length > _LARGEST_LIST:
        raise UnreadableError(Message("the archive holds too many files; make several of it, or a tar archive"))


class _Metered:
    """A stream that gives at most ``allowed`` bytes (if not None) before somebody says that more may come."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self.allowed: int | None = _LARGEST_HEADER

    def read(self, size: int) -> bytes:
        chunk = self._stream.read(size)
        if self.allowed is not None:
            self.allowed -= len(chunk)
            if self.allowed < 0:
                raise UnreadableError(Message("the tar archive has a header that is too long"))
        return chunk
