"""The application as the server sees it: its refusals, the largest body of a request, the lane of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Flask

from searchapp.config import Config
from searchapp.server.lanes import Lane
from searchapp.server.loop import Application
from searchapp.web.json_body import LARGEST_BODY
from searchapp.web.refusals import Refusals
from searchapp.web.write_access import MEGABYTE, carries_password, carries_token

__all__ = ["application_of"]

# Matched at the end and inside of a path, since a proxy may leave a prefix before it.
QUICK_ENDS: Final = ("/healthz", "/readyz", "/metrics", "/favicon.svg", "/openapi.json", "/opensearch.xml")
QUICK_PARTS: Final = ("/static/", "/problems/")
# Searches whose parameters are in the body.
POSTED_SEARCHES: Final = ("/api/v1/search", "/api/v1/msearch")
EXPORT: Final = ("/api/v1/export", "/api/v1/export.jsonl", "/api/v1/export.csv")
READING: Final = {"GET", "HEAD"}


def application_of(app: Flask, config: Config) -> Application:
    """Return ``app`` with the rules that the server needs."""

    def body_limit(method: str, path: str, fields: Mapping[str, str]) -> int:
        """Return the largest body in bytes: without the token only searches have one, since the disk buffers bodies."""
        if method == "POST" and path.endswith(POSTED_SEARCHES):
            return LARGEST_BODY
        may_write = method in ("POST", "PUT") and config.write_token != ""
        if may_write and carries_token(fields.get("AUTHORIZATION", ""), config.write_token):
            return config.write_largest * MEGABYTE
        if may_write and carries_password(fields.get("AUTHORIZATION", ""), config.write_token):
            return MEGABYTE  # a form of the pages for editors
        return 0

    return Application(app, Refusals(app, config.url_prefix), body_limit, lane_of)


def lane_of(method: str, path: str) -> Lane:
    """Return the lane of a request."""
    if method == "OPTIONS" or path.endswith(QUICK_ENDS) or any(part in path for part in QUICK_PARTS):
        return Lane.QUICK
    if path.endswith(EXPORT):
        return Lane.EXPORTING
    return Lane.SEARCHING if method in READING or path.endswith(POSTED_SEARCHES) else Lane.WRITING
