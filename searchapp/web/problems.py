"""Kinds of problems: what the ``type`` of a problem document leads to, in words for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from searchapp.errors import (
    ArticleNotFound,
    EngineUnavailable,
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    InvalidRequest,
    NotFound,
    SearchappError,
    Unavailable,
)
from searchapp.i18n import Message

__all__ = ["INTERNAL_ERROR", "METHOD_NOT_ALLOWED", "NOT_FOUND", "PROBLEMS", "Problem", "problem_of"]


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
    Message("Ask for it with GET or HEAD; nothing here can be changed over the web."),
)
INTERNAL_ERROR: Final = Problem(
    "internal-error",
    500,
    Message("Something went wrong on our side"),
    Message("It is not your fault, and it has been written down. Trying again in a moment often helps."),
)

PROBLEMS: Final = {
    problem.slug: problem
    for problem in (
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        INTERNAL_ERROR,
        _of(
            InvalidRequest,
            Message("One or more parameters have a value that cannot be used. Each is named with what it takes."),
        ),
        _of(
            ArticleNotFound,
            Message("The article may have been withdrawn, or the link is incomplete. Its title may still find it."),
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
        _of(IndexLocked, Message("Another reindex is at work. It will be done in a while; searching goes on.")),
        _of(EngineUnavailable, Message("The engine that searches does not answer. Try again in a moment.")),
        _of(Unavailable, Message("The search will be back shortly. Try again in a moment.")),
    )
}


def problem_of(error: SearchappError) -> Problem:
    """Return the kind of ``error``: its own, or one without an explanation of its own."""
    return PROBLEMS.get(error.slug) or _of(type(error), error.message)
