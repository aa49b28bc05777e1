"""Files that browsers and crawlers look for: how to search this site, what not to crawl, its name and icon."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, json, render_template, request, url_for

from searchapp.web.links import absolute
from searchapp.web.site import site
from searchapp.web.site_language import current_language
from searchapp.web.theme import LIGHT_PAPER

__all__ = ["site_files"]

site_files = Blueprint("site_files", __name__)
_LONGEST_SHORT_NAME = 16  # OpenSearch 1.1
_KEPT_SECONDS = 3600
_NOT_CRAWLED: Final = (
    *("/search", "/api/", "/advanced", "/batch", "/citation.", "/facets/", "/trends", "/versions"),
    *("/judgments", "/theme"),
)
"""Beginnings of paths: each page with its feeds and tables."""


@site_files.get("/opensearch.xml")
def opensearch() -> Response:
    """Describe the search by OpenSearch 1.1, so that browsers offer the site as a search engine."""
    text = render_template(
        "opensearch.xml",
        short_name=site().config.site_name[:_LONGEST_SHORT_NAME],
        base=absolute(request.root_path),
        icon=absolute(url_for("assets.favicon")),
        own=absolute(url_for("site_files.opensearch")),
    )
    return _kept(Response(text, content_type="application/opensearchdescription+xml; charset=utf-8"))


@site_files.get("/robots.txt")
def robots() -> Response:
    """Keep crawlers away from pages with parameters, of which there are without number; articles may be read."""
    rules = ["User-agent: *", *(f"Disallow: {request.root_path}{path}" for path in _NOT_CRAWLED)]
    if site().config.sitemap:
        rules.append(f"Sitemap: {absolute(url_for('sitemaps.sitemap_index'))}")
    return _kept(Response("\n".join(rules) + "\n", content_type="text/plain; charset=utf-8"))


@site_files.get("/manifest.webmanifest")
def manifest() -> Response:
    """Name the site for phones that put it on their home screen."""
    name = site().config.site_name
    values = {
        "name": name,
        "short_name": name[:_LONGEST_SHORT_NAME],
        "lang": current_language(),
        "start_url": url_for("pages.home"),
        "display": "browser",
        "background_color": LIGHT_PAPER,
        "theme_color": LIGHT_PAPER,
        "icons": [{"src": url_for("assets.favicon"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return _kept(Response(json.dumps(values), content_type="application/manifest+json; charset=utf-8"))


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = f"max-age={_KEPT_SECONDS}"
    response.vary.add("Accept-Language")
    return response
