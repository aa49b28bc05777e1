"""The records of a web archive, each from its head to the next one, also where the length that it states is wrong.

A length is right when another record, or the end, follows it. Where not, the record ends at the next line that begins
one, and the archive goes on there; from then on its lengths are not relied on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from searchapp.ingest.reader_protocol import LARGEST_TREE

__all__ = ["ArchiveForm", "RawRecord", "read_records"]

_LONGEST_LINE: Final = 1 << 16
_MAX_HEAD_LINES: Final = 200
_LARGEST_BODY: Final = LARGEST_TREE + _LONGEST_LINE + 1  # an HTTP head and a page that is just too large


@dataclass(frozen=True, slots=True)
class ArchiveForm:
    """A form of web archives.

    ``begins`` tells whether a line begins a record, ``length`` what length a head states (-1: none that is a number).
    ``has_block`` : the head goes on to an empty line, and one stands before each record. ``is_nested`` tells whether a
    record holds an archive itself, in which records begin too.
    """

    begins: Callable[[bytes], bool]
    length: Callable[[list[bytes]], int]
    is_nested: Callable[[list[bytes]], bool]
    has_block: bool


@dataclass(slots=True)
class RawRecord:
    """A record: the lines of its head, the beginning of its body, and whether its length was right.

    ``is_cut``: the archive ends before the record does.
    """

    head: list[bytes]
    body: bytes = b""
    is_intact: bool = True
    is_cut: bool = False


@dataclass(slots=True)
class _Lines:
    """A stream whose last lines can be put back."""

    stream: BinaryIO
    back: list[bytes] = field(default_factory=list)

    def read(self, limit: int = _LONGEST_LINE) -> bytes:
        if not self.back:
            return self.stream.readline(limit)
        line = self.back.pop()
        if len(line) > limit:
            self.back.append(line[limit:])
        return line[:limit]

    def put_back(self, *lines: bytes) -> None:
        self.back += filter(None, reversed(lines))


def read_records(stream: BinaryIO, form: ArchiveForm) -> Iterator[RawRecord]:
    """Yield the records; what stands before the first one, or between two, belongs to none."""
    lines = _Lines(stream)
    relies = True
    while first := _next_beginning(lines, form):
        record = RawRecord(_head(first, lines) if form.has_block else [first])
        _read_body(record, lines, form, relies=relies)
        relies = relies and record.is_intact
        yield record


def _next_beginning(lines: _Lines, form: ArchiveForm) -> bytes:
    while line := lines.read():
        if form.begins(line):
            return line
    return b""


def _head(first: bytes, lines: _Lines) -> list[bytes]:
    head = [first]
    while len(head) < _MAX_HEAD_LINES and (line := lines.read()).strip():
        head.append(line)
    return head


def _read_body(record: RawRecord, lines: _Lines, form: ArchiveForm, *, relies: bool) -> None:
    length = form.length(record.head)
    is_nested = form.is_nested(record.head)
    body = _Body(form, relies=relies and length <= _LARGEST_BODY, is_nested=is_nested)
    left = length
    while left > 0 and (line := lines.read(min(left, _LONGEST_LINE))):
        if body.ends_before(line):
            lines.put_back(line)
            record.body, record.is_intact = body.content(), False
            return
        left -= len(line)
        body.add(line)
    follows = _what_follows(lines, form)
    if length >= 0 and left <= 0 and follows:
        record.body = body.content()
        return
    record.is_intact = False
    if body.next_record is not None:
        lines.put_back(*body.lines[body.next_record :])
        del body.lines[body.next_record :]
    elif left > 0 and length >= 0:
        record.is_cut = True
    else:
        _read_on(body, lines, form)
    record.body = body.content()


class _Body:
    """The lines of a body so far; ``next_record`` is the number of the first that begins a record."""

    def __init__(self, form: ArchiveForm, *, relies: bool, is_nested: bool) -> None:
        self.lines: list[bytes] = []
        self.next_record: int | None = None
        self._form = form
        self._relies = relies
        self._is_nested = is_nested
        self._size = 0
        self._is_behind_gap = False

    def ends_before(self, line: bytes) -> bool:
        """Return whether ``line`` begins the next record, as far as lengths are not relied on."""
        begins = not self._is_nested and (self._is_behind_gap or not self._form.has_block) and self._form.begins(line)
        if begins and self._relies and self.next_record is None:
            self.next_record = len(self.lines)
        return begins and not self._relies

    def add(self, line: bytes) -> None:
        self._is_behind_gap = not line.strip()
        if self._size < _LARGEST_BODY:
            self.lines.append(line)
            self._size += len(line)

    def content(self) -> bytes:
        return b"".join(self.lines)


def _what_follows(lines: _Lines, form: ArchiveForm) -> bool:
    """Return whether a record, or the end, follows behind the gap; nothing but the gap is read."""
    while (line := lines.read()) and not line.strip():
        pass
    lines.put_back(line)
    return not line or form.begins(line)


def _read_on(body: _Body, lines: _Lines, form: ArchiveForm) -> None:
    """Add what goes on behind a length that is too short; a line that it cut in two is put together again."""
    if body.lines and not body.lines[-1].endswith(b"\n"):
        lines.put_back(body.lines.pop() + lines.read())
    while (line := lines.read()) and not form.begins(line):
        body.add(line)
    lines.put_back(line)
