"""Errors of a request or a command: settings, parameters, what it names, and the load."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.errors.base import NotFound, Unavailable, UserError, system_reason
from searchapp.i18n import Message

__all__ = [
    "ArticleNotFound",
    "ArticleWithdrawn",
    "ConfigurationError",
    "EngineUnavailable",
    "InvalidRequest",
    "OutOfTime",
    "Stopping",
    "SystemRefused",
    "TooBusy",
]


class ConfigurationError(UserError):
    """One or more settings are wrong; the message names all of them."""

    slug = "invalid-configuration"
    title = Message("Wrong settings")


class InvalidRequest(UserError):
    """One or more parameters of a search are wrong; ``fields`` pairs each with its reason."""

    def __init__(self, message: Message, fields: Sequence[tuple[str, Message]] = ()) -> None:
        super().__init__(message, [reason for _, reason in fields])
        self.fields = tuple(fields)


class ArticleNotFound(NotFound):
    """No article has this id in the current generation."""

    slug = "article-not-found"
    title = Message("There is no such article")

    def __init__(self, article_id: str) -> None:
        super().__init__(Message("No article has the id “{id}”. Search for its title instead.", id=article_id))


class ArticleWithdrawn(NotFound):
    """The article of this id was withdrawn. The answer holds nothing of it."""

    slug = "article-withdrawn"
    title = Message("This article was withdrawn")
    http_status = 410
    text = Message("Its newspaper withdrew it; it can no longer be read here.")


class TooBusy(Unavailable):
    """The limit of searches that run at once is reached."""

    slug = "too-busy"
    title = Message("Too many searches at once")
    text = Message("The server has reached its limit of concurrent searches. Try again in a moment.")


class Stopping(Unavailable):
    """The server has been told to stop and takes no new work."""

    slug = "stopping"
    title = Message("The server stops")
    text = Message("The server is about to stop. Send requests to another one, or try again in a moment.")


class OutOfTime(Unavailable):
    """There was no time to find all results, and a part of them is not what was asked for."""

    slug = "out-of-time"
    title = Message("The search takes too long")
    text = Message("There was no time to find all articles. Narrow the search, or raise the setting query_seconds.")


class EngineUnavailable(Unavailable):
    """The engine's library is not installed, or its server does not answer."""

    slug = "engine-unavailable"
    title = Message("The search engine is not available")


class SystemRefused(Unavailable):
    """The system refuses a file or folder, and no more exact error of ours applies."""

    slug = "system-refused"
    title = Message("A file cannot be opened")

    def __init__(self, error: OSError) -> None:
        values = {"path": error.filename2 or error.filename, "reason": system_reason(error)}
        super().__init__(
            Message("“{path}” cannot be used: {reason}. Correct that, then run this again.", **values)
            if values["path"]
            else Message("The system refused: {reason}. Correct that, then run this again.", reason=values["reason"]),
            [Message("For the traceback, set the variable PYTHONDEVMODE=1.")],
        )
