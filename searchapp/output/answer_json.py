"""The JSON shape of answers, for the HTTP endpoint and ``search --json`` alike.

The shape is a contract (docs/api.md): fields are added, never renamed or removed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from searchapp.analysis.tokenizer import raw_tokens
from searchapp.i18n import Translate
from searchapp.model import Article, ArticleView, DateOffer, Fragment, Hit, SearchRequest, SearchResult
from searchapp.output.explanation_json import describe_explanation
from searchapp.output.highlight_html import marked, snippet
from searchapp.output.timestamps import rfc3339
from searchapp.schema import ARTICLE_FIELDS, FACET_FIELDS, ArticleField
from searchapp.search.service import DEEPEST_RESULT

__all__ = [
    "ARTICLE_MEMBERS",
    "RESULT_FIELDS",
    "SAFE_IN_PATH",
    "SEARCH_PATH",
    "Json",
    "article_links",
    "article_path",
    "describe_article",
    "describe_result",
    "describe_similar",
    "describe_view",
    "fits_path",
    "needs_explanation",
    "next_page",
    "previous_page",
    "search_links",
    "write_search",
]

Json = dict[str, Any]

SEARCH_PATH: Final = "/api/v1/search"
SAFE_IN_PATH: Final = "!$&'()*+,/:=@"
"""Characters that an article's path keeps as they are. A semicolon is encoded: some libraries drop one at the end."""
# A hit has its highlights between its address and its state.
_HIT_FIELDS: Final = tuple(row for row in ARTICLE_FIELDS if row.in_hit and row.name not in ("status", "modified"))
_HIT_STATE: Final = tuple(row for row in ARTICLE_FIELDS if row.name in ("status", "modified"))

RESULT_FIELDS: Final = (
    *("id", "rank", "score"),
    *(row.name for row in _HIT_FIELDS),
    *("url", "highlights", "spans", "missing"),
    *(row.name for row in _HIT_STATE),
    *("explanation", "copies"),
)
"""The members of a result, in their order."""
ARTICLE_MEMBERS: Final = (*(row.name for row in ARTICLE_FIELDS), "links", "generation", "highlights", "spans")
"""The members of a whole article, in their order; the last two with a query."""


def describe_result(
    result: SearchResult, request: SearchRequest, timezone: ZoneInfo, translate: Translate, root: str = ""
) -> Json:
    """Return the answer to ``request`` as JSON values; dates are given in ``timezone``, addresses under ``root``."""
    return {
        "query": result.query,
        "understood": result.understood,
        "total": result.total,
        "total_groups": result.groups,
        "total_relation": result.total_relation,
        "total_all": result.total_all,
        "match": result.match.value,
        "facets_match": result.facets_match.value,
        "recency": result.recency,
        "took_ms": result.took_ms,
        "generation": result.generation,
        "page": result.page,
        "per_page": result.per_page,
        "suggestion": result.suggestion,
        "suggestions": list(result.suggestions),
        "neighbours": list(result.neighbours),
        "replacements": [{"word": each.word, "instead": each.instead} for each in result.replacements],
        "date_offer": _describe_date_offer(result.date_offer),
        "remarks": [
            {"message": remark.message.render(translate), "start": remark.start, "end": remark.end}
            for remark in result.remarks
        ],
        "results": [_describe_hit(hit, timezone, root) for hit in result.hits],
        "facets": {
            name: [{"value": bucket.value, "count": bucket.count} for bucket in buckets]
            for name, buckets in result.facets.items()
        },
        "facets_truncated": {name: name in result.facets_truncated for name in result.facets},
        "histogram": [{"date": bucket.date, "count": bucket.count} for bucket in result.histogram],
        "timeline": {
            "interval": result.timeline.interval.value,
            "buckets": [{"date": bucket.date, "count": bucket.count} for bucket in result.timeline.buckets],
        },
        "next_cursor": result.next_cursor,
        "links": search_links(request, result, root),
    }


def needs_explanation(result: SearchResult) -> bool:
    """Return whether a page should show how the query was understood: it has operators, or other words than typed."""
    return result.elaborate or raw_tokens(result.query) != raw_tokens(result.understood)


def describe_article(article: Article, timezone: ZoneInfo) -> Json:
    """Return all fields of an article as JSON values."""
    return _describe_fields(article, ARTICLE_FIELDS, timezone)


def describe_view(view: ArticleView, timezone: ZoneInfo, *, with_highlights: bool, root: str = "") -> Json:
    """Return a whole article as JSON values, with the highlights of a query if ``with_highlights``."""
    answer = {**_describe_fields(view.article, ARTICLE_FIELDS, timezone), "links": article_links(view.article.id, root)}
    answer["generation"] = view.generation
    if with_highlights:
        fields = {
            "title": [view.title],
            "lead": [view.lead] if view.article.lead else [],
            "text": [view.text],
        }
        answer |= _describe_highlights({name: parts for name, parts in fields.items() if parts}, marked)
    return answer


def describe_similar(article_id: str, articles: Iterable[Article], timezone: ZoneInfo, root: str = "") -> Json:
    """Return similar articles as JSON values, each with its address under ``root``."""
    results = [
        {
            "id": article.id,
            **_describe_fields(article, _HIT_FIELDS, timezone),
            "url": root + article_path(article.id),
            **_describe_fields(article, _HIT_STATE, timezone),
        }
        for article in articles
    ]
    return {"id": article_id, "results": results, "links": {"article": article_links(article_id, root)["self"]}}


