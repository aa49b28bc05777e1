"""The date of an article as far as its file gave it, for people's programs: no made-up day, month or hour."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from searchapp.model import Article, DateQuality
from searchapp.output.timestamps import rfc3339

__all__ = ["date_parts", "iso_date"]


def date_parts(article: Article, timezone: ZoneInfo) -> tuple[int, ...]:
    """Return year, month and day of an article in ``timezone``, as many of them as are known; () without a date."""
    if article.date is None:
        return ()
    day = article.date.astimezone(timezone)
    known = {DateQuality.YEAR: 1, DateQuality.MONTH: 2}.get(article.date_quality, 3)
    return (day.year, day.month, day.day)[:known]


def iso_date(article: Article, timezone: ZoneInfo) -> str:
    """Return the date by ISO 8601: a year, a month, a day, or a moment; "" without one.

    Midnight stands for an unknown time.
    """
    parts = date_parts(article, timezone)
    moment = article.date.astimezone(timezone) if article.date else None
    if moment and len(parts) == 3 and has_hour(moment, article.date_quality):
        return rfc3339(moment)
    return "-".join(f"{part:04}" if position == 0 else f"{part:02}" for position, part in enumerate(parts))


def has_hour(moment: datetime, quality: DateQuality) -> bool:
    """Return whether the time of a day, in the site's time zone, is known."""
    return quality is not DateQuality.DAY and moment.time() != time()
