"""CSV and TSV: one article a row. The first row names the columns, as a record does or as French hands do.

Columns with other names are mapped by the ``[column]`` table of ``folders.toml``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.encoding import decode_stream
from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.formats.field_names import FIELDS, field_name
from searchapp.ingest.formats.markup import text_of_html
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE, FileContext, UnreadableError, article_too_long
from searchapp.model import Reject

__all__ = ["records"]

_SEPARATORS: Final = ",;\t|"
_MAX_COLUMNS: Final = 1000
csv.field_size_limit(LARGEST_ARTICLE)


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord | Reject]:
    """Yield the record of each row; a row of another length is a reject."""
    lines = _Lines(stream, context)
    header = next(lines, "")
    # The separator is the character that the first row has most of, outside quotes.
    separator = max(_SEPARATORS, key="".join(header.split('"')[::2]).count)
    reader = csv.reader(lines, delimiter=separator)
    names = _names(next(csv.reader([header], delimiter=separator), []), context.columns)
    while True:
        line = lines.number + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield Reject(context.name, line, Message("not a row of a table: {reason}", reason=error))
            continue
        if row is None:
            return
        if row:
            yield _found(names, row, line, context)


def _found(names: list[str], row: list[str], line: int, context: FileContext) -> ParsedRecord | Reject:
    if len(row) != len(names):
        return Reject(
            context.name,
            line,
            Message("the row has {found} columns and the first row {wanted}", found=len(row), wanted=len(names)),
        )
    fields: dict[str, object] = {}
    for name, value in zip(names, row, strict=True):
        if value and not fields.get(name):
            fields[name] = text_of_html(value) if name in ("lead", "text") else value
    return ParsedRecord(fields, line)


def _names(header: list[str], columns: Mapping[str, str]) -> list[str]:
    """Return the field of each column; raises UnreadableError when none is the title."""
    known = {field_name(column): field for column, field in columns.items()}
    names = [known.get(field_name(name), field_name(name)) for name in header]
    if "title" not in names or len(names) > _MAX_COLUMNS:
        raise UnreadableError(
            Message(
                "no column is called title; name the columns {fields}, or tell them in [column] of folders.toml",
                fields=", ".join(FIELDS),
            ),
            1,
        )
    return names


class _Lines:
    """The lines of a table for csv, and the number of the last one.

    Raises UnreadableError, for the whole file, when a line is longer than an article may be.
    """

    def __init__(self, stream: BinaryIO, context: FileContext) -> None:
        self.number = 0
        self._lines = _split(decode_stream(stream, "", context))

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        return line


def _split(pieces: Iterator[str]) -> Iterator[str]:
    """Yield lines with their ends, whichever kind they have; a line is never longer than an article may be."""
    rest: list[str] = []
    length = 0
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    for piece in pieces:
        *lines, last = newlines.decode(piece).split("\n")
        for line in lines:
            yield "".join((*rest, line, "\n"))
            rest, length = [], 0
        rest.append(last)
        length += len(last)
        if length > LARGEST_ARTICLE:
            raise article_too_long()
    if any(rest):
        yield "".join(rest)
