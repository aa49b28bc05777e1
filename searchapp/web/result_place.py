"""The place of an article among the results that led to it: ``?at=21`` in the address of its page."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from flask import request

from searchapp.errors import InvalidRequest
from searchapp.model import Article, Grouping, SearchRequest
from searchapp.search.service import DEEPEST_RESULT
from searchapp.web.links import article_path, hit_path
from searchapp.web.site import site

__all__ = ["Place", "Step", "place_of", "requested_place"]


@dataclass(frozen=True, slots=True)
class Step:
    """A neighbouring result: its article and the address of its page."""

    article: Article
    path: str


@dataclass(frozen=True, slots=True)
class Place:
    """The way back to the results, and the place among them: None and no steps when it is not known (any more)."""

    back: str
    number: int | None = None
    shown: int = 0
    previous: Step | None = None
    following: Step | None = None


def requested_place() -> int | None:
    """Return the number of the result that the address names, None without a valid one."""
    text = request.args.get("at", "")
    number = int(text) if text.isdecimal() and text.isascii() and len(text) <= len(str(DEEPEST_RESULT)) else 0
    return number if 0 < number <= DEEPEST_RESULT else None


def place_of(article_id: str, search_request: SearchRequest) -> Place | None:
    """Return the place of an article in the search that led to it; None for readers who came from elsewhere.

    Looking up both neighbours is one search of a short page without counts. There are none after a cursor.
    """
    number = requested_place()
    if number is None:
        return Place(hit_path(search_request, None)) if search_request != SearchRequest() else None
    back = hit_path(search_request, number)
    if search_request.cursor:
        return Place(back)
    found = None
    with suppress(InvalidRequest):  # the neighbour lies beyond the deepest result
        grouped = replace(search_request, group=search_request.group or Grouping(site().config.group))
        found = site().service.neighbours(grouped, number, article_id)
    if found is None:
        return Place(back)
    return Place(
        back,
        number,
        found.shown,
        _step(found.previous, search_request, number - 1),
        _step(found.following, search_request, number + 1),
    )


def _step(article: Article | None, search_request: SearchRequest, number: int) -> Step | None:
    return Step(article, article_path(article.id, search_request, at=number)) if article else None
