"""Parameters of requests as rows: one row checks a value, words its refusal, and describes itself by JSON Schema.

A :class:`Kind` is a set of values that parameters share. ``params`` has the rows; reading, the OpenAPI document and
the tests all use them.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from werkzeug.datastructures import MultiDict

from searchapp.i18n import Message

__all__ = [
    "GIVEN_AGAIN",
    "Arguments",
    "Kind",
    "Parameter",
    "Problems",
    "WrongValueError",
    "clean",
    "cursor",
    "days",
    "first_text",
    "listed_names",
    "one_of",
    "one_of_texts",
    "seconds",
    "text_of",
    "texts",
    "whole_number",
    "yes_or_no",
]

GIVEN_AGAIN: Final = Message("Give this parameter only once.")
BLANKS: Final = " \t\r\n\N{NO-BREAK SPACE}"
"""Signs that may stand around a value. Python's own blanks have control characters among them, which are wrong."""
LONGEST_CURSOR: Final = 256
CURSOR: Final = re.compile(r"[A-Za-z0-9_-]*")
WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,9}")
DATE_FORMS: Final = (
    re.compile(r"(?P<year>[1-9][0-9]{3})(?:-(?P<month>[0-9]{1,2})(?:-(?P<day>[0-9]{1,2}))?)?"),
    re.compile(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[1-9][0-9]{3})"),
)
# ECMA-262, as JSON Schema has it: what DATE_FORMS match, without months and days that no year has.
_YEAR: Final = r"[1-9][0-9]{3}"
_LEAP_YEAR: Final = r"([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)"
_DAYS_OF_MONTHS: Final = (
    (r"(0?[1-9]|1[0-9]|2[0-8])", r"(0?[1-9]|1[0-2])", _YEAR),
    (r"(29|30)", r"(0?[13-9]|1[0-2])", _YEAR),
    (r"31", r"(0?[13578]|1[02])", _YEAR),
    (r"29", r"0?2", _LEAP_YEAR),
)
_DAY_PATTERN: Final = "^({}(-(0?[1-9]|1[0-2]))?|{}|{})$".format(
    _YEAR,
    "|".join(f"{year}-{month}-{day}" for day, month, year in _DAYS_OF_MONTHS),
    "|".join(f"{day}/{month}/{year}" for day, month, year in _DAYS_OF_MONTHS),
)

Arguments = MultiDict[str, str]
Problems = list[tuple[str, Message]]
Choice = TypeVar("Choice", bound=StrEnum)
Value_co = TypeVar("Value_co", covariant=True)


