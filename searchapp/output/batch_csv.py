"""The results of a batch as CSV (RFC 4180), with a guard against formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from searchapp.output.answer_json import article_path, write_search
from searchapp.output.known_dates import iso_date
from searchapp.output.tables import inert_cell
from searchapp.search.batch import BatchRow

__all__ = ["CSV_TYPE", "batch_csv"]

CSV_TYPE: Final = "text/csv; charset=utf-8"
_COLUMNS: Final = ("query", "articles", "relation", "best_date", "best_title", "best_article", "search")


def batch_csv(rows: Iterable[BatchRow], timezone: ZoneInfo, root: str = "") -> Iterator[str]:
    """Yield the lines of the table; dates are given in ``timezone``, addresses under ``root``.

    A row that was not searched has no number of articles.
    """
    yield _line(_COLUMNS)
    for row in rows:
        yield _line(map(inert_cell, _cells(row, timezone, root)))


def _cells(row: BatchRow, timezone: ZoneInfo, root: str) -> list[str]:
    search = f"{root}/search?{urlencode(write_search(row.request), doseq=True)}"
    if row.result is None:
        return [row.line, "", "", "", "", "", search]
    best = next((hit.article for hit in row.result.hits), None)
    found = [iso_date(best, timezone), best.title, root + article_path(best.id)] if best else ["", "", ""]
    return [row.line, str(row.result.total), row.result.total_relation, *found, search]


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()
