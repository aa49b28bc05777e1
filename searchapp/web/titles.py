"""Titles of results pages, for tabs, bookmarks and histories: « grève · AFP · 2019 – 73 articles, page 3 »."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from searchapp.i18n import Message
from searchapp.model import SearchRequest, SearchResult
from searchapp.schema import FACETS
from searchapp.web.site_language import counted, day, month, number, say, value_name

__all__ = ["results_title", "short_period"]

LONGEST_PART: Final = 60


def results_title(request: SearchRequest, result: SearchResult) -> str:
    """Return query and filters, the number of articles and, from the second on, that of the page."""
    asked = " · ".join(map(_shortened, _parts(request)))
    return f"{asked} – {_total(result)}" + (f", {_page(result.page)}" if result.page > 1 else "")


def short_period(first: date | None, last: date | None) -> str:
    """Return a period in few words: a whole year as its number, a whole month by name."""
    if first and last:
        following = last + timedelta(1) if last < date.max else last
        if (first.month, first.day, following.month, following.day) == (1, 1, 1, 1):
            return f"{first:%Y}" if first.year == last.year else f"{first:%Y}–{last:%Y}"
        if first.day == following.day == 1 and (first.year, first.month) == (last.year, last.month):
            return month(first)
        return day(first) if first == last else say(Message("{first} to {last}", first=day(first), last=day(last)))
    if first:
        return say(Message("since {first}", first=day(first)))
    return say(Message("until {last}", last=day(last))) if last else ""


def _parts(request: SearchRequest) -> Iterator[str]:
    yield request.query or say(Message("All articles"))
    for facet in FACETS:
        for value in request.filters.values.get(facet.field, ()):
            yield value_name(facet.field, value)
        for value in request.filters.excluded.get(facet.field, ()):
            yield f"{say(Message('without'))} {value_name(facet.field, value)}"
    if period := short_period(request.filters.date_from, request.filters.date_to):
        yield period


def _shortened(part: str) -> str:
    return part if len(part) <= LONGEST_PART else part[: LONGEST_PART - 1].rstrip() + "…"


def _total(result: SearchResult) -> str:
    if not result.total and result.total_relation != "eq":
        return say(Message("no article in time"))
    if not result.total:
        return say(Message("no article"))
    if result.total_relation == "gte":
        return counted("at least {count} article", "at least {count} articles", result.total)
    return counted("{count} article", "{count} articles", result.total)


def _page(page: int) -> str:
    return say(Message("page {page}", page=number(page)))
