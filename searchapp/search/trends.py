"""Trends: the share of all articles that a query finds in each period, with a confidence band.

A growing archive holds more of everything, so counts alone look like a growing subject. The band is the Wilson score
interval (Wilson 1927, with z = 1.96 for 95 %), which stays within 0 and 1 and holds for small counts, also for none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.model import Filters, HistogramBucket, Interval, Remark, SearchRequest
from searchapp.query import show
from searchapp.search.matching import Counts, Matches
from searchapp.search.plan import QueryPlan
from searchapp.search.timeline import MONTHS_BY_DAY, coarser, periods_between, timeline_of

__all__ = ["MOST_QUERIES", "TrendSeries", "Trends", "count_trends", "wilson"]

MOST_QUERIES: Final = 5
"""Queries compared in one answer."""
_Z: Final = 1.959964
# A chart as wide as the page has room for so many months; and for the days of so many months, if they are asked for.
_MOST_MONTHS: Final = 60
_MOST_MONTHS_BY_DAY: Final = 24

Count = Callable[[SearchRequest, Counts], tuple[QueryPlan, Matches]]
"""Runs the stages plan and match of a search for its counts."""


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


def count_trends(
    queries: Sequence[str], filters: Filters, interval: Interval | None, count: Count, generation: str
) -> Trends:
    """Return the trends of ``queries`` among the articles of ``filters``.

    Without ``interval`` the span decides. Raises InvalidRequest for days when it is too long for them.
    """
    months_by_day = _MOST_MONTHS_BY_DAY if interval is Interval.DAY else MONTHS_BY_DAY
    counts = Counts((), timeline=False, months_by_day=months_by_day)
    everything = count(SearchRequest(filters=filters), counts)[1].result.histogram
    interval = _interval(everything, interval)
    periods = _periods(coarser(everything, interval))
    totals = _counts_in(periods, everything, interval)
    series = []
    for query in queries:
        plan, matches = count(SearchRequest(query, filters), counts)
        found = _counts_in(periods, matches.result.histogram, interval)
        complete = plan.complete and matches.complete
        series.append(_make_series(query, show(plan.tree), found, totals, plan.remarks, complete=complete))
    return Trends(interval, periods, totals, tuple(series), generation)


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


def _interval(totals: Sequence[HistogramBucket], asked: Interval | None) -> Interval:
    """Return the interval asked for, or the one that suits the span of ``totals``."""
    suited = timeline_of(totals, _MOST_MONTHS).interval
    if asked is Interval.DAY and suited is not Interval.DAY and totals:
        reason = Message("Days are counted over at most {months} months. Give a period.", months=_MOST_MONTHS_BY_DAY)
        raise InvalidRequest(Message("Some parameters are wrong."), [("interval", reason)])
    return asked or suited


def _periods(totals: Sequence[HistogramBucket]) -> tuple[str, ...]:
    """Return the periods from the first to the last, without a gap."""
    return tuple(periods_between(totals[0].date, totals[-1].date)) if totals else ()


def _counts_in(periods: Sequence[str], buckets: Sequence[HistogramBucket], interval: Interval) -> tuple[int, ...]:
    """Return the number of articles in each of ``periods``."""
    counts = {bucket.date: bucket.count for bucket in coarser(buckets, interval)}
    return tuple(counts.get(period, 0) for period in periods)


def _make_series(
    query: str,
    understood: str,
    found: tuple[int, ...],
    totals: Sequence[int],
    remarks: tuple[Remark, ...],
    *,
    complete: bool,
) -> TrendSeries:
    """Return the series of a query that finds ``found`` of ``totals`` articles in each period."""
    bands = [wilson(count, total) for count, total in zip(found, totals, strict=True)]
    shares = tuple(round(count / total, 6) if total else None for count, total in zip(found, totals, strict=True))
    low, high = (tuple(None if band is None else band[side] for band in bands) for side in (0, 1))
    return TrendSeries(query, understood, found, shares, low, high, remarks, complete)
