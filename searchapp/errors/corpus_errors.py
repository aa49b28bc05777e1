"""Errors of the corpus: reading it, and writing articles into it."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.errors.base import Unavailable, UserError
from searchapp.i18n import Message

__all__ = [
    "CorpusChanged",
    "CorpusLocked",
    "CorpusMissing",
    "CorpusReplaced",
    "CorpusShrunk",
    "CorpusUnwritable",
    "FileMissing",
    "InvalidRecord",
    "InvalidRecords",
    "PreconditionFailed",
    "RejectsRefused",
    "StorageFull",
    "WritingOff",
]


class CorpusMissing(UserError):
    """The corpus path does not exist or cannot be read."""

    slug = "corpus-missing"
    title = Message("The corpus was not found")


class FileMissing(UserError):
    """A file or folder that a command was told to read does not exist or cannot be read."""

    slug = "file-missing"
    title = Message("A file was not found")

    def __init__(self, path: object, reason: Message) -> None:
        super().__init__(
            Message("“{path}” cannot be read: {reason}. Check its name, then run this again.", path=path, reason=reason)
        )


class CorpusShrunk(UserError):
    """More than half of the articles are gone, as when a disk is not mounted."""

    slug = "corpus-shrunk"
    title = Message("Most of the corpus is missing")

    def __init__(self, gone: int, before: int) -> None:
        super().__init__(
            Message(
                "{gone} of {before} articles are gone from the corpus; nothing was changed. Is its disk mounted, its "
                "name right? If they are meant to go: searchapp reindex --yes",
                gone=gone,
                before=before,
            )
        )


class CorpusReplaced(UserError):
    """Another corpus is named than the one that is indexed, and most articles of that one would go."""

    slug = "corpus-replaced"
    title = Message("Another corpus is indexed")

    def __init__(self, gone: int, before: int, indexed: str, named: str) -> None:
        super().__init__(
            Message(
                "The index holds the corpus “{indexed}”. The corpus “{named}” lacks {gone} of its {before} articles; "
                "nothing was changed. To change the corpus (searchapp rollback goes back): searchapp reindex --yes. "
                "To keep both, choose another index: --index DIR",
                indexed=indexed,
                named=named,
                gone=gone,
                before=before,
            )
        )


class CorpusChanged(Unavailable):
    """Files changed while they were read, so that their articles are not known."""

    slug = "corpus-changed"
    title = Message("The corpus changed during the reindex")
    text = Message("Files of the corpus changed while they were read. Run this again: searchapp reindex")


class RejectsRefused(UserError):
    """Articles could not be read, and ``--strict`` allows none; ``details`` names the first of them."""

    slug = "rejects-refused"
    title = Message("Articles were rejected")


class InvalidRecord(UserError):
    """An article that was sent cannot be written; ``field`` is missing or wrong, "" stands for the whole record."""

    slug = "invalid-record"
    title = Message("This article cannot be written")
    http_status = 422

    def __init__(self, reason: Message, field: str = "") -> None:
        super().__init__(Message("The article was not written: {reason}.", reason=reason))
        self.reason = reason
        self.field = field


class InvalidRecords(UserError):
    """``rejected`` articles of those sent cannot be written; ``rejects`` lists the first: line, field, reason."""

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
    """The condition of a write does not hold."""

    slug = "precondition-failed"
    title = Message("The condition is not met")
    http_status = 412

    @classmethod
    def already_exists(cls) -> PreconditionFailed:
        """Return the error of creating an article that exists."""
        return cls(
            Message("An article has this id already; nothing was written. To replace it, leave out the condition.")
        )

    @classmethod
    def missing(cls) -> PreconditionFailed:
        """Return the error of changing an article that does not exist."""
        return cls(Message("No article has this id; nothing was written. To create it, leave out the condition."))

    @classmethod
    def entity_tags(cls) -> PreconditionFailed:
        """Return the error of a condition on an entity tag: tags here are those of answers, not of articles."""
        return cls(Message("Nothing was written: If-Match and If-None-Match accept only “*” here."))


class WritingOff(UserError):
    """This site, or this corpus, does not accept articles."""

    slug = "writing-off"
    title = Message("Nothing can be written here")
    http_status = 403


class CorpusLocked(Unavailable):
    """Another write holds the lock of the journal for too long."""

    slug = "corpus-locked"
    title = Message("Other articles are being written")
    text = Message("Another write has held the corpus for too long. Nothing was written; send the request again.")


class CorpusUnwritable(Unavailable):
    """The journal of the corpus cannot be written."""

    slug = "corpus-unwritable"
    title = Message("The corpus cannot be written")

    def __init__(self, reason: str) -> None:
        super().__init__(
            Message(
                "Nothing was written ({reason}). Give searchapp permission to write to the folder of the corpus.",
                reason=reason,
            )
        )


class StorageFull(Unavailable):
    """A write found the disk of the corpus, or of the journal's index, full; ``free`` bytes were left."""

    slug = "storage-full"
    title = Message("The disk is full")
    http_status = 507

    def __init__(self, free: int, *, of_index: bool = False) -> None:
        super().__init__(
            Message(
                "The disk of the index is full ({free} bytes are left). Nothing was written; make room, "
                "then send it again.",
                free=free,
            )
            if of_index
            else Message(
                "The disk of the corpus is full ({free} bytes are left). Nothing was written; make room, "
                "then send it again.",
                free=free,
            )
        )
