"""The values of a record's fields, in the types that files give them.

What cannot be used is left out, and its field named in ``faults``. A sender who can correct it
(:attr:`~searchapp.ingest.reader_protocol.FileContext.lenient` is off) gets an error instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from searchapp.i18n import Message
from searchapp.ingest.cleaning.article_dates import is_beyond_tomorrow, read_date
from searchapp.ingest.cleaning.ids import checked_id, usable_id
from searchapp.ingest.cleaning.mojibake import repaired
from searchapp.ingest.cleaning.normalize import clean_line
from searchapp.ingest.cleaning.statuses import known_status
from searchapp.ingest.reader_protocol import UnreadableError
from searchapp.model import NO_RELEASE, ArticleStatus, DateQuality

__all__ = ["FieldValues", "Record", "texts_of"]

Record = Mapping[str, object]

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_WEB: Final = re.compile(r"https?:", re.IGNORECASE)
_LONGEST_REPEATED: Final = 60
# Where the text of an object stands: {"name": "Anne"}, {"rendered": "<p>…"} (WordPress), {"#text": "…"} (XML as JSON),
# {"$date": "…"} (MongoDB).
_KEYS_OF_TEXT: Final = (
    *("name", "title", "label", "value", "text", "rendered", "main", "original", "#text", "@value"),
    *("$oid", "$date", "$numberLong"),
)
_MAX_DEPTH: Final = 4
_STATUSES: Final = {"": ArticleStatus.PUBLISHED, **{status.value: status for status in ArticleStatus}}


class FieldValues:
    """Reads the fields of one record."""

    def __init__(self, record: Record, *, lenient: bool) -> None:
        self._record = record
        self._lenient = lenient
        self.faults: set[str] = set()
        """The fields of which something was left out or changed."""

    def text(self, name: str) -> str:
        """Return a text as it stands; of a list its parts as paragraphs."""
        value = self._record.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        texts = texts_of(value)
        if not (texts and self._lenient):
            self._fault(name, Message("the field “{field}” must be a text", field=name))
        return "\n\n".join(texts)

    def line(self, name: str) -> str:
        """Return a text on one line."""
        text = self.text(name)
        return _clean(text) if text else ""

    def lines(self, name: str, separator: str | None = None) -> tuple[str, ...]:
        """Return the values of a list or of a single text, split at ``separator``; each once, in their order."""
        value = self._record.get(name)
        if value is None:
            return ()
        if isinstance(value, str):
            value = value.split(separator) if separator else [value]
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            texts = texts_of(value)
            if not (texts and self._lenient):
                problem = Message("the field “{field}” must be a text or a list of texts", field=name)
                self._fault(name, problem)
            value = texts
        return tuple(dict.fromkeys(line for part in value if (line := _clean(part))))

    def date(self, name: str, zone: ZoneInfo, embargo: datetime | None = None) -> tuple[datetime | None, DateQuality]:
        """Return a moment and its quality; one that is not understood is left out.

        So is one beyond tomorrow, unless an ``embargo`` holds the article back that long.
        """
        value = self._record.get(name)
        if self._lenient and isinstance(value, dict | list):
            value = next(iter(texts_of(value)), value)
        try:
            date, quality = read_date(value, zone)
        except UnreadableError as error:
            self._fault(name, error.reason)
            return None, DateQuality.INVALID
        if date and is_beyond_tomorrow(date) and not (embargo and date <= embargo):
            self._fault(name, Message("the {field} lies in the future: {value}", field=name, value=value))
            return None, DateQuality.FUTURE
        return date, quality

    def embargo(self, zone: ZoneInfo) -> datetime | None:
        """Return the moment before which the article is not to be shown.

        One that is not understood holds it back until another version comes.
        """
        value = self._record.get("embargo")
        if value in (None, "", False):
            return None
        if value == NO_RELEASE.isoformat():
            return NO_RELEASE
        try:
            return read_date(value, zone)[0]
        except UnreadableError as error:
            self._fault("embargo", error.reason)
            return NO_RELEASE

    def id(self) -> str:
        """Return the id, "" for none; a long one is shortened."""
        value = self._record.get("id")
        whole_number = isinstance(value, int) and not isinstance(value, bool)
        text = str(value) if whole_number else self.text("id")
        return self.checked_id(text) if text else ""

    def checked_id(self, text: str) -> str:
        """Return ``text`` as an id."""
        try:
            return checked_id(text)
        except UnreadableError as error:
            self._fault("id", error.reason)
            return usable_id(text)

    def url(self) -> str:
        """Return the address, which pages show as a link: never one that could run a script."""
        url = self.line("url")
        if _SCHEME.match(url) and not _WEB.match(url):
            self._fault("url", Message("the field “{field}” must begin with http:// or https://", field="url"))
            return ""
        return url

    def status(self) -> ArticleStatus:
        """Return the status; a word that is not known counts as published."""
        text = self.line("status").lower()
        if text in _STATUSES:
            return _STATUSES[text]
        known = known_status(text) if self._lenient else None
        if known is None:
            choices = ", ".join(ArticleStatus)
            problem = Message("the field “{field}” must be one of {choices}", field="status", choices=choices)
            self._fault("status", problem)
        return known or ArticleStatus.PUBLISHED

    def _fault(self, name: str, problem: Message) -> None:
        if not self._lenient:
            raise UnreadableError(problem)
        self.faults.add(name)


def texts_of(value: object, depth: int = 0) -> list[str]:
    """Return the texts in ``value``: numbers as they are written, of an object its name or value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [str(value)]
    if depth == _MAX_DEPTH:
        return []
    if isinstance(value, list):
        return [text for part in value for text in texts_of(part, depth + 1)]
    if isinstance(value, dict):
        return next((texts for key in _KEYS_OF_TEXT if (texts := texts_of(value.get(key), depth + 1))), [])
    return []


def _clean(text: str) -> str:
    return _clean_again(text) if len(text) <= _LONGEST_REPEATED else clean_line(repaired(text))


@lru_cache(4096)
def _clean_again(text: str) -> str:
    """Return the stored form of a name (a newspaper, a section, an author); the same few repeat."""
    return clean_line(repaired(text))
