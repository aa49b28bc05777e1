"""Health checks: ``/healthz`` (the process runs) and ``/readyz`` (it can answer searches)."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify

from searchapp.web.site import site

__all__ = ["probes"]

probes = Blueprint("probes", __name__)


@probes.get("/healthz")
def healthz() -> Response:
    """Answer 200 while the process runs."""
    return _uncached({"status": "ok"})


@probes.get("/readyz")
def readyz() -> Response:
    """Answer with the generation that is served, without a search; 503 when there is none.

    ``degraded``: the current generation is damaged and an older one is served; ``run`` is the command that repairs it.
    """
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


def _uncached(answer: Mapping[str, str | int | bool]) -> Response:
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
