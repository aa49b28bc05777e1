"""Dates as files state them: ISO 8601, printed in French, and the forms of mails, feeds and programs.

Parts that a date lacks are completed and reported (:class:`~searchapp.model.DateQuality`), never guessed silently.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from searchapp.i18n import Message
from searchapp.ingest.cleaning.french_dates import is_printed_date, printed_update, read_printed
from searchapp.ingest.cleaning.iso_dates import FULL_DATE, clock_quality, read_iso, read_number
from searchapp.ingest.cleaning.normalize import unaccented
from searchapp.ingest.reader_protocol import UnreadableError
from searchapp.model import DateQuality

__all__ = ["is_beyond_tomorrow", "is_date", "parse_date", "read_date", "update_in"]

_Parsed = tuple[datetime, DateQuality]

# From the first printed news-sheets to beyond any plausible date.
_YEARS: Final = range(1400, 2201)
_LONGEST: Final = 150
# ASP.NET's JSON, and months of three digits as a program of Google's writes them.
_ASP: Final = re.compile(r"/Date\((\d{1,16})(?:[+-]\d{4})?\)/", re.ASCII)
_LONG_MONTH: Final = re.compile(r"(\d{4}-)0(\d\d-\d\d.{0,40})", re.ASCII)


def is_date(text: str) -> bool:
    """Return whether ``text`` has the shape of a whole date and nothing else; the day may still be impossible."""
    plain = _plain(text)
    return bool(FULL_DATE.fullmatch(plain)) or is_printed_date(plain.casefold())


def update_in(text: str) -> str:
    """Return the date of the update in « Publié le 6 mai 2024, mis à jour le 7 mai 2024 », else ""."""
    update = printed_update(_plain(text).casefold())
    return update if is_date(update) else ""


def parse_date(value: object, zone: ZoneInfo) -> datetime | None:
    """Return the moment of ``value``: at midnight if it has no hour, in ``zone`` if it has no time zone.

    ``value`` is a text, a number (seconds since 1970, or a year) or, from TOML, a date; ``None`` and an empty text are
    no date.

    Raises UnreadableError with the value when it is no date, or an impossible one.
    """
    return read_date(value, zone)[0]


def read_date(value: object, zone: ZoneInfo) -> tuple[datetime | None, DateQuality]:
    """Return the moment of :func:`parse_date`, and how precisely ``value`` stated it."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None, DateQuality.MISSING
    try:
        moment, quality = _moment(value)
        if moment.year in _YEARS:
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)), quality
    except (ValueError, OverflowError) as error:
        raise _wrong(value) from error
    raise _wrong(value)


def is_beyond_tomorrow(moment: datetime) -> bool:
    """Return whether ``moment`` lies so far ahead that no clock or time zone explains it."""
    return moment.date() > datetime.now(moment.tzinfo).date() + timedelta(days=1)


def _moment(value: object) -> _Parsed:
    if isinstance(value, datetime):
        return value, clock_quality(value)
    if isinstance(value, date):
        return datetime.combine(value, time()), DateQuality.DAY
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:.6f}".rstrip("0").rstrip(".")
    text = _plain(value) if isinstance(value, str) else ""
    if special := _ASP.fullmatch(text) or _LONG_MONTH.fullmatch(text):
        text = "".join(special.groups())
    parsed = read_iso(text) or read_number(text) or read_printed(text.casefold()) or _read_foreign()(text)
    if parsed is None:
        raise ValueError(text)
    return parsed


@cache
def _read_foreign() -> Callable[[str], _Parsed | None]:
    """Load the names of months when the first date needs them."""
    module = importlib.import_module("searchapp.ingest.cleaning.foreign_dates")
    read: Callable[[str], _Parsed | None] = module.read_foreign
    return read


def _plain(text: str) -> str:
    """Return ``text`` with plain blanks and without accents; "" when it is too long to be a date."""
    if len(text) > _LONGEST:
        return ""
    return " ".join(unaccented(text).split())


def _wrong(value: object) -> UnreadableError:
    return UnreadableError(
        Message(
            "“{value}” is not a date; write it as 2024-11-06 or 2024-11-06T16:49:00+01:00",
            value=str(value)[:100],
        )
    )
