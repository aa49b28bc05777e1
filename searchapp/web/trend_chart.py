"""The chart of trends: for each query a line of shares and the band around it, as paths of an SVG.

Coordinates are from 0 to WIDTH and HEIGHT; the picture is stretched to the room it has, its lines are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, log10
from typing import Final

from searchapp.search.trends import Trends, TrendSeries

__all__ = ["HEIGHT", "WIDTH", "TrendChart", "TrendLine", "trend_chart"]

WIDTH: Final = 1000
HEIGHT: Final = 300
_STEPS: Final = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class TrendLine:
    """The paths of one query: ``line`` and ``band``."""

    line: str
    band: str


@dataclass(frozen=True, slots=True)
class TrendChart:
    """Lines in the order of the series; ``highest`` is the share at the top of the chart."""

    lines: tuple[TrendLine, ...]
    highest: float


def trend_chart(trends: Trends) -> TrendChart:
    """Return the chart of ``trends``; bands that are higher than the chart are cut."""
    most = max((share for series in trends.series for share in series.shares if share is not None), default=0.0)
    highest = _rounded_up(1.15 * most)
    return TrendChart(tuple(_line(series, highest) for series in trends.series), highest)


def _line(series: TrendSeries, highest: float) -> TrendLine:
    lines, bands = [], []
    for run in _runs(series.shares):
        xs = [round((number + 0.5) * WIDTH / len(series.shares), 1) for number in run]
        shares, low, high = (
            [values[number] or 0.0 for number in run] for values in (series.shares, series.low, series.high)
        )
        # A period alone between empty ones is a point: a line of no length, with round ends.
        lines.append("M" + "L".join(_points(xs, shares, highest)) + ("h0" if len(run) == 1 else ""))
        if len(run) == 1:
            half = WIDTH / len(series.shares) / 4
            xs, low, high = [xs[0] - half, xs[0] + half], low * 2, high * 2
        bands.append("M" + "L".join([*_points(xs, high, highest), *reversed(_points(xs, low, highest))]) + "Z")
    return TrendLine(" ".join(lines), " ".join(bands))


def _runs(shares: Sequence[float | None]) -> Iterator[list[int]]:
    """Yield the numbers of the periods in a row that have a share."""
    for has_share, run in groupby(range(len(shares)), key=lambda number: shares[number] is not None):
        if has_share:
            yield list(run)


def _points(xs: Sequence[float], shares: Sequence[float], highest: float) -> list[str]:
    return [f"{x:g} {HEIGHT * (1 - share / highest):.1f}" for x, share in zip(xs, shares, strict=True)]


def _rounded_up(share: float) -> float:
    """Return the next share that is 1, 2, 2.5 or 5 times a power of ten; at most 1."""
    if share <= 0:
        return 0.01
    power = 10.0 ** (ceil(log10(share)) - 1)
    return min(1.0, next(step * power for step in _STEPS if step * power >= share * (1 - 1e-9)))
