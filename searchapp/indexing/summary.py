"""The summary of a reindex."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from searchapp.i18n import Message
from searchapp.indexing.embargoes import Embargoes
from searchapp.indexing.index_state_reader import IndexStateReader
from searchapp.ingest import RemarkCount
from searchapp.model import Reject

__all__ = ["NamingSummary", "Summary", "count_changes", "summarize"]

# A summary lists this many; the generation's rejects.jsonl has all rejects.
_MAX_LISTED: Final = 1000


@dataclass(frozen=True, slots=True)
class NamingSummary:
    """Articles whose names were recognized, in so many seconds of processor, and those whose names were kept."""

    recognized: int
    from_cache: int
    seconds: float


@dataclass(slots=True)
class Summary:
    """The corpus in numbers, and the changes since the previous generation.

    ``read`` = ``indexed`` + ``rejected`` + ``withdrawn`` + ``embargoed`` + ``duplicates`` counts the entries of the
    corpus; ``added``, ``changed`` and ``removed`` count the articles that differ from the generation before.
    ``next_release``: when the first of those under embargo may be shown (UTC, ISO 8601). ``full``: everything was
    indexed again, for ``reason``. ``resumed``: this continued an interrupted rebuild.
    ``remarks`` are those of the articles in files that were read this time. ``corpus_before`` names the corpus that
    this one replaces, "" when it is the same. ``names``: None when no names are recognized.
    """

    generation: str = ""
    published: bool = False
    full: bool = False
    reason: Message | None = None
    resumed: bool = False
    read: int = 0
    indexed: int = 0
    rejected: int = 0
    withdrawn: int = 0
    duplicates: int = 0
    embargoed: int = 0
    next_release: str = ""
    added: int = 0
    changed: int = 0
    removed: int = 0
    seconds: float = 0.0
    names: NamingSummary | None = None
    corpus_before: str = ""
    rejects: list[Reject] = field(default_factory=list)
    remarks: tuple[RemarkCount, ...] = ()
    duplicate_ids: list[str] = field(default_factory=list)
    added_ids: list[str] = field(default_factory=list)
    changed_ids: list[str] = field(default_factory=list)
    removed_ids: list[str] = field(default_factory=list)


def summarize(state: IndexStateReader, embargoes: Embargoes) -> Summary:
    """Return the numbers of the corpus; see :func:`count_changes` for the changes."""
    versions, indexed, rejected = state.count("versions"), state.count("indexed"), state.count("rejects")
    withdrawn = state.count_withdrawn_versions()
    embargoed = embargoes.count()
    duplicates = versions - withdrawn - indexed - embargoed
    return Summary(
        read=versions + rejected,
        indexed=indexed,
        rejected=rejected,
        withdrawn=withdrawn,
        duplicates=duplicates,
        embargoed=embargoed,
        next_release=embargoes.next_release(),
        rejects=list(islice(state.rejects(), _MAX_LISTED)),
        duplicate_ids=state.repeated_ids(_MAX_LISTED) if duplicates else [],
    )


def count_changes(summary: Summary, state: IndexStateReader) -> None:
    """Add the articles that differ from the previous generation to a summary."""
    for article_id, before, now in state.changed_articles():
        if before and now:
            summary.changed += 1
            ids = summary.changed_ids
        elif now:
            summary.added += 1
            ids = summary.added_ids
        else:
            summary.removed += 1
            ids = summary.removed_ids
        if len(ids) < _MAX_LISTED:
            ids.append(article_id)
