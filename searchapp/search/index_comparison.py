"""Comparison of two indexes by the same queries: the proof for those who move to another engine or machine.

Totals, facets, months and the first ten articles are compared, and each difference comes with its reason where one is
known: an article that only one index has, scores that are equal but for rounding, a search that had no time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from searchapp.errors import NotFound
from searchapp.i18n import Message
from searchapp.model import Grouping, Hit, SearchRequest, SearchResult
from searchapp.search.service import SearchService

__all__ = ["IndexComparison", "QueryDifference", "compare_indexes"]

COMPARED_HITS: Final = 10
_MAX_FACET_VALUES: Final = 100
# Engines add 32-bit numbers in different orders.
_ROUNDING: Final = 1e-4


@dataclass(frozen=True, slots=True)
class QueryDifference:
    """A query that two indexes answer differently, and in what."""

    query: str
    details: tuple[Message, ...]


@dataclass(slots=True)
class IndexComparison:
    """The numbers of queries with equal answers, the differences, and milliseconds of each search in both indexes."""

    queries: int = 0
    same_totals: int = 0
    same_facets: int = 0
    same_hits: int = 0
    differences: list[QueryDifference] = field(default_factory=list)
    milliseconds: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))


def compare_indexes(one: SearchService, other: SearchService, queries: Iterable[str]) -> IndexComparison:
    """Search both indexes for each query, whatever it is, and compare the answers; near duplicates stay apart."""
    report = IndexComparison()
    for query in queries:
        request = SearchRequest(
            query, per_page=COMPARED_HITS, facet_limit=_MAX_FACET_VALUES, correct=False, group=Grouping.NONE
        )
        results = one.search(request), other.search(request)
        totals = list(_totals(*results))
        facets = list(_facets(*results))
        hits = list(_hits(*results, (one, other)))
        report.queries += 1
        report.same_totals += not totals
        report.same_facets += not facets
        report.same_hits += not hits
        if details := (*totals, *facets, *hits):
            report.differences.append(QueryDifference(query, (*_late(*results), *details)))
        for times, result in zip(report.milliseconds, results, strict=True):
            times.append(result.took_ms)
    return report


def _late(one: SearchResult, other: SearchResult) -> Iterator[Message]:
    for result, message in (
        (one, Message("the first index had no time for the whole search")),
        (other, Message("the second index had no time for the whole search")),
    ):
        if result.total_relation != "eq":
            yield message


def _totals(one: SearchResult, other: SearchResult) -> Iterator[Message]:
    pairs = ((one.total, other.total), (one.total_all, other.total_all))
    if pairs[0][0] != pairs[0][1] or pairs[1][0] != pairs[1][1]:
        yield Message("articles: {one} and {other}", one=_total(one), other=_total(other))


def _total(result: SearchResult) -> str:
    return str(result.total) if result.total_all is None else f"{result.total} ({result.total_all})"


def _facets(one: SearchResult, other: SearchResult) -> Iterator[Message]:
    """Yield the first difference of each facet, and of the months."""
    for name in sorted({*one.facets, *other.facets}):
        counts = [{bucket.value: bucket.count for bucket in result.facets.get(name, ())} for result in (one, other)]
        yield from _first_difference(name, *counts)
    months = [{bucket.date: bucket.count for bucket in result.histogram} for result in (one, other)]
    yield from _first_difference("date", *months)


def _first_difference(name: str, one: Mapping[str, int], other: Mapping[str, int]) -> Iterator[Message]:
    for value in sorted({*one, *other}):
        counts = one.get(value, 0), other.get(value, 0)
        if counts[0] != counts[1]:
            yield Message(
                "{facet} “{value}”: {one} and {other}", facet=name, value=value, one=counts[0], other=counts[1]
            )
            return


def _hits(one: SearchResult, other: SearchResult, services: tuple[SearchService, SearchService]) -> Iterator[Message]:
    """Yield the first rank at which the articles differ, with the reason."""
    for first, second in zip_longest(one.hits, other.hits):
        ids = [hit.article.id if hit else "–" for hit in (first, second)]
        if ids[0] == ids[1]:
            continue
        rank = (first or second).rank
        yield Message("rank {rank}: “{one}” and “{other}”", rank=rank, one=ids[0], other=ids[1])
        yield from _reasons(first, second, services)
        return


def _reasons(first: Hit | None, second: Hit | None, services: tuple[SearchService, SearchService]) -> Iterator[Message]:
    if first and not _has(services[1], first.article.id):
        yield Message("only the first index has the article “{id}”", id=first.article.id)
    if second and not _has(services[0], second.article.id):
        yield Message("only the second index has the article “{id}”", id=second.article.id)
    if first and second:
        if abs(first.score - second.score) <= _ROUNDING * max(abs(first.score), abs(second.score)):
            yield Message("their scores are equal but for rounding")
        else:
            yield Message("their scores are {one} and {other}", one=f"{first.score:.6g}", other=f"{second.score:.6g}")


def _has(service: SearchService, article_id: str) -> bool:
    try:
        service.article(article_id)
    except NotFound:
        return False
    return True
