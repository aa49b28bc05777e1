"""The parameters of a search in a web address: read and checked (``answer_json.write_search`` writes them).

Reading never raises. A wrong value becomes a problem beside the request: the JSON endpoint refuses a request that has
problems, a page shows them and searches without these parameters.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from werkzeug.datastructures import MultiDict

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.model import DEFAULT_FACET_LIMIT, Filters, Grouping, Match, SearchRequest, Sort
from searchapp.query import LONGEST_QUERY
from searchapp.schema import FACET_FIELDS
from searchapp.search.facet_values import ValueOrder
from searchapp.search.suggest import MOST_SUGGESTIONS

__all__ = [
    "HIGHEST_PER_PAGE",
    "LONGEST_QUERY",
    "Reading",
    "SuggestRequest",
    "ValueView",
    "clean_query",
    "read_fields",
    "read_search",
    "read_suggest",
    "read_value_view",
]

SUGGESTION_FORMATS: Final = ("json", "opensearch")
USUAL_SUGGESTIONS: Final = 8
LONGEST_CURSOR: Final = 256
LONGEST_FIND: Final = 200
HIGHEST_PER_PAGE: Final = 100
HIGHEST_FACET_LIMIT: Final = 1000
# Values of one filter. Pages offer fewer; the limit bounds the cost of one request.
MOST_VALUES: Final = 50
LONGEST_HALF_LIFE: Final = 36_500

QUERY_CUT: Final = Message(
    "The query was longer than {longest} characters; only its beginning was searched.", longest=LONGEST_QUERY
)
WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,9}")
DATE_FORMS: Final = (
    re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{1,2})(?:-(?P<day>[0-9]{1,2}))?)?"),
    re.compile(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})"),
)


Arguments = MultiDict[str, str]
Problems = list[tuple[str, Message]]
Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)


class _WrongError(ValueError):
    """A parameter's value is not allowed; the message names the allowed values."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reading:
    """A search request, the wrong parameters with their reasons, and remarks for the reader."""

    request: SearchRequest
    problems: tuple[tuple[str, Message], ...] = ()
    remarks: tuple[Message, ...] = field(default=())

    def strict(self) -> SearchRequest:
        """Return the request; raises InvalidRequest with every wrong parameter."""
        if self.problems:
            raise InvalidRequest(Message("Some parameters are wrong."), self.problems)
        return self.request


@dataclass(frozen=True, slots=True)
class ValueView:
    """The values of a facet that are asked for: letters that they hold, and their order."""

    find: str
    order: ValueOrder


def read_search(arguments: Arguments) -> Reading:
    """Read the parameters of a search from a web address."""
    problems: Problems = []
    query, remarks = clean_query(arguments.get("q", ""))
    request = SearchRequest(
        query=query,
        filters=_read_filters(arguments, problems),
        sort=_read(arguments, "sort", _one_of(Sort), Sort.RELEVANCE, problems),
        match=_read(arguments, "match", _one_of(Match), None, problems),
        recency=_read(arguments, "recency", _whole_number(0, LONGEST_HALF_LIFE), None, problems),
        explain=_read(arguments, "explain", _yes_or_no, False, problems),
        page=_read(arguments, "page", _whole_number(1, None), 1, problems),
        per_page=_read(arguments, "per_page", _whole_number(1, HIGHEST_PER_PAGE), 10, problems),
        cursor=_read(arguments, "cursor", _cursor, None, problems),
        facet_limit=_read(
            arguments, "facet_limit", _whole_number(0, HIGHEST_FACET_LIMIT), DEFAULT_FACET_LIMIT, problems
        ),
        correct=_read(arguments, "correct", _yes_or_no, True, problems),
        group=_read(arguments, "group", _one_of(Grouping), None, problems),
    )
    return Reading(request, tuple(problems), remarks)


@dataclass(frozen=True, slots=True)
class SuggestRequest:
    """The text that somebody is typing, the most suggestions, and whether a browser asks for them."""

    text: str
    limit: int
    is_opensearch: bool


def read_suggest(arguments: Arguments) -> SuggestRequest:
    """Read the parameters of suggestions; raises InvalidRequest."""
    problems: Problems = []
    limit = _read(arguments, "limit", _whole_number(1, MOST_SUGGESTIONS), USUAL_SUGGESTIONS, problems)
    is_opensearch = _read(arguments, "format", _suggestion_format, "json", problems) == "opensearch"
    if problems:
        raise InvalidRequest(Message("Some parameters are wrong."), problems)
    # A space at the end counts: the word before it is complete.
    text = arguments.get("q", "")
    return SuggestRequest(clean_query(text)[0] + (" " if text[-1:].isspace() else ""), limit, is_opensearch)


