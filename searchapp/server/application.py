"""The application as the server sees it: its refusals, the largest body of a request, the lane of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Flask

from searchapp.access.identities import Identities
from searchapp.bootstrap import open_identities
from searchapp.config import Config
from searchapp.errors import TokensUnusable
from searchapp.model import Scope
from searchapp.server.lanes import Lane
from searchapp.server.loop import Application
from searchapp.web.access_control import password_of, secret_of
from searchapp.web.json_body import LARGEST_BODY
from searchapp.web.refusals import Refusals
from searchapp.web.site import site_of
from searchapp.web.write_access import MEGABYTE

__all__ = ["application_of"]

# Matched at the end and inside of a path, since a proxy may leave a prefix before it.
QUICK_ENDS: Final = ("/healthz", "/readyz", "/metrics", "/favicon.svg", "/openapi.json", "/opensearch.xml")
QUICK_PARTS: Final = ("/static/", "/problems/")
# What follows is the id of an article, in which there may be any of those.
BEFORE_IDS: Final = ("/articles/", "/similar/")
# Searches whose parameters are in the body.
POSTED_SEARCHES: Final = ("/api/v1/search", "/api/v1/msearch")
EXPORT: Final = ("/api/v1/export", "/api/v1/export.jsonl", "/api/v1/export.csv")
READING: Final = {"GET", "HEAD"}


def application_of(app: Flask, config: Config) -> Application:
    """Return ``app`` with the rules that the server needs."""

    identities = open_identities(config)

    def body_limit(method: str, path: str, fields: Mapping[str, str]) -> int:
        """Return the largest body in bytes: without a token only searches have one, since the disk buffers bodies."""
        if method == "POST" and path.endswith(POSTED_SEARCHES):
            return LARGEST_BODY
        authorization = fields.get("AUTHORIZATION", "")
        if method not in ("POST", "PUT") or not _may_write(identities, secret_of(authorization)):
            return 0
        is_form = password_of(authorization)[1] != ""  # of the pages for editors
        return MEGABYTE if is_form else config.write_largest * MEGABYTE

    site = site_of(app)
    refusals = Refusals(app, config.url_prefix, site.metrics)
    return Application(app, refusals, body_limit, lane_of, site.metrics, lambda: site.metrics.refresh(site))


def _may_write(identities: Identities, secret: str) -> bool:
    try:
        identity = identities.find(secret, used=False)
    except TokensUnusable:  # the application says so
        return False
    return identity is not None and identity.may(Scope.WRITE)


def lane_of(method: str, path: str) -> Lane:
    """Return the lane of a request."""
    names_article = any(part in path for part in BEFORE_IDS)
    is_quick = path.endswith(QUICK_ENDS) or any(part in path for part in QUICK_PARTS)
    if method == "OPTIONS" or (is_quick and not names_article):
        return Lane.QUICK
    if path.endswith(EXPORT) and not names_article:
        return Lane.EXPORTING
    return Lane.SEARCHING if method in READING or path.endswith(POSTED_SEARCHES) else Lane.WRITING
