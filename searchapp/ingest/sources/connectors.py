"""Connectors, the sources besides folders: standard input, the rows of a query. They only read."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from zoneinfo import ZoneInfo

from searchapp.config import without_password
from searchapp.errors import CorpusMissing
from searchapp.i18n import Message
from searchapp.ingest.archives.streams import HEAD
from searchapp.ingest.cleaning.boilerplate import shipped_boilerplate
from searchapp.ingest.cleaning.record import Record, article_from
from searchapp.ingest.extras import import_extra
from searchapp.ingest.formats.field_names import field_name
from searchapp.ingest.limits import ReadingLimits
from searchapp.ingest.reader_protocol import FileContext, UnreadableError
from searchapp.ingest.sources.isolation import read_isolated_stream
from searchapp.ingest.units import Unit, Unlisted
from searchapp.model import Article, Reject

__all__ = ["PostgresRows", "Source", "SqliteRows", "StreamSource"]


class Source(Protocol):
    """A source of articles: its units, listed anew at each call, and its size in bytes, 0 when unknown.

    Iterating over it yields the articles and rejects of all units.
    """

    def total_bytes(self) -> int: ...

    def units(self) -> Iterator[Unit | Unlisted | Reject]: ...

    def __iter__(self) -> Iterator[Article | Reject]: ...


class _OneUnit(ABC):
    """A source of one unit and unknown size."""

    def __init__(self, name: str) -> None:
        self._name = name

    def total_bytes(self) -> int:
        return 0

    def units(self) -> Iterator[Unit | Reject]:
        yield Unit(self._name, b"", lambda _: iter(self))

    @abstractmethod
    def __iter__(self) -> Iterator[Article | Reject]: ...


class StreamSource(_OneUnit):
    """The articles of a stream, in any format that is recognized by its content; it can be read once."""

    def __init__(
        self, stream: BinaryIO, name: str, timezone: ZoneInfo, *, strict: bool = False, lenient: bool = True
    ) -> None:
        super().__init__(name)
        self._stream = stream
        self._context = FileContext(name, timezone, boilerplate=shipped_boilerplate(), strict=strict, lenient=lenient)

    def __iter__(self) -> Iterator[Article | Reject]:
        self._broken = False
        yield from read_isolated_stream(self._context, ReadingLimits(), self._more)
        if self._broken:
            yield Reject(self._name, None, Message("it broke off; what came before was read"))

    def _more(self) -> bytes:
        try:
            return self._stream.read(HEAD)
        except OSError:
            self._broken = True
            return b""


class _Rows(_OneUnit):
    """The rows of a query, an article each; columns have the names of fields, or are mapped by ``columns``."""

    def __init__(self, name: str, query: str, context: FileContext) -> None:
        super().__init__(name)
        self._query = query
        self._context = context
        self._columns = {field_name(column): field for column, field in context.columns.items()}

    def _articles(self, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> Iterator[Article | Reject]:
        names = [self._columns.get(field_name(column), field_name(column)) for column in columns]
        for number, row in enumerate(rows, 1):
            try:
                yield article_from(_record(names, row), self._context)
            except UnreadableError as error:
                yield error.reject(self._name, number)

    def _unreadable(self, error: Exception) -> CorpusMissing:
        return CorpusMissing(
            Message("The database “{name}” cannot be read: {reason}", name=self._name, reason=str(error).strip())
        )


class SqliteRows(_Rows):
    """The rows of a query in a SQLite file, which is opened for reading only."""

    def __init__(self, path: Path, query: str, context: FileContext) -> None:
        super().__init__(str(path), query, context)
        self._path = path

    def __iter__(self) -> Iterator[Article | Reject]:
        try:
            with closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
                cursor = connection.execute(self._query)
                yield from self._articles([column[0] for column in cursor.description or ()], cursor)
        except sqlite3.Error as error:
            raise self._unreadable(error) from error


class PostgresRows(_Rows):
    """The rows of a query in a PostgreSQL database, in a read-only transaction, a thousand at a time."""

    def __init__(self, address: str, query: str, context: FileContext) -> None:
        super().__init__(without_password(address), query, context)
        self._address = address

    def __iter__(self) -> Iterator[Article | Reject]:
        try:
            library = import_extra("psycopg", "postgresql")
        except UnreadableError as error:
            raise CorpusMissing(error.reason) from error
        try:
            with library.connect(self._address) as connection:
                connection.read_only = True
                with connection.cursor("searchapp") as cursor:
                    cursor.itersize = 1000
                    cursor.execute(self._query)
                    yield from self._articles([column.name for column in cursor.description or ()], cursor)
        except library.Error as error:
            raise self._unreadable(error) from error


def _record(names: Sequence[str], row: Sequence[Any]) -> Record:
    fields: dict[str, object] = {}
    for name, value in zip(names, row, strict=True):
        if value is not None and value != "" and name not in fields:
            fields[name] = value
    return fields
