"""The pages that people read: home, results, one article, help. They work without JavaScript.

A wrong parameter is left out of the search, and the page says so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Final

from flask import Blueprint, render_template, request

from searchapp.errors import IndexDamaged, IndexMissing, InvalidRequest
from searchapp.i18n import Message
from searchapp.model import SearchRequest, SearchResult, Sort
from searchapp.output.answer_json import needs_explanation
from searchapp.query.guide import GUIDE, LIMITS
from searchapp.search.corrections import correction_messages
from searchapp.web.article_ids import requested_id
from searchapp.web.examples import HOME_EXAMPLES
from searchapp.web.histogram import chart
from searchapp.web.links import search_path, with_page, with_sort
from searchapp.web.params import SORTS, read_search
from searchapp.web.result_page import active_chips, facet_groups, page_links
from searchapp.web.site import site

__all__ = ["pages"]

pages = Blueprint("pages", __name__)

EXAMPLES_SHOWN: Final = 4
NEWEST_SHOWN: Final = 5
SORT_LABELS: Final = {
    Sort.RELEVANCE: Message("Relevance"),
    Sort.NEWEST: Message("Newest first"),
    Sort.OLDEST: Message("Oldest first"),
}


@pages.get("/")
def home() -> str:
    """Show the search box and ways into the archive."""
    everything, finding = _everything(), site().examples.finding()
    return render_template(
        "home.html",
        everything=everything,
        newest=next((hit.article.date for hit in everything.hits if hit.article.date), None),
        examples=[query for query in HOME_EXAMPLES if finding is None or query in finding][:EXAMPLES_SHOWN],
        groups=facet_groups(SearchRequest(), everything),
        search_request=SearchRequest(),
    )


@pages.get("/search")
def search() -> str:
    """Show the results of a search; without a query, every article, newest first."""
    reading = read_search(request.args)
    search_request, result, dropped = _search_leniently(reading.request)
    ignored = (
        Message("The parameter “{parameter}” was ignored. {reason}", parameter=parameter, reason=reason)
        for parameter, reason in (*reading.problems, *dropped)
    )
    replaced = set(correction_messages(result.replacements))  # told beside the suggestion
    told = (remark.message for remark in result.remarks if remark.message not in replaced)
    remarks = (*reading.remarks, *ignored, *told)
    sorts = [sort for sort in SORTS if search_request.query or sort != Sort.RELEVANCE]
    return render_template(
        "search.html",
        search_request=search_request,
        result=result,
        remarks=remarks,
        understood=result.understood if needs_explanation(result) else "",
        chips=list(active_chips(search_request)),
        groups=facet_groups(search_request, result),
        bars=chart(result.histogram),
        paging=page_links(search_request, result),
        as_typed=search_path(replace(with_page(search_request, 1), correct=False)),
        sorts=[(sort, SORT_LABELS[sort], search_path(with_sort(search_request, sort))) for sort in sorts],
        current_sort=search_request.sort if search_request.sort in sorts else Sort.NEWEST,
    )


@pages.get("/articles/<article_id:article_id>")
@pages.get("/articles", endpoint="article_by_id")
def article(article_id: str = "") -> str:
    """Show one article, with the highlights of the search that led to it."""
    article_id = requested_id(article_id)
    search_request = read_search(request.args).request
    view = site().service.article(article_id, search_request.query)
    return render_template(
        "article.html", search_request=search_request, view=view, came_from_search=search_request != SearchRequest()
    )


@pages.get("/aide")
@pages.get("/help", endpoint="help_in_english")
def guide() -> str:
    """Explain the query language; examples that are known to find something are links."""
    live: frozenset[str] = frozenset()
    with suppress(IndexMissing, IndexDamaged):  # the page needs no index
        live = site().examples.finding() or live
    return render_template("help.html", sections=GUIDE, limits=LIMITS, search_request=SearchRequest(), live=live)


def _everything() -> SearchResult:
    """Return the newest articles and all facets, searched once a generation."""
    service = site().service
    version = service.version()
    return site().front_page.get(
        version,
        lambda: service.search(SearchRequest(per_page=NEWEST_SHOWN)),
        keep=lambda result: result.total_relation == "eq" and service.version() == version,
    )


def _search_leniently(
    search_request: SearchRequest,
) -> tuple[SearchRequest, SearchResult, tuple[tuple[str, Message], ...]]:
    """Search; when the page is refused (too deep, an old cursor), search again for the first page."""
    try:
        return search_request, site().service.search(search_request), ()
    except InvalidRequest as refused:
        first_page = with_page(search_request, 1)
        return first_page, site().service.search(first_page), refused.fields
