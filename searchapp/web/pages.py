"""The pages that people read: home, results, one article. They work without JavaScript.

A wrong parameter never costs a reader the page: it is left out, and the page says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from flask import Blueprint, render_template, request

from searchapp.errors import IndexDamaged, IndexMissing, InvalidRequest
from searchapp.i18n import Message
from searchapp.model import SearchRequest, SearchResult, Sort
from searchapp.output.answer_json import differs
from searchapp.query.guide import GUIDE, LIMITS
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
        asked=SearchRequest(),
    )


@pages.get("/search")
def search() -> str:
    """Show the results of a search; without a query, every article, newest first."""
    reading = read_search(request.args)
    asked, result, dropped = _search_leniently(reading.request)
    told = (remark.message for remark in result.remarks)
    remarks = (*reading.remarks, *_ignored((*reading.problems, *dropped)), *told)
    return render_template(
        "search.html",
        asked=asked,
        result=result,
        remarks=remarks,
        understood=result.understood if differs(result) else "",
        chips=list(active_chips(asked)),
        groups=facet_groups(asked, result),
        bars=chart(result.histogram),
        paging=page_links(asked, result),
        sorts=_sorts(asked),
        current_sort=asked.sort if asked.query or asked.sort != Sort.RELEVANCE else Sort.NEWEST,
    )


@pages.get("/articles/<article_id:article_id>")
@pages.get("/articles", endpoint="article_by_id")
def article(article_id: str = "") -> str:
    """Show one article, with the marks of the search that the reader came from."""
    article_id = requested_id(article_id)
    asked = read_search(request.args).request
    view = site().service.article(article_id, asked.query)
    return render_template("article.html", asked=asked, view=view, came_from_search=asked != SearchRequest())


@pages.get("/aide")
@pages.get("/help", endpoint="help_in_english")
def guide() -> str:
    """Explain the language of the search box; examples that are known to find something lead to it."""
    live: frozenset[str] = frozenset()
    with suppress(IndexMissing, IndexDamaged):  # the language is the same without an index
        live = site().examples.finding() or live
    return render_template("help.html", sections=GUIDE, limits=LIMITS, asked=SearchRequest(), live=live)


def _everything() -> SearchResult:
    """Return the newest articles and all facets; they are the same for every reader of a generation."""
    service = site().service
    version = service.version()
    return site().front_page.get(
        version,
        lambda: service.search(SearchRequest(per_page=NEWEST_SHOWN)),
        keep=lambda result: result.total_relation == "eq" and service.version() == version,
    )


def _search_leniently(
    asked: SearchRequest,
) -> tuple[SearchRequest, SearchResult, tuple[tuple[str, Message], ...]]:
    """Search; if the place in the results is refused (too deep, an old cursor), begin at the first page."""
    try:
        return asked, site().service.search(asked), ()
    except InvalidRequest as refused:
        first_page = with_page(asked, 1)
        return first_page, site().service.search(first_page), refused.fields


def _ignored(problems: tuple[tuple[str, Message], ...]) -> Iterator[Message]:
    for parameter, reason in problems:
        yield Message("“{parameter}” was left out of this search. {reason}", parameter=parameter, reason=reason)


def _sorts(asked: SearchRequest) -> list[tuple[Sort, Message, str]]:
    offered = [sort for sort in SORTS if asked.query or sort != Sort.RELEVANCE]
    return [(sort, SORT_LABELS[sort], search_path(with_sort(asked, sort))) for sort in offered]
