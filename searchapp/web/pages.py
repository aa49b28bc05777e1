"""The pages that people read: home, results, one article, help. They work without JavaScript.

A wrong parameter is left out of the search, and the page says so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Final

from flask import Blueprint, Response, abort, render_template, request

from searchapp.errors import IndexDamaged, IndexMissing, InvalidRequest
from searchapp.i18n import Message
from searchapp.model import DateOffer, Grouping, Interval, Match, SearchRequest, SearchResult, Sort
from searchapp.output.answer_json import needs_explanation
from searchapp.output.counts_json import trends_csv
from searchapp.query.guide import GUIDE, LIMITS, NAMES
from searchapp.schema import FACETS
from searchapp.search.corrections import correction_messages
from searchapp.search.facet_values import ValueOrder, select_values
from searchapp.search.service import CUT_SHORT
from searchapp.search.timeline import timeline_of
from searchapp.search.trends import MOST_QUERIES
from searchapp.web.api_operations import FORMS, Example, documented
from searchapp.web.article_ids import requested_id
from searchapp.web.conditional import answers_partially, revalidated
from searchapp.web.examples import HOME_EXAMPLES
from searchapp.web.histogram import BarRow, chart
from searchapp.web.hit_view import requested_view
from searchapp.web.links import (
    search_path,
    with_explanations,
    with_group,
    with_match,
    with_page,
    with_period,
    with_recency,
    with_sort,
)
from searchapp.web.nearby_searches import offers
from searchapp.web.params import ignored, read_search, read_value_view
from searchapp.web.quick_periods import end_of_archive, quick_periods
from searchapp.web.result_page import (
    LONG_LIST,
    active_chips,
    facet_choices,
    facet_groups,
    length_links,
    page_links,
    sort_links,
    view_links,
)
from searchapp.web.result_place import place_of
from searchapp.web.site import log_search, site
from searchapp.web.titles import results_title
from searchapp.web.trend_chart import trend_chart
from searchapp.web.trend_request import TREND_PARAMETERS, read_trends

__all__ = ["everything", "pages"]

pages = Blueprint("pages", __name__)

EXAMPLES_SHOWN: Final = 4
NEWEST_SHOWN: Final = 5
SIMILAR_SHOWN: Final = 5
# Near duplicates that a result unfolds, and that an article's page lists; each is compared with the one that is shown.
COPIES_UNFOLDED: Final = 5
COPIES_LISTED: Final = 50
MOST_CHOSEN_MONTHS: Final = 36
VALUE_ORDER_LABELS: Final = {ValueOrder.COUNT: Message("Most articles first"), ValueOrder.NAME: Message("By name")}
INTERVAL_LABELS: Final = {
    Interval.DAY: Message("By day"),
    Interval.MONTH: Message("By month"),
    Interval.YEAR: Message("By year"),
}


@pages.get("/")
def home() -> str:
    """Show the search box and ways into the archive."""
    front, finding = everything(), site().examples.finding()
    return render_template(
        "home.html",
        everything=front,
        newest=next((hit.article.date for hit in front.hits if hit.article.date), None),
        examples=[query for query in HOME_EXAMPLES if finding is None or query in finding][:EXAMPLES_SHOWN],
        groups=facet_groups(SearchRequest(), front),
        search_request=SearchRequest(),
    )


@pages.get("/search")
@revalidated
def search() -> str:
    """Show the results of a search; without a query, every article, newest first."""
    reading = read_search(request.args)
    search_request, result, dropped = _search_leniently(reading.request)
    log_search(search_request, result)
    is_partial = result.total_relation != "eq"
    if is_partial:
        answers_partially()
    wrong = (ignored(parameter, reason) for parameter, reason in (*reading.problems, *dropped))
    replaced = {*correction_messages(result.replacements), CUT_SHORT}  # told in places of their own
    told = (remark.message for remark in result.remarks if remark.message not in replaced)
    remarks = (*reading.remarks, *wrong, *told)
    archive_end = end_of_archive(_newest_day())
    return render_template(
        "search.html",
        search_request=search_request,
        result=result,
        title=results_title(search_request, result),
        is_partial=is_partial,
        offers=[] if result.total or is_partial else offers(search_request, result),
        remarks=remarks,
        understood=result.understood if needs_explanation(result) else "",
        chips=list(active_chips(search_request)),
        groups=facet_groups(search_request, result),
        rows=chart(result.calendar, search_request.filters),
        chosen_months=_chosen_months(search_request, result),
        archive_end=archive_end,
        quick_periods=list(quick_periods(search_request, archive_end)),
        copies={
            hit.article.id: site().service.copies(hit.article, COPIES_UNFOLDED)[0] for hit in result.hits if hit.copies
        },
        grouping=_grouping_link(search_request, result),
        paging=page_links(search_request, result),
        as_typed=search_path(replace(with_page(search_request, 1), correct=False)),
        view=requested_view(),
        sorts=list(sort_links(search_request)),
        views=list(view_links(search_request)),
        lengths=list(length_links(search_request, result.hits[0].rank if result.hits else 1)),
        all_path=search_path(with_match(search_request, Match.ALL)),
        most_path=search_path(with_match(search_request, Match.MOST)),
        newest_path=search_path(with_sort(search_request, Sort.NEWEST)) if _may_be_newer(search_request) else "",
        relevance_path=search_path(with_sort(search_request, Sort.RELEVANCE)),
        explain_path=search_path(with_explanations(search_request, not search_request.explain)),
        date_path=_date_path(search_request, result.date_offer),
        ageless_path=search_path(with_recency(search_request, 0)),
    )


@pages.get("/facets/<facet>")
def facet_values(facet: str) -> str:
    """Show all values of a facet among the results of a search: by count or by name, those that hold some letters."""
    row = next((row for row in FACETS if row.field == facet), None)
    if row is None:
        abort(404)
    reading, (view, problems) = read_search(request.args), read_value_view(request.args)
    search_request = reading.request
    values = site().service.facet_values(search_request, facet)
    page = select_values(values.buckets, view.find, view.order, search_request.page)
    return render_template(
        "facet_values.html",
        search_request=search_request,
        facet=row,
        view=view,
        page=page,
        choices=facet_choices(search_request, facet, page.buckets),
        chips=list(active_chips(search_request)),
        remarks=[ignored(parameter, reason) for parameter, reason in (*reading.problems, *problems)],
        orders=[(order, VALUE_ORDER_LABELS[order]) for order in ValueOrder],
    )


@pages.get("/trends")
def trends() -> str:
    """Show the share of all articles that some queries find over time, and compare up to five of them."""
    asked = read_trends(request.args)
    result, problems = None, list(asked.problems)
    if asked.queries:
        try:
            result = site().service.trends(asked.queries, asked.filters, asked.interval)
        except InvalidRequest as refused:
            problems += refused.fields
            result = site().service.trends(asked.queries, asked.filters)
    return render_template(
        "trends.html",
        search_request=SearchRequest(filters=asked.filters),
        asked=asked,
        trends=result,
        chart=trend_chart(result) if result else None,
        remarks=[ignored(parameter, reason) for parameter, reason in problems],
        intervals=[(interval, INTERVAL_LABELS[interval]) for interval in Interval],
        most_queries=MOST_QUERIES,
    )


@pages.get("/trends.csv")
@documented(
    FORMS,
    Message("The numbers of trends as a table"),
    parameters=TREND_PARAMETERS,
    answers={200: {"text/csv": None}},
    problems=("invalid-request",),
    example=Example({"q": ["grève", "marée"]}),
)
def trends_table() -> Response:
    """Answer with the numbers of the trends as a table."""
    asked = read_trends(request.args).strict()
    table = trends_csv(site().service.trends(asked.queries, asked.filters, asked.interval))
    headers = {"Content-Disposition": "attachment; filename=trends.csv", "Cache-Control": "no-cache"}
    return Response(table, content_type="text/csv; charset=utf-8", headers=headers)


@pages.get("/articles/<article_id:article_id>")
@pages.get("/articles", endpoint="article_by_id")
def article(article_id: str = "") -> str:
    """Show one article, with the highlights of the search that led to it."""
    article_id = requested_id(article_id)
    search_request = read_search(request.args).request
    service = site().service
    view = service.article(article_id, search_request.query)
    copies, copies_in_all = service.copies(view.article, COPIES_LISTED)
    similar = service.similar(article_id, SIMILAR_SHOWN)
    return render_template(
        "article.html",
        search_request=search_request,
        view=view,
        place=place_of(view.article.id, search_request),
        copies=copies,
        copies_in_all=copies_in_all,
        similar=similar,
    )


@pages.get("/versions")
def versions() -> str:
    """Show two versions of a report side by side, with what each has and the other has not."""
    one, other = (request.args.get(name, "") for name in ("id", "with"))
    if not one or not other:
        reason = Message("Give the ids of two articles, as the parameters id and with.")
        raise InvalidRequest(Message("Some parameters are wrong."), [("with" if one else "id", reason)])
    return render_template("versions.html", comparison=site().service.compare(one, other))


@pages.get("/aide")
@pages.get("/help", endpoint="help_in_english")
def guide() -> str:
    """Explain the query language; examples that are known to find something are links."""
    live: frozenset[str] = frozenset()
    with suppress(IndexMissing, IndexDamaged):  # the page needs no index
        live = site().examples.finding() or live
    sections = GUIDE if site().config.entities == "off" else (*GUIDE, NAMES)
    return render_template("help.html", sections=sections, limits=LIMITS, search_request=SearchRequest(), live=live)


@pages.get("/accessibilite")
@pages.get("/accessibility", endpoint="accessibility_in_english")
def accessibility() -> str:
    """State how accessible the pages are, and how that was tested."""
    contact = site().config.site_contact
    address = contact if contact.startswith(("http://", "https://")) else f"mailto:{contact}" if contact else ""
    return render_template("accessibility.html", contact=contact, contact_address=address)


def everything() -> SearchResult:
    """Return the newest articles and all facets, searched once a generation."""
    service = site().service
    version = service.version()
    return site().front_page.get(
        version,
        lambda: service.search(SearchRequest(per_page=NEWEST_SHOWN)),
        keep=lambda result: result.total_relation == "eq" and service.version() == version,
    )


def _may_be_newer(search_request: SearchRequest) -> bool:
    """Return whether another order than the newest first is shown; without a query that is the usual one."""
    return search_request.sort is not Sort.NEWEST and (bool(search_request.query) or search_request.sort is Sort.OLDEST)


def _date_path(search_request: SearchRequest, offer: DateOffer | None) -> str:
    """Return the address of the search with the offered days in place of their words, "" without an offer."""
    if offer is None:
        return ""
    return search_path(with_period(replace(search_request, query=offer.query), offer.first, offer.last))


def _newest_day() -> date | None:
    """Return the day of the newest article, None without a date."""
    newest = next((hit.article.date for hit in everything().hits if hit.article.date), None)
    return newest.astimezone(site().config.timezone).date() if newest else None


def _chosen_months(search_request: SearchRequest, result: SearchResult) -> tuple[BarRow, ...]:
    """Return the months of the chosen days, where these are few years of a calendar whose bars are years."""
    if result.calendar.interval is not Interval.YEAR or not search_request.filters.has_days:
        return ()
    months = timeline_of(result.histogram, MOST_CHOSEN_MONTHS)
    return chart(months, search_request.filters) if months.interval is Interval.MONTH else ()


def _grouping_link(search_request: SearchRequest, result: SearchResult) -> tuple[Message, str] | None:
    """Return label and address of the same search with its copies one by one, or as one again; None without copies."""
    if search_request.group is Grouping.NONE:
        return Message("Show copies as one result"), search_path(with_group(search_request, None))
    if result.shown < result.total or any(hit.copies for hit in result.hits):
        return Message("Show copies one by one"), search_path(with_group(search_request, Grouping.NONE))
    return None


def _search_leniently(
    search_request: SearchRequest,
) -> tuple[SearchRequest, SearchResult, tuple[tuple[str, Message], ...]]:
    """Search; when the page is refused (too deep, an old cursor), search again for the first page."""
    search = site().service.search
    group = search_request.group or Grouping(site().config.group)
    try:
        return search_request, search(replace(search_request, facet_limit=LONG_LIST, group=group)), ()
    except InvalidRequest as refused:
        first_page = with_page(search_request, 1)
        return first_page, search(replace(first_page, facet_limit=LONG_LIST, group=group)), refused.fields
