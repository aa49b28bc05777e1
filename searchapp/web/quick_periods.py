"""Periods that one click chooses: seven days, thirty days, a year; up to today or to the end of an archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from searchapp.i18n import Message
from searchapp.model import SearchRequest
from searchapp.web.links import search_path, with_period
from searchapp.web.site import site

__all__ = ["QuickPeriod", "end_of_archive", "quick_periods"]

WEEK: Final = 7
MONTH: Final = 30


@dataclass(frozen=True, slots=True)
class QuickPeriod:
    """A period, the address of the search in it and, if it is the chosen one, without it."""

    label: Message
    path: str
    chosen: bool


def end_of_archive(newest: date | None) -> date | None:
    """Return the day of the ``newest`` article if it is a week old or more: seven days would find nothing."""
    return newest if newest and newest <= _today() - timedelta(WEEK) else None


def quick_periods(search_request: SearchRequest, archive_end: date | None) -> Iterator[QuickPeriod]:
    """Yield the periods that end today or, if that is given, at the end of an archive."""
    last = archive_end or _today()
    this_year = Message("The year {year}", year=str(last.year)) if archive_end else Message("This year")
    for label, first in (
        (Message("{days} days", days=WEEK), last - timedelta(WEEK - 1)),
        (Message("{days} days", days=MONTH), last - timedelta(MONTH - 1)),
        (this_year, date(last.year, 1, 1)),
    ):
        days = search_request.filters.date_from, search_request.filters.date_to
        chosen = days == (first, last)
        bounds = (None, None) if chosen else (first, last)
        yield QuickPeriod(label, search_path(with_period(search_request, *bounds), panel=True), chosen)


def _today() -> date:
    return datetime.now(site().config.timezone).date()
