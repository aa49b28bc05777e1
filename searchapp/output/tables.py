"""Articles as a table (CSV) and as the records that they are read back from (JSON Lines)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

import orjson

from searchapp.model import Article
from searchapp.output.answer_json import describe_article
from searchapp.output.known_dates import iso_date

__all__ = ["COLUMNS", "LIST_SEPARATOR", "csv_table", "inert_cell", "json_lines"]

COLUMNS: Final = ("id", "title", "date", "source", "section", "author", "tags", "language", "url", "lead")
LIST_SEPARATOR: Final = "; "
# Signs that begin a formula in a spreadsheet (OWASP, "CSV Injection"), those of full width too, also behind spaces.
_FORMULA: Final = re.compile(r"[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def csv_table(articles: Iterable[Article], timezone: ZoneInfo) -> str:
    """Return articles as CSV (RFC 4180) with a line of headings; no cell is a formula in a spreadsheet.

    Every cell is in quotation marks: spreadsheets that expect semicolons would otherwise split texts that hold one.
    """
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for article in articles:
        writer.writerow(map(inert_cell, _cells(article, timezone)))
    return text.getvalue()


def json_lines(articles: Iterable[Article], timezone: ZoneInfo) -> bytes:
    """Return articles as JSON Lines, in the form that a corpus has (docs/corpus.md)."""
    return b"".join(
        orjson.dumps(describe_article(article, timezone), option=orjson.OPT_APPEND_NEWLINE) for article in articles
    )


def _cells(article: Article, timezone: ZoneInfo) -> tuple[str, ...]:
    return (
        article.id,
        article.title,
        iso_date(article, timezone),
        article.source,
        article.section,
        LIST_SEPARATOR.join(article.authors),
        LIST_SEPARATOR.join(article.tags),
        article.language,
        article.url,
        article.lead,
    )


def inert_cell(cell: str) -> str:
    """Return a cell that a spreadsheet takes for text: an apostrophe stands before what would be a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
