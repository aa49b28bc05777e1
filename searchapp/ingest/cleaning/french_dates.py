"""Dates as French newspapers print them: « mer. 6 nov. 2024 à 16h49 », « Publié le 06/11/2024, mis à jour le … ».

All functions take text in small letters, without accents, with plain blanks.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from searchapp.model import DateQuality

__all__ = ["MONTHS", "WEEKDAYS", "full_year", "is_printed_date", "printed_update", "read_printed"]

MONTHS: Final = (
    *("janvier janv jan", "fevrier fevr fev", "mars", "avril avr", "mai", "juin", "juillet juil"),
    *("aout", "septembre sept sep", "octobre oct", "novembre nov", "decembre dec"),
)
"""The names of each month, from January on."""
WEEKDAYS: Final = ("lundi lun", "mardi mar", "mercredi mer", "jeudi jeu", "vendredi ven", "samedi sam", "dimanche dim")
"""The names of each weekday, from Monday on."""

_MONTH_NUMBERS: Final = {name: number for number, names in enumerate(MONTHS, 1) for name in names.split()}
_VERBS: Final = "publiee?|parue?|postee?|mis en ligne|mise en ligne|mise? a jour|modifiee?|actualisee?|diffusee?"
_LABEL: Final = rf"(?:(?:{_VERBS}|date(?: de (?:publication|parution|mise en ligne))?)(?: ?:)? )?(?:(?:le|du) )?"
_WEEKDAY: Final = rf"(?:(?:{'|'.join(WEEKDAYS).replace(' ', '|')})\.?,? )?"
_CLOCK: Final = (
    r"(?P<hour>\d\d?) ?(?:heures?|h|:)(?: ?(?P<minute>\d\d)(?::(?P<second>\d\d))?)?(?: ?(?:minutes?|min|mn))?"
)
_HOUR: Final = (
    rf"(?:,? (?:(?:a|vers|-|–|\|) )?(?:{_CLOCK}|(?P<noon>midi|minuit))(?: \(?heure [a-z]{{2,10}} [a-z]{{2,20}}\)?)?)?"
)
_UPDATED: Final = rf"(?:(?:,| -| –| \||\.)? (?:{_VERBS}|maj) .{{1,60}})?\.?"
_NUMBERS: Final = re.compile(
    rf"{_LABEL}{_WEEKDAY}(?P<day>\d\d?)(?P<sign>[/.-])(?P<month>\d\d?)(?P=sign)(?P<year>\d{{4}}|\d\d){_HOUR}{_UPDATED}",
    re.ASCII,
)
_WORDS: Final = re.compile(
    rf"{_LABEL}{_WEEKDAY}(?P<day>\d\d?)(?:er)?[ -](?P<month>{'|'.join(_MONTH_NUMBERS)})\.?,?[ -](?P<year>\d{{4}})"
    rf"{_HOUR}{_UPDATED}",
    re.ASCII,
)
_UPDATE: Final = re.compile(rf"(?:{_VERBS}|maj)(?: ?:)? (?:le )?((?:[a-z]{{5,8}},? )?\d.{{3,50}}?)\.?$")
_NOON: Final = {"midi": 12, "minuit": 0}


def is_printed_date(text: str) -> bool:
    """Return whether ``text`` has the shape of a printed date and nothing else; the day may still be impossible."""
    return _match(text) is not None


def printed_update(text: str) -> str:
    """Return the date of the update in « publie le 6 mai 2024, mis a jour le 7 mai 2024 », else ""."""
    update = _UPDATE.search(text, 1) if is_printed_date(text) else None
    return update[1] if update else ""


def read_printed(text: str) -> tuple[datetime, DateQuality] | None:
    """Return the moment of a printed date, without a zone; None for another form.

    Raises ValueError for a day or an hour that does not exist.
    """
    match = _match(text)
    if match is None:
        return None
    month = match["month"]
    if month.isdigit() and int(month) > 12 >= int(match["day"]):  # of another country
        return None
    moment = datetime(  # noqa: DTZ001
        full_year(match["year"]),
        _MONTH_NUMBERS.get(month) or int(month),
        int(match["day"]),
        _NOON[match["noon"]] if match["noon"] else int(match["hour"] or 0),
        int(match["minute"] or 0),
        int(match["second"] or 0),
    )
    if len(match["year"]) == len("24"):
        return moment, DateQuality.GUESSED
    return moment, DateQuality.LOCAL if match["hour"] or match["noon"] else DateQuality.DAY


def full_year(digits: str) -> int:
    """Return the year of two to four digits, by RFC 2822, section 4.3: 49 is 2049, 50 is 1950, 104 is 2004."""
    year = int(digits)
    if len(digits) >= len("2024"):
        return year
    return year + (2000 if year < 50 else 1900)


def _match(text: str) -> re.Match[str] | None:
    return _WORDS.fullmatch(text) or _NUMBERS.fullmatch(text)
