"""The JSON endpoints under ``/api/v1/``. Their shape is a contract: fields are added, never renamed.

An answer has an ETag that begins with everything that it depends on (:func:`.conditional.version_tag`). A request with
a current one is answered with 304 and without a search. For an article, 304 is sent only while it exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, jsonify, request, url_for

from searchapp.analysis.value_keys import value_key
from searchapp.i18n import Message, translator
from searchapp.output import answer_types
from searchapp.output.answer_json import (
    Json,
    describe_result,
    describe_similar,
    describe_view,
)
from searchapp.output.counts_json import describe_suggestion, describe_trends, describe_values
from searchapp.schema import FACET_FIELDS
from searchapp.search.facet_values import VALUES_PER_PAGE, select_values
from searchapp.search.suggest import Suggestion
from searchapp.web.api_operations import JSON, READING, SEARCHING, Body, Example, documented
from searchapp.web.article_ids import requested_id
from searchapp.web.conditional import names_tag, unmodified, version_tag
from searchapp.web.json_body import arguments_of, body_schema, posted_object, read_members
from searchapp.web.params import (
    ARTICLE_FIELDS_PARAMETER,
    ARTICLE_QUERY,
    FACET_PARAMETERS,
    RESULT_FIELDS_PARAMETER,
    SEARCH_PARAMETERS,
    SUGGEST_PARAMETERS,
    VALUE_PARAMETERS,
    Reading,
    clean_query,
    read_fields,
    read_one,
    read_search,
    read_suggest,
    read_value_view,
)
from searchapp.web.site import log_search, site
from searchapp.web.site_language import current_language, say
from searchapp.web.trend_request import TREND_PARAMETERS, read_trends

__all__ = ["api"]

api = Blueprint("api", __name__, url_prefix="/api/v1")
SIMILAR: Final = 10
OPENSEARCH: Final = "application/x-suggestions+json"
OPENSEARCH_SCHEMA: Final = {"type": "array", "minItems": 2, "maxItems": 2}
NO_ARTICLE: Final = ("article-not-found", "article-withdrawn")
ARTICLE_PATH: Final = {"article_id": "agence-hexapresse/international/kremlin-ingerence-elections"}
LONGEST_LINK: Final = 8000
"""Characters of an address that every server and proxy reads (RFC 9110, 4.1, recommends as many octets)."""
# Our link names -> relation types of the registry of RFC 8288.
LINK_RELATIONS: Final = {"page": "alternate", "article": "up"}


@api.get("/search")
@documented(
    SEARCHING,
    Message("Search"),
    parameters=(*SEARCH_PARAMETERS, RESULT_FIELDS_PARAMETER),
    answers={200: {JSON: answer_types.SearchAnswer}},
    problems=("invalid-request",),
    example=Example({"q": "ingerence americaine", "sort": "newest", "per_page": "5"}),
)
def search() -> Response:
    """Answer a search."""
    reading, names = read_search(request.args), read_fields(request.args, RESULT_FIELDS_PARAMETER)
    reading.strict()
    version = site().service.version()
    if names_tag(version_tag(version)):
        return _negotiated(unmodified(), version)
    answer, is_current = _search(reading, names, version)
    return _with_links(answer, version if is_current else None)


@api.post("/search")
@documented(
    SEARCHING,
    Message("Search with the parameters in the body"),
    help=Message("For filters that make an address too long. It writes nothing."),
    body=Body(JSON, body_schema(*SEARCH_PARAMETERS, RESULT_FIELDS_PARAMETER), Message("The parameters of a search.")),
    answers={200: {JSON: answer_types.SearchAnswer}},
    problems=("invalid-request", "too-large"),
    is_tagged=False,
    example=Example(body={"q": "marée", "source": ["Le Phare du Ponant", "Agence Hexapresse"], "fields": "id,title"}),
)
def posted() -> Response:
    """Answer a search whose parameters are in the body: many filters may be too long for an address."""
    search = posted_object()
    answer, _ = _search(read_members(search), read_fields(arguments_of(search), RESULT_FIELDS_PARAMETER), "")
    response = _with_links(answer, None)
    response.headers["Cache-Control"] = "no-store"
    return response


def _search(reading: Reading, names: Sequence[str], version: str) -> tuple[Json, bool]:
    """Return the answer to a search, and whether it is whole and of ``version``.

    ``names`` are the fields of its results, () for all.
    Links keep ``names``; those that are too long for a request line are null.
    """
    search_request = reading.strict()
    result = site().service.search(search_request)
    log_search(search_request, result)
    is_current = result.total_relation == "eq" and site().service.version() == version
    translate = translator(current_language())
    answer = describe_result(result, search_request, site().config.timezone, translate, request.root_path)
    whole = {"start": 0, "end": len(search_request.query)}
    answer["remarks"] = [{"message": say(remark), **whole} for remark in reading.remarks] + answer["remarks"]
    if names:
        answer["results"] = [{name: one[name] for name in one if name in names} for one in answer["results"]]
    trimmed = urlencode({"fields": ",".join(names)}, safe=",") if names else ""
    for relation, address in answer["links"].items():
        named = f"{address}{'&' if '?' in address else '?'}{trimmed}" if address and trimmed else address
        answer["links"][relation] = named if named and len(named) <= LONGEST_LINK else None
    return answer, is_current


@api.get("/articles/<article_id:article_id>")
@api.get("/articles", endpoint="article_by_id")
@documented(
    READING,
    Message("A whole article"),
    help=Message("In an address an id with an empty or dotted segment or a backslash is the parameter id."),
    parameters=(ARTICLE_QUERY, ARTICLE_FIELDS_PARAMETER),
    answers={200: {JSON: answer_types.ArticleAnswer}},
    problems=("invalid-request", *NO_ARTICLE),
    example=Example({"q": "ingérence", "fields": "title,date,highlights"}, path=ARTICLE_PATH),
)
def article(article_id: str = "") -> Response:
    """Answer with a whole article, and with the highlights of ``q`` if it is given."""
    article_id = requested_id(article_id)
    query, _ = clean_query(read_one(ARTICLE_QUERY, request.args))
    names = read_fields(request.args, ARTICLE_FIELDS_PARAMETER)
    version = site().service.version()
    if names_tag(version_tag(version)):
        site().service.article(article_id)
        return _negotiated(unmodified(), version)
    view = site().service.article(article_id, query)
    is_current = site().service.version() == version
    answer = describe_view(view, site().config.timezone, with_highlights=bool(query), root=request.root_path)
    if names:
        answer = {name: answer[name] for name in answer if name in (*names, "links")}
    return _with_links(answer, version if is_current else None)


@api.get("/similar/<article_id:article_id>")
@api.get("/similar", endpoint="similar_by_id")
@documented(
    READING,
    Message("Articles like one, without its near duplicates"),
    answers={200: {JSON: answer_types.SimilarAnswer}},
    problems=("invalid-request", *NO_ARTICLE),
    example=Example(path=ARTICLE_PATH),
)
def similar(article_id: str = "") -> Response:
    """Answer with the articles that are most like one."""
    article_id = requested_id(article_id)
    version = site().service.version()
    articles = site().service.similar(article_id, SIMILAR)
    is_current = site().service.version() == version
    answer = describe_similar(article_id, articles, site().config.timezone, request.root_path)
    return _with_links(answer, version if is_current else None)


@api.get("/facets/<facet>")
@documented(
    SEARCHING,
    Message("All values of a facet among the results of a search"),
    parameters=(*FACET_PARAMETERS, *VALUE_PARAMETERS),
    answers={200: {JSON: answer_types.FacetValuesAnswer}},
    problems=("invalid-request", "not-found"),
    example=Example({"q": "grève", "order": "name"}, path={"facet": "source"}),
)
def facet_values(facet: str) -> Response:
    """Answer with the values of a facet among the results of a search, a page at a time."""
    if facet not in FACET_FIELDS:
        abort(404)
    reading, (view, problems) = read_search(request.args), read_value_view(request.args)
    search_request = replace(reading, problems=(*reading.problems, *problems)).strict()
    per_page = search_request.per_page if "per_page" in request.args else VALUES_PER_PAGE
    version = site().service.version()
    if names_tag(version_tag(version)):
        return _negotiated(unmodified(), version)
    values = site().service.facet_values(search_request, facet)
    page = select_values(values.buckets, view.find, view.order, search_request.page, per_page)
    answer = describe_values(values, page, per_page, translator(current_language()))
    numbers = {"self": page.page, "next": page.page + 1, "prev": page.page - 1}
    answer["links"] = {
        relation: _own_address(page=number if number > 1 else None) if 1 <= number <= page.pages else None
        for relation, number in numbers.items()
    }
    return _with_links(answer, version if values.complete and site().service.version() == version else None)


@api.get("/trends")
@documented(
    SEARCHING,
    Message("The share of all articles that queries find, by period"),
    parameters=TREND_PARAMETERS,
    answers={200: {JSON: answer_types.TrendsAnswer}},
    problems=("invalid-request",),
    example=Example({"q": ["grève", "marée"], "interval": "year"}),
)
def trends() -> Response:
    """Answer with the share of all articles that each of up to five queries finds, by period."""
    asked = read_trends(request.args).strict()
    version = site().service.version()
    if names_tag(version_tag(version)):
        return _negotiated(unmodified(), version)
    result = site().service.trends(asked.queries, asked.filters, asked.interval)
    answer = describe_trends(result, translator(current_language()))
    answer["links"] = {"self": _own_address(), "page": url_for("pages.trends", **asked.parameters())}
    return _with_links(answer, version if result.complete and site().service.version() == version else None)


@api.get("/suggest")
@documented(
    SEARCHING,
    Message("Completions of what somebody is typing"),
    parameters=SUGGEST_PARAMETERS,
    answers={200: {JSON: answer_types.SuggestAnswer, OPENSEARCH: OPENSEARCH_SCHEMA}},
    problems=("invalid-request",),
    example=Example({"q": "mar", "limit": "5"}),
)
def suggest() -> Response:
    """Answer with what somebody may be typing, as JSON or as browsers read it (OpenSearch Suggestions 1.0)."""
    asked = read_suggest(request.args)
    version = site().service.version()
    if names_tag(version_tag(version)):
        return _negotiated(unmodified(), version)
    suggestions, log = site().service.suggest(asked.text, asked.limit), site().query_log
    if log:
        suggestions = _without_repeats([*log.starting_with(asked.text, asked.limit // 2), *suggestions])[: asked.limit]
    if asked.is_opensearch:
        response = jsonify([asked.text, [suggestion.text for suggestion in suggestions]])
        response.mimetype = OPENSEARCH
    else:
        response = jsonify({"suggestions": [describe_suggestion(suggestion) for suggestion in suggestions]})
    is_current = site().service.version() == version
    # The queries of the log change while the index stays: then the bytes alone are the tag.
    return _negotiated(response, "" if log else version if is_current else None)


def _without_repeats(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Return the first suggestion of each text, whose capitals and accents do not count."""
    by_key: dict[str, Suggestion] = {}
    for suggestion in suggestions:
        by_key.setdefault(value_key(suggestion.text), suggestion)
    return list(by_key.values())


def _own_address(**changed: object) -> str:
    """Return the address of this request with some parameters changed; None leaves one out."""
    parameters = {**request.args.to_dict(flat=False), **changed}
    written = urlencode({name: value for name, value in parameters.items() if value is not None}, doseq=True)
    return f"{request.root_path}{quote(request.path)}?{written}".rstrip("?")


def _with_links(answer: Json, version: str | None) -> Response:
    """Return an answer with its Link headers; ``version`` as in :func:`_negotiated`."""
    response = jsonify(answer)
    for relation, path in answer["links"].items():
        if path:
            response.headers.add("Link", f'<{path}>; rel="{LINK_RELATIONS.get(relation, relation)}"')
    return _negotiated(response, version)


def _negotiated(response: Response, version: str | None) -> Response:
    """Return an answer with the header fields of caches.

    ``version`` is what the answer depends on, "" where only its bytes tell, None for one that is not to be kept.
    """
    if version:
        response.set_etag(version_tag(version))
    response.headers["Cache-Control"] = "no-store" if version is None else "no-cache"
    response.vary.add("Accept-Language")
    return response
