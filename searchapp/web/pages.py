"""The pages that people read: home, results, one article. They work without JavaScript.

A wrong parameter never costs a reader the page: it is left out, and the page says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from flask import Blueprint, render_template, request

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.model import SearchRequest, SearchResult, Sort
from searchapp.web.histogram import chart
from searchapp.web.links import search_path, with_page, with_sort
from searchapp.web.params import SORTS, read_search
from searchapp.web.results import active_chips, facet_groups, page_links
from searchapp.web.site import site

__all__ = ["pages"]

pages = Blueprint("pages", __name__)

# Each shows another thing that the box understands; those that find nothing are not offered.
EXAMPLES: Final = (
    "élections",
    "« conseil municipal »",
    "grève -train",
    "hôpital +urgences",
    "intelligence artificielle",
    "climat",
    "budget",
)
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
    everything = site().service.search(SearchRequest(per_page=NEWEST_SHOWN))
    return render_template(
        "home.html",
        everything=everything,
        newest=next((hit.article.date for hit in everything.hits if hit.article.date), None),
        examples=_examples(everything.generation),
        groups=facet_groups(SearchRequest(), everything),
        asked=SearchRequest(),
    )


@pages.get("/search")
def search() -> str:
    """Show the results of a search; without a query, every article, newest first."""
    reading = read_search(request.args)
    asked, result, dropped = _search_leniently(reading.request)
    remarks = (*reading.remarks, *_ignored((*reading.problems, *dropped)), *result.remarks)
    return render_template(
        "search.html",
        asked=asked,
        result=result,
        remarks=remarks,
        chips=list(active_chips(asked)),
        groups=facet_groups(asked, result),
        bars=chart(result.histogram),
        paging=page_links(asked, result),
        sorts=_sorts(asked),
        current_sort=asked.sort if asked.query or asked.sort != Sort.RELEVANCE else Sort.NEWEST,
    )


@pages.get("/articles/<article_id:article_id>")
def article(article_id: str) -> str:
    """Show one article, with the marks of the search that the reader came from."""
    asked = read_search(request.args).request
    view = site().service.article(article_id, asked.query)
    return render_template("article.html", asked=asked, view=view, came_from_search=asked != SearchRequest())


def _search_leniently(
    asked: SearchRequest,
) -> tuple[SearchRequest, SearchResult, tuple[tuple[str, Message], ...]]:
    """Search; if the place in the results is refused (too deep, an old cursor), begin at the first page."""
    try:
        return asked, site().service.search(asked), ()
    except InvalidRequest as refused:
        first_page = with_page(asked, 1)
        return first_page, site().service.search(first_page), refused.fields


def _examples(generation: str) -> list[str]:
    """Return the examples that find something; they are tried once for each generation."""
    tried = site().examples
    if generation not in tried:
        found = (text for text in EXAMPLES if site().service.search(SearchRequest(text, per_page=1)).total)
        tried.clear()
        tried[generation] = list(islice(found, EXAMPLES_SHOWN))
    return tried.get(generation, [])


def _ignored(problems: tuple[tuple[str, Message], ...]) -> Iterator[Message]:
    for parameter, reason in problems:
        yield Message("“{parameter}” was left out of this search. {reason}", parameter=parameter, reason=reason)


def _sorts(asked: SearchRequest) -> list[tuple[Sort, Message, str]]:
    offered = [sort for sort in SORTS if asked.query or sort != Sort.RELEVANCE]
    return [(sort, SORT_LABELS[sort], search_path(with_sort(asked, sort))) for sort in offered]
