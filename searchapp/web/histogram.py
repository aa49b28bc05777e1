"""The bar chart of a search by date: all that it finds without the filter of days, with the days chosen marked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from searchapp.model import Filters, Timeline
from searchapp.search.timeline import bounds_of, periods_between
from searchapp.web.site_language import period_name

__all__ = ["Bar", "chart"]

FULL_HEIGHT: Final = 100
LOWEST_HEIGHT: Final = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its ``number`` from the left, its period, the articles of it, and its height, from 0 to 100.

    ``chosen`` by the filter of days.
    """

    number: int
    first: date
    last: date
    label: str
    count: int
    height: int
    chosen: bool = False


def chart(timeline: Timeline, filters: Filters) -> tuple[Bar, ...]:
    """Return the bars of ``timeline``, with empty periods between them; no bars for a single period."""
    counts = {bucket.date: bucket.count for bucket in timeline.buckets}
    if len(counts) < 2:
        return ()
    most = max(counts.values())
    first_day, last_day = filters.date_from or date.min, filters.date_to or date.max
    bars = []
    for number, period in enumerate(periods_between(min(counts), max(counts))):
        first, last = bounds_of(period)
        count = counts.get(period, 0)
        height = max(LOWEST_HEIGHT, round(FULL_HEIGHT * count / most)) if count else 0
        chosen = filters.has_days and first <= last_day and last >= first_day
        bars.append(Bar(number, first, last, period_name(period), count, height, chosen))
    return tuple(bars)
