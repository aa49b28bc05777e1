"""The page that takes a list of queries and shows the hits of each, and the same as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Response, render_template, request

from searchapp.model import Deadline, SearchRequest
from searchapp.output.batch_csv import CSV_TYPE, batch_csv
from searchapp.search.batch import BatchRow, search_batch
from searchapp.web.params import clean_query
from searchapp.web.rate_limits import charge_searches
from searchapp.web.site import site

__all__ = ["MOST_LINES", "batch"]

batch = Blueprint("batch", __name__)

MOST_LINES: Final = 200
"""Lines of one request."""


@batch.get("/batch")
def page() -> str:
    """Show a form for a list and, once there is one, what each of its lines finds."""
    lines = _lines()
    rows = list(_rows(lines[:MOST_LINES]))
    left = [row.line for row in rows if row.result is None] + lines[MOST_LINES:]
    return render_template(
        "batch.html",
        lines=lines,
        rows=[row for row in rows if row.result],
        left=left,
        phrases=_as_phrases(),
        most=MOST_LINES,
        search_request=SearchRequest(),
    )


@batch.get("/batch.csv")
def as_csv() -> Response:
    """Return the table of the page; lines beyond the limit, or of the time, have no number of articles."""
    rows = _rows(_lines()[:MOST_LINES])
    text = "".join(batch_csv(rows, site().config.timezone, request.root_path))
    headers = {"Content-Disposition": "attachment; filename=batch.csv", "Cache-Control": "no-cache"}
    return Response(text, content_type=CSV_TYPE, headers=headers)


def _lines() -> list[str]:
    lines = (clean_query(line)[0] for line in request.args.get("lines", "").splitlines())
    return list(dict.fromkeys(filter(None, lines)))


def _as_phrases() -> bool:
    """Return whether lines are phrases: the box of the form is checked, or there was no form yet."""
    return request.args.get("phrases") == "true" or "lines" not in request.args


def _rows(lines: list[str]) -> Iterator[BatchRow]:
    charge_searches(len(lines))
    deadline = Deadline.after(site().config.query_seconds)
    return search_batch(site().service, lines, SearchRequest(), as_phrases=_as_phrases(), deadline=deadline)
