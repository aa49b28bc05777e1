"""The application as the server sees it: refusals in its words, the bodies that it takes, and the lanes of requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Flask

from searchapp.config import Config
from searchapp.server.lanes import Lane
from searchapp.server.loop import Application
from searchapp.web.refusals import Refusals
from searchapp.web.write_access import MEGABYTE, carries_token

__all__ = ["application_of"]

# Below any prefix that a proxy leaves in the path.
QUICK_ENDS: Final = ("/healthz", "/readyz", "/metrics", "/favicon.svg", "/openapi.json", "/opensearch.xml")
QUICK_PARTS: Final = ("/static/", "/problems/")
READING: Final = {"GET", "HEAD"}


def application_of(app: Flask, config: Config) -> Application:
    """Return ``app`` with what the server asks it beside."""

    def body_limit(method: str, path: str, fields: Mapping[str, str]) -> int:
        """Only who may write may send a body: others could fill the disk with theirs."""
        may_write = method in ("POST", "PUT") and config.write_token != ""
        if may_write and carries_token(fields.get("AUTHORIZATION", ""), config.write_token):
            return config.write_largest * MEGABYTE
        return 0

    return Application(app, Refusals(app, config.url_prefix), body_limit, lane_of)


def lane_of(method: str, path: str) -> Lane:
    """Return the threads that answer a request."""
    if path.endswith(QUICK_ENDS) or any(part in path for part in QUICK_PARTS):
        return Lane.QUICK
    return Lane.SEARCHING if method in READING else Lane.WRITING
