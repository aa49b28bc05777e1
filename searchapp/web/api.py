"""The JSON endpoints under ``/api/v1/``. Their shape is a contract: fields are added, never renamed.

An answer has an ETag made of everything that it depends on (:func:`.conditional.version_tag`). A request with a current
tag is answered with 304 and without a search. The tag is weak, since ``took_ms`` differs between answers that are
otherwise equal. For an article, 304 is sent only while it exists.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, jsonify, request

from searchapp.i18n import translator
from searchapp.output.answer_json import Json, describe_result, describe_view
from searchapp.web.article_ids import requested_id
from searchapp.web.conditional import names_tag, version_tag
from searchapp.web.params import clean_query, read_search
from searchapp.web.site import site
from searchapp.web.site_language import current_language, say

__all__ = ["api"]

api = Blueprint("api", __name__, url_prefix="/api/v1")
# Our link names -> relation types of the registry of RFC 8288.
LINK_RELATIONS: Final = {"page": "alternate"}


@api.get("/search")
def search() -> Response:
    """Answer a search."""
    reading = read_search(request.args)
    search_request = reading.strict()
    version = site().service.version()
    if names_tag(version_tag(version)):
        return _negotiated(Response(status=304), version)
    result = site().service.search(search_request)
    is_current = result.total_relation == "eq" and site().service.version() == version
    translate = translator(current_language())
    answer = describe_result(result, search_request, site().config.timezone, translate, request.root_path)
    whole = {"start": 0, "end": len(search_request.query)}
    answer["remarks"] = [{"message": say(remark), **whole} for remark in reading.remarks] + answer["remarks"]
    return _with_links(answer, version if is_current else None)


@api.get("/articles/<article_id:article_id>")
@api.get("/articles", endpoint="article_by_id")
def article(article_id: str = "") -> Response:
    """Answer with a whole article, and with the highlights of ``q`` if it is given."""
    article_id = requested_id(article_id)
    query, _ = clean_query(request.args.get("q", ""))
    version = site().service.version()
    if names_tag(version_tag(version)):
        site().service.article(article_id)
        return _negotiated(Response(status=304), version)
    view = site().service.article(article_id, query)
    is_current = site().service.version() == version
    answer = describe_view(view, site().config.timezone, with_highlights=bool(query), root=request.root_path)
    return _with_links(answer, version if is_current else None)


def _with_links(answer: Json, version: str | None) -> Response:
    """Return an answer with its Link headers; with an ETag, unless ``version`` is None since it may change."""
    response = jsonify(answer)
    for relation, path in answer["links"].items():
        if path:
            response.headers.add("Link", f'<{path}>; rel="{LINK_RELATIONS.get(relation, relation)}"')
    return _negotiated(response, version)


def _negotiated(response: Response, version: str | None) -> Response:
    if version is not None:
        response.set_etag(version_tag(version), weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Language")
    return response
