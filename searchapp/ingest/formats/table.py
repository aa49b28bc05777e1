"""CSV and TSV: one article a row, as spreadsheets, R and pandas write them.

The first row names the columns, as a record does or as French hands do. Columns with other names are mapped by the
``[column]`` table of ``folders.toml``. Excel may write ``sep=;`` above it; R and pandas write the number of the row in
a first column that has no name, R also none at all.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.encoding import decode_stream
from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.formats.field_names import FIELDS, field_name
from searchapp.ingest.formats.markup import line_of_html, text_of_html
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE, FileContext, UnreadableError, article_too_long
from searchapp.model import Reject

__all__ = ["records"]

_SEPARATORS: Final = ",;\t|"
_STATED_SEPARATOR: Final = re.compile(r'"?sep=(.)"?[,;|\s]*', re.IGNORECASE)
_SAMPLE: Final = 5
_MAX_COLUMNS: Final = 1000
_MOST_LINES_OF_HEADER: Final = 50
_TEXTS: Final = ("lead", "text")
_AS_WRITTEN: Final = ("id", "url", "date", "modified")
# What programs write for a value that is missing.
_NOTHING: Final = frozenset(["NA", "NaN", "nan", "NULL", "null", "None", "#N/A", "<NA>"])
# A number of seconds or an id that went through a spreadsheet: “1730908140,0”, “12.0”.
_WHOLE_NUMBER: Final = re.compile(r"^(\d{1,20})[.,]0{1,6}$", re.ASCII)
csv.field_size_limit(LARGEST_ARTICLE)


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord | Reject]:
    """Yield the record of each row; one of another length is read as far as its columns go, and told."""
    lines = _Lines(stream, context)
    header = next(lines, "")
    stated = _STATED_SEPARATOR.fullmatch(header)
    if stated:
        header = next(lines, "")
    for _ in range(_MOST_LINES_OF_HEADER):  # a spreadsheet breaks names of columns into lines
        if header.count('"') % 2:
            header += next(lines, "")
    # The separator is the character that the first row has most of, outside quotes.
    separator = stated[1] if stated else max(_SEPARATORS, key="".join(header.split('"')[::2]).count)
    names = _names(
        next(csv.reader(io.StringIO(header, newline=""), delimiter=separator, skipinitialspace=True), []),
        context.columns,
    )
    rows = _rows(csv.reader(lines, delimiter=separator, skipinitialspace=True), lines, context)
    first_rows = list(islice(rows, _SAMPLE))
    named = _have_names([entry for entry in first_rows if isinstance(entry, tuple)], len(names))
    for entry in chain(first_rows, rows):
        if isinstance(entry, Reject):
            yield entry
            continue
        line, row = entry
        yield _found(names, row[1:] if named else row, line, context)


def _rows(reader: Iterator[list[str]], lines: _Lines, context: FileContext) -> Iterator[tuple[int, list[str]] | Reject]:
    """Yield the rows that are not empty, each with the line where it begins."""
    while True:
        line = lines.number + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield Reject(context.name, line, Message("not a row of a table: {reason}", reason=error))
            continue
        if row is None:
            return
        if any(row):
            yield line, row


def _have_names(rows: list[tuple[int, list[str]]], columns: int) -> bool:
    """Return whether the first rows all have one column more than the header: R gives names of rows no heading.

    A single row is also longer where a separator in it is not quoted; then it has to begin with its number.
    """
    longer = all(len(row) == columns + 1 and row[-1] for _, row in rows)
    return longer and bool(rows) and (len(rows) > 1 or rows[0][1][0].isdigit())


def _found(names: list[str], row: list[str], line: int, context: FileContext) -> ParsedRecord | Reject:
    """Return the record of a row; empty cells at its end do not count."""
    surplus = [cell for cell in row[len(names) :] if cell]
    ragged = bool(surplus) or len(row) < len(names)
    if ragged and not context.lenient:
        return Reject(
            context.name,
            line,
            Message("the row has {found} columns and the first row {wanted}", found=len(row), wanted=len(names)),
        )
    fields: dict[str, object] = {"repairs": frozenset({"columns"})} if ragged else {}
    for name, value in zip(names, row, strict=False):
        if name and value and value not in _NOTHING and not fields.get(name):
            fields[name] = _plain(name, value)
    return ParsedRecord(fields, line)


def _plain(name: str, value: str) -> str:
    if name in _AS_WRITTEN:
        return _WHOLE_NUMBER.sub(r"\1", value.strip())
    return text_of_html(value) if name in _TEXTS else line_of_html(value)


def _names(header: list[str], columns: Mapping[str, str]) -> list[str]:
    """Return the field of each column, "" for one without a name; raises UnreadableError when none is the title."""
    known = {field_name(column): field for column, field in columns.items()}
    names = [known.get(field_name(name), field_name(name)) for name in header]
    names = ["" if name.startswith("unnamed:") else name for name in names]  # pandas
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