def read_fields(arguments: Arguments, known: Sequence[str]) -> tuple[str, ...]:
    """Return the names in the parameter ``fields``, separated by commas or repeated; () when there are none.

    Raises InvalidRequest for a name that is not ``known``.
    """
    listed = (name.strip() for text in arguments.getlist("fields") for name in text.split(","))
    names = tuple(dict.fromkeys(filter(None, listed)))
    if not set(names) <= set(known):
        reason = Message("Give names of {choices}, separated by commas.", choices=", ".join(known))
        raise InvalidRequest(Message("Some parameters are wrong."), [("fields", reason)])
    return names


def read_value_view(arguments: Arguments) -> ValueView:
    """Read which values of a facet are asked for; an unknown order is the usual one."""
    order = arguments.get("order", "")
    known = ValueOrder(order) if order in tuple(ValueOrder) else ValueOrder.COUNT
    return ValueView(_clean(arguments.get("find", ""))[:LONGEST_FIND], known)


def clean_query(text: str) -> tuple[str, tuple[Message, ...]]:
    """Return a query without control characters, at most LONGEST_QUERY long, and a remark if it was cut."""
    query = _clean(text)
    if len(query) <= LONGEST_QUERY:
        return query, ()
    return query[:LONGEST_QUERY].rstrip(), (QUERY_CUT,)


def _clean(text: str) -> str:
    """Replace control characters and lone surrogates, which no article contains, by spaces."""
    return "".join(" " if unicodedata.category(char) in {"Cc", "Cs"} else char for char in text).strip()


def _read(
    arguments: Arguments, name: str, convert: Callable[[str], Value], default: Value, problems: Problems
) -> Value:
    text = arguments.get(name, "").strip()
    if not text:
        return default
    try:
        return convert(text)
    except _WrongError as wrong:
        problems.append((name, wrong.reason))
        return default


def _read_filters(arguments: Arguments, problems: Problems) -> Filters:
    first = _read(arguments, "from", lambda text: _days(text)[0], None, problems)
    last = _read(arguments, "to", lambda text: _days(text)[1], None, problems)
    if first and last and last < first:
        problems.append(("to", Message("The last day is before the first one.")))
        last = None
    chosen = {field: _values(arguments.getlist(field), field, problems) for field in FACET_FIELDS}
    excluded = {field: _values(arguments.getlist(f"-{field}"), f"-{field}", problems) for field in FACET_FIELDS}
    return Filters(chosen, first, last, excluded)


def _values(texts: Sequence[str], name: str, problems: Problems) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value for value in map(_clean, texts) if value))
    if len(values) > MOST_VALUES:
        problems.append((name, Message("Give at most {most} values.", most=MOST_VALUES)))
    return values[:MOST_VALUES]


def _suggestion_format(text: str) -> str:
    if text not in SUGGESTION_FORMATS:
        raise _WrongError(Message("Give one of {choices}.", choices=", ".join(SUGGESTION_FORMATS)))
    return text


def _one_of(choices: type[Choice]) -> Callable[[str], Choice]:
    def convert(text: str) -> Choice:
        if text not in tuple(choices):
            raise _WrongError(Message("Give one of {choices}.", choices=", ".join(choices)))
        return choices(text)

    return convert


def _yes_or_no(text: str) -> bool:
    if text not in ("true", "false", "1", "0"):
        raise _WrongError(Message("Give one of {choices}.", choices="true, false"))
    return text in ("true", "1")


def _cursor(text: str) -> str:
    if len(text) > LONGEST_CURSOR or not text.isascii():
        raise _WrongError(Message("Give the cursor of an earlier answer unchanged."))
    return text


def _whole_number(lowest: int, highest: int | None) -> Callable[[str], int]:
    allowed = (
        Message("Give a whole number from {lowest} to {highest}.", lowest=lowest, highest=highest)
        if highest
        else Message("Give a whole number, {lowest} or more.", lowest=lowest)
    )

    def convert(text: str) -> int:
        value = int(text) if WHOLE_NUMBER.fullmatch(text) else None
        if value is None or value < lowest or (highest and value > highest):
            raise _WrongError(allowed)
        return value

    return convert


def _days(text: str) -> tuple[date, date]:
    """Return the first and the last day of a year, a month or a day."""
    match = next(filter(None, (form.fullmatch(text) for form in DATE_FORMS)), None)
    try:
        if match is None:
            raise ValueError(text)
        year, month, day = (int(part) if part else None for part in match.group("year", "month", "day"))
        return _period(year or 0, month, day)
    except ValueError as error:
        raise _WrongError(Message("Give a date such as 2024-11-06, 06/11/2024, 2024-11 or 2024.")) from error


def _period(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    first = date(year, month or 1, day or 1)
    if day:
        return first, first
    last_month = month or 12
    return first, date(year, last_month, calendar.monthrange(year, last_month)[1])
