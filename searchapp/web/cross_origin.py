"""Cross-origin requests (CORS, Fetch standard): which other sites may read answers in their visitors' browsers.

Off unless the setting ``cors_origins`` names sites. Credentials of a browser are never asked for: there are no cookies,
and a token is sent by the site's own script.
"""

from __future__ import annotations

import re
from typing import Final

from flask import Flask, Response, request
from flask_cors import CORS

__all__ = ["init_app"]

# JSON, feeds and tables; pages are not for programs of other sites.
PATHS: Final = re.compile(r"/(api/|search\.|citation\.|openapi\.json|trends\.csv|batch\.csv)")
METHODS: Final = ("GET", "HEAD", "POST")
REQUEST_FIELDS: Final = ("Accept", "Accept-Language", "Authorization", "Content-Type", "If-None-Match")
READABLE_FIELDS: Final = (
    "Content-Disposition",
    "ETag",
    "Link",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Total-Count",
)
PREFLIGHT_SECONDS: Final = 3600


def init_app(app: Flask, origins: tuple[str, ...]) -> None:
    """Let scripts of ``origins`` (``*``: of every site) read the answers of ``app``."""
    if origins:
        rules = {
            "origins": list(origins),
            "methods": METHODS,
            "allow_headers": REQUEST_FIELDS,
            "expose_headers": READABLE_FIELDS,
            "max_age": PREFLIGHT_SECONDS,
            "send_wildcard": origins == ("*",),
            "vary_header": False,  # it would be a second field, which Werkzeug drops
        }
        app.after_request(_vary)  # first, so that it runs last
        CORS(app, resources={PATHS: rules})


def _vary(response: Response) -> Response:
    """Tell caches that the answer depends on the origin, also when it was asked for without one."""
    if PATHS.match(request.path):
        response.vary.add("Origin")
    return response
