"""``POST /api/v1/msearch``: several searches in one request, each answered as ``GET /api/v1/search`` would."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message, translator
from searchapp.model import Deadline, SearchRequest
from searchapp.output import answer_types
from searchapp.output.answer_json import describe_result
from searchapp.search.batch import as_phrase
from searchapp.web.api_operations import JSON, SEARCHING, Body, Example, documented
from searchapp.web.json_body import body_schema, read_members, read_object
from searchapp.web.params import SEARCH_PARAMETERS
from searchapp.web.rate_limits import charge_searches
from searchapp.web.site import site
from searchapp.web.site_language import current_language

__all__ = ["MOST_SEARCHES", "multi"]

multi = Blueprint("multi", __name__, url_prefix="/api/v1")

MOST_SEARCHES: Final = 200
"""Searches of one request."""
MOST_RESULTS: Final = 1_000
"""Results of one request: the sum of ``per_page``."""
BODY_SCHEMA: Final = {
    "type": "object",
    "required": ["searches"],
    "properties": {
        "searches": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_SEARCHES,
            "items": {"anyOf": [{"type": "string"}, body_schema(*SEARCH_PARAMETERS)]},
        },
        "phrases": {"type": "boolean", "default": False},
    },
}
_WRONG: Final = Message("Some parameters are wrong.")
_EXPECTED: Final = Message(
    "Send a JSON object whose “searches” is a list of at most {most} texts or objects.", most=MOST_SEARCHES
)


@multi.post("/msearch")
@documented(
    SEARCHING,
    Message("Many searches at once"),
    help=Message("They share one time limit, and may have 1,000 results together."),
    body=Body(JSON, BODY_SCHEMA, Message("The searches, each a text or an object with the parameters of a search.")),
    answers={200: {JSON: answer_types.MultiSearchAnswer}},
    problems=("invalid-request", "too-large"),
    is_tagged=False,
    example=Example(body={"searches": ["Gaëlle L’Hostis", {"q": "grève", "per_page": 3}], "phrases": True}),
)
def search_all() -> Response:
    """Answer several searches, in their order; null for those that there was no time for."""
    requests = _read_requests()
    charge_searches(len(requests))
    deadline = Deadline.after(site().config.query_seconds)
    answers = [None if deadline.passed() else _answer(each) for each in requests]
    response = jsonify({"complete": None not in answers, "answers": answers})
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept-Language")
    return response


def _answer(search_request: SearchRequest) -> dict[str, Any]:
    result = site().service.search(search_request)
    translate = translator(current_language())
    return describe_result(result, search_request, site().config.timezone, translate, request.root_path)


def _read_requests() -> list[SearchRequest]:
    """Return the searches of the body; raises InvalidRequest, which names each wrong parameter."""
    body = read_object("searches", _EXPECTED)
    searches, phrases = body.get("searches"), body.get("phrases", False)
    if not isinstance(searches, list) or not isinstance(phrases, bool) or not 0 < len(searches) <= MOST_SEARCHES:
        raise InvalidRequest(_WRONG, [("searches", _EXPECTED)])
    if not all(isinstance(one, str | dict) for one in searches):
        raise InvalidRequest(_WRONG, [("searches", _EXPECTED)])
    problems: list[tuple[str, Message]] = []
    requests = []
    for number, one in enumerate(searches):
        reading = read_members({"q": one} if isinstance(one, str) else one)
        problems += [(f"searches[{number}].{name}", reason) for name, reason in reading.problems]
        found = reading.request
        requests.append(replace(found, query=as_phrase(found.query), correct=False) if phrases else found)
    if sum(each.per_page for each in requests) > MOST_RESULTS:
        reason = Message("All searches together may have {most} results. Ask for fewer.", most=MOST_RESULTS)
        problems.append(("per_page", reason))
    if problems:
        raise InvalidRequest(_WRONG, problems)
    return requests
