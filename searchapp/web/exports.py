"""A search to take away (tables, references, records) or to follow (feeds), and one article as a reference.

``/search.rss`` and its sisters take the parameters of ``/search`` and answer the same search. Feeds give the newest
articles; the others a page of up to 100 in the order of the search, with a Link header to the next page. A parameter
that is wrong is refused, as by the JSON endpoint, and so are answers tagged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, json, request

from searchapp.i18n import Message
from searchapp.model import Article, SearchRequest, SearchResult, Sort
from searchapp.output import feeds
from searchapp.output.answer_json import next_page
from searchapp.output.citations import Reference, bibtex, csl_json, reference, ris
from searchapp.output.tables import csv_table, json_lines
from searchapp.web.api_operations import FORMS, Example, documented
from searchapp.web.article_ids import requested_id
from searchapp.web.conditional import names_tag, unmodified, version_tag
from searchapp.web.links import absolute, article_path, export_path, search_path, with_page
from searchapp.web.params import FEED_PARAMETERS, SEARCH_PARAMETERS, read_search
from searchapp.web.site import site
from searchapp.web.site_language import current_language, say

__all__ = ["FEED_FORMS", "TABLE_FORMS", "exports"]

exports = Blueprint("exports", __name__)

FEED_ITEMS: Final = 50
TABLE_ITEMS: Final = 100


@dataclass(frozen=True, slots=True)
class Form:
    """A form of an export: its name for people, its media type and the function that writes it."""

    name: str
    media_type: str
    write: Callable[[SearchRequest, Sequence[Article]], str | bytes]


def _references(articles: Sequence[Article]) -> list[Reference]:
    timezone = site().config.timezone
    return [reference(article, absolute(article_path(article.id)), timezone) for article in articles]


def _feed(search_request: SearchRequest, articles: Sequence[Article], form: str) -> feeds.Feed:
    site_name = site().config.site_name
    subject = search_request.query or say(Message("All articles"))
    return feeds.Feed(
        title=f"{subject} – {site_name}",
        description=say(Message("The newest articles of this search on {site}", site=site_name)),
        language=current_language(),
        page=absolute(search_path(search_request)),
        address=absolute(export_path(form, search_request)),
        updated=datetime.fromisoformat(site().service.manifest().created),
        timezone=site().config.timezone,
        entries=[feeds.Entry(article, absolute(article_path(article.id))) for article in articles],
    )


def _csv(search_request: SearchRequest, articles: Sequence[Article]) -> str:
    # Excel reads UTF-8 only behind a byte order mark.
    return "\ufeff" + csv_table(articles, site().config.timezone)


FEED_FORMS: Final = {
    "rss": Form("RSS", "application/rss+xml", lambda of, articles: feeds.rss(_feed(of, articles, "rss"))),
    "atom": Form("Atom", "application/atom+xml", lambda of, articles: feeds.atom(_feed(of, articles, "atom"))),
    "json": Form(
        "JSON Feed",
        "application/feed+json",
        lambda of, articles: json.dumps(feeds.json_feed(_feed(of, articles, "json"))),
    ),
}
TABLE_FORMS: Final = {
    "csv": Form("CSV", "text/csv", _csv),
    "ris": Form("RIS", "application/x-research-info-systems", lambda of, articles: ris(_references(articles))),
    "bib": Form("BibTeX", "application/x-bibtex", lambda of, articles: bibtex(_references(articles))),
    "jsonl": Form("JSON Lines", "application/jsonl", lambda of, articles: json_lines(articles, site().config.timezone)),
}
# Forms of one reference; that of CSL-JSON is a list, as citation programs import it.
CITATION_FORMS: Final = {
    "ris": TABLE_FORMS["ris"],
    "bib": TABLE_FORMS["bib"],
    "json": Form(
        "CSL-JSON",
        "application/vnd.citationstyles.csl+json",
        lambda of, articles: json.dumps(csl_json(_references(articles))),
    ),
}


@exports.get("/search.rss", endpoint="rss", defaults={"name": "rss"})
@exports.get("/search.atom", endpoint="atom", defaults={"name": "atom"})
@exports.get("/search.json", endpoint="json", defaults={"name": "json"})
@documented(
    FORMS,
    Message("The newest articles of a search as a feed"),
    parameters=FEED_PARAMETERS,
    forms={name: form.media_type for name, form in FEED_FORMS.items()},
    problems=("invalid-request",),
    example=Example({"q": "marée"}),
)
def feed(name: str) -> Response:
    """Answer with the newest articles of a search."""
    shown = with_page(read_search(request.args).strict(), 1)
    return _answer(name, FEED_FORMS[name], replace(shown, sort=Sort.NEWEST, per_page=FEED_ITEMS), shown)


@exports.get("/search.csv", endpoint="csv", defaults={"name": "csv"})
@exports.get("/search.ris", endpoint="ris", defaults={"name": "ris"})
@exports.get("/search.bib", endpoint="bib", defaults={"name": "bib"})
@exports.get("/search.jsonl", endpoint="jsonl", defaults={"name": "jsonl"})
@documented(
    FORMS,
    Message("A page of a search as a table, references or records"),
    parameters=SEARCH_PARAMETERS,
    forms={name: form.media_type for name, form in TABLE_FORMS.items()},
    problems=("invalid-request",),
    example=Example({"q": "marée", "per_page": "3"}),
)
def table(name: str) -> Response:
    """Answer with a page of a search as a file."""
    search_request = read_search(request.args).strict()
    if "per_page" not in request.args:
        search_request = replace(search_request, per_page=TABLE_ITEMS)
    return _answer(name, TABLE_FORMS[name], search_request, search_request)


@exports.get("/citation.ris", endpoint="citation_ris", defaults={"name": "ris"})
@exports.get("/citation.bib", endpoint="citation_bib", defaults={"name": "bib"})
@exports.get("/citation.json", endpoint="citation_json", defaults={"name": "json"})
@documented(
    FORMS,
    Message("The reference of an article"),
    forms={name: form.media_type for name, form in CITATION_FORMS.items()},
    problems=("invalid-request", "article-not-found", "article-withdrawn"),
    example=Example(path={"article_id": "agence-hexapresse/international/kremlin-ingerence-elections"}),
)
def citation(name: str) -> Response:
    """Answer with the reference of the article ``?id=``."""
    article = site().service.article(requested_id("")).article
    form = CITATION_FORMS[name]
    return _file(form.write(SearchRequest(), [article]), form, f"citation.{name}")


def _answer(name: str, form: Form, search_request: SearchRequest, shown: SearchRequest) -> Response:
    """Search and write; ``shown`` is the search as the addresses of the feed name it."""
    version = site().service.version()
    if names_tag(version_tag(version)):
        return _tagged(unmodified(), version)
    result = site().service.search(search_request)
    written = form.write(shown, [hit.article for hit in result.hits])
    response = _file(written, form, f"search.{name}" if name in TABLE_FORMS else "")
    if name in TABLE_FORMS:
        _link_next(response, name, search_request, result)
    is_current = result.total_relation == "eq" and site().service.version() == version
    return _tagged(response, version if is_current else None)


def _file(written: str | bytes, form: Form, file_name: str) -> Response:
    response = Response(written, content_type=f"{form.media_type}; charset=utf-8")
    if file_name:
        response.headers["Content-Disposition"] = f"attachment; filename={file_name}"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _link_next(response: Response, name: str, search_request: SearchRequest, result: SearchResult) -> None:
    if following := next_page(search_request, result):
        response.headers.add("Link", f'<{export_path(name, following)}>; rel="next"')


def _tagged(response: Response, version: str | None) -> Response:
    if version is not None:
        response.set_etag(version_tag(version))
    response.headers["Cache-Control"] = "no-store" if version is None else "no-cache"
    response.vary.add("Accept-Language")
    return response
