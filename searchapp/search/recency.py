"""Recency: the score of an article halves with each half-life of its age.

The age is counted in days from the newest of the reranked articles, so that the order does not depend on today's date,
and the scores of an old archive keep their size. An article without a date counts as the oldest of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

__all__ = ["ages", "recency_factor"]


def ages(days: Sequence[int]) -> list[int]:
    """Return for each of ``days`` (yyyymmdd, 0 for none) its distance in days from the latest."""
    ordinals = [date(day // 10_000, day // 100 % 100, day % 100).toordinal() if day else None for day in days]
    known = [ordinal for ordinal in ordinals if ordinal is not None]
    newest, oldest = max(known, default=0), min(known, default=0)
    return [newest - (oldest if ordinal is None else ordinal) for ordinal in ordinals]


def recency_factor(age: int, half_life: int) -> float:
    """Return 2^(-age / half-life), both in days; 1 without a half-life."""
    return float(2.0 ** (-age / half_life)) if half_life else 1.0
