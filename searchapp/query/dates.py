"""Periods as people write them, and as the normal form shows them.

Figures are read here. Words such as « le mois dernier » are read by a function that is handed in: it knows today and
the names of months, and this package stays free of libraries.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

__all__ = ["DATE_WORDS", "ONE_DAY", "DateWords", "Period", "read_period", "show_period"]

Period = tuple[date, date]
"""First and last day, both included."""
DateWords = Callable[[str], Period | None]

ONE_DAY: Final = timedelta(days=1)
_YEAR = r"(?P<year>[12]\d{3})"
_FIGURES: Final = (
    re.compile(rf"{_YEAR}(?:-(?P<month>\d\d?)(?:-(?P<day>\d\d?))?)?"),
    re.compile(rf"(?:(?P<day>\d\d?)[/.])?(?P<month>\d\d?)[/.]{_YEAR}"),
)
_MONTHS: Final = (
    "janvier|janv|fevrier|février|fevr|févr|mars|avril|avr|mai|juin|juillet|juil|août|aout|septembre|sept|octobre|oct|"
    "novembre|nov|décembre|decembre|déc|dec|january|jan|february|feb|march|mar|april|apr|may|june|jun|july|jul|"
    "august|aug|september|sep|october|november|december"
)
_UNIT = r"(?:jours?|semaines?|mois|ann[ée]es?|ans?|days?|weeks?|months?|years?|[jd])"
# What may follow « date: » without quotation marks: nothing here reads as words of an article.
DATE_WORDS: Final = re.compile(
    rf"""(?:
        (?:\d\d?(?:er|st|nd|rd|th)?\s+)?(?:{_MONTHS})\b\.?(?:\s+{_YEAR})?
      | (?:le|la|l['’])\s*(?:mois|semaine|ann[ée]e|an)\s+(?:derni[eè]re?|pass[ée]e?)
      | (?:cette\s+(?:semaine|ann[ée]e)|ce\s+mois(?:-ci)?|cet\s+an)
      | (?:les\s+)?ann[ée]es\s+(?:[12]\d)?\d0 | (?:[12]\d)?\d0s
      | (?:this|last)\s+(?:week|month|year)
      | il\s+y\s+a\s+\d{{1,3}}\s+{_UNIT}
      | \d{{1,3}}\s*{_UNIT}(?:\s+ago)?
      | avant[- ]hier | hier | aujourd['’]hui | yesterday | today
    )(?![^\s)|])""",
    re.VERBOSE | re.IGNORECASE,
)


def read_period(text: str, words: DateWords | None = None) -> Period | None:
    """Return the first and last day of « 2022 », « 2022-11 », « 08/11/2022 », of ``words``, or of first..last."""
    text = text.strip()
    if ".." in text:
        first, _, last = text.partition("..")
        return _between(first.strip(), last.strip(), words)
    match = next(filter(None, (form.fullmatch(text) for form in _FIGURES)), None)
    if match:
        return _of_figures(match)
    return words(text) if words else None


def show_period(first: date | None, last: date | None) -> str:
    """Return the normal form of a period, as short as it can be. One up to the last day that there is has no end."""
    last = None if last == date.max else last
    if first is None or last is None:
        return f"depuis:{_short(first)}" if first else f"avant:{_short(last + ONE_DAY)}" if last else "date:.."
    whole = next((short for short in (_year(first), _month(first)) if read_period(short) == (first, last)), "")
    if whole or first == last:
        return f"date:{whole or first.isoformat()}"
    if first.replace(month=1, day=1) == first and last.replace(month=12, day=31) == last:
        return f"date:{_year(first)}..{_year(last)}"
    return f"date:{first.isoformat()}..{last.isoformat()}"


def _between(first: str, last: str, words: DateWords | None) -> Period | None:
    begin, end = read_period(first, words), read_period(last, words)
    return (min(begin[0], end[0]), max(begin[1], end[1])) if begin and end else None


def _of_figures(match: re.Match[str]) -> Period | None:
    year, month, day = (int(part) if part else None for part in match.group("year", "month", "day"))
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    if day:
        return first, first
    last_month = month or 12
    return first, first.replace(month=last_month, day=calendar.monthrange(first.year, last_month)[1])


def _short(day: date) -> str:
    """Return the first day of a year or a month as that year or month."""
    if day.day > 1:
        return day.isoformat()
    return _month(day) if day.month > 1 else _year(day)


def _year(day: date) -> str:
    return f"{day.year:04}"


def _month(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"
