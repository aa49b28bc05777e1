"""Checks that all shards of an index have answered.

A cluster answers 200 from the shards that it reaches. One without any node is not even counted as failed: it is missing
from those that were successful.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from searchapp.engines.opensearch_engine.connection import TIME_EXCEEDED, ClusterBusy
from searchapp.i18n import Message

__all__ = ["is_complete", "require_all_shards", "require_reachable_shards"]

_Answer = Mapping[str, Any]


def is_complete(answer: _Answer) -> bool:
    """Return whether each shard has done all of its work."""
    return not answer.get("timed_out") and not _missing(answer)


def require_reachable_shards(answer: _Answer) -> None:
    """Raise ClusterBusy unless every shard has answered a search, if only that there was no time."""
    shards = answer["_shards"]
    failures = [failure["reason"]["type"] for failure in shards.get("failures", ())]
    if _missing(answer) > shards["failed"] or any(failure != TIME_EXCEEDED for failure in failures):
        raise ClusterBusy(
            Message(
                "{failed} of {shards} shards of the index cannot be reached. Start the nodes that have them, or "
                "allow partial answers by the setting opensearch_partial.",
                failed=_missing(answer),
                shards=shards["total"],
            )
        )


def require_all_shards(answer: _Answer) -> None:
    """Raise ClusterBusy unless every shard has made a change of its index."""
    if missing := _missing(answer):
        raise ClusterBusy(
            Message(
                "{failed} of {shards} shards of the index cannot be reached. Start the nodes that have them and see "
                "that their disks have room, then run this again.",
                failed=missing,
                shards=answer["_shards"]["total"],
            )
        )


def _missing(answer: _Answer) -> int:
    shards = answer["_shards"]
    return int(shards["total"] - shards["successful"])
