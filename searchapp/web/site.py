"""The site: settings, search service and shared state of this application, as views see them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Generic, TypeVar, cast

from flask import Flask, current_app, g

from searchapp.access.audit_log import AuditLog
from searchapp.access.identities import Identities
from searchapp.alerts.alert_timer import AlertTimer
from searchapp.config import Config
from searchapp.indexing.embargoes import ReleaseTimer
from searchapp.indexing.write_service import Writing
from searchapp.model import SearchRequest, SearchResult
from searchapp.search.query_log import QueryLog
from searchapp.search.service import SearchService
from searchapp.web.examples import Examples, shared_folder
from searchapp.web.kept_answers import AnswerCache
from searchapp.web.metrics import Metrics
from searchapp.web.rate_limiter import RateLimiter
from searchapp.web.search_slots import Admission, CostMemory

__all__ = ["LatestValue", "Site", "install", "log_count", "log_search", "site", "site_of"]

EXTENSION = "searchapp"
MEGABYTE: Final = 1_000_000
PROGRAM_FILES: Final = {".py", ".html", ".xml", ".css", ".js", ".po"}
Value = TypeVar("Value")


class LatestValue(Generic[Value]):
    """A cache of one value, that of the latest key (for example the generation in use)."""

    def __init__(self) -> None:
        self._entry: tuple[str, Value] | None = None

    def get(self, key: str, make: Callable[[], Value], keep: Callable[[Value], bool] = lambda value: True) -> Value:
        """Return the cached value of ``key``, or make one and cache it if ``keep`` returns true for it."""
        entry = self._entry
        if entry is not None and entry[0] == key:
            return entry[1]
        value = make()
        if keep(value):
            self._entry = key, value
        return value


@dataclass(frozen=True, slots=True)
class Site:
    """The parts of a running site."""

    config: Config
    service: SearchService
    writing: Writing | None
    """Writes articles; None unless there was a token for writing when the site started."""
    identities: Identities
    """Finds who sends a request."""
    audit_log: AuditLog
    rates: RateLimiter
    answers: AnswerCache
    admission: Admission
    examples: Examples
    fingerprint: str
    """Changes with program, settings and synonyms: what an answer depends on beside the index."""
    releases: ReleaseTimer | None = None
    """Indexes when an embargo has ended."""
    alerts: AlertTimer | None = None
    """Runs the alerts after each publish."""
    query_log: QueryLog | None = None
    """Logs searches; None unless the settings say so."""
    metrics: Metrics = field(default_factory=Metrics)
    exports: Admission = field(default_factory=Admission.of_exports)
    costs: CostMemory = field(default_factory=CostMemory)
    front_page: LatestValue[SearchResult] = field(default_factory=LatestValue)
    article_count: LatestValue[int] = field(default_factory=LatestValue)


def install(
    app: Flask,
    config: Config,
    service: SearchService,
    writing: Writing | None,
    identities: Identities,
    audit_log: AuditLog,
    releases: ReleaseTimer | None = None,
    alerts: AlertTimer | None = None,
    query_log: QueryLog | None = None,
) -> None:
    """Give ``app`` the Site that :func:`site` returns."""
    examples = Examples(service, shared_folder(config.index))
    admission = Admission.of(config)
    fingerprint = fingerprint_of(config)
    app.extensions[EXTENSION] = Site(
        config,
        service,
        writing,
        identities,
        audit_log,
        RateLimiter(),
        AnswerCache(config.answer_cache * MEGABYTE),
        admission,
        examples,
        fingerprint,
        releases,
        alerts,
        query_log,
    )


def log_search(search_request: SearchRequest, result: SearchResult) -> None:
    """Log a search that was typed, once: neither its later pages nor answers that were cut short."""
    is_first = search_request.page == 1 and not search_request.cursor
    if is_first and result.total_relation == "eq":
        g.logged_search = search_request.query, result.total  # for the next time that the answer is sent
        log_count(search_request.query, result.total, result.took_ms)


def log_count(query: str, articles: int, ms: float) -> None:
    """Log a search that found so many articles in ``ms`` milliseconds."""
    if log := site().query_log:
        log.add(query, articles, ms)


def fingerprint_of(config: Config) -> str:
    """Return a digest of the files of the program, of the settings and of the synonyms."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256(repr(config).encode("utf-8", "replace"))
    for path in sorted(path for path in package.rglob("*") if path.suffix in PROGRAM_FILES):
        digest.update(f"\0{path.name}\0{path.stat().st_size}\0{path.stat().st_mtime_ns}".encode())
    with suppress(OSError):
        digest.update(config.synonyms.read_bytes())
    return digest.hexdigest()


def site() -> Site:
    """Return the site of the current request."""
    return site_of(current_app)


def site_of(app: Flask) -> Site:
    """Return the site that was installed in ``app``."""
    return cast(Site, app.extensions[EXTENSION])