class WrongValueError(ValueError):
    """A parameter's value is not allowed; the message names the allowed values."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Kind(Generic[Value_co]):
    """Values of parameters: ``convert`` reads a text and raises WrongValueError, ``schema`` is their JSON Schema."""

    convert: Callable[[str], Value_co]
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter(Generic[Value_co]):
    """A parameter of an address. ``default`` is its value when it is left out or empty; ``help`` explains it.

    ``repeats``: it may be given several times; ``listed``: its values may also stand in one, separated by commas.
    """

    name: str
    kind: Kind[Value_co]
    default: Value_co
    help: Message
    required: bool = False
    repeats: bool = False
    listed: bool = False

    def read(self, arguments: Arguments, problems: Problems) -> Value_co:
        """Return the value in ``arguments``, the default for a wrong one.

        Wrong ones are added to ``problems``, and so is a second one where the first counts.
        """
        given = arguments.get(self.name, "") if self.repeats else first_text(self.name, arguments, problems)
        text = given.strip(BLANKS)
        if not text:
            return self.default
        try:
            return self.kind.convert(text)
        except WrongValueError as wrong:
            problems.append((self.name, wrong.reason))
            return self.default


def first_text(name: str, arguments: Arguments, problems: Problems) -> str:
    """Return the first text of a parameter, "" without one; a second one is a problem, be it the same or empty."""
    if len(arguments.getlist(name)) > 1:
        problems.append((name, GIVEN_AGAIN))
    return arguments.get(name, "")


def clean(text: str) -> str:
    """Replace control characters and lone surrogates, which no article contains, by spaces."""
    return "".join(" " if unicodedata.category(char) in {"Cc", "Cs"} else char for char in text).strip()


def text_of(longest: int | None = None) -> Kind[str]:
    """Return the kind of any text, cut to its first ``longest`` characters."""
    return Kind(lambda text: clean(text)[:longest], {"type": "string"})


texts: Final[Kind[Sequence[str]]] = Kind(lambda text: (clean(text),), {"type": "array", "items": {"type": "string"}})
"""Texts, each given by itself. Empty and repeated ones do not count, so the schema names no limit."""


def listed_names(known: Sequence[str]) -> Kind[tuple[str, ...]]:
    """Return the kind of names among ``known``, separated by commas."""

    def convert(text: str) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(map(str.strip, text.split(","))))
        if not set(names) <= set(known):
            raise WrongValueError(Message("Give names of {choices}, separated by commas.", choices=", ".join(known)))
        return names

    return Kind(convert, {"type": "array", "items": {"type": "string", "enum": list(known)}})


def one_of(choices: type[Choice]) -> Kind[Choice]:
    """Return the kind of the values of an enumeration."""
    kind = one_of_texts(tuple(choices))
    return Kind(lambda text: choices(kind.convert(text)), kind.schema)


def one_of_texts(choices: Sequence[str]) -> Kind[str]:
    """Return the kind of some texts."""

    def convert(text: str) -> str:
        if text not in choices:
            raise WrongValueError(Message("Give one of {choices}.", choices=", ".join(choices)))
        return text

    return Kind(convert, {"type": "string", "enum": [str(choice) for choice in choices]})


def _switch(text: str) -> bool:
    if text not in ("true", "false", "1", "0"):
        raise WrongValueError(Message("Give one of {choices}.", choices="true, false"))
    return text in ("true", "1")


def _cursor(text: str) -> str:
    if len(text) > LONGEST_CURSOR or not CURSOR.fullmatch(text):
        raise WrongValueError(Message("Give the cursor of an earlier answer unchanged."))
    return text


def whole_number(lowest: int, highest: int | None) -> Kind[int]:
    """Return the kind of the whole numbers from ``lowest`` to ``highest``, None for no limit."""
    allowed = (
        Message("Give a whole number from {lowest} to {highest}.", lowest=lowest, highest=highest)
        if highest
        else Message("Give a whole number, {lowest} or more.", lowest=lowest)
    )

    def convert(text: str) -> int:
        value = int(text) if WHOLE_NUMBER.fullmatch(text) else None
        if value is None or value < lowest or (highest and value > highest):
            raise WrongValueError(allowed)
        return value

    upper = {} if highest is None else {"maximum": highest}
    return Kind(convert, {"type": "integer", "minimum": lowest, **upper})


def seconds(longest: float) -> Kind[float]:
    """Return the kind of the numbers of seconds from 0 to ``longest``."""

    def convert(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value <= longest:
            raise WrongValueError(Message("Give a number of seconds from 0 to {longest}.", longest=int(longest)))
        return value

    return Kind(convert, {"type": "number", "minimum": 0, "maximum": longest})


def _days(text: str) -> tuple[date, date]:
    """Return the first and the last day of a year, a month or a day."""
    match = next(filter(None, (form.fullmatch(text) for form in DATE_FORMS)), None)
    try:
        if match is None:
            raise ValueError(text)
        year, month, day = (int(part) if part else None for part in match.group("year", "month", "day"))
        return _period(year or 0, month, day)
    except ValueError as error:
        raise WrongValueError(Message("Give a date such as 2024-11-06, 06/11/2024, 2024-11 or 2024.")) from error


def _period(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    first = date(year, 1 if month is None else month, 1 if day is None else day)
    if day:
        return first, first
    last_month = month or 12
    return first, date(year, last_month, calendar.monthrange(year, last_month)[1])


yes_or_no: Final = Kind(_switch, {"type": "boolean"})
cursor: Final = Kind(_cursor, {"type": "string", "maxLength": LONGEST_CURSOR, "pattern": f"^{CURSOR.pattern}$"})
days: Final = Kind(
    _days,
    {"type": "string", "pattern": _DAY_PATTERN, "examples": ["2024-11-06", "2024"]},
)
"""A year, a month or a day; its value is the first and the last day of it."""
