"""What may be asked of a reindex; apart from it, so that asking loads nothing that indexes."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Options"]


@dataclass(frozen=True, slots=True)
class Options:
    """How to reindex.

    ``full``: everything anew. ``dry_run``: only tell what would change. ``strict``: rejects are an error. ``yes``: more
    than half of the articles may go. ``verify``: look at the new generation before publishing it. ``only``: the numbers
    of the sources to look at, the others are taken to be as they were. ``jobs``: processes, 0 means one for each
    processor. ``wait``: seconds to wait for another reindex to end. ``checkpoint``: seconds between the states that an
    interrupted full rebuild goes on from, 0 for none.
    """

    full: bool = False
    dry_run: bool = False
    strict: bool = False
    yes: bool = False
    verify: bool = True
    only: frozenset[int] | None = None
    jobs: int = 0
    wait: float = 0
    checkpoint: float = 60
