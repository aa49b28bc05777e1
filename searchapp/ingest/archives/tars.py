"""Tar archives, read as streams."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.archives.member import Member, is_ignored, member_problem, stored_name
from searchapp.ingest.archives.streams import HEAD, buffered
from searchapp.ingest.limits import Budget
from searchapp.ingest.reader_protocol import UnreadableError

__all__ = ["tar_members"]

# Bytes before a file in a tar archive: its header, long names, times.
_LARGEST_HEADER: Final = 1024 * 1024
_DAMAGED: Final = Message("the tar archive is damaged or cut short")


def tar_members(stream: io.BufferedReader, budget: Budget) -> Iterator[Member]:
    """Yield the members of a tar archive in their order; raises UnreadableError where it is damaged."""
    source = _Metered(stream)
    try:
        with tarfile.open(fileobj=source, mode="r|", bufsize=HEAD) as archive:  # type: ignore[call-overload]
            while True:
                source.allowed = _LARGEST_HEADER
                info = archive.next()
                if info is None:
                    return
                archive.members = []  # tarfile keeps all of them, for lookups that a stream cannot do
                source.allowed = None
                if not info.isdir() and not is_ignored(info.name):
                    budget.member()
                    problem = member_problem(info.name, link=not info.isreg())
                    content = None if problem else buffered(_untarred(archive, info, budget))
                    yield Member(stored_name(info.name), content, problem)
    except (tarfile.TarError, ValueError, OverflowError) as error:
        raise UnreadableError(_DAMAGED) from error


def _untarred(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Iterator[bytes]:
    file = archive.extractfile(info)
    try:
        while file and (chunk := file.read(HEAD)):
            budget.take(len(chunk))
            yield chunk
    except tarfile.TarError as error:
        raise UnreadableError(_DAMAGED) from error


class _Metered:
    """A stream that raises UnreadableError after ``allowed`` bytes, unless that is None; the caller resets it."""

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
