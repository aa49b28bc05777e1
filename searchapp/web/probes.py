"""For programs that watch: ``/healthz`` (the process runs), ``/readyz`` (it can answer searches), ``/metrics``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, jsonify, request

from searchapp.errors import Stopping
from searchapp.i18n import Message
from searchapp.output import answer_types
from searchapp.web.api_operations import JSON, OPERATING, documented
from searchapp.web.site import site

__all__ = ["IS_STOPPING", "probes"]

IS_STOPPING: Final = "searchapp.is_stopping"
"""Key of a WSGI environment: the server stops, so that load balancers are to choose another one."""

probes = Blueprint("probes", __name__)


@probes.get("/healthz")
@documented(
    OPERATING,
    Message("200 while the process runs"),
    answers={200: {JSON: answer_types.Health}},
    scope=None,
    is_tagged=False,
)
def healthz() -> Response:
    """Answer 200 while the process runs."""
    return _uncached({"status": "ok"})


@probes.get("/readyz")
@documented(
    OPERATING,
    Message("200 while the index can be searched"),
    answers={200: {JSON: answer_types.Readiness}},
    problems=("no-index", "index-damaged", "index-inaccessible", "stopping", "unavailable"),
    scope=None,
    is_tagged=False,
)
def readyz() -> Response:
    """Answer with the generation that is served, without a search; 503 when there is none, and while the server stops.

    ``degraded``: the current generation is damaged and an older one is served; ``run`` is the command that repairs it.
    """
    if request.environ.get(IS_STOPPING, False):
        raise Stopping
    service = site().service
    service.probe()
    served = service.served()
    answer: dict[str, str | int | bool] = {
        "status": "ready",
        "generation": served.generation,
        "articles": site().article_count.get(served.generation, lambda: service.manifest().articles),
        "degraded": served.degraded,
    }
    if served.degraded:
        answer |= {"damaged": served.published, "run": "searchapp reindex --full"}
    return _uncached(answer)


@probes.get("/metrics")
def metrics() -> Response:
    """Answer with the metrics of all processes. ``access_control`` says who may read them."""
    site().metrics.refresh(site())
    body, media_type = site().metrics.text(request.headers.get("Accept", ""))
    return Response(body, content_type=media_type, headers={"Cache-Control": "no-store"})


def _uncached(answer: Mapping[str, str | int | bool]) -> Response:
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
