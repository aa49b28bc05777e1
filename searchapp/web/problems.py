"""Kinds of problems: the page that the ``type`` of an RFC 9457 problem document links to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from searchapp.errors import (
    ArticleNotFound,
    ArticleWithdrawn,
    AuditUnwritable,
    CorpusLocked,
    CorpusUnwritable,
    EngineUnavailable,
    IndexDamaged,
    IndexInaccessible,
    IndexLocked,
    IndexMissing,
    IndexUnwritable,
    InvalidRecord,
    InvalidRecords,
    InvalidRequest,
    NotFound,
    OutOfTime,
    PreconditionFailed,
    ScopeMissing,
    SearchappError,
    Stopping,
    StorageFull,
    TokensUnusable,
    TooBusy,
    Unavailable,
    WritingOff,
)
from searchapp.i18n import Message

__all__ = ["BY_STATUS", "INTERNAL_ERROR", "PROBLEMS", "Problem", "problem_of"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem, explained to programs and their authors; ``page`` is what a page says instead to readers."""

    slug: str
    status: int
    title: Message
    explanation: Message
    page: Message | None = None

    @property
    def for_readers(self) -> Message:
        """The explanation on a page."""
        return self.page or self.explanation


def _of(error: type[SearchappError], explanation: Message) -> Problem:
    return Problem(error.slug, error.http_status, error.title, explanation)


INTERNAL_ERROR: Final = Problem(
    "internal-error",
    500,
    Message("Something went wrong on our side"),
    Message("An unexpected error happened and was logged. Try again in a moment."),
)
_OF_STATUS: Final = (
    Problem(
        NotFound.slug,
        404,
        Message("This page does not exist"),
        Message("The address may be mistyped, or the page may have moved. Try a search."),
    ),
    Problem(
        "method-not-allowed",
        405,
        Message("This method is not allowed here"),
        Message(
            "The header field Allow lists the methods of this address, for example GET and HEAD. Send one of them."
        ),
        Message("This address can only be read, and something was sent to it. Go back and follow a link, or search."),
    ),
    Problem(
        "token-missing",
        401,
        Message("This needs a token"),
        Message(
            "The token is missing, wrong or expired. Send one that the operator of this site gave you: "
            "Authorization: Bearer …"
        ),
        Message(
            "This archive is for people with a token. Load the page again and give yours as the password; "
            "the user name does not matter."
        ),
    ),
    Problem(
        "too-large",
        413,
        Message("The request is too large"),
        Message("The size of one request is limited (setting write_largest). Send the articles in several requests."),
    ),
    Problem(
        "packed",
        415,
        Message("The body is compressed"),
        Message("Send the articles uncompressed, without a Content-Encoding."),
    ),
    Problem(
        "too-many-requests",
        429,
        Message("Too many requests"),
        Message(
            "Wait for the seconds of Retry-After, then send requests less often. Several searches fit into one "
            "request, POST /api/v1/msearch; and several articles, POST /api/v1/articles."
        ),
        Message("Many requests came in a short time. Wait a moment, then try again."),
    ),
    Problem(
        "malformed-request",
        400,
        Message("The HTTP request is malformed"),
        Message(
            "The request line, the header fields or the body do not follow HTTP/1.1. Correct the request "
            "and send it again."
        ),
    ),
    Problem(
        "too-slow",
        408,
        Message("The request did not arrive in time"),
        Message("Its header or its body came too slowly or was incomplete. Send the request again."),
    ),
    Problem(
        "address-too-long",
        414,
        Message("This address is too long"),
        Message("A query may have 1,024 characters, and the whole address 16 KiB. Shorten the query."),
    ),
    Problem(
        "expectation",
        417,
        Message("The Expect header is not supported"),
        Message("Leave out the header field Expect, or send it as 100-continue."),
    ),
    Problem(
        "header-too-large",
        431,
        Message("The header of this request is too large"),
        Message(
            "At most 128 header fields and 48 KiB are accepted. Send fewer or shorter ones; deleting cookies may help."
        ),
    ),
    _of(TooBusy, Message("The number of searches that run at once is limited. Try again in a moment.")),
)
"""Problems of requests of which only the HTTP status is known."""
_OF_ERRORS: Final = (
    _of(
        InvalidRequest,
        Message("One or more parameters have a wrong value. The answer names each with the values that it accepts."),
    ),
    _of(
        ArticleNotFound,
        Message("The link may be incomplete, or the article is not in this archive. Search for its title."),
    ),
    _of(
        ArticleWithdrawn,
        Message("Its newspaper withdrew it, so it can no longer be read or found here."),
    ),
    _of(
        InvalidRecord,
        Message("A field is missing or has a wrong value. The answer names the field and the values that it accepts."),
    ),
    _of(
        InvalidRecords,
        Message("No article could be read, or not all of them with strict=1. The answer names the first ones."),
    ),
    _of(
        PreconditionFailed,
        Message(
            "If-Match wants an article that exists, If-None-Match one that does not. Read the article "
            "first, then decide."
        ),
    ),
    _of(
        ScopeMissing,
        Message("The token is right, but its scopes do not include this request. Ask the operator for another one."),
    ),
    _of(
        TokensUnusable,
        Message("The server cannot check tokens at the moment; its operator is told. Try again later."),
    ),
    _of(
        WritingOff,
        Message("The operator of this site can allow writing by starting the server with a token."),
    ),
    _of(
        AuditUnwritable,
        Message("Each change is recorded before it is made, and the record cannot be written. Nothing was changed."),
    ),
    _of(
        CorpusLocked,
        Message("Other articles are being written. None of yours was written; send them again in a moment."),
    ),
    _of(
        CorpusUnwritable,
        Message("The system refused to write into the corpus. Nothing was written; the corpus is unchanged."),
    ),
    _of(
        StorageFull,
        Message("The disk has no room for more articles. Nothing was written; the corpus is unchanged."),
    ),
    _of(
        IndexUnwritable,
        Message("The system refused to write into the index. Nothing was written; the index is unchanged."),
    ),
    _of(
        IndexMissing,
        Message("The archive is being set up: its articles cannot be searched yet. Come back in a few minutes."),
    ),
    _of(
        IndexDamaged,
        Message("The archive cannot be read at the moment. No article is lost; its operator is told. Come back later."),
    ),
    _of(
        IndexInaccessible,
        Message("The archive cannot be read at the moment; its operator is told. Come back later."),
    ),
    _of(Stopping, Message("The server is about to stop. Send requests to another one, or try again in a moment.")),
    _of(OutOfTime, Message("There was no time to find all articles. Narrow the search, or try again in a moment.")),
    _of(IndexLocked, Message("Another reindex is running. Searches continue to work; try again when it has ended.")),
    _of(EngineUnavailable, Message("The search engine does not answer. Try again in a moment.")),
    _of(Unavailable, Message("The search is not available at the moment. Try again in a moment.")),
)

PROBLEMS: Final = {problem.slug: problem for problem in (*_OF_STATUS, INTERNAL_ERROR, *_OF_ERRORS)}
BY_STATUS: Final = {problem.status: problem for problem in _OF_STATUS}


def problem_of(error: SearchappError) -> Problem:
    """Return the kind of ``error``; one that is not listed is explained by its own message unless the fault is ours."""
    if error.slug in PROBLEMS:
        return PROBLEMS[error.slug]
    return _of(type(error), error.message if error.http_status < 500 else PROBLEMS[Unavailable.slug].explanation)
