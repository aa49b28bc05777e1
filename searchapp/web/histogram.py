"""The calendar of a search: bars for all that it finds without the filter of days, in rows, the newest row first.

Months stand in rows of a year, years in rows of a decade, days in rows of a week, so that a finger can hit each bar.
A bar chooses its period; when days are chosen, a bar beside them extends them, and one among them replaces them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from searchapp.i18n import Message
from searchapp.model import Filters, HistogramBucket, Interval, Timeline
from searchapp.search.timeline import bounds_of
from searchapp.web.site_language import day, period_name, say

__all__ = ["Bar", "BarRow", "Days", "chart"]

FULL_HEIGHT: Final = 100
LOWEST_HEIGHT: Final = 8
COLUMNS: Final = {Interval.DAY: 7, Interval.MONTH: 12, Interval.YEAR: 10}

Days = tuple[date | None, date | None]
"""First and last day of a filter, None where it is open."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with articles: its column from the left, its period, the articles of it, and its height, from 0 to 100.

    ``chosen`` by the filter of days. ``target`` are the days that a click on it chooses.
    """

    column: int
    first: date
    last: date
    label: str
    count: int
    height: int
    chosen: bool
    target: Days


@dataclass(frozen=True, slots=True)
class BarRow:
    """A row of ``columns`` bars: a year, a decade or a week, with its articles."""

    first: date
    last: date
    label: str
    count: int
    columns: int
    bars: tuple[Bar, ...]


def chart(timeline: Timeline, filters: Filters) -> tuple[BarRow, ...]:
    """Return the rows of ``timeline`` that have articles, the newest first; none for a single period."""
    if len(timeline.buckets) < 2:
        return ()
    most = max(bucket.count for bucket in timeline.buckets)
    by_row = groupby(timeline.buckets, key=lambda bucket: _row_days(bucket.date, timeline.interval))
    rows = [_row(days, list(buckets), timeline.interval, most, filters) for days, buckets in by_row]
    return tuple(reversed(rows))


def _row(
    days: tuple[date, date], buckets: Sequence[HistogramBucket], interval: Interval, most: int, filters: Filters
) -> BarRow:
    first, last = days
    count = sum(bucket.count for bucket in buckets)
    bars = tuple(_bars(buckets, interval, most, filters))
    return BarRow(first, last, _row_label(first, last, interval), count, COLUMNS[interval], bars)


def _bars(buckets: Sequence[HistogramBucket], interval: Interval, most: int, filters: Filters) -> Iterator[Bar]:
    for bucket in buckets:
        first, last = bounds_of(bucket.date)
        height = max(LOWEST_HEIGHT, round(FULL_HEIGHT * bucket.count / most))
        chosen = filters.has_days and _meets(first, last, filters)
        target = _target(first, last, filters, chosen=chosen)
        column = _column(first, interval)
        yield Bar(column, first, last, period_name(bucket.date), bucket.count, height, chosen, target)


def _target(first: date, last: date, filters: Filters, *, chosen: bool) -> Days:
    """Return the days that a click on the bar of a period chooses."""
    if not filters.has_days:
        return first, last
    if chosen:
        return (None, None) if (filters.date_from, filters.date_to) == (first, last) else (first, last)
    return filters.date_from and min(first, filters.date_from), filters.date_to and max(last, filters.date_to)


def _meets(first: date, last: date, filters: Filters) -> bool:
    return first <= (filters.date_to or date.max) and last >= (filters.date_from or date.min)


def _row_days(period: str, interval: Interval) -> tuple[date, date]:
    """Return the first and the last day of the row that a period stands in."""
    first = bounds_of(period)[0]
    match interval:
        case Interval.DAY:
            # The first and the last week that there are would begin and end outside the calendar.
            monday = max(first.toordinal() - first.weekday(), date.min.toordinal())
            return date.fromordinal(monday), date.fromordinal(min(monday + 6, date.max.toordinal()))
        case Interval.MONTH:
            return date(first.year, 1, 1), date(first.year, 12, 31)
        case Interval.YEAR:
            decade = first.year - first.year % 10
            return date(max(decade, 1), 1, 1), date(decade + 9, 12, 31)


def _column(first: date, interval: Interval) -> int:
    match interval:
        case Interval.DAY:
            return first.weekday()
        case Interval.MONTH:
            return first.month - 1
        case Interval.YEAR:
            return first.year % 10


def _row_label(first: date, last: date, interval: Interval) -> str:
    match interval:
        case Interval.DAY:
            return say(Message("{first} to {last}", first=day(first), last=day(last)))
        case Interval.MONTH:
            return str(first.year)
        case Interval.YEAR:
            return f"{first.year}–{last.year}"
