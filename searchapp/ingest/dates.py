"""Dates as newspapers write them: ISO 8601 in its usual forms, and day/month/year."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from searchapp.i18n import Message
from searchapp.ingest.reader import UnreadableError

__all__ = ["is_date", "parse_date"]

# datetime.fromisoformat takes more than these, week dates for one.
_ISO: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII
)
_FRENCH: Final = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})(?: (?:à )?(\d\d?)[:h](\d\d))?", re.ASCII)
# From the first printed news-sheets to what a slip of the keyboard may not reach.
_YEARS: Final = range(1400, 2201)


def is_date(text: str) -> bool:
    """Return whether ``text`` has the shape of a date and nothing else; the day may still be impossible."""
    return bool(_ISO.fullmatch(text) or _FRENCH.fullmatch(text))


def parse_date(value: object, zone: ZoneInfo) -> datetime | None:
    """Return the moment that ``value`` names: at midnight if it names no hour, in ``zone`` if it names none.

    ``value`` is a text or, from TOML, a date; ``None`` and an empty text are no date.

    Raises UnreadableError that names a value which is no date, or an impossible one.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        moment = _moment(value, zone)
    except ValueError as error:
        raise _wrong(value) from error
    if moment.year not in _YEARS:
        raise _wrong(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _moment(value: object, zone: ZoneInfo) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), zone)
    text = value.strip() if isinstance(value, str) else ""
    if _ISO.fullmatch(text):
        return datetime.fromisoformat(text)
    if match := _FRENCH.fullmatch(text):
        day, month, year, hour, minute = map(int, match.groups("0"))
        return datetime(year, month, day, hour, minute, tzinfo=zone)
    raise ValueError


def _wrong(value: object) -> UnreadableError:
    return UnreadableError(
        Message(
            "“{value}” is not a date; write it as 2024-11-06 or 2024-11-06T16:49:00+01:00",
            value=str(value)[:100],
        )
    )
