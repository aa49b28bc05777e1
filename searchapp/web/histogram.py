"""The bar chart of a result's articles by date: by month, or by year when there are many months."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from searchapp.model import HistogramBucket
from searchapp.web.site_language import month

__all__ = ["Bar", "chart"]

# The side column has room for 24 bars that are wide enough to click.
MOST_MONTHS: Final = 24
FULL_HEIGHT: Final = 100
LOWEST_HEIGHT: Final = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """A period, its number of articles, and the height of its bar, from 0 to 100."""

    first: date
    last: date
    label: str
    count: int
    height: int


def chart(buckets: Sequence[HistogramBucket]) -> tuple[Bar, ...]:
    """Return the bars for ``buckets``, with empty periods between them; no bars for a single month."""
    months = {_month(bucket.date): bucket.count for bucket in buckets if bucket.count}
    if len(months) < 2:
        return ()
    span = list(_months(min(months), max(months)))
    periods = list(_by_month(months, span) if len(span) <= MOST_MONTHS else _by_year(months))
    most = max(count for *_, count in periods)
    heights = (max(LOWEST_HEIGHT, round(FULL_HEIGHT * count / most)) if count else 0 for *_, count in periods)
    return tuple(Bar(*period, height) for period, height in zip(periods, heights, strict=True))


def _by_month(months: Mapping[date, int], span: Sequence[date]) -> Iterator[tuple[date, date, str, int]]:
    for first in span:
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        yield first, last, month(first), months.get(first, 0)


def _by_year(months: Mapping[date, int]) -> Iterator[tuple[date, date, str, int]]:
    years: Counter[int] = Counter()
    for first, count in months.items():
        years[first.year] += count
    for year in range(min(years), max(years) + 1):
        yield date(year, 1, 1), date(year, 12, 31), str(year), years[year]


def _month(text: str) -> date:
    year, number = text.split("-")
    return date(int(year), int(number), 1)


def _months(first: date, last: date) -> Iterator[date]:
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield date(number // 12, number % 12 + 1, 1)
