"""Dates in words, French and English: « novembre 2022 », « le mois dernier », "last week", « 7j ».

dateparser knows the words; here its answer, a moment, becomes the period that a person means. It is asked only about
short texts that hold a word, so that reading a query stays quick.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

__all__ = ["CalendarWords", "today_in"]

Period = tuple[date, date]

_LONGEST: Final = 32
_SETTINGS: Final[dict[str, Any]] = {
    "DATE_ORDER": "DMY",
    "PREFER_DATES_FROM": "past",
    "PARSERS": ["relative-time", "absolute-time"],
    "RETURN_AS_TIMEZONE_AWARE": False,
    "NORMALIZE": True,
}
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
# « 7j », « 3 mois »: the days from then until today, where « il y a 7 jours » is one day.
_LENGTH: Final = re.compile(r"(\d{1,3})\s*(j|d|jours?|days?|semaines?|weeks?|mois|months?|ans?|ann[ée]es?|years?)")
# « les années 90 », "the 1990s"; those of 00 to 20 without a century are this one's.
_DECADE: Final = re.compile(r"(?:(?:les )?ann[ée]es |the )?(?P<century>[12]\d)?(?P<decade>\d0)s?")
_RECENT_DECADES: Final = ("00", "10", "20")
_YEARS: Final = range(1000, 3000)


def today_in(timezone: ZoneInfo) -> Callable[[], date]:
    """Return a function that returns the present day in ``timezone``."""
    return lambda: datetime.now(timezone).date()


class CalendarWords:
    """Reads words as first and last day; safe to share between threads. ``today`` is asked each time."""

    def __init__(self, today: Callable[[], date]) -> None:
        self._today = today
        self._read = lru_cache(maxsize=1024)(self._read_on)

    def __call__(self, text: str) -> Period | None:
        return self._read(" ".join(text.lower().replace("’", "'").split()), self._today())

    def _read_on(self, text: str, today: date) -> Period | None:
        decade = _DECADE.fullmatch(text)
        if decade and not text.isdecimal():
            century = decade["century"] or ("20" if decade["decade"] in _RECENT_DECADES else "19")
            first = int(century + decade["decade"])
            return date(first, 1, 1), date(first + 9, 12, 31)
        length = _LENGTH.fullmatch(text)
        if len(text) > _LONGEST or not (length or _WORD.search(text)):
            return None
        moment, kind = self._moment(text, today)
        if moment is None or moment.year not in _YEARS:
            return None
        return (moment, today) if length else _period(moment, kind)

    def _moment(self, text: str, today: date) -> tuple[date | None, str]:
        base = datetime.combine(today, datetime.min.time())
        try:
            parser = self._library.DateDataParser(languages=["fr", "en"], settings={**_SETTINGS, "RELATIVE_BASE": base})
            data = parser.get_date_data(text)
        except (ValueError, OverflowError, ArithmeticError, LookupError, TypeError, AttributeError):
            # The library has raised each of these on odd text; no text may cost a reader the page.
            return None, ""
        return (data.date_obj.date() if data.date_obj else None), data.period

    @cached_property
    def _library(self) -> Any:
        # Imported when a query first names a date in words: it takes a quarter of a second, and most never do.
        from dateparser import date as library

        return library


def _period(moment: date, kind: str) -> Period:
    if kind == "week":
        monday = moment - timedelta(days=moment.weekday())
        return monday, monday + timedelta(days=6)
    if kind == "month":
        return moment.replace(day=1), moment.replace(day=calendar.monthrange(moment.year, moment.month)[1])
    if kind == "year":
        return moment.replace(month=1, day=1), moment.replace(month=12, day=31)
    return moment, moment
