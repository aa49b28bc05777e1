"""JSON Lines: one article a line, a JSON object with the fields of a record. A single object may span lines.

A line that cannot be read is a reject, and reading goes on with the next. A JSON array of objects is read
one object after the other; it ends where it is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.ingest.cleaning.encoding import decode_guessing, is_binary, read_bytes, without_nul
from searchapp.ingest.cleaning.record import article_from
from searchapp.ingest.formats.field_names import no_such_field
from searchapp.ingest.formats.jsonarray import objects_of
from searchapp.ingest.formats.jsonrecords import parse_values, records_of, unknown_field
from searchapp.ingest.reader_protocol import (
    LARGEST_ARTICLE,
    FileContext,
    UnreadableError,
    article_too_long,
    extension,
    peek,
)
from searchapp.model import Article, Reject

__all__ = ["JsonLinesReader"]

_OBJECT: Final = re.compile(rb'\s*\{\s*["}]')
_ARRAY: Final = re.compile(rb'\s*\[\s*\{\s*["}]')
_BRACE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*")
_EXTENSIONS: Final = (".jsonl", ".ndjson", ".json")
_HEAD: Final = 64 * 1024


class JsonLinesReader:
    """Reads a file line by line. ``literal``: texts stand in it as they are stored, as in the journal."""

    name = "JSON Lines"

    def __init__(self, *, literal: bool = False) -> None:
        self._literal = literal

    def sniff(self, head: bytes, filename: str) -> bool:
        """Return whether the file begins with a JSON object or a list of them, or is text and named so."""
        return bool(_OBJECT.match(head) or _ARRAY.match(head)) or (
            extension(filename) in _EXTENSIONS and not is_binary(head)
        )

    def read(self, stream: BinaryIO, context: FileContext) -> Iterator[Article | Reject]:
        """Yield the article of each line; lines count from 1, and so do the objects of an array."""
        if _ARRAY.match(peek(stream, _HEAD).removeprefix(b"\xef\xbb\xbf")):
            yield from self._read_array(stream, context)
            return
        for number, line in _numbered_lines(stream):
            try:
                text = _decoded(line, context)
                for value in parse_values(text, strict=context.strict):
                    yield from _read_records(value, context, literal=self._literal)
            except UnreadableError as error:
                yield error.reject(context.name, number)

    def _read_array(self, stream: BinaryIO, context: FileContext) -> Iterator[Article | Reject]:
        number = 0
        try:
            for number, value in enumerate(objects_of(stream, context), 1):
                try:
                    yield from _read_records(value, context, literal=self._literal)
                except UnreadableError as error:
                    yield error.reject(context.name, number)
        except UnreadableError as error:
            yield error.reject(context.name, number + 1)


def _read_records(value: object, context: FileContext, *, literal: bool) -> Iterator[Article | Reject]:
    if context.strict and (unknown := unknown_field(value)):
        raise UnreadableError(no_such_field(unknown))
    for record in records_of(value, None if literal else context.columns):
        yield article_from(record, context)


def _numbered_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines that are not blank with their numbers; ``None`` for one that is too long."""
    for number, line in enumerate(_lines(stream), 1):
        if number == 1 and line is not None and _BRACE.fullmatch(line):
            try:  # a single object that spans the lines of its file
                line += read_bytes(stream)
            except UnreadableError:
                line = None
            yield number, line
            return
        if line is None or not line.isspace():
            yield number, line


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    while line := stream.readline(LARGEST_ARTICLE + 1):
        too_long = len(line) > LARGEST_ARTICLE
        while too_long and line and not line.endswith(b"\n"):
            line = stream.readline(1 << 20)
        yield None if too_long else line


def _decoded(line: bytes | None, context: FileContext) -> str:
    """Return the text of ``line``; an encoding other than UTF-8 is added to the repairs of ``context``."""
    if line is None:
        raise article_too_long()
    text, encoding = decode_guessing(line)
    context.repairs.clear()  # each line has its own encoding
    context.repairs.update({encoding} - {"utf-8"})
    return without_nul(text, context)
