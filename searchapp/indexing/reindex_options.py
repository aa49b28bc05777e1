"""The options of a reindex, in a module of their own: it loads nothing that indexes."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Options"]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a reindex.

    ``full``: index everything again. ``dry_run``: return the summary without a change. ``strict``: rejects are an
    error. ``yes``: more than half of the articles may go. ``verify``: verify the new generation before publishing it.
    ``only``: the numbers of the sources to read; the others count as unchanged. ``jobs``: processes, 0 means one for
    each processor. ``wait``: seconds to wait for another reindex to end. ``checkpoint``: seconds between the
    checkpoints of a full rebuild, 0 for none.
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
