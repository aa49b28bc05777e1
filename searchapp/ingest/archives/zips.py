"""ZIP archives, and office documents, which are ZIP archives."""

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
from searchapp.ingest.archives.archive_members import ArchiveMembers
from searchapp.ingest.archives.member import Member, is_ignored, member_problem, stored_name
from searchapp.ingest.archives.streams import HEAD, buffered, seekable
from searchapp.ingest.cleaning.encoding import read_bytes
from searchapp.ingest.file_names import is_western
from searchapp.ingest.limits import Budget
from searchapp.ingest.reader_protocol import MetsPageFinder, UnreadableError, is_access_error

__all__ = ["open_zip", "read_part", "zip_members"]

# The central directory is read as a whole: 8 MiB name some 70,000 files and take 100 MB of memory.
_LARGEST_DIRECTORY: Final = 8 * 1024 * 1024
_DIRECTORY_END: Final = struct.Struct("<4s4H2LH")
_LOCATOR_BYTES: Final = 20
_LENGTH64: Final = struct.Struct("<Q")
_NAMED_IN_UTF8: Final = 0x800
_LENGTH64_BEFORE: Final = 16  # it is the last but one number of the record before the locator
_TAIL_BYTES: Final = 65_536 + _DIRECTORY_END.size
_BROKEN: Final = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
)
_DAMAGED: Final = Message("the ZIP archive is damaged or cut short")


def zip_members(stream: BinaryIO, budget: Budget, find_mets_pages: MetsPageFinder) -> Iterator[Member]:
    """Yield the members of a ZIP archive in the order of its directory; raises UnreadableError for a damaged one.

    ``find_mets_pages`` names the pages of a METS file among them.
    """
    with open_zip(stream) as archive:
        members = ArchiveMembers(
            archive.namelist, lambda name: _opened(archive, archive.getinfo(name), budget), budget, find_mets_pages
        )
        for info in archive.infolist():
            if info.filename.endswith("/") or is_ignored(info.filename):  # is_dir() fails for a file without a name
                continue
            budget.member()
            name = stored_name(_decoded_name(info))
            try:
                stream = _opened(archive, info, budget)
            except UnreadableError as error:
                yield Member(name, None, error.reason)
            else:
                yield Member(name, stream, siblings=members.siblings_of(info.filename))


@contextmanager
def open_zip(stream: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Give the ZIP archive; raises UnreadableError for a damaged one."""
    with seekable(stream) as file:
        _check_directory(file)
        try:
            archive = zipfile.ZipFile(file)
        except (*_BROKEN, OSError, struct.error) as error:
            if isinstance(error, OSError) and is_access_error(error):
                raise
            raise UnreadableError(_DAMAGED) from error
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
        raise UnreadableError(_DAMAGED) from error


def _decoded_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member; bytes that are no text become surrogate escapes.

    Without the flag for UTF-8 a name is in the DOS code page 437 by the standard, and in practice as often in UTF-8 or
    Windows-1252.
    """
    if info.filename.isascii() or info.flag_bits & _NAMED_IN_UTF8:
        return info.filename
    try:
        name = info.filename.encode("cp437")
    except UnicodeEncodeError:  # it came from the Unicode path extra field
        return info.filename
    try:
        return name.decode()
    except UnicodeDecodeError:
        return info.filename if is_western(info.filename) else name.decode("utf-8", "surrogateescape")


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> io.BufferedReader:
    """Return the stream of a member; raises UnreadableError for one that may not or cannot be read."""
    problem = member_problem(info.filename, link=stat.S_ISLNK(info.external_attr >> 16))
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
        raise UnreadableError(_DAMAGED) from error


def _check_directory(file: BinaryIO) -> None:
    """Raise UnreadableError for an archive whose central directory is too long, before zipfile reads it."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    file.seek(0)
    end = tail.rfind(b"PK\5\6")
    if end < 0 or len(tail) - end < _DIRECTORY_END.size:
        raise UnreadableError(_DAMAGED)
    length = _DIRECTORY_END.unpack_from(tail, end)[5]
    locator = end - _LOCATOR_BYTES
    if locator >= 0 and tail.startswith(b"PK\6\7", locator):  # ZIP64: more than 65,535 files or 4 GiB
        length = max(0, *_LENGTH64.unpack_from(tail, max(0, locator - _LENGTH64_BEFORE)))
    if length > _LARGEST_DIRECTORY:
        raise UnreadableError(Message("the archive holds too many files; make several of it, or a tar archive"))
