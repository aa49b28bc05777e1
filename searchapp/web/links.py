"""Addresses of this site. A link on a results page is the current SearchRequest with one parameter changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask import request as http_request
from flask import url_for

from searchapp.analysis.value_keys import value_key
from searchapp.model import Filters, Grouping, Match, SearchRequest, Sort
from searchapp.output.answer_json import fits_path, write_search
from searchapp.search.service import DEEPEST_RESULT
from searchapp.search.timeline import bounds_of
from searchapp.web.hit_view import VIEW, HitView, requested_view
from searchapp.web.site import site
from searchapp.web.site_language import requested_language

__all__ = [
    "absolute",
    "advanced_path",
    "article_path",
    "excluding",
    "export_path",
    "facet_path",
    "hidden_fields",
    "hit_path",
    "period_path",
    "search_path",
    "versions_path",
    "with_explanations",
    "with_group",
    "with_match",
    "with_page",
    "with_per_page",
    "with_period",
    "with_query",
    "with_recency",
    "with_sort",
    "with_value",
    "without_exclusion",
    "without_filters",
    "without_value",
]


def search_path(request: SearchRequest, *, panel: bool = False, **view: str | None) -> str:
    """Return the address of ``request`` on the search page; with ``panel``, at its filters, which stay open on a phone.

    ``view`` is a parameter of how results are shown, None for the usual one.
    """
    return _address("pages.search", request, _anchor="filters" if panel else None, **view)


def hit_path(request: SearchRequest, number: int | None) -> str:
    """Return the address of the page of ``request`` with the result of this number, at that result."""
    if number is None:
        return search_path(request)
    # A cursor begins a page at a place that its text does not tell.
    page = request if request.cursor else with_page(request, (number - 1) // request.per_page + 1)
    return _address("pages.search", page, _anchor=f"r{number}")


def advanced_path(request: SearchRequest) -> str:
    """Return the address of the advanced form, filled in with ``request``."""
    return _address("advanced.page", with_page(request, 1))


def facet_path(request: SearchRequest, facet: str, **view: str | int) -> str:
    """Return the address of all values of ``facet`` among the results of ``request``; ``view`` says which, in order."""
    return _address("pages.facet_values", with_page(request, 1), facet=facet, **view)


def period_path(query: str, filters: Filters, period: str) -> str:
    """Return the address of the search for ``query`` in one period, as far as ``filters`` let it through."""
    first, last = bounds_of(period)
    first, last = max(first, filters.date_from or first), min(last, filters.date_to or last)
    return search_path(SearchRequest(query, replace(filters, date_from=first, date_to=last)))


def article_path(article_id: str, came_from: SearchRequest | None = None, at: int | None = None) -> str:
    """Return the address of an article's page; its parameters hold the search that led to it, and the number there."""
    request = came_from or SearchRequest()
    if at and not request.cursor:
        request = with_page(request, 1)  # the number tells the page
    if fits_path(article_id):
        return _address("pages.article", request, article_id=article_id, at=at)
    return _address("pages.article_by_id", request, id=article_id, at=at)


def export_path(form: str, request: SearchRequest) -> str:
    """Return the address of ``request`` as a feed or file of that form."""
    return _address(f"exports.{form}", request)


def absolute(path: str) -> str:
    """Return the absolute address of a path of this site, below ``site_address`` of the settings.

    Without that setting it is below the host that the reader names. ``path`` begins with the prefix of the site.
    """
    if address := site().config.site_address:
        return address + path.removeprefix(http_request.root_path)
    return f"{http_request.scheme}://{http_request.host}{path}"


def hidden_fields(request: SearchRequest, *without: str) -> list[tuple[str, str]]:
    """Return name and value of the hidden fields that keep ``request`` in a form, but for the parameters ``without``.

    A form always leads to the first page.
    """
    written = write_search(with_page(request, 1))
    if language := requested_language():
        written["lang"] = language
    if requested_view() is not HitView.COMPACT:
        written[VIEW] = requested_view().value
    return [
        (name, value)
        for name, values in written.items()
        if name not in without
        for value in ([values] if isinstance(values, str) else values)
    ]


