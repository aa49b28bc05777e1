"""The endpoints that write: ``PUT`` and ``DELETE`` of an article, ``POST`` of many as JSON Lines.

The answer is sent when the article is on the disk, in the corpus. Indexing follows a moment later, so the usual status
is 202; with ``?wait=SECONDS`` the answer waits for the index and its status is 201 or 200.
"""

from __future__ import annotations

import io
import json
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import ClientDisconnected, HTTPException

from searchapp.errors import InvalidRequest, PreconditionFailed
from searchapp.i18n import Message
from searchapp.indexing.write_service import Outcome, Writing, Written, lines_of
from searchapp.measuring import count
from searchapp.model import Scope
from searchapp.output import answer_types
from searchapp.output.answer_json import Json, article_links
from searchapp.web import parameter_kinds as kinds
from searchapp.web.api_operations import JSON, WRITING, Body, Example, documented
from searchapp.web.article_ids import requested_id
from searchapp.web.audited_writes import tell_result
from searchapp.web.parameter_kinds import Parameter
from searchapp.web.params import read_one
from searchapp.web.site import site
from searchapp.web.site_language import say
from searchapp.web.write_access import require_write_access

__all__ = ["writing"]

writing = Blueprint("writing", __name__, url_prefix="/api/v1")
writing.before_request(require_write_access)

LONGEST_WAIT: Final = 10.0
LONGEST_ARTICLE: Final = 16 * 1024 * 1024
WAIT: Final = Parameter(
    "wait", kinds.seconds(LONGEST_WAIT), 0.0, Message("Seconds that the answer may wait until the article is indexed.")
)
STRICT: Final = Parameter("strict", kinds.yes_or_no, False, Message("true: write all lines or none."))


EXAMPLE_PATH: Final = {"article_id": "exemple/vente-aux-encheres"}
EXAMPLE_RECORD: Final = {
    "title": "La criée vend aux enchères un phare d’occasion",
    "text": "Le phare part à trois euros. L’acheteur demande s’il est livré avec la mer.",
    "date": "2024-11-06T16:49:00+01:00",
    "source": "Le Phare du Ponant",
}
RECORD_SCHEMA: Final = {"type": "object", "required": ["title"], "properties": {}}
WRITTEN: Final = {status: {JSON: answer_types.WrittenArticle} for status in (200, 201, 202)}
WRITE_PROBLEMS: Final = (
    *("invalid-request", "token-missing", "scope-missing", "writing-off", "tokens-unusable", "precondition-failed"),
    *("too-large", "packed", "invalid-record", "invalid-records"),
    *("corpus-locked", "corpus-unwritable", "storage-full"),
)


@writing.put("/articles/<article_id:article_id>")
@writing.put("/articles", endpoint="put_by_id")
@documented(
    WRITING,
    Message("Write an article"),
    help=Message("It is on the disk when the answer is sent; indexing follows, and wait=5 waits for it."),
    parameters=(WAIT,),
    body=Body(JSON, RECORD_SCHEMA, Message("The record of the article; an unknown field is refused.")),
    answers=WRITTEN,
    problems=WRITE_PROBLEMS,
    scope=Scope.WRITE,
    is_tagged=False,
    example=Example({"wait": "5"}, path=EXAMPLE_PATH, body=EXAMPLE_RECORD),
)
def put(article_id: str = "") -> Response:
    """Write an article under the id of the address."""
    article_id = requested_id(article_id)
    if "Content-Range" in request.headers:  # RFC 9110, 14.5: 400 from a server without partial PUT
        raise InvalidRequest(
            Message("A part of an article cannot be written. Send the whole article, without Content-Range.")
        )
    seconds = read_one(WAIT, request.args)
    must_exist = _condition()
    body = _body().read(LONGEST_ARTICLE + 1)
    return _answer_written(_writing().put(article_id, body, must_exist=must_exist), seconds)


@writing.delete("/articles/<article_id:article_id>")
@writing.delete("/articles", endpoint="delete_by_id")
@documented(
    WRITING,
    Message("Withdraw an article"),
    parameters=(WAIT,),
    answers=WRITTEN,
    problems=(*WRITE_PROBLEMS, "article-not-found", "article-withdrawn"),
    scope=Scope.WRITE,
    is_tagged=False,
    example=Example({"wait": "5"}, path=EXAMPLE_PATH),
)
def delete(article_id: str = "") -> Response:
    """Withdraw an article."""
    article_id = requested_id(article_id)
    seconds = read_one(WAIT, request.args)
    return _answer_written(_writing().withdraw(article_id, must_exist=_condition()), seconds)


