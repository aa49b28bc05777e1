"""From the record that a reader parsed, with the fields of a JSON Lines record, to an article.

A reader may add three fields: ``stub`` (true when the file says that its text ends at a paywall), ``agency`` (the news
agency, which is the source when no other is known) and ``repairs`` (a frozenset of the repairs that it made).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.article_dates import read_date
from searchapp.ingest.cleaning.bylines import split_authors
from searchapp.ingest.cleaning.domains import source_of
from searchapp.ingest.cleaning.ids import checked_id, id_of_content, id_of_url
from searchapp.ingest.cleaning.language_detection import language_of
from searchapp.ingest.cleaning.line_ends import join_cut_words
from searchapp.ingest.cleaning.mojibake import repaired
from searchapp.ingest.cleaning.normalize import clean_line, clean_text
from searchapp.ingest.reader_protocol import FileContext, UnreadableError
from searchapp.model import Article, ArticleStatus, DateQuality, Reject
from searchapp.schema import ARTICLE_FIELDS, FieldType, ReadFrom

__all__ = ["ParsedRecord", "Record", "article_from", "article_or_reject"]

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ParsedRecord:
    """The fields of an article, the line where it begins, and whether it is the only article of its file."""

    fields: Record
    line: int | None = None
    whole_file: bool = False


_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_LONGEST_REPEATED: Final = 60
_AS_GIVEN: Final = tuple(row for row in ARTICLE_FIELDS if row.read_from is ReadFrom.RECORD)
_WEB: Final = re.compile(r"https?:", re.IGNORECASE)


def article_from(record: Record, context: FileContext, default_id: str = "") -> Article:
    """Return the article of ``record``; unknown keys are ignored, ``None`` and "" count as missing.

    Without an id of its own it gets ``default_id``, else one made from its url, else from its text. ``default_id`` is
    the id of a file with one article; such a file needs a text, while a list may hold bare titles. A withdrawn article
    needs neither.

    Raises UnreadableError that names the field which is missing or wrong.
    """
    status = _status(record)
    withdrawn = status is ArticleStatus.WITHDRAWN
    words = _CleanText(record, title_required=not withdrawn)
    if default_id and not words.lead and not words.text and not withdrawn:
        raise UnreadableError(Message("there is a title but no text"))
    url = _url(record)
    own_id = _id(record) or default_id
    date, quality = _date(record, context)
    body, shortened = _body(words.text, context)
    lead, no_lead = _body(words.lead, context)
    modified, dropped = _modified(record, context)
    return Article(
        id=checked_id(own_id or (id_of_url(url) if url else id_of_content(words.title, words.lead, words.text))),
        title=words.title,
        text=body,
        lead=lead,
        date=date,
        source=_source(record, url, context),
        authors=_authors(record),
        url=url,
        language=_language(record, words),
        status=status,
        date_quality=quality,
        modified=modified,
        stub=record.get("stub") is True or context.boilerplate.is_stub(words.text),
        repairs=tuple(sorted({*context.repairs, *words.repairs, *shortened, *no_lead, *dropped})),
        **_as_given(record, context),
    )


def article_or_reject(record: ParsedRecord, context: FileContext) -> Article | Reject:
    """Return the article of ``record``, or the reject that names the field which is missing or wrong."""
    try:
        return article_from(record.fields, context, context.article_id if record.whole_file else "")
    except UnreadableError as error:
        return error.reject(context.name, record.line)


def _as_given(record: Record, context: FileContext) -> dict[str, Any]:
    """Return the attributes whose fields have no rule of their own: a line, which may be inherited, or lines."""
    return {
        row.attribute: _lines(record, row.name, separator=",")
        if row.type is FieldType.LINES
        else _line(record, row.name) or context.inherited.get(row.name, "")
        for row in _AS_GIVEN
    }


class _CleanText:
    """The title, lead and text of a record, cleaned, and the repairs that they needed."""

    def __init__(self, record: Record, *, title_required: bool) -> None:
        repairs = record.get("repairs")
        self.repairs: set[str] = set(repairs) if isinstance(repairs, frozenset) else set()
        self.title = clean_line(join_cut_words(self._repaired(_text(record, "title"))))
        self.lead = join_cut_words(clean_text(self._repaired(_text(record, "lead"))))
        self.text = join_cut_words(clean_text(self._repaired(_text(record, "text"))))
        # An empty title is deliberate, as of a brief; a missing one is an error.
        if title_required and not self.title and not (record.get("title") == "" and (self.lead or self.text)):
            raise UnreadableError(Message("the title is missing"))

    def _repaired(self, text: str) -> str:
        result = repaired(text)
        if result is not text:
            self.repairs.add("mojibake")
        return result


def _body(text: str, context: FileContext) -> tuple[str, set[str]]:
    shorter = context.boilerplate.without(text)
    return (text, set()) if shorter is text else (clean_text(shorter), {"boilerplate"})


def _date(record: Record, context: FileContext) -> tuple[datetime | None, DateQuality]:
    """Return the date of the record, else that of the mail that it was attached to, which is a guess."""
    date, quality = read_date(record.get("date"), context.timezone)
    if date is None and (mail_date := context.inherited.get("date")):
        return read_date(mail_date, context.timezone)[0], DateQuality.GUESSED
    return date, quality


def _modified(record: Record, context: FileContext) -> tuple[datetime | None, set[str]]:
    """Return the moment of this version; a wrong date is dropped and reported as a repair."""
    try:
        return read_date(record.get("modified"), context.timezone)[0], set()
    except UnreadableError:
        return None, {"modified"}


def _source(record: Record, url: str, context: FileContext) -> str:
    """Return the newspaper: of the record, its folder or its address; else its news agency."""
    stated = _line(record, "source") or context.inherited.get("source", "")
    return stated or source_of(url, context.sources) or _line(record, "agency")


def _language(record: Record, words: _CleanText) -> str:
    """Return the language code of the record, without a country, else the one detected from its text."""
    code = _line(record, "language").lower().replace("_", "-").partition("-")[0]
    return code or language_of(f"{words.title}\n{words.lead}\n{words.text}")


def _authors(record: Record) -> tuple[str, ...]:
    """Return the names of a list of authors, or of a byline."""
    names = _lines(record, "author")
    return tuple(dict.fromkeys(name for byline in names for name in split_authors(byline)))


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnreadableError(Message("the field “{field}” must be a text", field=name))
    return value


def _line(record: Record, name: str) -> str:
    text = _text(record, name)
    return _clean(text) if text else ""


def _clean(text: str) -> str:
    return _clean_again(text) if len(text) <= _LONGEST_REPEATED else clean_line(repaired(text))


@lru_cache(4096)
def _clean_again(text: str) -> str:
    """Return the stored form of a name (a newspaper, a section, an author); the same few repeat."""
    return clean_line(repaired(text))


def _lines(record: Record, name: str, separator: str | None = None) -> tuple[str, ...]:
    """Return the values of a list or of a single text, split at ``separator``; each once, in their order."""
    value = record.get(name)
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(separator) if separator else [value]
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise UnreadableError(Message("the field “{field}” must be a text or a list of texts", field=name))
    return tuple(dict.fromkeys(line for part in value if (line := _clean(part))))


def _id(record: Record) -> str:
    value = record.get("id")
    whole_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if whole_number else _text(record, "id")


def _url(record: Record) -> str:
    """Return the address, which pages show as a link; raises UnreadableError for one that could run a script."""
    url = _line(record, "url")
    if _SCHEME.match(url) and not _WEB.match(url):
        raise UnreadableError(Message("the field “{field}” must begin with http:// or https://", field="url"))
    return url


def _status(record: Record) -> ArticleStatus:
    text = _line(record, "status")
    try:
        return ArticleStatus(text.lower()) if text else ArticleStatus.PUBLISHED
    except ValueError as error:
        allowed = ", ".join(ArticleStatus)
        raise UnreadableError(
            Message("the field “{field}” must be one of {choices}", field="status", choices=allowed)
        ) from error
