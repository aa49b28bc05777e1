"""Following a search: the command that makes an alert of it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final

from searchapp.model import Match, SearchRequest

__all__ = ["alert_command"]

_NOT_IN_NAME: Final = re.compile(r"[\W_]+")
_LONGEST_NAME: Final = 40


def alert_command(request: SearchRequest) -> str:
    """Return the line for a shell that saves ``request`` as an alert, which mails its digests."""
    words = " ".join((request.query, *(value for values in request.filters.values.values() for value in values)))
    name = _NOT_IN_NAME.sub("-", words).strip("-")[:_LONGEST_NAME].strip("-").lower() or "alerte"
    # Behind “--” nothing is an option, not even a query such as “--webhook=…”.
    options = (*_options(request), "--mail", "redaction@example.fr")
    query = _query(request)
    return shlex.join(("searchapp", "alerts", "add", name, *options, *(("--", query) if query else ())))


def _query(request: SearchRequest) -> str:
    excluded = (f'-{field}:"{value}"' for field, values in request.filters.excluded.items() for value in values)
    return " ".join((*filter(None, [request.query]), *excluded))


def _options(request: SearchRequest) -> Iterator[str]:
    filters = request.filters
    for field, values in filters.values.items():
        for value in values:
            yield from (f"--{field}", value)
    for option, day in (("--from", filters.date_from), ("--to", filters.date_to)):
        if day:
            yield from (option, day.isoformat())
    if request.match is Match.MOST:
        yield from ("--match", "most")
