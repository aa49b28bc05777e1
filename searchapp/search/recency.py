"""Recency: the score of an article halves with each half-life of its age.

The age is counted in days from the newest of the reranked articles, so that the order does not depend on today's date,
and the scores of an old archive keep their size. An article without a date counts as the oldest of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from searchapp.engines.port import Candidate

__all__ = ["ages", "by_recency", "recency_factor"]


def by_recency(candidates: Sequence[Candidate], half_life: int) -> list[Candidate]:
    """Return ``candidates``, which carry their days, by their scores times the factors of their ages."""
    factors = [recency_factor(age, half_life) for age in ages([candidate.day for candidate in candidates])]
    scored = (one._replace(score=one.score * factor) for one, factor in zip(candidates, factors, strict=True))
    return sorted(scored, key=lambda candidate: -candidate.score)


def ages(days: Sequence[int]) -> list[int]:
    """Return for each of ``days`` (yyyymmdd, 0 for none) its distance in days from the latest."""
    ordinals = [date(day // 10_000, day // 100 % 100, day % 100).toordinal() if day else None for day in days]
    known = [ordinal for ordinal in ordinals if ordinal is not None]
    newest, oldest = max(known, default=0), min(known, default=0)
    return [newest - (oldest if ordinal is None else ordinal) for ordinal in ordinals]


def recency_factor(age: int, half_life: int) -> float:
    """Return 2^(-age / half-life), both in days; 1 without a half-life."""
    return float(2.0 ** (-age / half_life)) if half_life else 1.0