def with_page(request: SearchRequest, page: int) -> SearchRequest:
    """Return ``request`` for the page of that number."""
    return replace(request, page=page, cursor=None)


def with_per_page(request: SearchRequest, per_page: int, number: int) -> SearchRequest:
    """Return ``request`` with pages of another length, for the page that has the result of this ``number``."""
    page = min((number - 1) // per_page + 1, DEEPEST_RESULT // per_page)
    return replace(with_page(request, page), per_page=per_page)


def with_query(request: SearchRequest, query: str) -> SearchRequest:
    """Return ``request`` with another query, from its first page; words that are not held are corrected again."""
    return replace(with_page(request, 1), query=query, correct=True)


def with_sort(request: SearchRequest, sort: Sort) -> SearchRequest:
    """Return ``request`` in another order, from its first page."""
    return replace(with_page(request, 1), sort=sort)


def with_match(request: SearchRequest, match: Match | None) -> SearchRequest:
    """Return ``request`` for the articles with all words or with most, from its first page."""
    return replace(with_page(request, 1), match=match)


def with_explanations(request: SearchRequest, explain: bool) -> SearchRequest:
    """Return ``request`` with or without the explanations of its results."""
    return replace(request, explain=explain)


def with_recency(request: SearchRequest, half_life: int) -> SearchRequest:
    """Return ``request`` with a half-life in days, 0 for none, from its first page."""
    return replace(with_page(request, 1), recency=half_life)


def with_group(request: SearchRequest, group: Grouping | None) -> SearchRequest:
    """Return ``request`` with near duplicates grouped or not (None: as the setting says), from its first page."""
    return replace(with_page(request, 1), group=group)


def versions_path(one: str, other: str) -> str:
    """Return the address of two articles side by side."""
    parameters: dict[str, Any] = {"id": one, "with": other}
    return url_for("pages.versions", **parameters)


def with_period(request: SearchRequest, first: date | None, last: date | None) -> SearchRequest:
    """Return ``request`` for other days."""
    return _filtered(request, replace(request.filters, date_from=first, date_to=last))


def with_value(request: SearchRequest, parameter: str, value: str) -> SearchRequest:
    """Return ``request`` with one more value of a filter."""
    return _with_values(request, parameter, (*_values(request, parameter), value))


def without_value(request: SearchRequest, parameter: str, value: str) -> SearchRequest:
    """Return ``request`` without one value of a filter, in whatever spelling."""
    key = value_key(value)
    return _with_values(
        request, parameter, tuple(kept for kept in _values(request, parameter) if value_key(kept) != key)
    )


def excluding(request: SearchRequest, parameter: str, value: str) -> SearchRequest:
    """Return ``request`` with ``value`` excluded: no spelling of it is chosen any more."""
    others = without_value(request, parameter, value).filters
    excluded = {**others.excluded, parameter: (*others.excluded.get(parameter, ()), value)}
    return _filtered(request, replace(others, excluded=excluded))


def without_exclusion(request: SearchRequest, parameter: str, value: str) -> SearchRequest:
    """Return ``request`` with ``value`` excluded no more."""
    excluded_before = request.filters.excluded.get(parameter, ())
    kept = tuple(other for other in excluded_before if value_key(other) != value_key(value))
    excluded = {**request.filters.excluded, parameter: kept}
    return _filtered(request, replace(request.filters, excluded=excluded))


def without_filters(request: SearchRequest) -> SearchRequest:
    """Return ``request`` without period and values of facets."""
    return _filtered(request, Filters())


def _address(endpoint: str, request: SearchRequest, **parts: str | int | None) -> str:
    parameters: dict[str, Any] = {**write_search(request), **parts}
    return url_for(endpoint, **parameters)


def _values(request: SearchRequest, parameter: str) -> tuple[str, ...]:
    return request.filters.values.get(parameter, ())


def _with_values(request: SearchRequest, parameter: str, values: tuple[str, ...]) -> SearchRequest:
    chosen = {**request.filters.values, parameter: values}
    return _filtered(request, replace(request.filters, values=chosen))


def _filtered(request: SearchRequest, filters: Filters) -> SearchRequest:
    return replace(with_page(request, 1), filters=filters)
