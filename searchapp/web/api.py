"""The JSON endpoints under ``/api/v1/``. Their shape is a contract: fields are added, never renamed.

An answer carries an ETag made of everything that it depends on (generation, address, language), so that a
program that asks again is told 304 without a search. The tag is a weak one: ``took_ms`` differs between
answers that are otherwise the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, jsonify, request

from searchapp import __version__
from searchapp.answers import Json, describe_result, describe_view
from searchapp.i18n import translator
from searchapp.web.language import current_language, say
from searchapp.web.params import clean_query, read_search
from searchapp.web.site import site

__all__ = ["api"]

api = Blueprint("api", __name__, url_prefix="/api/v1")
# Our names of links as RFC 8288 registers them.
LINK_RELATIONS: Final = {"page": "alternate"}


@api.get("/search")
def search() -> Response:
    """Answer a search."""
    reading = read_search(request.args)
    asked = reading.strict()
    tag = _tag(site().service.generation())
    if request.if_none_match.contains_weak(tag):
        return _not_modified(tag)
    result = site().service.search(asked)
    answer = describe_result(result, asked, site().config.timezone, translator(current_language()))
    whole = {"start": 0, "end": len(asked.query)}
    answer["remarks"] = [{"message": say(remark), **whole} for remark in reading.remarks] + answer["remarks"]
    return _tagged(answer, result.generation)


@api.get("/articles/<article_id:article_id>")
def article(article_id: str) -> Response:
    """Answer with a whole article, and with the marks of ``q`` if it is given."""
    query, _ = clean_query(request.args.get("q", ""))
    tag = _tag(site().service.generation())
    if request.if_none_match.contains_weak(tag):
        return _not_modified(tag)
    view = site().service.article(article_id, query)
    return _tagged(describe_view(view, site().config.timezone, with_marks=bool(query)), view.generation)


def _tag(generation: str) -> str:
    parts: Sequence[str] = (__version__, generation, request.full_path, current_language())
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _tagged(answer: Json, generation: str) -> Response:
    response = jsonify(answer)
    for relation, path in answer["links"].items():
        if path:
            response.headers.add("Link", f'<{path}>; rel="{LINK_RELATIONS.get(relation, relation)}"')
    return _cacheable(response, _tag(generation))


def _not_modified(tag: str) -> Response:
    return _cacheable(Response(status=304), tag)


def _cacheable(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Language")
    return response
