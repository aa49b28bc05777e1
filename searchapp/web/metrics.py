"""Metrics in the form of Prometheus: what this site has answered, how fast, and from which index.

Counters and histograms are changed as requests end, gauges by :meth:`Metrics.refresh`. Under ``serve`` the values of
all processes lie in files that they share (``server/shared_metrics.py``); otherwise they are those of this process.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics import Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import CollectorRegistry

from searchapp.errors import SearchappError
from searchapp.measuring import Measurement

if TYPE_CHECKING:
    from searchapp.search.searcher import Served
    from searchapp.search.service import SearchService
    from searchapp.web.site import Site

__all__ = ["FOLDER_VARIABLE", "Metrics"]

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable of the folder that processes share; its name is prometheus_client's."""
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS: Final = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}
REFUSED: Final = "refused"
"""Endpoint of requests that the server answers without the application."""


class Metrics:
    """The metrics of one application. No label has a value that a client can invent.

    Of the counts of a measurement, those of the kinds ``problem`` and ``write`` have a metric of their own; every other
    kind is a cache.
    """

    def __init__(self) -> None:
        self._shown: Served | None = None
        registry = self._registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"searchapp_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, *labels: str) -> Histogram:
            return Histogram(f"searchapp_{name}", text, labels, registry=registry, buckets=SECONDS)

        def gauge(name: str, text: str, mode: Any, *labels: str) -> Gauge:
            return Gauge(f"searchapp_{name}", text, labels, registry=registry, multiprocess_mode=mode)

        self._requests = counter("http_requests", "Requests answered.", "endpoint", "method", "code")
        self._seconds = histogram("http_request_seconds", "Time from the application to its answer.", "endpoint")
        self._stages = histogram("stage_seconds", "Time of a stage within a request that had it.", "stage")
        self._queue = histogram("queue_seconds", "Time that a request waited for a thread.", "lane")
        self._dropped = counter("dropped_requests", "Requests dropped, their client having gone.")
        self._caches = counter("cache_requests", "Lookups in caches.", "cache", "outcome")
        self._problems = counter("problems", "Answers that are a problem, by its type.", "problem")
        self._writes = counter("writes", "Articles written, by outcome.", "outcome")
        self._queued = gauge("queued_requests", "Requests that wait for a thread.", "livesum", "lane")
        self._connections = gauge("connections", "Open connections.", "livesum", "state")
        self._searches = gauge("searches", "Searches that run, or wait for a slot.", "livesum", "state")
        self._processes = gauge("processes", "Processes that answer.", "livesum", "state")
        self._created = gauge(
            "generation_created_timestamp_seconds", "Moment of the oldest generation served.", "livemin", "engine"
        )
        self._articles = gauge("articles", "Articles in the generation served.", "livemin", "engine")
        self._degraded = gauge("degraded", "1 when an older generation replaces a damaged one.", "livemax", "engine")
        self._pending = gauge("indexing_pending", "1 when writes wait to be indexed.", "livemax", "state")

    # Requests

    def add_request(self, endpoint: str, method: str, code: int, measurement: Measurement, seconds: float) -> None:
        """Count an answer, its stages and what happened in it."""
        self._requests.labels(endpoint, method if method in METHODS else "other", code).inc()
        self._seconds.labels(endpoint).observe(seconds)
        for stage, stage_seconds in measurement.seconds.items():
            self._stages.labels(stage).observe(stage_seconds)
        for (kind, outcome), number in measurement.counts.items():
            self._add(kind, outcome, number)

    def _add(self, kind: str, outcome: str, number: int) -> None:
        if kind == "problem":
            self._problems.labels(outcome).inc(number)
        elif kind == "write":
            self._writes.labels(outcome).inc(number)
        else:
            self._caches.labels(kind, outcome).inc(number)

    def add_refusal(self, code: int, problem: str) -> None:
        """Count a request that the server refused before it knew its method."""
        self._requests.labels(REFUSED, "other", code).inc()
        self._problems.labels(problem).inc()

    def add_waiting(self, lane: str, seconds: float) -> None:
        """Count the time that a request waited for a thread of ``lane``."""
        self._queue.labels(lane).observe(seconds)

    def add_dropped(self, number: int) -> None:
        """Count requests that were dropped since their client had gone."""
        self._dropped.inc(number)

    # State

    def set_load(self, queued: Mapping[str, int], connections: int) -> None:
        """Set the gauges of the server; ``queued`` has the waiting requests of each lane."""
        for lane, number in queued.items():
            self._queued.labels(lane).set(number)
        self._connections.labels("open").set(connections)

    def refresh(self, site: Site) -> None:
        """Set the gauges of ``site`` in this process."""
        self._processes.labels("running").set(1)
        running, waiting = site.admission.load()
        self._searches.labels("running").set(running)
        self._searches.labels("waiting").set(waiting)
        if site.writing:
            self._pending.labels("pending").set(site.writing.indexing.pending)
        with suppress(SearchappError, OSError):  # a request reports it
            self._show_generation(site.service)

    def _show_generation(self, service: SearchService) -> None:
        served = service.peek()
        if served is None or served == self._shown:
            return
        manifest = service.manifest(served.generation)
        self._created.labels(manifest.engine).set(datetime.fromisoformat(manifest.created).timestamp())
        self._articles.labels(manifest.engine).set(manifest.articles)
        self._degraded.labels(manifest.engine).set(served.degraded)
        self._shown = served

    def text(self, accept: str) -> tuple[bytes, str]:
        """Return all metrics and their media type, as ``accept`` asks for: OpenMetrics or Prometheus's own form."""
        try:
            encode, media_type = choose_encoder(accept)
        except TypeError:  # a version in it has something else than numbers
            encode, media_type = choose_encoder("")
        registry = self._registry
        if FOLDER_VARIABLE in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return encode(registry), media_type
