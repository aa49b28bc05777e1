"""Answers to errors: an RFC 9457 problem document for programs (``/api/``, ``/readyz``), a page for people.

Both are in the reader's language and show no internals, paths or commands: what the operator has to do goes to the log.
An unexpected error is logged under a reference, which the answer shows. The page of an unknown address searches for the
words in it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    json,
    make_response,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.urls import iri_to_uri

from searchapp.errors import (
    InvalidRecord,
    InvalidRecords,
    InvalidRequest,
    SearchappError,
    Stopping,
    TooBusy,
)
from searchapp.i18n import Message
from searchapp.measuring import count
from searchapp.model import SearchRequest
from searchapp.web.lost_addresses import articles_near
from searchapp.web.problems import BY_STATUS, INTERNAL_ERROR, PROBLEMS, Problem, problem_of
from searchapp.web.site_language import current_language, say

__all__ = ["init_app", "is_for_program", "refusal"]

# Seconds for Retry-After of a 503; ten for problems that are not listed.
RETRY_AFTER: Final = {TooBusy.slug: "1"}
# Header fields of an HTTP error that our answer keeps.
KEPT_HEADERS: Final = {"Allow", "Retry-After", "WWW-Authenticate"}
READING: Final = {"GET", "HEAD"}
OTHER_PROGRAM_PATHS: Final = frozenset(
    {"/readyz", "/healthz", "/metrics", "/openapi.json", "/trends.csv", "/batch.csv"}
)
LOGGED_EVERY: Final = 60.0
# Errors after which the same request may succeed.
PASSING: Final = {408, 429, 500, 503}

explanations = Blueprint("problems", __name__)


class OperatorLog:
    """Log of errors that the operator can fix, each kind once in LOGGED_EVERY seconds."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    def tell(self, error: SearchappError) -> None:
        """Log the message of ``error``, which says what to do; a server that is busy or stops is no fault to fix."""
        now = time.monotonic()
        if not isinstance(error, TooBusy | Stopping) and now > self._told.get(error.slug, -LOGGED_EVERY) + LOGGED_EVERY:
            self._told[error.slug] = now
            current_app.logger.warning("%s", error)


operator_log: Final = OperatorLog()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence of a problem.

    ``fields`` are the wrong parameters of a request with the reasons; ``extensions`` are further members of the problem
    document; ``reference`` is the log entry's; ``has_address`` is False when the server refused before reading a path.
    """

    problem: Problem
    detail: Message
    fields: tuple[tuple[str, Message], ...] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)
    reference: str = ""
    has_address: bool = True


def init_app(app: Flask) -> None:
    """Answer the errors of ``app``, and explain their kinds."""
    app.register_blueprint(explanations)
    app.register_error_handler(SearchappError, _answer_known)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


@explanations.get("/problems/<slug>")
def explain(slug: str) -> str:
    """Explain a kind of problem."""
    if slug not in PROBLEMS:
        abort(404)
    return render_template("problem.html", problem=PROBLEMS[slug])


def _answer_known(error: SearchappError) -> Response:
    fields = error.fields if isinstance(error, InvalidRequest) else ()
    problem, detail = problem_of(error), error.message
    is_told = request.method not in READING and g.get("is_writer", False)  # anyone may send a search by POST
    if problem.status >= 500 and not is_told:
        operator_log.tell(error)
        detail = problem.explanation
    return _answer(Occurrence(problem, detail, fields, _extensions(error)))


def _extensions(error: SearchappError) -> dict[str, Any]:
    if isinstance(error, InvalidRecord):
        return {"errors": [{"field": error.field or None, "detail": say(error.reason)}]}
    if isinstance(error, InvalidRecords):
        listed = [{"line": line, "field": name or None, "detail": say(reason)} for line, name, reason in error.rejects]
        return {"rejected": error.rejected, "errors": listed}
    return {}


def _answer_http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    unlisted = Problem("", error.code, Message(error.name), Message(error.description or error.name))
    problem = BY_STATUS.get(error.code, unlisted)
    response = _answer(Occurrence(problem, problem.explanation))
    response.headers.extend(header for header in error.get_headers() if header[0] in KEPT_HEADERS)
    return response


def _answer_unexpected(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    current_app.logger.error("Unexpected error %s at %s", reference, request.path, exc_info=error)
    detail = Message("An unexpected error happened. Its reference in the log is {reference}.", reference=reference)
    return _answer(Occurrence(INTERNAL_ERROR, detail, reference=reference))


def is_for_program(path: str) -> bool:
    """Return whether errors at ``path`` are answered with a problem document instead of a page."""
    return path.startswith(("/api/", "/search.", "/citation.")) or path in OTHER_PROGRAM_PATHS


def refusal(status: int) -> Response:
    """Return the answer to a request that the server refuses before the application sees it."""
    problem = BY_STATUS.get(status, INTERNAL_ERROR)
    return _answer(Occurrence(problem, problem.explanation, has_address=False))


def _answer(occurrence: Occurrence) -> Response:
    problem = occurrence.problem
    count("problem", problem.slug or "other")
    response = _document(occurrence) if is_for_program(request.path) else make_response(_page(occurrence))
    response.status_code = problem.status
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Accept-Language")
    if problem.status == 503:
        response.headers["Retry-After"] = RETRY_AFTER.get(problem.slug, "10")
    return response


def _page(occurrence: Occurrence) -> str:
    """Return the page of an error. Of a lost address it shows the articles that the words in it find."""
    problem = occurrence.problem
    is_lost = problem.status == 404 and occurrence.has_address and request.method == "GET"
    lost = articles_near(request.path) if is_lost else None
    return render_template(
        "error.html",
        occurrence=occurrence,
        problem=problem,
        lost=lost,
        search_request=lost.request if lost else SearchRequest(),
        may_retry=problem.status in PASSING and request.method in READING and occurrence.has_address,
    )


def _document(occurrence: Occurrence) -> Response:
    problem = occurrence.problem
    document: dict[str, Any] = {
        "type": url_for("problems.explain", slug=problem.slug) if problem.slug in PROBLEMS else "about:blank",
        "title": say(problem.title),
        "status": problem.status,
        "detail": say(occurrence.detail),
    }
    if occurrence.has_address:
        document["instance"] = iri_to_uri(request.root_path + request.full_path.rstrip("?"))
    if occurrence.fields:
        document["errors"] = [{"parameter": name, "detail": say(reason)} for name, reason in occurrence.fields]
    document |= occurrence.extensions
    response = Response(json.dumps(document), mimetype="application/problem+json")
    response.content_language.add(current_language())
    return response
