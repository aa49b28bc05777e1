"""What can go wrong, as a tree. Every leaf says what to do next.

::

    SearchappError
    ├── UserError         you can fix it                     exit 2   HTTP 400
    │   ├── ConfigurationError   one or more wrong settings
    │   ├── CorpusMissing        the corpus path is not there
    │   ├── CorpusShrunk         most of the corpus is gone
    │   ├── RejectsRefused       articles were rejected, and none may be
    │   ├── InvalidRequest       one or more wrong parameters of a search
    │   ├── InvalidRecord        an article that cannot be written   HTTP 422
    │   ├── InvalidRecords       of several, some or all             HTTP 422
    │   ├── PreconditionFailed   an article is there, or is not      HTTP 412
    │   └── WritingOff           no articles are taken here          HTTP 403
    ├── NotFound          what you name is not there         exit 3   HTTP 404
    │   ├── ArticleNotFound
    │   ├── ArticleWithdrawn     its newspaper took it back          HTTP 410
    │   └── GenerationMissing    no generation of this name is kept
    ├── Unavailable       try again, or start what is missing  exit 4   HTTP 503
    │   ├── IndexMissing         nothing was indexed yet
    │   ├── IndexInaccessible    the system does not let us read the index
    │   ├── IndexUnwritable      the system does not let us write the index
    │   ├── SystemRefused        the system does not give a file that a command needs
    │   ├── IndexLocked          another reindex is running
    │   ├── CorpusLocked         other articles are being written
    │   ├── CorpusUnwritable     the journal cannot be written
    │   ├── StorageFull          the disk of the corpus is full      HTTP 507
    │   ├── DiskFull             the index needs more room than there is   HTTP 507
    │   ├── CorpusChanged        files changed while they were read
    │   ├── TooBusy              as many searches run as may
    │   └── EngineUnavailable    the engine's library or server is not there
    └── Corrupt           stored data is damaged             exit 5   HTTP 503
        ├── IndexDamaged
        └── VerificationFailed   a new index is not what was read

An error carries :class:`~searchapp.i18n.Message` values, so that a page, a JSON answer and a terminal each say it in
their reader's language. A message never holds a path of the server's that the person asking did not name.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import ClassVar, Final

from searchapp.i18n import Message, Translate, untranslated

__all__ = [
    "ArticleNotFound",
    "ArticleWithdrawn",
    "ConfigurationError",
    "CorpusChanged",
    "CorpusLocked",
    "CorpusMissing",
    "CorpusShrunk",
    "CorpusUnwritable",
    "Corrupt",
    "DiskFull",
    "EngineUnavailable",
    "GenerationMissing",
    "IndexDamaged",
    "IndexInaccessible",
    "IndexLocked",
    "IndexMissing",
    "IndexUnwritable",
    "InvalidRecord",
    "InvalidRecords",
    "InvalidRequest",
    "NotFound",
    "PreconditionFailed",
    "RejectsRefused",
    "SearchappError",
    "StorageFull",
    "SystemRefused",
    "TooBusy",
    "Unavailable",
    "UserError",
    "VerificationFailed",
    "WritingOff",
    "system_reason",
]

_REASONS: Final = {
    errno.EACCES: Message("there is no permission"),
    errno.EPERM: Message("there is no permission"),
    errno.EEXIST: Message("it is a file, not a folder"),
    errno.EISDIR: Message("it is a folder, not a file"),
    errno.ELOOP: Message("it is a link that leads to itself"),
    errno.ENAMETOOLONG: Message("its name is too long"),
    errno.ENOENT: Message("it is not there"),
    errno.ENOTDIR: Message("it is a file, not a folder"),
    errno.ENOSPC: Message("the disk is full"),
    errno.EROFS: Message("the disk can only be read"),
}


def system_reason(error: OSError) -> Message:
    """Return why the system refused, for people, without path and number."""
    return _REASONS.get(error.errno or 0) or Message(error.strerror or type(error).__name__)


class SearchappError(Exception):
    """The root: every error that searchapp raises on purpose.

    ``slug`` names the kind in a problem document; ``exit_code`` and ``http_status`` are the contract of the branch.
    """

    slug: ClassVar[str] = "error"
    title: ClassVar[Message] = Message("Something went wrong")
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, message: Message, details: Sequence[Message] = ()) -> None:
        super().__init__(message.text)
        self.message = message
        self.details = tuple(details)

    def render(self, translate: Translate = untranslated) -> str:
        """Return the message and its details, one a line, in the language of ``translate``."""
        return "\n".join(part.render(translate) for part in (self.message, *self.details))

    def __str__(self) -> str:
        return self.render()

    def __reduce__(self) -> tuple[object, ...]:
        return _remade, (type(self), self.args), vars(self)


def _remade(kind: type[SearchappError], arguments: tuple[object, ...]) -> SearchappError:
    """Return a pickled error without its state, which its own ``__init__`` would want to make anew."""
    error = kind.__new__(kind)
    error.args = arguments
    return error


class UserError(SearchappError):
    """You can fix it: a setting, a path, a parameter."""

    slug = "invalid-request"
    title = Message("This request cannot be understood")
    exit_code = 2
    http_status = 400


class ConfigurationError(UserError):
    """One or more settings are wrong; all of them are told at once."""

    slug = "invalid-configuration"
    title = Message("A setting is wrong")


class CorpusMissing(UserError):
    """The corpus path does not exist or cannot be read."""

    slug = "corpus-missing"
    title = Message("The corpus is not there")


class CorpusShrunk(UserError):
    """More than half of the articles are gone, as when a disk is not mounted."""

    slug = "corpus-shrunk"
    title = Message("Most of the corpus is gone")

    def __init__(self, gone: int, before: int) -> None:
        super().__init__(
            Message(
                "{gone} of {before} articles are gone from the corpus; nothing was changed. Is its disk mounted, its "
                "name right? If they are meant to go: searchapp reindex --yes",
                gone=gone,
                before=before,
            )
        )


class RejectsRefused(UserError):
    """Articles could not be read, and ``--strict`` allows none; ``details`` names the first of them."""

    slug = "rejects-refused"
    title = Message("Articles were rejected")


class InvalidRequest(UserError):
    """One or more parameters of a search are wrong; ``fields`` pairs each with its reason."""

    def __init__(self, message: Message, fields: Sequence[tuple[str, Message]] = ()) -> None:
        super().__init__(message, [reason for _, reason in fields])
        self.fields = tuple(fields)


class InvalidRecord(UserError):
    """An article that was sent cannot be written; ``field`` is what is missing or wrong, "" all of it."""

    slug = "invalid-record"
    title = Message("This article cannot be written")
    http_status = 422

    def __init__(self, reason: Message, field: str = "") -> None:
        super().__init__(Message("The article was not written: {reason}.", reason=reason))
        self.reason = reason
        self.field = field


class InvalidRecords(UserError):
    """Of articles that were sent, ``rejected`` cannot be written; ``rejects`` lists the first: line, field, reason."""

    slug = "invalid-records"
    title = Message("These articles cannot be written")
    http_status = 422

    def __init__(self, rejected: int, rejects: Sequence[tuple[int, str, Message]]) -> None:
        super().__init__(
            Message("Nothing was written: one article cannot be read.")
            if rejected == 1
            else Message("Nothing was written: {count} articles cannot be read.", count=rejected)
        )
        self.rejected = rejected
        self.rejects = tuple(rejects)


class PreconditionFailed(UserError):
    """A write was to be done under a condition that does not hold."""

    slug = "precondition-failed"
    title = Message("The condition does not hold")
    http_status = 412

    @classmethod
    def there(cls) -> PreconditionFailed:
        """Return the error of whoever wants to create an article that is there."""
        return cls(
            Message("An article has this id already; nothing was written. To replace it, leave out the condition.")
        )

    @classmethod
    def missing(cls) -> PreconditionFailed:
        """Return the error of whoever wants to change an article that is not there."""
        return cls(Message("No article has this id; nothing was written. To create it, leave out the condition."))

    @classmethod
    def tagged(cls) -> PreconditionFailed:
        """Return the error of whoever names versions by tags, which are those of answers here."""
        return cls(Message("Nothing was written: of If-Match and If-None-Match only “*” is understood here."))


class WritingOff(UserError):
    """This site, or this corpus, takes no articles."""

    slug = "writing-off"
    title = Message("Nothing can be written here")
    http_status = 403


class NotFound(SearchappError):
    """What was named is not there."""

    slug = "not-found"
    title = Message("Not found")
    exit_code = 3
    http_status = 404


class ArticleNotFound(NotFound):
    """No article has this id in the current generation."""

    slug = "article-not-found"
    title = Message("There is no such article")

    def __init__(self, article_id: str) -> None:
        super().__init__(Message("No article has the id “{id}”. Search for its title instead.", id=article_id))


class ArticleWithdrawn(NotFound):
    """The article of this id was withdrawn. Nothing is told of it."""

    slug = "article-withdrawn"
    title = Message("This article was withdrawn")
    http_status = 410

    def __init__(self) -> None:
        super().__init__(Message("Its newspaper took it back; it cannot be read here any more."))


class GenerationMissing(NotFound):
    """No generation of this name is kept."""

    slug = "generation-missing"
    title = Message("There is no such generation")

    def __init__(self, generation: str, message: Message | None = None) -> None:
        text = Message("There is no generation “{generation}”. List them: searchapp status", generation=generation)
        super().__init__(message or text)

    @classmethod
    def earlier(cls) -> GenerationMissing:
        """Return the error of whoever wants to go back and cannot."""
        return cls("", Message("No earlier generation is kept. Make a new one: searchapp reindex"))


class Unavailable(SearchappError):
    """Try again later, or start what is missing."""

    slug = "unavailable"
    title = Message("Not available at the moment")
    exit_code = 4
    http_status = 503


class IndexMissing(Unavailable):
    """Nothing was indexed yet."""

    slug = "no-index"
    title = Message("There is no index yet")

    def __init__(self) -> None:
        super().__init__(Message("Nothing has been indexed yet. Run: searchapp reindex"))


class IndexInaccessible(Unavailable):
    """The index is there, or may be, and the system does not let us read it: no permission, no folder."""

    slug = "index-inaccessible"
    title = Message("The index cannot be read")

    def __init__(self, reason: Message) -> None:
        super().__init__(
            Message(
                "The index cannot be read: {reason}. See to it that searchapp may read the folder of the index, "
                "or name another one: --index DIR",
                reason=reason,
            )
        )


class IndexUnwritable(Unavailable):
    """The system does not let us write the index."""

    slug = "index-unwritable"
    title = Message("The index cannot be written")

    def __init__(self, reason: Message) -> None:
        super().__init__(
            Message(
                "The index cannot be written: {reason}. See to it that searchapp may write to the folder of the index, "
                "or name another one: --index DIR",
                reason=reason,
            )
        )


class IndexLocked(Unavailable):
    """Another process is writing this index."""

    slug = "index-locked"
    title = Message("Another reindex is running")


class SystemRefused(Unavailable):
    """The system does not give a file or folder, in a way that nothing else told."""

    slug = "system-refused"
    title = Message("The system does not give a file")

    def __init__(self, error: OSError) -> None:
        values = {"path": error.filename2 or error.filename, "reason": system_reason(error)}
        super().__init__(
            Message("“{path}” cannot be used: {reason}. Mend that, then run this again.", **values)
            if values["path"]
            else Message("The system refused: {reason}. Mend that, then run this again.", reason=values["reason"]),
            [Message("To see where this came from, set the variable PYTHONDEVMODE=1.")],
        )


class CorpusLocked(Unavailable):
    """Other articles are being written, and it takes long."""

    slug = "corpus-locked"
    title = Message("Other articles are being written")

    def __init__(self) -> None:
        super().__init__(
            Message("Another write is under way and takes long. Nothing of this one was written; send it again.")
        )


class CorpusUnwritable(Unavailable):
    """The journal of the corpus cannot be written."""

    slug = "corpus-unwritable"
    title = Message("The corpus cannot be written")

    def __init__(self, reason: str) -> None:
        super().__init__(
            Message(
                "Nothing was written ({reason}). See to it that searchapp may write to the folder of the corpus.",
                reason=reason,
            )
        )


class StorageFull(Unavailable):
    """The disk of the corpus is full; ``free`` bytes were left."""

    slug = "storage-full"
    title = Message("The disk is full")
    http_status = 507

    def __init__(self, free: int) -> None:
        super().__init__(
            Message(
                "The disk of the corpus is full ({free} bytes are left). Nothing was written; make room, "
                "then send it again.",
                free=free,
            )
        )


class DiskFull(Unavailable):
    """The disk of the index has too little room for a new generation, which may need ``needed`` bytes."""

    slug = "disk-full"
    title = Message("The disk is full")
    http_status = 507

    def __init__(self, folder: object, needed: int, free: int) -> None:
        left = free // 1_000_000
        super().__init__(
            Message(
                "There is no room left on the disk of {folder}: up to {missing} MB more are needed, {free} MB are "
                "free. Make room, then run this again; what was published before still answers.",
                folder=folder,
                missing=max(1, -(-needed // 1_000_000) - left),
                free=left,
            )
        )


class CorpusChanged(Unavailable):
    """Files changed in a way that made it impossible to tell what the corpus holds."""

    slug = "corpus-changed"
    title = Message("The corpus changed meanwhile")

    def __init__(self) -> None:
        super().__init__(Message("Files of the corpus changed while they were read. Run this again: searchapp reindex"))


class TooBusy(Unavailable):
    """As many searches run as may at once."""

    slug = "too-busy"
    title = Message("Too many searches at once")

    def __init__(self) -> None:
        super().__init__(Message("As many searches are running as this server runs at once. Try again in a moment."))


class EngineUnavailable(Unavailable):
    """The engine's library or server is not there."""

    slug = "engine-unavailable"
    title = Message("The search engine is not available")


class Corrupt(SearchappError):
    """Stored data is damaged."""

    slug = "corrupt"
    title = Message("Stored data is damaged")
    exit_code = 5
    http_status = 503


class IndexDamaged(Corrupt):
    """A generation, or the pointer to the current one, cannot be read; ``details`` name files and reasons."""

    slug = "index-damaged"
    title = Message("The index is damaged")

    def __init__(self, generation: str, details: Sequence[Message] = ()) -> None:
        super().__init__(
            Message(
                "The index (generation {generation}) is damaged; the corpus is not. Run: searchapp reindex --full",
                generation=generation,
            ),
            details,
        )


class VerificationFailed(Corrupt):
    """A new generation is not what was read from the corpus, and is not published."""

    slug = "verification-failed"
    title = Message("The new index is not right")

    def __init__(self, reason: Message) -> None:
        super().__init__(
            Message(
                "The new index was not published: {reason}. The one before answers. Run: searchapp reindex --full",
                reason=reason,
            )
        )
