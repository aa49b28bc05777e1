"""Answers of the routing itself: OPTIONS (RFC 9110, 9.3.7), and addresses with a slash too many at their end."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from flask import Flask, Response, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed, NotFound

from searchapp.output.answer_json import SAFE_IN_PATH
from searchapp.web.site import site

__all__ = ["init_app"]

READING: Final = {"GET", "HEAD"}


def init_app(app: Flask) -> None:
    """Answer such requests to ``app`` before any view."""
    app.before_request(_answer)


def _answer() -> ResponseReturnValue | None:
    problem = request.routing_exception
    if isinstance(problem, MethodNotAllowed):
        problem.valid_methods = sorted({*(problem.valid_methods or ()), "OPTIONS"})
        if request.method == "OPTIONS":
            return Response(status=204, headers={"Allow": ", ".join(problem.valid_methods)})
    if request.method in READING and request.path.endswith("/") and _is_known(request.path.rstrip("/")):
        query = request.query_string.decode("latin-1")
        path = request.root_path + quote(request.path.rstrip("/"), safe=SAFE_IN_PATH)
        response = redirect(f"{path}?{query}" if query else path, 308)
        response.headers["Cache-Control"] = "no-cache"
        return response
    return None


def _is_known(bare: str) -> bool:
    """Return whether the address without the slash is one, and with it is none."""
    if isinstance(request.routing_exception, NotFound):
        return bool(bare) and current_app.create_url_adapter(request).test(bare, "GET")  # type: ignore[union-attr]
    article_id = str((request.view_args or {}).get("article_id", ""))
    if not article_id.endswith("/"):
        return False
    stored = site().service.stored
    return stored(article_id) is None and stored(article_id.rstrip("/")) is not None
