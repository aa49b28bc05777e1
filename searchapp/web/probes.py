"""Two questions of whoever runs the service: is the process alive, and can it answer searches?"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, jsonify

from searchapp.web.site import site

__all__ = ["probes"]

probes = Blueprint("probes", __name__)


@probes.get("/healthz")
def healthz() -> Response:
    """Answer as long as the process runs."""
    return _fresh({"status": "ok"})


@probes.get("/readyz")
def readyz() -> Response:
    """Answer with the generation that is served; without one, the error's 503. Nothing is searched.

    When that is an older one, because the current one is damaged, say so, and what heals it.
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
    return _fresh(answer)


def _fresh(answer: Mapping[str, str | int | bool]) -> Response:
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
