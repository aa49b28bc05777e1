"""The parts of a results page around its hits: filters with counts, active filters as chips, page numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from searchapp.analysis.value_keys import value_key
from searchapp.i18n import Message
from searchapp.model import FacetBucket, SearchRequest, SearchResult, Sort
from searchapp.output.answer_json import next_page, previous_page
from searchapp.schema import FACETS, YEAR, Facet
from searchapp.search.service import DEEPEST_RESULT
from searchapp.web.hit_view import HitView, requested_view
from searchapp.web.links import (
    facet_path,
    search_path,
    with_page,
    with_per_page,
    with_period,
    with_sort,
    without_exclusion,
    without_value,
)
from searchapp.web.site_language import value_name
from searchapp.web.titles import short_period

__all__ = [
    "LONG_LIST",
    "Chip",
    "FacetChoice",
    "FacetGroup",
    "Paging",
    "active_chips",
    "facet_choices",
    "facet_groups",
    "length_links",
    "page_links",
    "sort_links",
    "view_links",
]

_FACETS: Final = sorted(FACETS, key=lambda facet: facet.position)
# Values shown at once, and with those that “more” unfolds.
SHORT_LIST: Final = 6
LONG_LIST: Final = 30
PAGES_AROUND: Final = 2
LENGTHS: Final = (10, 20, 50)
VIEW_LABELS: Final = {HitView.COMPACT: Message("Short excerpts"), HitView.FULL: Message("Long excerpts")}
SORT_LABELS: Final = {
    Sort.RELEVANCE: Message("Relevance"),
    Sort.NEWEST: Message("Newest first"),
    Sort.OLDEST: Message("Oldest first"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter: its label, its value, the address of the search without it, and whether it excludes."""

    label: Message
    value: str
    path: str
    excludes: bool = False


@dataclass(frozen=True, slots=True)
class FacetChoice:
    """A value to filter by, and its name on pages; ``count`` is None for a chosen one that was not counted."""

    value: str
    name: str
    count: int | None
    chosen: bool
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The values of one facet: those shown at once (chosen and frequent ones) and those folded behind “more”.

    ``all_path`` leads to all values when there are others.
    """

    facet: Facet
    shown: tuple[FacetChoice, ...]
    folded: tuple[FacetChoice, ...]
    all_path: str | None = None


@dataclass(frozen=True, slots=True)
class Paging:
    """Addresses of other pages; None among the numbers is a gap."""

    current: int
    numbers: tuple[tuple[int, str] | None, ...]
    previous: str | None
    next: str | None


def facet_groups(request: SearchRequest, result: SearchResult) -> tuple[FacetGroup, ...]:
    """Return the facets to show: those with a chosen value or with several values."""
    groups = []
    for facet in _FACETS:
        counted = facet_choices(request, facet.field, result.facets.get(facet.field, ()))
        choices = _chosen_first(request, facet.field, counted)
        if facet.field == YEAR:
            choices = tuple(sorted(choices, key=lambda choice: choice.value, reverse=True))
        if len(choices) > 1 or any(choice.chosen for choice in choices):
            has_more = len(choices) > LONG_LIST or facet.field in result.facets_truncated
            all_path = facet_path(request, facet.field) if has_more else None
            groups.append(FacetGroup(facet, choices[:SHORT_LIST], choices[SHORT_LIST:LONG_LIST], all_path))
    return tuple(groups)


def active_chips(request: SearchRequest) -> Iterator[Chip]:
    """Yield a chip for each active filter."""
    for facet in _FACETS:
        for value in request.filters.values.get(facet.field, ()):
            name = value_name(facet.field, value)
            yield Chip(facet.label, name, search_path(without_value(request, facet.field, value)))
        for value in request.filters.excluded.get(facet.field, ()):
            path = search_path(without_exclusion(request, facet.field, value))
            yield Chip(facet.label, value_name(facet.field, value), path, excludes=True)
    if days := short_period(request.filters.date_from, request.filters.date_to):
        yield Chip(Message("Period"), days, search_path(with_period(request, None, None)))


def page_links(request: SearchRequest, result: SearchResult) -> Paging:
    """Return the links to other pages of the result."""
    last = min(-(-result.shown // request.per_page), DEEPEST_RESULT // request.per_page)
    numbers = [] if request.cursor else _window(request.page, last)
    previous, following = previous_page(request), next_page(request, result)
    return Paging(
        current=request.page,
        numbers=tuple((page, search_path(with_page(request, page))) if page else None for page in numbers),
        previous=search_path(previous) if previous else None,
        next=search_path(following) if following else None,
    )


def sort_links(request: SearchRequest) -> Iterator[tuple[Message, str, bool]]:
    """Yield label, address and whether it is the current one, for each order; nothing is relevant to no query."""
    sorts = [sort for sort in Sort if request.query or sort != Sort.RELEVANCE]
    current = request.sort if request.sort in sorts else Sort.NEWEST
    for sort in sorts:
        yield SORT_LABELS[sort], search_path(with_sort(request, sort)), sort == current


def view_links(request: SearchRequest) -> Iterator[tuple[Message, str, bool]]:
    """Yield label, address and whether it is the current one, for each view of the hits."""
    for view, label in VIEW_LABELS.items():
        named = None if view is HitView.COMPACT else view.value
        yield label, search_path(request, view=named), view is requested_view()


def length_links(request: SearchRequest, first: int) -> Iterator[tuple[int, str, bool]]:
    """Yield length, address and whether it is the current one, for each length of a page that has result ``first``."""
    for length in LENGTHS:
        yield length, search_path(with_per_page(request, length, first)), length == request.per_page


def facet_choices(request: SearchRequest, field: str, buckets: Sequence[FacetBucket]) -> tuple[FacetChoice, ...]:
    """Return the values of ``buckets`` in their order, those chosen or excluded marked."""
    chosen, excluded = _keys(request.filters.values, field), _keys(request.filters.excluded, field)
    keyed = ((value_key(bucket.value), bucket) for bucket in buckets)
    return tuple(
        FacetChoice(bucket.value, value_name(field, bucket.value), bucket.count, key in chosen, key in excluded)
        for key, bucket in keyed
    )


def _chosen_first(request: SearchRequest, field: str, choices: Sequence[FacetChoice]) -> tuple[FacetChoice, ...]:
    """Return the chosen values, those that no bucket has among them, then the others but the excluded ones."""
    known = {value_key(choice.value): choice for choice in choices}
    chosen = [
        known.get(key) or FacetChoice(value, value_name(field, value), None, chosen=True)
        for key, value in _keys(request.filters.values, field).items()
    ]
    return (*chosen, *(choice for choice in choices if not (choice.chosen or choice.excluded)))


def _keys(values: Mapping[str, Sequence[str]], field: str) -> dict[str, str]:
    return {value_key(value): value for value in values.get(field, ())}


def _window(current: int, last: int) -> list[int | None]:
    """Return the numbers of the first page, those around the current one and the last; None stands for a gap."""
    around = range(current - PAGES_AROUND, current + PAGES_AROUND + 1)
    pages = sorted({1, last, *around} & set(range(1, last + 1))) if last > 1 else []
    window: list[int | None] = []
    for page in pages:
        before = window[-1] if window else None
        if before and page - before == 2:
            window.append(page - 1)
        elif before and page - before > 2:
            window.append(None)
        window.append(page)
    return window
