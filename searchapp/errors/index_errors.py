"""Errors of an index: reading, writing and verifying its generations."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.errors.base import Corrupt, NotFound, Unavailable, UserError
from searchapp.i18n import Message

__all__ = [
    "BackupDamaged",
    "BackupRefused",
    "DiskFull",
    "GenerationMissing",
    "IndexDamaged",
    "IndexInaccessible",
    "IndexLocked",
    "IndexMissing",
    "IndexOfOtherVersion",
    "IndexUnwritable",
    "VerificationFailed",
]


class IndexMissing(Unavailable):
    """There is no index yet."""

    slug = "no-index"
    title = Message("There is no index yet")
    text = Message("Nothing has been indexed yet. Run: searchapp reindex")


class IndexInaccessible(Unavailable):
    """The system denies reading the index: no permission, or the path is no folder."""

    slug = "index-inaccessible"
    title = Message("The index cannot be read")

    def __init__(self, reason: Message) -> None:
        super().__init__(
            Message(
                "The index cannot be read: {reason}. Give searchapp permission to read the folder of the "
                "index, or choose another: --index DIR",
                reason=reason,
            )
        )


class IndexOfOtherVersion(Unavailable):
    """The index is intact, and another version of the program made it in a form that this one cannot read."""

    slug = "index-of-other-version"
    title = Message("The index is of another version")

    def __init__(self, generation: str, schema: int, own_schema: int) -> None:
        values = {"generation": generation, "schema": schema, "own": own_schema}
        super().__init__(
            Message(
                "The index (generation {generation}, schema {schema}) was made by an earlier searchapp, which this one "
                "(schema {own}) cannot read. Run: searchapp reindex",
                **values,
            )
            if schema < own_schema
            else Message(
                "The index (generation {generation}, schema {schema}) was made by a newer searchapp, which this one "
                "(schema {own}) cannot read. Install that version, or run: searchapp reindex",
                **values,
            )
        )


class IndexUnwritable(Unavailable):
    """The system denies writing the index."""

    slug = "index-unwritable"
    title = Message("The index cannot be written")

    def __init__(self, reason: Message) -> None:
        super().__init__(
            Message(
                "The index cannot be written: {reason}. Give searchapp permission to write to the folder of "
                "the index, or choose another: --index DIR",
                reason=reason,
            )
        )


class IndexLocked(Unavailable):
    """Another process is writing this index."""

    slug = "index-locked"
    title = Message("Another reindex is running")


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


class GenerationMissing(NotFound):
    """No generation of this name is kept."""

    slug = "generation-missing"
    title = Message("There is no such generation")

    def __init__(self, generation: str, message: Message | None = None) -> None:
        unknown = Message("There is no generation “{generation}”. List them: searchapp status", generation=generation)
        super().__init__(message or unknown)

    @classmethod
    def earlier(cls) -> GenerationMissing:
        """Return the error of a rollback without an earlier generation."""
        return cls("", Message("No earlier generation is kept. Make a new one: searchapp reindex"))


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
    """A new generation differs from the corpus as it was read, and is not published."""

    slug = "verification-failed"
    title = Message("The new index is wrong")

    def __init__(self, reason: Message) -> None:
        super().__init__(
            Message(
                "The new index was not published: {reason}. Searches use the previous one. Run: searchapp "
                "reindex --full",
                reason=reason,
            )
        )


class BackupDamaged(Corrupt):
    """A backup is not what was written; nothing was restored from it."""

    slug = "backup-damaged"
    title = Message("The backup is damaged")

    def __init__(self, backup: object, reason: Message) -> None:
        text = Message("The backup “{backup}” is damaged: {reason}. Use another one.", backup=backup, reason=reason)
        super().__init__(text)


class BackupRefused(UserError):
    """A backup cannot be written or restored here; nothing was changed."""

    slug = "backup-refused"
    title = Message("Nothing was backed up or restored")
