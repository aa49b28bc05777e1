"""From the fields that a file gives, named as in a JSON Lines record, to an article."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.dates import parse_date
from searchapp.ingest.ids import checked_id, id_of_content, id_of_url
from searchapp.ingest.normalize import clean_line, clean_text
from searchapp.ingest.reader import FileContext, UnreadableError
from searchapp.model import Article, ArticleStatus

__all__ = ["Record", "article_from"]

Record = Mapping[str, object]

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_WEB: Final = re.compile(r"https?:", re.IGNORECASE)


def article_from(record: Record, context: FileContext, default_id: str = "") -> Article:
    """Return the article of ``record``; keys that are not fields are ignored, ``None`` and "" are not given.

    Without an id of its own it has ``default_id``, else one made from its url, else from its words. ``default_id`` is
    that of a file which holds one article; such a file needs a text, while a list may hold bare titles.

    Raises UnreadableError that names the field which is missing or wrong.
    """
    title, lead, text = _words(record)
    if default_id and not lead and not text:
        raise UnreadableError(Message("there is a title but no text"))
    url = _url(record)
    given = _id(record) or default_id
    return Article(
        id=checked_id(given or (id_of_url(url) if url else id_of_content(title, lead, text))),
        title=title,
        text=text,
        lead=lead,
        date=parse_date(record.get("date"), context.timezone),
        source=_line(record, "source") or context.inherited.get("source", ""),
        section=_line(record, "section") or context.inherited.get("section", ""),
        authors=_lines(record, "author"),
        url=url,
        language=_line(record, "language").lower() or "fr",
        tags=_lines(record, "tags", separator=","),
        status=_status(record),
    )


def _words(record: Record) -> tuple[str, str, str]:
    title = _line(record, "title")
    lead = clean_text(_text(record, "lead"))
    text = clean_text(_text(record, "text"))
    if not title and not lead and not text:
        raise UnreadableError(Message("there is neither a title nor a text"))
    return title, lead, text


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnreadableError(Message("the field “{field}” must be a text", field=name))
    return value


def _line(record: Record, name: str) -> str:
    text = _text(record, name)
    return clean_line(text) if text else ""


def _lines(record: Record, name: str, separator: str | None = None) -> tuple[str, ...]:
    """Return the values of a list or of a single text, split at ``separator``; each once, in their order."""
    value = record.get(name)
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(separator) if separator else [value]
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise UnreadableError(Message("the field “{field}” must be a text or a list of texts", field=name))
    return tuple(dict.fromkeys(line for part in value if (line := clean_line(part))))


def _id(record: Record) -> str:
    value = record.get("id")
    whole_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if whole_number else _text(record, "id")


def _url(record: Record) -> str:
    """Return the address, which pages show as a link: none that would run a script."""
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
