"""A saved search: its name, its query, and the channels that its digests take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import Any, Final

from searchapp.alerts.webhook import read_address
from searchapp.errors import UserError
from searchapp.i18n import Message
from searchapp.model import Filters, Grouping, Match, SearchRequest
from searchapp.query import LONGEST_QUERY
from searchapp.schema import FACET_FIELDS

__all__ = ["FEED", "MAIL", "WEBHOOK", "SavedSearch", "from_table", "to_table"]

MAIL: Final = "mail"
FEED: Final = "feed"
WEBHOOK: Final = "webhook"

# It is also the name of a file.
_NAME: Final = re.compile(r"[^\W_][\w-]{0,63}")
_MOST_RECIPIENTS: Final = 50


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A saved search. ``recipients`` are mail addresses, ``webhook`` an address, each empty without that channel.

    ``match`` says whether articles must hold all words of the query (the default) or most. With ``corrections`` a
    matching article comes again when it was corrected.
    """

    name: str
    query: str = ""
    filters: Filters = Filters()
    match: Match = Match.ALL
    recipients: tuple[str, ...] = ()
    feed: bool = False
    webhook: str = ""
    corrections: bool = False

    @property
    def request(self) -> SearchRequest:
        """The search, with words as they are typed: a name that no article has yet is waited for, not corrected."""
        return SearchRequest(self.query, self.filters, match=self.match, recency=0, correct=False, group=Grouping.NONE)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels; each recipient of mail is one, so that an address that is refused holds up no other."""
        mail = (f"{MAIL}:{recipient}" for recipient in self.recipients)
        return (*mail, *([FEED] if self.feed else []), *([WEBHOOK] if self.webhook else []))


def from_table(table: Mapping[str, Any]) -> SavedSearch:
    """Return the saved search of a table of TOML; raises UserError, which names every wrong key."""
    problems = [*_unknown_keys(table)]

    def read(key: str, convert: Callable[[Any], Any], default: Any) -> Any:
        try:
            return convert(table[key]) if key in table else default
        except UserError as error:
            problems.append(Message("{key}: {reason}", key=key, reason=error.message))
            return default

    search = SavedSearch(
        name=_name(table.get("name")),
        query=read("query", _query, ""),
        filters=Filters(
            {field: read(field, _texts, ()) for field in FACET_FIELDS},
            read("from", _day, None),
            read("to", _day, None),
            {field: read(f"-{field}", _texts, ()) for field in FACET_FIELDS},
        ),
        match=read("match", _match, Match.ALL),
        recipients=read(MAIL, _recipients, ()),
        feed=read(FEED, _flag, False),
        webhook=read(WEBHOOK, _webhook, ""),
        corrections=read("corrections", _flag, False),
    )
    if not problems and not (search.query or search.filters):
        problems.append(Message("Give a query, or a filter such as section."))
    if not problems and not search.channels:
        problems.append(Message("Give at least one of mail, feed and webhook."))
    if problems:
        raise UserError(Message("The alert “{name}” is wrong:", name=search.name), problems)
    return search


def to_table(search: SavedSearch) -> dict[str, Any]:
    """Return the table of a saved search, without what is default; :func:`from_table` reads it."""
    filters = search.filters
    table = {
        "name": search.name,
        "query": search.query,
        **{field: list(values) for field, values in filters.values.items()},
        **{f"-{field}": list(values) for field, values in filters.excluded.items()},
        "from": filters.date_from,
        "to": filters.date_to,
        "match": "" if search.match is Match.ALL else search.match.value,
        MAIL: list(search.recipients),
        FEED: search.feed,
        WEBHOOK: search.webhook,
        "corrections": search.corrections,
    }
    return {key: value for key, value in table.items() if value}


def _unknown_keys(table: Mapping[str, Any]) -> Iterator[Message]:
    keys = ["name", "query", "from", "to", "match", MAIL, FEED, WEBHOOK, "corrections", *FACET_FIELDS]
    known = {*keys, *(f"-{field}" for field in FACET_FIELDS)}
    for key in table:
        if key not in known:
            yield Message("“{key}” is no key of an alert. There are: {keys}", key=key, keys=", ".join(keys))


def _name(value: Any) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise UserError(
        Message("An alert needs a name of 1 to 64 letters, digits, “-” and “_”; “{name}” is none.", name=value or "")
    )


def _query(value: Any) -> str:
    if isinstance(value, str) and len(value) <= LONGEST_QUERY:
        return value.strip()
    raise UserError(Message("Give text of at most {longest} characters.", longest=LONGEST_QUERY))


def _texts(value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if isinstance(values, list | tuple) and all(isinstance(text, str) and text.strip() for text in values):
        return tuple(dict.fromkeys(text.strip() for text in values))
    raise UserError(Message("Give text, or a list of texts."))


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise UserError(Message("Give a day such as 2024-11-06.")) from None


def _match(value: Any) -> Match:
    if value in tuple(Match):
        return Match(value)
    raise UserError(Message("Give one of {choices}.", choices=", ".join(Match)))


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise UserError(Message("Give true or false."))


def _recipients(value: Any) -> tuple[str, ...]:
    texts = _texts(value)
    if len(texts) > _MOST_RECIPIENTS:
        raise UserError(Message("Give at most {most} values.", most=_MOST_RECIPIENTS))
    for text in texts:
        try:
            is_address = text.isascii() and text[0] != "-" and bool(Address(addr_spec=text).username)
        except (HeaderParseError, ValueError, IndexError):
            is_address = False
        if not is_address:
            raise UserError(Message("“{text}” is no mail address.", text=text))
    return texts


def _webhook(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    read_address(text)
    return text
