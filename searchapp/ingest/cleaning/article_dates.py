"""Dates as newspapers write them: ISO 8601, day/month/year, French words, and the form of mails and feeds.

Parts that a date lacks are completed and reported (:class:`~searchapp.model.DateQuality`), never guessed silently.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from email.utils import parsedate_to_datetime
from typing import Final
from zoneinfo import ZoneInfo

from searchapp.i18n import Message
from searchapp.ingest.cleaning.normalize import unaccented
from searchapp.ingest.reader_protocol import UnreadableError
from searchapp.model import DateQuality

__all__ = ["is_date", "parse_date", "read_date", "update_in"]

# datetime.fromisoformat takes more than these, week dates for one.
_ISO: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|[+-]\d\d(?::?\d\d)?))?)?", re.ASCII
)
_BASIC: Final = re.compile(r"\d{8}T\d{4}(?:\d\d)?(?:Z|[+-]\d{4})?", re.ASCII)
_MAIL: Final = re.compile(
    r"(?:[a-z]{3}, )?\d\d? [a-z]{3} \d{4} \d\d:\d\d(?::\d\d)?(?: [a-z0-9+-]{1,5})?", re.ASCII | re.IGNORECASE
)
_HOUR: Final = r"(?:,? (?:(?:a|-|–) )?(\d\d?) ?[:h] ?(\d\d)?(?: ?min)?)?"
_NUMBERS: Final = re.compile(r"(\d\d?)[/.](\d\d?)[/.](\d{4}|\d\d)" + _HOUR, re.ASCII)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            *("janvier janv jan", "fevrier fevr fev", "mars", "avril avr", "mai", "juin", "juillet juil"),
            *("aout", "septembre sept sep", "octobre oct", "novembre nov", "decembre dec"),
        ),
        1,
    )
    for name in names.split()
}
_WORDS: Final = re.compile(
    r"(?:(?:publie|paru|poste|mis en ligne|mis a jour|modifie|date) )?(?:(?:le|du) )?"
    r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche),? )?"
    rf"(\d\d?)(?:er)? ({'|'.join(_MONTHS)})\.? (\d{{4}}){_HOUR}"
    r"(?:(?:,| -| –|\.)? (?:mis a jour|modifie) .{1,60})?\.?",
    re.ASCII,
)
_UPDATE: Final = re.compile(r"(?:mis a jour|modifie) (?:le )?((?:[a-z]{5,8},? )?\d.{3,50}?)\.?$")
_PREFIX: Final = re.compile(r"(?:publie|paru|poste|mis en ligne) le ", re.ASCII)
# From the first printed news-sheets to beyond any plausible date.
_YEARS: Final = range(1400, 2201)
_CENTURY_TURNS: Final = 69  # as POSIX reads two digits: 69 is 1969, 68 is 2068
_LONGEST: Final = 150


def is_date(text: str) -> bool:
    """Return whether ``text`` has the shape of a date and nothing else; the day may still be impossible."""
    plain = _plain(text)
    return bool(_ISO.fullmatch(plain) or _NUMBERS.fullmatch(plain) or _WORDS.fullmatch(plain.casefold()))


def update_in(text: str) -> str:
    """Return the date of the update in « Publié le 6 mai 2024, mis à jour le 7 mai 2024 », else ""."""
    plain = _plain(text).casefold()
    update = _UPDATE.search(plain) if _WORDS.fullmatch(plain) or _NUMBERS.fullmatch(plain) else None
    return update[1] if update and is_date(update[1]) else ""


def parse_date(value: object, zone: ZoneInfo) -> datetime | None:
    """Return the moment of ``value``: at midnight if it has no hour, in ``zone`` if it has no time zone.

    ``value`` is a text or, from TOML, a date; ``None`` and an empty text are no date.

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


def _moment(value: object) -> tuple[datetime, DateQuality]:
    if isinstance(value, datetime):
        return value, _zoned(value)
    if isinstance(value, date):
        return datetime.combine(value, time()), DateQuality.DAY
    text = _plain(value) if isinstance(value, str) else ""
    if _ISO.fullmatch(text) or _BASIC.fullmatch(text):
        moment = datetime.fromisoformat(text.replace(" +", "+").replace(" Z", "Z"))
        return moment, DateQuality.DAY if len(text) == len("2024-11-06") else _zoned(moment)
    if _MAIL.fullmatch(text):
        moment = parsedate_to_datetime(text)
        return moment, _zoned(moment)
    return _french(text.casefold())


def _french(text: str) -> tuple[datetime, DateQuality]:
    text = _PREFIX.sub("", text, count=1)
    if match := _NUMBERS.fullmatch(text):
        day, month, year, hour, minute = match.groups()
        moment = datetime(_full_year(year), int(month), int(day), int(hour or 0), int(minute or 0))  # noqa: DTZ001
        if len(year) == len("24"):
            return moment, DateQuality.GUESSED
    elif match := _WORDS.fullmatch(text):
        day, month, year, hour, minute = match.groups()
        moment = datetime(int(year), _MONTHS[month], int(day), int(hour or 0), int(minute or 0))  # noqa: DTZ001
    else:
        raise ValueError
    return moment, DateQuality.LOCAL if hour else DateQuality.DAY


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > len("24") else year + (1900 if year >= _CENTURY_TURNS else 2000)


def _zoned(moment: datetime) -> DateQuality:
    return DateQuality.EXACT if moment.tzinfo else DateQuality.LOCAL


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
