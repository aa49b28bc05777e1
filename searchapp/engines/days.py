"""Days and months as the numbers that engines keep in columns, yyyymmdd and yyyymm, and how buckets name them."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Final

from searchapp.model import Filters

__all__ = ["FIRST_DAY", "LAST_DAY", "day_label", "day_number", "day_range", "month_label", "months_between"]

FIRST_DAY: Final = 1
"""Before every day; 0 is for articles without a date."""
LAST_DAY: Final = 9999_99_99


def day_number(day: date) -> int:
    """Return 20241106 for 6 November 2024."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_range(filters: Filters) -> tuple[int, int] | None:
    """Return the first and the last day that ``filters`` let through, both included; None when all pass."""
    if not filters.has_days:
        return None
    first = day_number(filters.date_from) if filters.date_from else FIRST_DAY
    return first, day_number(filters.date_to) if filters.date_to else LAST_DAY


@cache
def month_label(month: int) -> str:
    """Return ``2024-11`` for 202411; there are a few thousand months at most."""
    return f"{month // 100:04}-{month % 100:02}"


def day_label(day: int) -> str:
    """Return ``2024-11-06`` for 20241106."""
    return f"{month_label(day // 100)}-{day % 100:02}"


def months_between(first: int, last: int) -> int:
    """Return the number of months from one month to another: 1 from 202412 to 202501."""
    return last // 100 * 12 + last % 100 - (first // 100 * 12 + first % 100)
