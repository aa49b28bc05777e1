"""Counts without results as JSON and CSV: the values of a facet, trends, suggestions."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from searchapp.i18n import Translate
from searchapp.model import Remark
from searchapp.output.answer_json import Json
from searchapp.search.facet_values import FacetValues, ValuePage
from searchapp.search.suggest import Suggestion
from searchapp.search.trends import Trends

__all__ = ["describe_suggestion", "describe_trends", "describe_values", "trends_csv"]

# A spreadsheet runs a cell that begins so as a formula (OWASP, CSV injection); an apostrophe makes it text.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def describe_values(values: FacetValues, page: ValuePage, per_page: int, translate: Translate) -> Json:
    """Return a page of the values of a facet as JSON values."""
    return {
        "facet": values.facet,
        "total": page.total,
        "total_relation": "eq" if values.complete else "gte",
        "generation": values.generation,
        "page": page.page,
        "per_page": per_page,
        "remarks": _describe_remarks(values.remarks, translate),
        "values": [{"value": bucket.value, "count": bucket.count} for bucket in page.buckets],
    }


def describe_suggestion(suggestion: Suggestion) -> Json:
    """Return a suggestion as JSON values."""
    return {"text": suggestion.text, "kind": suggestion.kind.name.lower(), "count": suggestion.count}


def describe_trends(trends: Trends, translate: Translate) -> Json:
    """Return trends as JSON values; a share is None in a period without articles."""
    return {
        "interval": trends.interval.value,
        "generation": trends.generation,
        "periods": list(trends.periods),
        "totals": list(trends.totals),
        "total_relation": "eq" if trends.complete else "gte",
        "series": [
            {
                "query": series.query,
                "understood": series.understood,
                "counts": list(series.counts),
                "shares": list(series.shares),
                "low": list(series.low),
                "high": list(series.high),
                "remarks": _describe_remarks(series.remarks, translate),
            }
            for series in trends.series
        ],
    }


def trends_csv(trends: Trends) -> str:
    """Return trends as a table by RFC 4180, one row for each query and period."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["query", "period", "count", "total", "share", "low", "high"])
    for series in trends.series:
        query = f"'{series.query}" if series.query.startswith(_FORMULA) else series.query
        columns = (trends.periods, series.counts, trends.totals, series.shares, series.low, series.high)
        writer.writerows((query, *row) for row in zip(*columns, strict=True))
    return file.getvalue()


def _describe_remarks(remarks: Sequence[Remark], translate: Translate) -> list[Json]:
    return [
        {"message": remark.message.render(translate), "start": remark.start, "end": remark.end} for remark in remarks
    ]