def search_links(request: SearchRequest, result: SearchResult, root: str = "") -> dict[str, str | None]:
    """Return the addresses of this answer, of the next page and of the previous one, under ``root``."""
    requests = {"self": request, "next": next_page(request, result), "prev": previous_page(request)}
    return {
        name: f"{root}{SEARCH_PATH}?{urlencode(write_search(page), doseq=True)}".rstrip("?") if page else None
        for name, page in requests.items()
    }


def previous_page(request: SearchRequest) -> SearchRequest | None:
    """Return the request for the previous page; None on the first one and after a cursor, which only goes forward."""
    if request.cursor or request.page <= 1:
        return None
    return replace(request, page=request.page - 1)


def next_page(request: SearchRequest, result: SearchResult) -> SearchRequest | None:
    """Return the request for the next page, None on the last one.

    Pages are numbered as far as DEEPEST_RESULT; a cursor leads further.
    """
    if not request.cursor and (request.page + 1) * request.per_page <= DEEPEST_RESULT:
        more = request.page * request.per_page < result.shown
        return replace(request, page=request.page + 1) if more else None
    return replace(request, page=1, cursor=result.next_cursor) if result.next_cursor else None


def write_search(request: SearchRequest) -> dict[str, str | list[str]]:
    """Return ``request`` as parameters of an address; defaults are left out."""
    filters, default = request.filters, SearchRequest()
    written: dict[str, str | list[str]] = {
        "q": request.query,
        "sort": request.sort.value if request.sort != default.sort else "",
        "match": request.match.value if request.match else "",
        "recency": "" if request.recency is None else str(request.recency),
        "explain": "true" if request.explain else "",
        "from": filters.date_from.isoformat() if filters.date_from else "",
        "to": filters.date_to.isoformat() if filters.date_to else "",
        **{field: list(filters.values.get(field, ())) for field in FACET_FIELDS},
        **{f"-{field}": list(filters.excluded.get(field, ())) for field in FACET_FIELDS},
        "facet_limit": str(request.facet_limit) if request.facet_limit != default.facet_limit else "",
        "per_page": str(request.per_page) if request.per_page != default.per_page else "",
        "page": str(request.page) if request.page != default.page and not request.cursor else "",
        "cursor": request.cursor or "",
        "correct": "" if request.correct else "false",
        "group": request.group.value if request.group else "",
    }
    return {name: value for name, value in written.items() if value}


def article_path(article_id: str) -> str:
    """Return the address of an article's page: with its id in the path if it fits there, else as a parameter."""
    if fits_path(article_id):
        return "/articles/" + quote(article_id, safe=SAFE_IN_PATH)
    return "/articles?" + urlencode({"id": article_id})


def fits_path(article_id: str) -> bool:
    """Return whether browsers and proxies leave a path with this id unchanged.

    They resolve dots (``x/../y``, ``%2E%2E`` too), merge slashes, drop the last one and read backslashes as slashes.
    """
    return "\\" not in article_id and not any(part in ("", ".", "..") for part in article_id.split("/"))


def article_links(article_id: str, root: str = "") -> dict[str, str]:
    """Return the addresses of an article, as JSON and as a page, under ``root``."""
    path = article_path(article_id)
    return {"self": f"{root}/api/v1{path}", "page": root + path}


def _describe_date_offer(offer: DateOffer | None) -> Json | None:
    if offer is None:
        return None
    days = {"from": offer.first.isoformat(), "to": offer.last.isoformat()}
    return {"words": offer.words, "query": offer.query, **days}


def _describe_hit(hit: Hit, timezone: ZoneInfo, root: str) -> Json:
    article = hit.article
    fields = {"title": [hit.title], "lead": [hit.lead] if hit.lead else [], "text": list(hit.fragments)}
    return {
        "id": article.id,
        "rank": hit.rank,
        "score": hit.score,
        **_describe_fields(article, _HIT_FIELDS, timezone),
        "url": root + article_path(article.id),
        **_describe_highlights({name: parts for name, parts in fields.items() if parts or name == "text"}, snippet),
        "missing": list(hit.missing),
        **_describe_fields(article, _HIT_STATE, timezone),
        **({"explanation": describe_explanation(hit.explanation)} if hit.explanation else {}),
        "copies": None if hit.copies is None else {"count": len(hit.copies), "ids": list(hit.copies)},
    }


def _describe_highlights(fields: dict[str, list[Fragment]], show: Any) -> Json:
    """Return highlights and spans. Highlights of title and lead are a string, those of the text a list of strings."""
    highlights = {name: [str(show(part)) for part in parts] for name, parts in fields.items()}
    return {
        "highlights": {name: texts if name == "text" else texts[0] for name, texts in highlights.items()},
        "spans": {name: [list(span) for part in parts for span in part.spans] for name, parts in fields.items()},
    }


def _describe_fields(article: Article, rows: Iterable[ArticleField], timezone: ZoneInfo) -> Json:
    return {row.name: _describe_value(getattr(article, row.attribute), timezone) for row in rows}


def _describe_value(value: object, timezone: ZoneInfo) -> object:
    if isinstance(value, datetime):
        return rfc3339(value.astimezone(timezone))
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value
