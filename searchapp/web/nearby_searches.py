"""Offers of a page without results: searches near the one that was asked for, each of which finds something.

An offer is shown with the number of its articles, so that no link leads to another empty page. Counting ends after
BUDGET_SECONDS; what was not counted by then is not offered.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from searchapp.i18n import Message
from searchapp.model import Match, SearchRequest, SearchResult
from searchapp.query.grammar import OPERATORS
from searchapp.search.timeline import bounds_of
from searchapp.web.links import search_path, with_match, with_period, without_filters, without_value
from searchapp.web.site import site
from searchapp.web.site_language import period_name, value_name

__all__ = ["Offer", "offers"]

BUDGET_SECONDS: Final = 0.5
MOST_OFFERS: Final = 6
MOST_WORDS: Final = 6
SIGNS: Final = re.compile(r'["«»“”()+]')

Candidate = tuple[Message, SearchRequest]


@dataclass(frozen=True, slots=True)
class Offer:
    """A search that finds ``count`` articles: what it changes, and its address."""

    label: Message
    count: int
    path: str


def offers(request: SearchRequest, result: SearchResult) -> list[Offer]:
    """Return at most MOST_OFFERS searches near ``request``, which found nothing."""
    until = time.perf_counter() + BUDGET_SECONDS
    found: list[Offer] = []
    for label, other in _candidates(request, result):
        if len(found) == MOST_OFFERS or time.perf_counter() > until:
            break
        if count := site().service.count(other):
            found.append(Offer(label, count, search_path(other)))
    return found


def _candidates(request: SearchRequest, result: SearchResult) -> Iterator[Candidate]:
    yield from _other_periods(request, result)
    yield from _fewer_filters(request)
    if result.match is Match.ALL:
        yield Message("Articles with some of the words"), with_match(request, Match.MOST)
    yield from _fewer_words(request, result)


def _other_periods(request: SearchRequest, result: SearchResult) -> Iterator[Candidate]:
    """Yield the periods before and after the one asked for that have articles, and all of them."""
    if not request.filters.has_days:
        return
    spans = [(bucket.date, *bounds_of(bucket.date)) for bucket in result.timeline.buckets]
    asked_first, asked_last = request.filters.date_from, request.filters.date_to
    before = [span for span in spans if asked_first and span[2] < asked_first][-1:]
    after = [span for span in spans if asked_last and span[1] > asked_last][:1]
    for period, first, last in (*before, *after):
        yield Message("Another period: {period}", period=period_name(period)), with_period(request, first, last)
    yield Message("Without a period"), with_period(request, None, None)


def _fewer_filters(request: SearchRequest) -> Iterator[Candidate]:
    """Yield the search without each of its values and, if there are several, without all filters."""
    chosen = [(field, value) for field, values in request.filters.values.items() for value in values]
    for field, value in chosen:
        yield Message("Without “{value}”", value=value_name(field, value)), without_value(request, field, value)
    if len(chosen) + len(request.filters.excluded) + request.filters.has_days > 1:
        yield Message("Without any filter"), without_filters(request)


def _fewer_words(request: SearchRequest, result: SearchResult) -> Iterator[Candidate]:
    """Yield the search for its words without signs, for those that articles hold, and for each of these alone."""
    typed = [word for word in SIGNS.sub(" ", request.query).split() if _is_word(word)][:MOST_WORDS]
    if result.elaborate and typed:
        yield Message("The words without signs: “{words}”", words=" ".join(typed)), _query(request, typed)
    held = [word for word in typed if site().service.count(_query(request, [word]))]
    if 1 < len(held) < len(typed):
        yield Message("Only “{words}”", words=" ".join(held)), _query(request, held)
    for word in held if len(typed) > 1 else ():
        yield Message("Only “{words}”", words=word), _query(request, [word])


def _is_word(text: str) -> bool:
    """Return whether a part of a query is a word to look for, and no operator, exclusion or field."""
    return text not in OPERATORS and not text.startswith("-") and ":" not in text


def _query(request: SearchRequest, words: list[str]) -> SearchRequest:
    return replace(request, query=" ".join(words), page=1, cursor=None, correct=False, explain=False)
