"""The JSON endpoints under ``/api/v1/``. Their shape is a contract: fields are added, never renamed.

An answer carries an ETag made of everything that it depends on (generation, address, language), so that a
program that asks again is told 304 without a search. The tag is a weak one: ``took_ms`` differs between
answers that are otherwise the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from searchapp import __version__
from searchapp.model import Article, ArticleView, Fragment, Hit, SearchRequest, SearchResult
from searchapp.web.language import current_language, local, say
from searchapp.web.links import article_path, search_path, turn_back, turn_forward
from searchapp.web.marks import snippet
from searchapp.web.params import clean_query, read_search
from searchapp.web.site import site

__all__ = ["api"]

api = Blueprint("api", __name__, url_prefix="/api/v1")
SEARCH = "api.search"

Json = dict[str, Any]


@api.get("/search")
def search() -> Response:
    """Answer a search."""
    reading = read_search(request.args)
    asked = reading.strict()
    tag = _tag(site().service.generation())
    if request.if_none_match.contains_weak(tag):
        return _not_modified(tag)
    result = site().service.search(asked)
    links = _links(asked, result)
    answer = _describe_result(result, links)
    answer["remarks"] = [say(remark) for remark in (*reading.remarks, *result.remarks)]
    return _tagged(answer, result.generation, links)


@api.get("/articles/<article_id:article_id>")
def article(article_id: str) -> Response:
    """Answer with a whole article, and with the marks of ``q`` if it is given."""
    query, _ = clean_query(request.args.get("q", ""))
    tag = _tag(site().service.generation())
    if request.if_none_match.contains_weak(tag):
        return _not_modified(tag)
    view = site().service.article(article_id, query)
    return _tagged(_describe_view(view, with_marks=bool(query)), view.generation, {})


def _describe_result(result: SearchResult, links: Mapping[str, str | None]) -> Json:
    return {
        "query": result.query,
        "understood": result.understood,
        "total": result.total,
        "total_relation": result.total_relation,
        "took_ms": round(result.took_ms, 1),
        "generation": result.generation,
        "page": result.page,
        "per_page": result.per_page,
        "suggestion": result.suggestion,
        "results": [_describe_hit(hit) for hit in result.hits],
        "facets": {
            name: [{"value": bucket.value, "count": bucket.count} for bucket in buckets]
            for name, buckets in result.facets.items()
        },
        "histogram": [{"date": bucket.date, "count": bucket.count} for bucket in result.histogram],
        "links": links,
    }


def _describe_hit(hit: Hit) -> Json:
    found = hit.article
    lead = {"lead": hit.lead} if hit.lead else {}
    return {
        "id": found.id,
        "rank": hit.rank,
        "score": hit.score,
        "title": found.title,
        "date": _iso(found.date),
        "source": found.source,
        "section": found.section,
        "author": list(found.authors),
        "url": article_path(found.id),
        **_describe_marks({"title": hit.title, **lead}, hit.fragments),
    }


def _describe_view(view: ArticleView, *, with_marks: bool) -> Json:
    answer = _describe_article(view.article)
    answer["generation"] = view.generation
    if with_marks:
        lead = {"lead": view.lead} if view.article.lead else {}
        answer |= _describe_marks({"title": view.title, **lead}, [view.text])
    return answer


def _describe_marks(fields: Mapping[str, Fragment], text: Sequence[Fragment]) -> Json:
    """Return highlights and spans: one fragment for a short field, a list of fragments for the text."""
    return {
        "highlights": {name: snippet(part) for name, part in fields.items()}
        | {"text": [snippet(part) for part in text]},
        "spans": {name: part.spans for name, part in fields.items()}
        | {"text": [span for part in text for span in part.spans]},
    }


def _describe_article(found: Article) -> Json:
    return {
        "id": found.id,
        "title": found.title,
        "lead": found.lead,
        "text": found.text,
        "date": _iso(found.date),
        "source": found.source,
        "section": found.section,
        "author": list(found.authors),
        "url": found.url,
        "language": found.language,
        "tags": list(found.tags),
        "status": found.status.value,
        "links": {
            "self": url_for("api.article", article_id=found.id),
            "page": article_path(found.id),
        },
    }


def _links(asked: SearchRequest, result: SearchResult) -> dict[str, str | None]:
    neighbours = {"self": asked, "next": turn_forward(asked, result), "prev": turn_back(asked)}
    return {name: search_path(there, SEARCH) if there else None for name, there in neighbours.items()}


def _iso(when: datetime | None) -> str | None:
    return local(when).isoformat() if when else None


def _tag(generation: str) -> str:
    parts: Sequence[str] = (__version__, generation, request.full_path, current_language())
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _tagged(answer: Json, generation: str, links: Mapping[str, str | None]) -> Response:
    response = jsonify(answer)
    for relation, path in links.items():
        if path:
            response.headers.add("Link", f'<{path}>; rel="{relation}"')
    return _cacheable(response, _tag(generation))


def _not_modified(tag: str) -> Response:
    return _cacheable(Response(status=304), tag)


def _cacheable(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Language")
    return response
