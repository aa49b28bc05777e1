"""Kinds of problems: what the ``type`` of a problem document leads to, in words for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from searchapp.errors import (
    ArticleNotFound,
    ArticleWithdrawn,
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
    PreconditionFailed,
    SearchappError,
    StorageFull,
    TooBusy,
    Unavailable,
    WritingOff,
)
from searchapp.i18n import Message

__all__ = ["BY_STATUS", "INTERNAL_ERROR", "PROBLEMS", "Problem", "problem_of"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem; ``command`` is what puts it right, if a command does."""

    slug: str
    status: int
    title: Message
    explanation: Message
    command: str = ""


def _of(error: type[SearchappError], explanation: Message, command: str = "") -> Problem:
    return Problem(error.slug, error.http_status, error.title, explanation, command)


NOT_FOUND: Final = Problem(
    NotFound.slug,
    404,
    Message("This page does not exist"),
    Message("The address may have been mistyped, or what was there has moved. A search may find it."),
)
METHOD_NOT_ALLOWED: Final = Problem(
    "method-not-allowed",
    405,
    Message("This address can only be read"),
    Message("Ask for it with GET or HEAD; it cannot be changed over the web."),
)
TOKEN_MISSING: Final = Problem(
    "token-missing",
    401,
    Message("Writing needs a token"),
    Message("Send the token that the server was started with: Authorization: Bearer … It is missing, or another one."),
)
TOO_LARGE: Final = Problem(
    "too-large",
    413,
    Message("This is too large"),
    Message("One request may bring only so much (setting write_largest). Send the articles in several requests."),
)
PACKED: Final = Problem(
    "packed",
    415,
    Message("This is packed"),
    Message("Send the articles as they are, without a Content-Encoding."),
)
TOO_MANY: Final = Problem(
    "too-many-requests",
    429,
    Message("Too many requests at once"),
    Message("Wait a moment, or send many articles in one request: POST /api/v1/articles."),
)
MALFORMED: Final = Problem(
    "malformed-request",
    400,
    Message("This is not a proper HTTP request"),
    Message("A part of it (request line, header fields or body) breaks the rules of HTTP/1.1. Send it as they are."),
)
TOO_SLOW: Final = Problem(
    "too-slow",
    408,
    Message("The request did not arrive in time"),
    Message("Its header or its body came too slowly, or not to the end. Send it again."),
)
ADDRESS_TOO_LONG: Final = Problem(
    "address-too-long",
    414,
    Message("This address is too long"),
    Message("A query may have 1,024 characters, and the whole address 16 KiB. Shorten the query."),
)
EXPECTATION: Final = Problem(
    "expectation",
    417,
    Message("This expectation cannot be met"),
    Message("Leave out the header field Expect, or send it as 100-continue."),
)
FIELDS_TOO_LARGE: Final = Problem(
    "header-too-large",
    431,
    Message("The header of this request is too large"),
    Message("Send fewer or shorter header fields: 128 of them and 48 KiB are read. Deleting cookies may help."),
)
INTERNAL_ERROR: Final = Problem(
    "internal-error",
    500,
    Message("Something went wrong on our side"),
    Message("It is not your fault, and it has been written down. Trying again in a moment often helps."),
)

BUSY: Final = _of(
    TooBusy, Message("So that nobody waits long, only so many searches run at once. Ask again in a moment.")
)

PROBLEMS: Final = {
    problem.slug: problem
    for problem in (
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        TOKEN_MISSING,
        TOO_LARGE,
        PACKED,
        TOO_MANY,
        MALFORMED,
        TOO_SLOW,
        ADDRESS_TOO_LONG,
        EXPECTATION,
        FIELDS_TOO_LARGE,
        INTERNAL_ERROR,
        BUSY,
        _of(
            InvalidRequest,
            Message("One or more parameters have a value that cannot be used. Each is named with what it takes."),
        ),
        _of(
            ArticleNotFound,
            Message("The link may be incomplete, or the article was never here. Its title may still find it."),
        ),
        _of(
            ArticleWithdrawn,
            Message("Its newspaper took it back, and it cannot be read or found here any more."),
        ),
        _of(
            InvalidRecord,
            Message("A field is missing or has a value that cannot be used. It is named with what it takes."),
        ),
        _of(
            InvalidRecords,
            Message("No article of them could be read, or not all when all were wanted. The first ones are named."),
        ),
        _of(
            PreconditionFailed,
            Message(
                "The article was to be there, or not to be there, and it is the other way round. Look at it first."
            ),
        ),
        _of(
            WritingOff,
            Message("Whoever runs this site can switch writing on by giving the server a token."),
        ),
        _of(CorpusLocked, Message("Many articles are being written. Nothing of yours was; send it again in a moment.")),
        _of(
            CorpusUnwritable,
            Message(
                "The system refused to write into the corpus. Nothing was written, and what is there is as it was."
            ),
        ),
        _of(
            StorageFull,
            Message("There is no room for more articles. Nothing was written, and what is there is as it was."),
        ),
        _of(
            IndexUnwritable,
            Message("The system refused to write into the index. Nothing was written, and what is there is as it was."),
        ),
        _of(
            IndexMissing,
            Message("The articles have not been indexed on this machine yet. This command does it:"),
            "searchapp reindex",
        ),
        _of(
            IndexDamaged,
            Message("The index cannot be read. No article is lost: this command builds the index again."),
            "searchapp reindex --full",
        ),
        _of(
            IndexInaccessible,
            Message("The system does not let the server read the index. Whoever runs this site can allow it."),
        ),
        _of(IndexLocked, Message("Another reindex is at work. It will be done in a while; searching goes on.")),
        _of(EngineUnavailable, Message("The engine that searches does not answer. Try again in a moment.")),
        _of(Unavailable, Message("The search will be back shortly. Try again in a moment.")),
    )
}


BY_STATUS: Final = {
    problem.status: problem
    for problem in (
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        TOKEN_MISSING,
        TOO_LARGE,
        PACKED,
        TOO_MANY,
        MALFORMED,
        TOO_SLOW,
        ADDRESS_TOO_LONG,
        EXPECTATION,
        FIELDS_TOO_LARGE,
        BUSY,
    )
}
"""What is told when nothing more is known than what HTTP calls it."""


def problem_of(error: SearchappError) -> Problem:
    """Return the kind of ``error``: its own, or one without an explanation of its own."""
    return PROBLEMS.get(error.slug) or _of(type(error), error.message)
