"""The result of a write to the journal: the outcome of each record, and the extent that an index has to hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from searchapp.ingest.journal.journal_index import JournalEntry

__all__ = ["Extent", "Outcome", "Written"]

_MAX_LISTED: Final = 100
"""Articles of one write that are looked up by their ids, beside how far the journal was read."""


class Outcome(StrEnum):
    """The outcome of writing a record."""

    CREATED = "created"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"  # equal to the journal's last entry: nothing was written
    WITHDRAWN = "withdrawn"


@dataclass(slots=True)
class Extent:
    """The part of the journal that a generation must have read to hold some of its entries.

    ``ends`` maps a file of the journal to the byte where the last of them ends. ``withdrawn`` maps the first ids to
    whether their article has to be gone; there are at most 100, since ``ends`` is enough for any number.
    """

    ends: dict[str, int] = field(default_factory=dict)
    withdrawn: dict[str, bool] = field(default_factory=dict)

    def add(self, entry: JournalEntry) -> None:
        """Add ``entry``, the last one of its id."""
        self.ends[entry.file] = max(self.ends.get(entry.file, 0), entry.offset + entry.length)
        if entry.id in self.withdrawn or len(self.withdrawn) < _MAX_LISTED:
            self.withdrawn[entry.id] = entry.withdrawn


@dataclass(slots=True)
class Written:
    """The result of an append: the file that it wrote to, records counted by outcome, the last entry and outcome."""

    file: str
    counts: Counter[Outcome] = field(default_factory=Counter)
    entry: JournalEntry | None = None
    outcome: Outcome = Outcome.UNCHANGED
    extent: Extent = field(default_factory=Extent)

    def add(self, entry: JournalEntry, outcome: Outcome) -> None:
        """Count a record."""
        self.entry, self.outcome = entry, outcome
        self.counts[outcome] += 1
        self.extent.add(entry)
