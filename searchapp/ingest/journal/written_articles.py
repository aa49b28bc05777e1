"""Validation of records to write: each has to give an article, the same that a reindex will make of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.article_dates import read_date
from searchapp.ingest.cleaning.ids import checked_id
from searchapp.ingest.cleaning.record import article_from
from searchapp.ingest.formats.field_names import LONGEST_NAME, no_such_field
from searchapp.ingest.formats.jsonrecords import parse_json, records_of, unknown_field
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE, FileContext, UnreadableError
from searchapp.model import Article, ArticleStatus, DateQuality
from searchapp.schema import ARTICLE_FIELDS, ArticleField, FieldType, ReadFrom

__all__ = ["InvalidRecordError", "line_of", "parse_line", "record_of", "same_content", "tombstone", "validate"]

# Leaves room for the id, status and ``modified`` that are added to a record, below the limit of the reader.
_LONGEST_LINE: Final = LARGEST_ARTICLE - 1024


class InvalidRecordError(UnreadableError):
    """A record that gives no article; ``field`` is the one that is missing or wrong, "" the record itself."""

    def __init__(self, reason: Message, field: str = "") -> None:
        super().__init__(reason)
        self.field = field


def parse_line(line: bytes) -> object:
    """Return the JSON value of ``line``; raises InvalidRecordError for what is too long, not UTF-8 or not JSON."""
    if len(line) > _LONGEST_LINE:
        raise InvalidRecordError(Message("the article is longer than {limit} MiB", limit=LARGEST_ARTICLE >> 20))
    try:
        return parse_json(line.decode("utf-8-sig"), strict=True)
    except UnicodeDecodeError as error:
        raise InvalidRecordError(Message("it is not UTF-8 from byte {place} on", place=error.start + 1)) from error
    except UnreadableError as error:
        raise InvalidRecordError(error.reason) from error


def validate(value: object, context: FileContext, article_id: str = "") -> tuple[dict[str, Any], Article]:
    """Return the record to write for ``value``, with its id, and the article that reading will make of it.

    A record with our field names is kept as it was received; other names are replaced by ours. ``article_id`` is the
    one of the request's address, if any.

    Raises InvalidRecordError that names the field which is missing, wrong or unknown.
    """
    record = _one_record(value)
    if unknown := unknown_field(value):
        raise InvalidRecordError(no_such_field(unknown), unknown[:LONGEST_NAME])
    if not isinstance(record.get("stub", False), bool):
        raise InvalidRecordError(Message("the field “{field}” must be true or false", field="stub"), "stub")
    try:
        if article_id:
            record = {"id": checked_id(article_id), **_without_id(record, article_id)}
        article = article_from(record, context)
        read_date(record.get("modified"), context.timezone)  # ignored in a file, but this sender can correct it
    except InvalidRecordError:
        raise
    except UnreadableError as error:
        raise InvalidRecordError(error.reason, _field(record, error, context)) from error
    return {**record, "id": article.id}, article


def tombstone(article_id: str) -> dict[str, Any]:
    """Return the record that withdraws an article."""
    return {"id": article_id, "status": ArticleStatus.WITHDRAWN.value}


def record_of(article: Article) -> dict[str, Any]:
    """Return ``article`` as the record that gives it again; what its date does not say stays unsaid."""
    record = {}
    for row in ARTICLE_FIELDS:
        value = _written(article, row)
        is_required = row.required and article.status is not ArticleStatus.WITHDRAWN
        if row.read_from not in (ReadFrom.COMPUTED, ReadFrom.INDEXING) and (value or is_required):
            record[row.name] = value
    return record


def line_of(record: Mapping[str, Any]) -> bytes:
    """Return ``record`` as a line of JSON, its end included."""
    try:
        return (json.dumps(record, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can write and UTF-8 cannot
        return (json.dumps(record) + "\n").encode()


def same_content(one: Article, other: Article) -> bool:
    """Return whether two versions have the same title, lead, text, authors and date; other fields are no correction."""
    return all(getattr(one, name) == getattr(other, name) for name in ("title", "lead", "text", "authors", "date"))


def _one_record(value: object) -> dict[str, Any]:
    try:
        records = list(records_of(value))
    except UnreadableError as error:
        raise InvalidRecordError(error.reason) from error
    if len(records) != 1:
        raise InvalidRecordError(Message("it holds {count} articles; send one", count=len(records)))
    if records[0] is value:
        return dict(records[0])
    return {name: part for name, part in records[0].items() if part not in (None, "", [])}


def _without_id(record: Mapping[str, Any], article_id: str) -> dict[str, Any]:
    own = record.get("id")
    if own not in (None, "") and checked_id(str(own)) != checked_id(article_id):
        raise InvalidRecordError(
            Message("the record has the id “{id}”, the address another one", id=str(own)[:200]), "id"
        )
    return {name: value for name, value in record.items() if name != "id"}


def _field(record: Mapping[str, Any], error: UnreadableError, context: FileContext) -> str:
    """Return the field that ``error`` is about; an error without a field is that of a missing title."""
    if field := error.reason.values.get("field"):
        return str(field)
    for name in ("date", "modified", "embargo"):
        try:
            read_date(record.get(name), context.timezone)
        except UnreadableError:
            return name
    try:
        checked_id(str(record.get("id") or "-"))
    except UnreadableError:
        return "id"
    return "title"


def _written(article: Article, row: ArticleField) -> object:
    """Return the value of a field as a record has it."""
    value = getattr(article, row.attribute)
    if row.name == "date" and value and article.date_quality is DateQuality.DAY:
        return value.date().isoformat()
    if row.name == "date" and value and article.date_quality is DateQuality.LOCAL:
        return value.replace(tzinfo=None).isoformat()
    if row.type is FieldType.STATUS:
        return "" if value is ArticleStatus.PUBLISHED else str(value)
    if row.type is FieldType.MOMENT:
        return value.isoformat() if value else ""
    return list(value) if row.type is FieldType.LINES else value