@writing.post("/articles")
@documented(
    WRITING,
    Message("Write many articles"),
    parameters=(WAIT, STRICT),
    body=Body("application/jsonl", {"type": "string"}, Message("A record a line."), required=False),
    answers={status: {JSON: answer_types.BatchWritten} for status in (200, 202)},
    problems=WRITE_PROBLEMS,
    scope=Scope.WRITE,
    is_tagged=False,
    example=Example({"wait": "5"}, body=json.dumps({**EXAMPLE_RECORD, "id": "exemple/lignes"}, ensure_ascii=False)),
)
def post() -> Response:
    """Write articles from JSON Lines, any number of them."""
    seconds, strict = read_one(WAIT, request.args), read_one(STRICT, request.args)
    batch = _writing().put_lines(lines_of(_body().readline, LONGEST_ARTICLE), strict=strict)
    counts = {outcome.value: batch.counts[outcome] for outcome in Outcome}
    first_ids = list(batch.extent.withdrawn)
    tell_result(**counts, rejected=batch.rejected, journal=batch.file, first_articles=first_ids)
    for outcome, number in (*counts.items(), ("rejected", batch.rejected)):
        if number:
            count("write", outcome, number)
    generation = _writing().index(batch.extent, seconds)
    answer = {
        "accepted": batch.counts.total(),
        **counts,
        "rejected": batch.rejected,
        "rejects": [
            {"line": line, "field": field or None, "detail": say(reason)} for line, field, reason in batch.rejects
        ],
        "journal": batch.file,
        "indexed": bool(generation),
        "generation": generation or None,
    }
    return _answer(answer, 200 if generation else 202)


def _answer_written(written: Written, seconds: float) -> Response:
    """Answer with the outcome of one write: 201 or 200 when it is indexed within ``seconds``, else 202."""
    entry = written.entry
    count("write", written.outcome.value)
    assert entry is not None  # noqa: S101 - one record gives one entry
    tell_result(outcome=written.outcome.value, journal=entry.file)
    generation = _writing().index(written.extent, seconds)
    links = article_links(entry.id, request.root_path)
    answer = {
        "id": entry.id,
        "outcome": written.outcome.value,
        "status": entry.status,
        "modified": entry.modified,
        "journal": entry.file,
        "indexed": bool(generation),
        "generation": generation or None,
        "links": links,
    }
    created = written.outcome is Outcome.CREATED
    response = _answer(answer, (201 if created else 200) if generation else 202)
    response.headers["Location"] = links["self"]
    return response


def _answer(answer: Json, status: int) -> Response:
    response = jsonify(answer)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


class _Body(io.RawIOBase):
    """The body of the current request; raises ClientDisconnected when it ends before its Content-Length."""

    def __init__(self) -> None:
        self._stream = request.stream
        self._missing = request.content_length or 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            chunk = self._stream.read(len(buffer))
        except OSError as error:
            raise ClientDisconnected from error
        except HTTPException:
            raise
        except Exception as error:  # each server has errors of its own for a body with wrong framing
            raise InvalidRequest(
                Message(
                    "The length of the body does not agree with its headers. Send it with the right "
                    "Content-Length, or chunked."
                )
            ) from error
        if not chunk and self._missing > 0:
            raise ClientDisconnected
        self._missing -= len(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _body() -> io.BufferedReader:
    return io.BufferedReader(_Body(), 1 << 16)


def _condition() -> bool | None:
    """Return True if the article must exist (``If-Match: *``), False if it must not (``If-None-Match: *``), else None.

    Raises PreconditionFailed for ETags: those of this site are of answers and identify no version of an article.
    """
    match, none_match = (request.headers.get(name) for name in ("If-Match", "If-None-Match"))
    if match is None and none_match is None:
        return None
    if (match, none_match) not in (("*", None), (None, "*")):
        raise PreconditionFailed.entity_tags()
    return match is not None


def _writing() -> Writing:
    enabled = site().writing
    assert enabled is not None  # noqa: S101 - require_write_access has refused before
    return enabled
