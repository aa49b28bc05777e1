"""Sitemaps (sitemaps.org 0.9) by the setting ``sitemap``: an index, and files of PER_FILE articles, the oldest first.

New articles come last, so that the older files seldom change. A file has an ETag of the generation; it is made of its
articles some at a time and holds addresses and days only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from flask import Blueprint, Response, abort, url_for

from searchapp.web.conditional import names_tag, unmodified, version_tag
from searchapp.web.links import absolute, article_path
from searchapp.web.site import site
from searchapp.web.site_language import local

__all__ = ["sitemaps"]

sitemaps = Blueprint("sitemaps", __name__)

# The protocol allows 50,000 addresses; a file of so many is made in about a second.
PER_FILE: Final = 5_000
MOST_FILES: Final = 50_000
NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"


@sitemaps.before_request
def _require_setting() -> None:
    if not site().config.sitemap:
        abort(404)


@sitemaps.get("/sitemap.xml")
def sitemap_index() -> Response:
    """Answer with the addresses of all sitemaps."""
    version = _version()  # read first: an answer of a newer index under an older tag is only asked for again
    files = min(MOST_FILES, max(1, -(-site().service.manifest().articles // PER_FILE)))
    addresses = (absolute(url_for("sitemaps.sitemap", number=number)) for number in range(1, files + 1))
    return _tagged(_xml("sitemapindex", "sitemap", ((address, None) for address in addresses)), version)


@sitemaps.get("/sitemaps/<int:number>.xml")
def sitemap(number: int) -> Response:
    """Answer with the addresses of the articles of one file, from 1 on; 404 beyond the last."""
    if not 1 <= number <= MOST_FILES:
        abort(404)
    version = _version()
    if names_tag(version_tag(version)):
        return _tagged(unmodified(), version)
    articles = site().service.listing((number - 1) * PER_FILE, PER_FILE)
    rows = [(absolute(article_path(article.id)), article.modified or article.date) for article in articles]
    if not rows and number > 1:
        abort(404)
    return _tagged(_xml("urlset", "url", rows), version)


def _version() -> str:
    return site().service.version()


def _xml(root: str, element: str, rows: Iterable[tuple[str, datetime | None]]) -> Response:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<{root} xmlns="{NAMESPACE}">']
    for address, changed in rows:
        day = f"<lastmod>{local(changed).date().isoformat()}</lastmod>" if changed else ""
        lines.append(f"<{element}><loc>{escape(address)}</loc>{day}</{element}>")
    return Response("\n".join([*lines, f"</{root}>", ""]), content_type="application/xml; charset=utf-8")


def _tagged(response: Response, version: str) -> Response:
    response.set_etag(version_tag(version))
    response.headers["Cache-Control"] = "no-cache"
    return response
