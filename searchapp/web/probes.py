"""Two questions of whoever runs the service: is the process alive, and can it answer searches?"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from searchapp.model import SearchRequest
from searchapp.web.site import site

__all__ = ["probes"]

probes = Blueprint("probes", __name__)


@probes.get("/healthz")
def healthz() -> Response:
    """Answer as long as the process runs."""
    return _fresh({"status": "ok"})


@probes.get("/readyz")
def readyz() -> Response:
    """Answer with the generation that is served; without one, the error's 503."""
    result = site().service.search(SearchRequest(per_page=1))
    return _fresh({"status": "ready", "generation": result.generation, "articles": result.total})


def _fresh(answer: dict[str, str | int]) -> Response:
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
