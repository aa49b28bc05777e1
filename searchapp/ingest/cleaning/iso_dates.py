"""ISO 8601 dates, also of reduced precision, and the digits of databases: seconds since 1970, 20241106164900.

The forms are those of ISO 8601-1:2019 and RFC 3339: calendar, week and ordinal dates, basic and extended.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from searchapp.model import DateQuality

__all__ = ["FULL_DATE", "clock_quality", "read_iso", "read_number"]

FULL_DATE: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|[+-]\d\d(?::?\d\d)?))?)?", re.ASCII
)
_DAY: Final = re.compile(
    r"(?P<calendar>\d{4}-\d\d-\d\d|\d{8})|(?P<week>\d{4}-?W\d\d(?:-?[1-7])?)"
    r"|(?P<ordinal>\d{4}-?\d{3})|(?P<month>\d{4}[-/.]\d\d)|(?P<year>\d{4})",
    re.ASCII,
)
_MONTH_WITH_SLASH: Final = re.compile(r"\d{4}/\d\d", re.ASCII)
_TIME: Final = re.compile(r"\d\d(?::?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_LEAP_SECOND: Final = re.compile(r"^(\d\d:?59:?)60", re.ASCII)
# Digits only, YYYYMMDDHHMM with or without seconds: as milliseconds, twelve of them would lie before 2001.
_DIGITS: Final = re.compile(r"(?:1[4-9]|2[01])\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d(?:[0-5]\d)?", re.ASCII)
_NUMBER: Final = re.compile(r"(\d{9,19})(?:\.\d{1,9})?", re.ASCII)
_TICKS_A_SECOND: Final = {9: 1, 10: 1, 12: 10**3, 13: 10**3, 15: 10**6, 16: 10**6, 18: 10**9, 19: 10**9}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read_iso(text: str) -> tuple[datetime, DateQuality] | None:
    """Return the moment that ``text`` writes in ISO 8601, without a zone if it has none; None for another form.

    A year, a month or a week is its first day, an interval (1895-05/1895-06) its first moment. Raises ValueError for a
    day or an hour that does not exist.
    """
    if FULL_DATE.fullmatch(text) and text[11:13] != "24" and text[17:19] != "60":  # nearly all
        moment = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))
        return moment, DateQuality.DAY if len(text) == len("2024-11-06") else clock_quality(moment)
    first, slash, last = text.partition("/")
    if slash and not _MONTH_WITH_SLASH.fullmatch(text):
        return read_iso(first) if "/" not in last and read_iso(last) else None
    text = text.upper()
    date, separator, time = text.partition("T") if "T" in text else text.partition(" ")
    time = time.replace(" ", "")
    day = _DAY.fullmatch(date)
    if day is None or (separator and not (_TIME.fullmatch(time) and day["month"] is day["year"] is None)):
        return None
    moment, quality = _day(day)
    return _with_time(moment, time) if separator else (moment, quality)


def read_number(text: str) -> tuple[datetime, DateQuality] | None:
    """Return the moment of digits: YYYYMMDDHHMM[SS], or seconds, milli-, micro- or nanoseconds since 1970."""
    if _DIGITS.fullmatch(text):
        return datetime.fromisoformat(f"{text[:8]}T{text[8:]}"), DateQuality.LOCAL
    number = _NUMBER.fullmatch(text)
    ticks = _TICKS_A_SECOND.get(len(number[1])) if number else None
    if ticks is None:
        return None
    return _EPOCH + timedelta(microseconds=round(float(text) / ticks * 10**6)), DateQuality.EXACT


def clock_quality(moment: datetime) -> DateQuality:
    """Return the quality of a moment with an hour: a zone that is not stated is assumed."""
    return DateQuality.EXACT if moment.tzinfo else DateQuality.LOCAL


def _with_time(day: datetime, time: str) -> tuple[datetime, DateQuality]:
    """Return the moment of ``time`` on ``day``: 24:00 is the next midnight, a leap second the one before it."""
    next_day = time.startswith("24")
    time = f"00{time[2:]}" if next_day else _LEAP_SECOND.sub(r"\g<1>59", time)
    moment = datetime.fromisoformat(f"{day:%Y-%m-%d}T{time}")
    return moment + timedelta(days=next_day), clock_quality(moment)


def _day(match: re.Match[str]) -> tuple[datetime, DateQuality]:
    text = match[0]
    if match["year"]:
        return datetime(int(text), 1, 1), DateQuality.YEAR  # noqa: DTZ001
    if match["month"]:
        return datetime(int(text[:4]), int(text[5:]), 1), DateQuality.MONTH  # noqa: DTZ001
    if match["ordinal"]:
        return datetime.strptime(text.replace("-", ""), "%Y%j"), DateQuality.DAY  # noqa: DTZ007
    only_week = match["week"] and len(text.replace("-", "")) == len("2024W45")
    return datetime.fromisoformat(text), DateQuality.MONTH if only_week else DateQuality.DAY
