"""From the record that a reader parsed, with the fields of a JSON Lines record, to an article.

A reader may add three fields: ``stub`` (true when the file says that its text ends at a paywall), ``agency`` (the news
agency, which is the source when no other is known) and ``repairs`` (a frozenset of the repairs that it made; see
:mod:`searchapp.ingest.repairs`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.article_dates import read_date
from searchapp.ingest.cleaning.bylines import split_authors
from searchapp.ingest.cleaning.domains import source_of
from searchapp.ingest.cleaning.ids import id_of_content, id_of_url
from searchapp.ingest.cleaning.language_detection import language_of
from searchapp.ingest.cleaning.language_tags import language_tag
from searchapp.ingest.cleaning.line_ends import join_cut_words
from searchapp.ingest.cleaning.mojibake import repaired
from searchapp.ingest.cleaning.normalize import clean_line, clean_text
from searchapp.ingest.cleaning.record_values import FieldValues, Record
from searchapp.ingest.reader_protocol import FileContext, UnreadableError
from searchapp.model import Article, ArticleStatus, DateQuality, Reject
from searchapp.schema import ARTICLE_FIELDS, FieldType, ReadFrom

__all__ = ["ParsedRecord", "Record", "article_from", "article_or_reject"]


@dataclass(frozen=True, slots=True)
class ParsedRecord:
    """The fields of an article, the line where it begins, and whether it is the only article of its file."""

    fields: Record
    line: int | None = None
    whole_file: bool = False


_AS_GIVEN: Final = tuple(row for row in ARTICLE_FIELDS if row.read_from is ReadFrom.RECORD)


def article_from(record: Record, context: FileContext, default_id: str = "") -> Article:
    """Return the article of ``record``; unknown keys are ignored, ``None`` and "" count as missing.

    Without an id of its own it gets ``default_id``, else one made from its url, else from its text. ``default_id`` is
    the id of a file with one article; such a file needs a text, while a list may hold bare titles. A withdrawn article
    needs neither. A detail that cannot be used is left out and named in ``repairs`` (see FieldValues).

    Raises UnreadableError when there is neither title nor text and, unless ``context.lenient``, for such a detail.
    """
    values = FieldValues(record, lenient=context.lenient)
    status = values.status()
    withdrawn = status is ArticleStatus.WITHDRAWN
    words = _CleanText(record, values, context, title_required=not withdrawn)
    if default_id and not words.lead and not words.text and not withdrawn:
        raise UnreadableError(Message("there is a title but no text"))
    url = values.url()
    article_id = values.id() or (values.checked_id(default_id) if default_id else "")
    embargo = values.embargo(context.timezone)
    date, quality = _date(values, context, embargo)
    body, shortened = _body(words.text, context)
    lead, no_lead = _body(words.lead, context)
    # A wrong moment of the version never made a reject: it decides on nothing that is seen.
    modified = FieldValues(record, lenient=True)
    moment = modified.date("modified", context.timezone)[0]
    article = Article(
        id=article_id or (id_of_url(url) if url else id_of_content(words.title, words.lead, words.text)),
        title=words.title,
        text=body,
        lead=lead,
        date=date,
        source=_source(values, url, context),
        authors=tuple(dict.fromkeys(name for byline in values.lines("author") for name in split_authors(byline))),
        url=url,
        language=language_tag(values.line("language")) or language_of(f"{words.title}\n{words.lead}\n{words.text}"),
        status=status,
        date_quality=quality,
        modified=moment,
        stub=record.get("stub") is True or context.boilerplate.is_stub(words.text),
        embargo=embargo,
        **_as_given(values, context),
    )
    repairs = {*context.repairs, *words.repairs, *shortened, *no_lead, *values.faults, *modified.faults}
    return replace(article, repairs=tuple(sorted(repairs))) if repairs else article


def article_or_reject(record: ParsedRecord, context: FileContext) -> Article | Reject:
    """Return the article of ``record``, or the reject that names the field which is missing or wrong."""
    try:
        return article_from(record.fields, context, context.article_id if record.whole_file else "")
    except UnreadableError as error:
        return error.reject(context.name, record.line)


def _as_given(values: FieldValues, context: FileContext) -> dict[str, Any]:
    """Return the attributes whose fields have no rule of their own: a line, which may be inherited, or lines."""
    return {
        row.attribute: values.lines(row.name, separator=",")
        if row.type is FieldType.LINES
        else values.line(row.name) or context.inherited.get(row.name, "")
        for row in _AS_GIVEN
    }


class _CleanText:
    """The title, lead and text of a record, cleaned, and the repairs that they needed."""

    def __init__(self, record: Record, values: FieldValues, context: FileContext, *, title_required: bool) -> None:
        repairs = record.get("repairs")
        self.repairs: set[str] = set(repairs) if isinstance(repairs, frozenset) else set()
        self.title = clean_line(join_cut_words(self._repaired(values.text("title"))))
        self.lead = join_cut_words(clean_text(self._repaired(values.text("lead"))))
        self.text = join_cut_words(clean_text(self._repaired(values.text("text"))))
        if "text" in self.repairs and not context.lenient:
            raise UnreadableError(Message("there is a title but no text"))
        # An empty title is deliberate, as of a brief.
        if title_required and not self.title and not (record.get("title") == "" and (self.lead or self.text)):
            if not (self.text and context.lenient):
                raise UnreadableError(Message("the title is missing"))
            self.repairs.add("title")

    def _repaired(self, text: str) -> str:
        result = repaired(text)
        if result is not text:
            self.repairs.add("mojibake")
        return result


def _body(text: str, context: FileContext) -> tuple[str, set[str]]:
    shorter = context.boilerplate.without(text)
    return (text, set()) if shorter is text else (clean_text(shorter), {"boilerplate"})


def _date(values: FieldValues, context: FileContext, embargo: datetime | None) -> tuple[datetime | None, DateQuality]:
    """Return the date of the record, else that of the mail that it was attached to, which is a guess."""
    date, quality = values.date("date", context.timezone, embargo)
    if date is None and (mail_date := context.inherited.get("date")):
        return read_date(mail_date, context.timezone)[0], DateQuality.GUESSED
    return date, quality


def _source(values: FieldValues, url: str, context: FileContext) -> str:
    """Return the newspaper: of the record, its folder or its address; else its news agency."""
    stated = values.line("source") or context.inherited.get("source", "")
    return stated or source_of(url, context.sources) or values.line("agency")
