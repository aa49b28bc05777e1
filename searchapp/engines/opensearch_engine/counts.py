"""Facets, histogram and timeline of a search as aggregations, and their answers as the port's buckets.

The filter of a facet that is counted, and that of the days beside a timeline, stand outside the query: each aggregation
applies the others, and the matches are those of all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from searchapp.engines.days import day_label, month_label, months_between
from searchapp.engines.opensearch_engine.query_builder import Json
from searchapp.engines.opensearch_engine.schema import DAY, MONTH
from searchapp.engines.port import EngineRequest
from searchapp.model import HistogramBucket
from searchapp.schema import FACET_KEYS

__all__ = ["MAX_FACET_VALUES", "aggregations", "facet_counts", "histogram", "own_filters", "timeline"]

MAX_FACET_VALUES: Final = 65_000
"""Buckets of a facet, and of each shard: fewer of a shard would make counts inexact. OpenSearch refuses more."""
_MAX_MONTHS: Final = 20_000
_HISTOGRAM: Final = "histogram"
_TIMELINE: Final = "timeline"


def own_filters(request: EngineRequest, filters: Mapping[str, Json]) -> set[str]:
    """Return the names of the filters that some aggregation leaves out."""
    return {name for name in filters if name in request.facets or (name == DAY and request.timeline)}


def aggregations(request: EngineRequest, filters: Mapping[str, Json], facets: Sequence[str], *, periods: bool) -> Json:
    """Return the aggregations for ``facets`` and, with ``periods``, for histogram and timeline.

    ``filters`` are those outside the query, by name.
    """
    asked: Json = {}
    for name in facets:
        size = MAX_FACET_VALUES if request.facet_limit is None else min(request.facet_limit + 1, MAX_FACET_VALUES)
        terms = {"terms": {"field": FACET_KEYS[name], "size": size, "shard_size": MAX_FACET_VALUES}}
        asked[_facet(name)] = _narrowed(filters, name, {"buckets": terms})
    if periods and request.histogram:
        asked[_HISTOGRAM] = _narrowed(filters, "", _periods(request.months_by_day))
    if periods and request.timeline:
        asked[_TIMELINE] = _narrowed(filters, DAY, _periods(request.months_by_day))
    return asked


def facet_counts(answer: Json, name: str) -> list[tuple[str, int]]:
    """Return (key, number of documents) pairs of a facet."""
    return [(bucket["key"], bucket["doc_count"]) for bucket in answer[_facet(name)]["buckets"]["buckets"]]


def histogram(answer: Json, request: EngineRequest) -> tuple[HistogramBucket, ...]:
    return _shown_periods(answer[_HISTOGRAM], request.months_by_day) if request.histogram else ()


def timeline(answer: Json, request: EngineRequest) -> tuple[HistogramBucket, ...]:
    return _shown_periods(answer[_TIMELINE], request.months_by_day) if request.timeline else ()


def _facet(name: str) -> str:
    return f"facet_{name}"


def _narrowed(filters: Mapping[str, Json], without: str, inner: Json) -> Json:
    others = [query for name, query in filters.items() if name != without]
    return {"filter": {"bool": {"filter": others}}, "aggs": inner}


def _periods(months_by_day: int) -> Json:
    """Return the aggregations of months and, where a few months would be shown by day, of as many days."""
    order = {"_key": "asc"}
    asked: Json = {MONTH: {"terms": {"field": MONTH, "size": _MAX_MONTHS, "order": order}}}
    if months_by_day:
        size = min(31 * months_by_day, MAX_FACET_VALUES // 4)
        asked[DAY] = {"terms": {"field": DAY, "size": size, "order": order}}
    return asked


def _shown_periods(answer: Json, months_by_day: int) -> tuple[HistogramBucket, ...]:
    """Return the buckets of months; of days when the first and the last month are fewer than these apart."""
    months = answer[MONTH]["buckets"]
    if months and months_between(months[0]["key"], months[-1]["key"]) < months_by_day:
        return _buckets(answer[DAY]["buckets"], day_label)
    return _buckets(months, month_label)


def _buckets(buckets: Sequence[Mapping[str, Any]], label: Callable[[int], str]) -> tuple[HistogramBucket, ...]:
    return tuple(HistogramBucket(label(int(bucket["key"])), int(bucket["doc_count"])) for bucket in buckets)
