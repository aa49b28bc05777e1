"""Dates of mails, feeds and foreign programs: “Wed, 06 Nov 24 16:49:00 CET”, “11/6/2024 4:49 PM”, « 6. Mai 2024 ».

Not python-dateutil: it completes what a text leaves open by today's date, and reads GMT+1 as POSIX does, west of
Greenwich. Here a text is a date only if each of its parts is understood, whichever their order.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from searchapp.ingest.cleaning.french_dates import MONTHS, WEEKDAYS, full_year
from searchapp.ingest.cleaning.iso_dates import clock_quality
from searchapp.ingest.cleaning.normalize import unaccented
from searchapp.model import DateQuality

__all__ = ["read_foreign"]

_ENGLISH_MONTHS: Final = (
    *("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug"),
    *("september sep sept", "october oct", "november nov", "december dec"),
)
_ENGLISH_DAYS: Final = (
    *("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thur thurs", "friday fri", "saturday sat"),
    "sunday sun",
)
_LANGUAGES: Final = "de es it nl pt ca ro pl cs sv da nb fi el hu tr ru"
_LINKING: Final = "at on of the le du a er st nd rd th t de del di den der dem um uhr alle ore og published posted"
_LINKING_WORDS: Final = frozenset(_LINKING.split())
# By hours from UTC: RFC 822 and its successors, what feeds write beside (ET), and Central Europe in three languages.
_ZONE_NAMES: Final = {
    0: "Z UT UTC GMT WET",
    1: "WEST BST CET MET MEZ HNEC",
    2: "CEST MEST MESZ HAEC EET",
    3: "EEST MSK",
    -3: "ADT",
    -4: "AST AT EDT HAE",
    -5: "EST ET CDT HNE",
    -6: "CST CT MDT",
    -7: "MST MT PDT",
    -8: "PST PT",
}
_ZONES: Final = {name: hours for hours, names in _ZONE_NAMES.items() for name in names.split()}
_COMMENT: Final = re.compile(r" ?\([^()]{0,60}\)$")
_PLACE: Final = re.compile(r" ?\[?([A-Z][A-Za-z]{2,12}/[A-Z][A-Za-z_/+-]{2,30})\]?$")
_EAST_ASIAN: Final = {ord("년"): "-", ord("월"): "-", ord("일"): " ", ord("年"): "-", ord("月"): "-", ord("日"): " "}
_HALF_DAY: Final = re.compile(r"(오전|오후) ?(\d\d?:\d\d(?::\d\d)?)")
_CLOCK: Final = re.compile(
    r"(?<![\d:+-])(?:T(?=\d))?(\d{1,2})(?:[:h](\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?(?![\d:])(?: ?([AaPp])\.?[Mm]\b\.?)?"
    r"| ?([AaPp])\.?[Mm]\b\.?)",
    re.ASCII,
)
_OFFSET: Final = re.compile(
    r"(?P<year> \d{4}\b)? ?(?:GMT|UTC?)? ?(?P<sign>[+-])(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?(?!\d)"
    r"(?: [A-Z]{3,5}\b)?",
    re.ASCII,
)
_ZONE_NAME: Final = re.compile(r" ?([A-Z]{1,4})\b", re.ASCII)
_PARTS: Final = re.compile(r"\d+|[^\W\d_]+")
_SIGNS: Final = re.compile(r"[ ,.;/|·–'’-]*")


class _Hour(NamedTuple):
    """The hour in a text: what stands around it, the time of day, its zone, and whether it counts to twelve."""

    rest: str
    clock: timedelta
    zone: tzinfo | None
    american: bool


def read_foreign(text: str) -> tuple[datetime, DateQuality] | None:
    """Return the moment of ``text``, without a zone if it names none; None when a part of it is not understood.

    ``text`` has plain blanks and no accents. Raises ValueError for a day or an hour that does not exist.
    """
    if not any(character.isdigit() for character in text):
        return None
    place = _PLACE.search(text)
    plain = _COMMENT.sub("", text[: place.start()] if place else text)
    plain = plain if plain.isascii() else unicodedata.normalize("NFC", plain)
    plain = _HALF_DAY.sub(lambda half: f"{half[2]} {'am' if half[1] == '오전' else 'pm'}", plain).translate(_EAST_ASIAN)
    hour = _hour(plain)
    day = _day(hour.rest if hour else plain, american=bool(hour and hour.american))
    if day is None:
        return None
    moment, quality = day
    if hour and quality is not DateQuality.MONTH:
        zone = hour.zone or (_zone_of(place[1]) if place else None)
        moment = (moment + hour.clock).replace(tzinfo=zone)
        quality = quality if quality is DateQuality.GUESSED else clock_quality(moment)
    return moment, quality


def _hour(text: str) -> _Hour | None:
    """Return the hour in ``text``; raises ValueError for one that does not exist."""
    clock = _CLOCK.search(text)
    if clock is None:
        return None
    half = (clock[4] or clock[5] or "").lower()
    hours, minutes, seconds = (int(clock[group] or 0) for group in (1, 2, 3))
    if half:
        hours = hours % 12 + 12 * (half == "p")
    if hours > 23 or minutes > 59 or seconds > 60:
        raise ValueError(text)
    behind, zone = _zone(text[clock.end() :])
    time = timedelta(hours=hours, minutes=minutes, seconds=min(seconds, 59))
    return _Hour(f"{text[: clock.start()]} {behind}", time, zone, bool(half))


def _zone(text: str) -> tuple[str, tzinfo | None]:
    """Return ``text``, which stands behind an hour, without its zone, and the zone if it is known."""
    if offset := _OFFSET.match(text):
        delta = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
        return (offset["year"] or "") + text[offset.end() :], timezone(-delta if offset["sign"] == "-" else delta)
    name = _ZONE_NAME.match(text)
    if name and name[1] in _ZONES:
        return text[name.end() :], timezone(timedelta(hours=_ZONES[name[1]]))
    return text, None


def _zone_of(place: str) -> tzinfo | None:
    try:
        return ZoneInfo(place)
    except (ValueError, OSError):  # no such zone, or a path
        return None


def _day(text: str, *, american: bool) -> tuple[datetime, DateQuality] | None:
    """Return the day of the words and numbers in ``text``, or the first of a month without a day."""
    parts = _PARTS.findall(text)
    if not _SIGNS.fullmatch(_PARTS.sub("", text)):
        return None
    words = [part.casefold() for part in parts if not part.isdigit()]
    numbers = [part for part in parts if part.isdigit()]
    month = _month(words)
    if month is None:
        return None
    return _named_month(month, numbers) if month else _numbered(numbers, american=american)


def _month(words: Sequence[str]) -> int | None:
    """Return the month that ``words`` name, 0 for none; None when one of them is no word of a date."""
    for names in (_names, _european_names) if words else ():
        months, weekdays = names()
        if all(word in months or word in weekdays or word in _LINKING_WORDS for word in words):
            named = [word for word in words if word in months]
            # « mar. 5 nov. » is a Tuesday, “5 Mar” a day of March.
            named = [word for word in named if word not in weekdays] or named
            return months[named[0]] if len(named) == 1 else None if named else 0
    return None if words else 0


def _named_month(month: int, numbers: Sequence[str]) -> tuple[datetime, DateQuality] | None:
    years = [number for number in numbers if len(number) >= len("104")]
    if len(numbers) == 1 and len(numbers[0]) == len("2024"):
        return datetime(int(numbers[0]), month, 1), DateQuality.MONTH  # noqa: DTZ001
    if len(numbers) != 2 or len(years) > 1:
        return None
    year = years[0] if years else numbers[1]
    day = numbers[1] if year is numbers[0] else numbers[0]
    return datetime(full_year(year), month, int(day)), DateQuality.DAY  # noqa: DTZ001


def _numbered(numbers: Sequence[str], *, american: bool) -> tuple[datetime, DateQuality] | None:
    """Return the day of year, month, day or day, month, year; beside an hour up to twelve the month is first."""
    sizes = [len(number) for number in numbers]
    if len(sizes) == 2 and sizes[0] <= 2 and sizes[1] == 4:
        return datetime(int(numbers[1]), int(numbers[0]), 1), DateQuality.MONTH  # noqa: DTZ001
    if len(sizes) != 3 or max(sizes) > 4:
        return None
    first, second, third = map(int, numbers)
    if sizes[0] == 4:
        return datetime(first, second, third), DateQuality.DAY  # noqa: DTZ001
    if sizes[:2] > [2, 2] or sizes[2] not in (2, 4):
        return None
    month_first = (american and first <= 12) or second > 12
    day, month = (second, first) if month_first else (first, second)
    guessed = month_first or sizes[2] == 2
    return datetime(full_year(numbers[2]), month, day), DateQuality.GUESSED if guessed else DateQuality.DAY  # noqa: DTZ001


_Names = tuple[Mapping[str, int], frozenset[str]]


@cache
def _names() -> _Names:
    months = _numbers_of(_ENGLISH_MONTHS) | _numbers_of(MONTHS)
    return months, frozenset((*_numbers_of(_ENGLISH_DAYS), *_numbers_of(WEEKDAYS)))


def _numbers_of(lists: Iterable[str]) -> dict[str, int]:
    return {name: number for number, names in enumerate(lists, 1) for name in names.split()}


@cache
def _european_names() -> _Names:
    """Return the names of months and weekdays in other languages of Europe, of CLDR through Babel."""
    locale_of = importlib.import_module("babel").Locale
    months, weekdays = dict(_names()[0]), set(_names()[1])
    for locale in map(locale_of, _LANGUAGES.split()):
        for form, width in ((form, width) for form in ("format", "stand-alone") for width in ("wide", "abbreviated")):
            for number, name in locale.months[form][width].items():
                for abbreviation in _abbreviations(_folded(name)):
                    months.setdefault(abbreviation, number)
            weekdays.update(map(_folded, locale.days[form][width].values()))
    return months, frozenset(weekdays)


def _abbreviations(name: str) -> Iterator[str]:
    """Yield ``name`` and its beginnings of three letters and more: feeds shorten as they like."""
    return (name[:length] for length in range(len(name), 2, -1))


def _folded(name: str) -> str:
    return unaccented(name).casefold().rstrip(".")
