"""The root of the errors, its four branches, and the reasons of the system in words."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import ClassVar, Final

from searchapp.i18n import Message, Translate, untranslated

__all__ = ["Corrupt", "NotFound", "SearchappError", "Unavailable", "UserError", "system_reason"]

_REASONS: Final = {
    errno.EACCES: Message("there is no permission"),
    errno.EPERM: Message("there is no permission"),
    errno.EEXIST: Message("it is a file, not a folder"),
    errno.EISDIR: Message("it is a folder, not a file"),
    errno.ELOOP: Message("it is a link that leads to itself"),
    errno.ENAMETOOLONG: Message("its name is too long"),
    errno.ENOENT: Message("it does not exist"),
    errno.ENOTDIR: Message("it is a file, not a folder"),
    errno.ENOSPC: Message("the disk is full"),
    errno.EROFS: Message("the disk can only be read"),
}


def system_reason(error: OSError) -> Message:
    """Return the reason of an error of the system, for people, without path and number."""
    return _REASONS.get(error.errno or 0) or Message(error.strerror or type(error).__name__)


class SearchappError(Exception):
    """The root: every error that searchapp raises on purpose.

    ``slug`` names the kind in a problem document; ``exit_code`` and ``http_status`` are the contract of the branch.
    ``text`` is the message of an error that always has the same.
    """

    slug: ClassVar[str] = "error"
    title: ClassVar[Message] = Message("Something went wrong")
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    text: ClassVar[Message] = Message("Something went wrong")

    def __init__(self, message: Message | None = None, details: Sequence[Message] = ()) -> None:
        self.message = message or self.text
        super().__init__(self.message.text)
        self.details = tuple(details)

    def render(self, translate: Translate = untranslated) -> str:
        """Return the message and its details, one a line, in the language of ``translate``."""
        return "\n".join(part.render(translate) for part in (self.message, *self.details))

    def __str__(self) -> str:
        return self.render()

    def __reduce__(self) -> tuple[object, ...]:
        return _unpickled, (type(self), self.args), vars(self)


def _unpickled(kind: type[SearchappError], arguments: tuple[object, ...]) -> SearchappError:
    """Return a pickled error; unpickling sets its state afterwards, so ``__init__`` need not run."""
    error = kind.__new__(kind)
    error.args = arguments
    return error


class UserError(SearchappError):
    """An error that the user can fix: a setting, a path, a parameter."""

    slug = "invalid-request"
    title = Message("This request cannot be understood")
    exit_code = 2
    http_status = 400


class NotFound(SearchappError):
    """The named thing does not exist."""

    slug = "not-found"
    title = Message("Not found")
    exit_code = 3
    http_status = 404


class Unavailable(SearchappError):
    """Try again later, or start what is missing."""

    slug = "unavailable"
    title = Message("Not available at the moment")
    exit_code = 4
    http_status = 503


class Corrupt(SearchappError):
    """Stored data is damaged."""

    slug = "corrupt"
    title = Message("Stored data is damaged")
    exit_code = 5
    http_status = 503
