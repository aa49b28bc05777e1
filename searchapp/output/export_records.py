"""All results of a search as JSON Lines or CSV, written a batch at a time; each record ends with its cursor."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from searchapp.model import Article
from searchapp.output.answer_json import describe_article
from searchapp.output.known_dates import iso_date
from searchapp.output.tables import COLUMNS, LIST_SEPARATOR, inert_cell
from searchapp.schema import ARTICLE_FIELDS

__all__ = ["CURSOR", "EXPORT_FIELDS", "EXPORT_FORMS", "ExportForm"]

CURSOR: Final = "cursor"
EXPORT_FIELDS: Final = (*(row.name for row in ARTICLE_FIELDS), CURSOR)
"""The members of a record, which ``fields`` chooses from."""
Batches = Iterable[Sequence[tuple[Article, str]]]
"""Articles with their cursors, some at a time."""


@dataclass(frozen=True, slots=True)
class ExportForm:
    """A form of an export; ``write`` takes batches, names of fields in their order (none: ``usual``), the time zone."""

    media_type: str
    usual: tuple[str, ...]
    write: Callable[[Batches, Sequence[str], ZoneInfo], Iterator[bytes]]


def _json_lines(batches: Batches, names: Sequence[str], timezone: ZoneInfo) -> Iterator[bytes]:
    for batch in batches:
        records = (_record(article, cursor, names, timezone) for article, cursor in batch)
        yield b"".join(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in records)


def _csv(batches: Batches, names: Sequence[str], timezone: ZoneInfo) -> Iterator[bytes]:
    # Excel reads UTF-8 only behind a byte order mark.
    yield "\ufeff".encode() + _lines([names])
    for batch in batches:
        yield _lines(_cells(article, cursor, names, timezone) for article, cursor in batch)


def _record(article: Article, cursor: str, names: Sequence[str], timezone: ZoneInfo) -> dict[str, Any]:
    record = {**describe_article(article, timezone), CURSOR: cursor}
    return {name: record[name] for name in names}


def _cells(article: Article, cursor: str, names: Sequence[str], timezone: ZoneInfo) -> Iterator[str]:
    record = {**_record(article, cursor, names, timezone), "date": iso_date(article, timezone)}
    for name in names:
        value = record[name]
        cell = LIST_SEPARATOR.join(value) if isinstance(value, list) else "" if value is None else str(value)
        yield cell if name == CURSOR else inert_cell(cell)


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


EXPORT_FORMS: Final = {
    "jsonl": ExportForm("application/jsonl", EXPORT_FIELDS, _json_lines),
    "csv": ExportForm("text/csv", (*COLUMNS, CURSOR), _csv),
}
