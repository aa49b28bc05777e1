"""Trends: the share of all articles that a query finds in each period, with a confidence band.

A growing archive holds more of everything, so counts alone look like a growing subject. The band is the Wilson score
interval (Wilson 1927, with z = 1.96 for 95 %), which stays within 0 and 1 and holds for small counts, also for none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.model import HistogramBucket, Interval, Remark
from searchapp.search.timeline import MONTHS_BY_DAY, coarser, periods_between, timeline_of

__all__ = [
    "MOST_QUERIES",
    "TrendSeries",
    "Trends",
    "by_interval",
    "counts_in",
    "make_series",
    "months_by_day",
    "wilson",
]

MOST_QUERIES: Final = 5
"""Queries compared in one answer."""
_Z: Final = 1.959964
# A chart as wide as the page has room for so many months; and for the days of so many months, if they are asked for.
_MOST_MONTHS: Final = 60
_MOST_MONTHS_BY_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class TrendSeries:
    """One query: articles in each period, their share of all, and the band from ``low`` to ``high``.

    Shares are from 0 to 1, None in a period without articles. Unless ``complete``, there was no time to count all.
    """

    query: str
    understood: str
    counts: tuple[int, ...]
    shares: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    remarks: tuple[Remark, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Trends:
    """Series over the same ``periods``; ``totals`` counts all articles in each."""

    interval: Interval
    periods: tuple[str, ...]
    totals: tuple[int, ...]
    series: tuple[TrendSeries, ...]
    generation: str

    @property
    def complete(self) -> bool:
        return all(series.complete for series in self.series)


def months_by_day(interval: Interval | None) -> int:
    """Return for how many months in a row articles are counted by day."""
    return _MOST_MONTHS_BY_DAY if interval is Interval.DAY else MONTHS_BY_DAY


def by_interval(totals: Sequence[HistogramBucket], interval: Interval | None) -> tuple[Interval, tuple[str, ...]]:
    """Return the interval asked for, or the one that suits the span of ``totals``, and its periods without a gap.

    Raises InvalidRequest for days when the span is too long for them.
    """
    suited = timeline_of(totals, _MOST_MONTHS).interval
    if interval is Interval.DAY and suited is not Interval.DAY and totals:
        reason = Message("Days are counted over at most {months} months. Give a period.", months=_MOST_MONTHS_BY_DAY)
        raise InvalidRequest(Message("Some parameters are wrong."), [("interval", reason)])
    chosen = interval or suited
    buckets = coarser(totals, chosen)
    return chosen, tuple(periods_between(buckets[0].date, buckets[-1].date)) if buckets else ()


def make_series(
    query: str,
    understood: str,
    found: Sequence[int],
    totals: Sequence[int],
    remarks: tuple[Remark, ...],
    complete: bool,
) -> TrendSeries:
    """Return the series of a query that finds ``found`` of ``totals`` articles in each period."""
    bands = [wilson(count, total) for count, total in zip(found, totals, strict=True)]
    shares = tuple(round(count / total, 6) if total else None for count, total in zip(found, totals, strict=True))
    low, high = (tuple(None if band is None else band[side] for band in bands) for side in (0, 1))
    return TrendSeries(query, understood, tuple(found), shares, low, high, remarks, complete)


def wilson(count: int, total: int) -> tuple[float, float] | None:
    """Return the Wilson score interval of a share, to six decimals; None of nothing."""
    if not total:
        return None
    share, weight = count / total, _Z * _Z / total
    centre = (share + weight / 2) / (1 + weight)
    half = _Z * sqrt(share * (1 - share) / total + weight / (4 * total)) / (1 + weight)
    return (
        0.0 if count == 0 else round(max(0.0, centre - half), 6),
        1.0 if count == total else round(min(1.0, centre + half), 6),
    )


def counts_in(periods: Sequence[str], buckets: Sequence[HistogramBucket], interval: Interval) -> list[int]:
    """Return the number of articles in each of ``periods``."""
    counts = {bucket.date: bucket.count for bucket in coarser(buckets, interval)}
    return [counts.get(period, 0) for period in periods]
