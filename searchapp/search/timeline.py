"""Timelines: articles by day, month or year, whichever suits the span.

A period is named as JSON has it: ``2024-11-06``, ``2024-11`` or ``2024``. Such names sort in order of time, and the
name of a longer period begins those of its parts.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import starmap
from typing import Final

from searchapp.model import HistogramBucket, Interval, Timeline

__all__ = ["CALENDAR_MONTHS", "MONTHS_BY_DAY", "bounds_of", "coarser", "interval_of", "periods_between", "timeline_of"]

MONTHS_BY_DAY: Final = 2
"""Articles of so many months in a row are counted by day."""
CALENDAR_MONTHS: Final = 120
"""Months from end to end up to which a calendar counts by month: ten rows of a year each."""
_MOST_MONTHS: Final = 24
_LENGTHS: Final = {Interval.DAY: 10, Interval.MONTH: 7, Interval.YEAR: 4}
_INTERVALS: Final = {length: interval for interval, length in _LENGTHS.items()}


def timeline_of(buckets: Sequence[HistogramBucket], most_months: int = _MOST_MONTHS) -> Timeline:
    """Return the timeline of days or months: these by year when there are more than ``most_months`` from end to end."""
    if not buckets or interval_of(buckets[0].date) is Interval.DAY:
        return Timeline(Interval.DAY if buckets else Interval.MONTH, tuple(buckets))
    (first, _), (_, last) = bounds_of(buckets[0].date), bounds_of(buckets[-1].date)
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    interval = Interval.MONTH if months <= most_months else Interval.YEAR
    return Timeline(interval, coarser(buckets, interval))


def coarser(buckets: Sequence[HistogramBucket], interval: Interval) -> tuple[HistogramBucket, ...]:
    """Return ``buckets``, in order of time, added up into periods of ``interval``, which is as long or longer."""
    length = _LENGTHS[interval]
    if not buckets or len(buckets[0].date) <= length:
        return tuple(buckets)
    counts: dict[str, int] = {}
    for bucket in buckets:
        period = bucket.date[:length]
        counts[period] = counts.get(period, 0) + bucket.count
    return tuple(starmap(HistogramBucket, counts.items()))


def interval_of(period: str) -> Interval:
    """Return the length of ``period``."""
    return _INTERVALS[len(period)]


def periods_between(first: str, last: str) -> Iterator[str]:
    """Yield the periods from ``first`` to ``last``, both of one length and included."""
    length = len(first)
    if interval_of(first) is Interval.DAY:
        days = (date.fromisoformat(last) - date.fromisoformat(first)).days
        yield from ((date.fromisoformat(first) + timedelta(day)).isoformat() for day in range(days + 1))
        return
    start, end = bounds_of(first)[0], bounds_of(last)[0]
    step = 12 if interval_of(first) is Interval.YEAR else 1
    for number in range(start.year * 12 + start.month - 1, end.year * 12 + end.month, step):
        yield f"{number // 12:04}-{number % 12 + 1:02}"[:length]


def bounds_of(period: str) -> tuple[date, date]:
    """Return the first and the last day of ``period``."""
    year, month, day = (int(part) if part else None for part in (period[:4], period[5:7], period[8:]))
    last_month = month or 12
    last_day = day or calendar.monthrange(year or 1, last_month)[1]
    return date(year or 1, month or 1, day or 1), date(year or 1, last_month, last_day)
