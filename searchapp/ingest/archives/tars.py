"""Tar archives, which are read as the streams that they are."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.archives.member import Member, is_left_out, problem_of, shown
from searchapp.ingest.archives.streams import HEAD, buffered
from searchapp.ingest.limits import Budget
from searchapp.ingest.reader_protocol import UnreadableError

__all__ = ["tar_members"]

# What may stand before a file in a tar archive: its header, long names, times.
_LARGEST_HEADER: Final = 1024 * 1024


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
                if not info.isdir() and not is_left_out(info.name):
                    budget.member()
                    yield _tar_member(archive, info, budget)
    except (tarfile.TarError, ValueError, OverflowError) as error:
        raise UnreadableError(Message("the tar archive is damaged or cut short")) from error


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Member:
    problem = problem_of(info.name, link=not info.isreg())
    return Member(shown(info.name), None if problem else buffered(_untarred(archive, info, budget)), problem)


def _untarred(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Iterator[bytes]:
    file = archive.extractfile(info)
    try:
        while file and (chunk := file.read(HEAD)):
            budget.take(len(chunk))
            yield chunk
    except tarfile.TarError as error:
        raise UnreadableError(Message("the tar archive is damaged or cut short")) from error


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
