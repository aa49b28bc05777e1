"""ZIP archives, and documents in the shape of one."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, cast

from searchapp.i18n import Message
from searchapp.ingest.archives.archive_members import Inside
from searchapp.ingest.archives.member import Member, is_left_out, problem_of, shown
from searchapp.ingest.archives.streams import HEAD, buffered, seekable
from searchapp.ingest.cleaning.encoding import read_bytes
from searchapp.ingest.file_names import is_western
from searchapp.ingest.limits import Budget
from searchapp.ingest.reader_protocol import PagesIn, UnreadableError, is_access_error

__all__ = ["open_zip", "read_part", "zip_members"]

# The list of a ZIP archive is read as a whole: 8 MiB name some 70,000 files and take 100 MB of memory.
_LARGEST_LIST: Final = 8 * 1024 * 1024
_LIST_END: Final = struct.Struct("<4s4H2LH")
_LOCATOR: Final = 20
_BIG_LENGTH: Final = struct.Struct("<Q")
_NAMED_IN_UTF8: Final = 0x800
_BIG_LENGTH_BEFORE: Final = 16  # it is the last but one number of the record before the locator
_LIST_TAIL: Final = 65_536 + _LIST_END.size
_BROKEN: Final = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
)


def zip_members(stream: BinaryIO, budget: Budget, pages_in: PagesIn) -> Iterator[Member]:
    """Yield the files of a ZIP archive in the order of its list; raises UnreadableError for a damaged one.

    ``pages_in`` gives the pages that a METS file among them names.
    """
    with open_zip(stream) as archive:
        inside = Inside(
            archive.namelist, lambda name: _opened(archive, archive.getinfo(name), budget), budget, pages_in
        )
        for info in archive.infolist():
            if info.filename.endswith("/") or is_left_out(info.filename):  # is_dir() fails for a file without a name
                continue
            budget.member()
            name = shown(_name_of(info))
            try:
                stream = _opened(archive, info, budget)
            except UnreadableError as error:
                yield Member(name, None, error.reason)
            else:
                yield Member(name, stream, beside=inside.of(info.filename))


@contextmanager
def open_zip(stream: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Give the ZIP archive (or document in the shape of one); raises UnreadableError for a damaged one."""
    with seekable(stream) as file:
        _check_list(file)
        try:
            archive = zipfile.ZipFile(file)
        except (*_BROKEN, OSError, struct.error) as error:
            if isinstance(error, OSError) and is_access_error(error):
                raise
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
    except (*_BROKEN, OSError) as error:
        if isinstance(error, OSError) and is_access_error(error):
            raise
        raise UnreadableError(Message("the ZIP archive is damaged or cut short")) from error


def _name_of(info: zipfile.ZipInfo) -> str:
    """Return the name of a file inside; where its bytes are no text, with surrogate escapes.

    Without the flag for UTF-8 a name is in the DOS code page 437 by the standard, and in practice as often in UTF-8 or
    Windows-1252.
    """
    if info.filename.isascii() or info.flag_bits & _NAMED_IN_UTF8:
        return info.filename
    try:
        name = info.filename.encode("cp437")
    except UnicodeEncodeError:  # it came from a field of its own
        return info.filename
    try:
        return name.decode()
    except UnicodeDecodeError:
        return info.filename if is_western(info.filename) else name.decode("utf-8", "surrogateescape")


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> io.BufferedReader:
    """Return the bytes of a file inside; raises UnreadableError for one that may or can not be read."""
    problem = problem_of(info.filename, link=stat.S_ISLNK(info.external_attr >> 16))
    if info.flag_bits & 1:
        problem = Message("it is encrypted")
    if problem:
        raise UnreadableError(problem)
    return buffered(_unzipped(archive, info, budget))


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    try:
        with archive.open(info) as file:
            while chunk := cast(zipfile.ZipExtFile, file).read1(HEAD):
                budget.take(len(chunk))
                yield chunk
    except _BROKEN as error:
        raise UnreadableError(Message("the ZIP archive is damaged or cut short")) from error


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
