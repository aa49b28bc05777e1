"""A segment as the table of contents lists it: all that is known of it without opening its file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Final

__all__ = ["INDEX_NAME", "Segment"]

INDEX_NAME: Final = "MAIN"
"""Whoosh's default: the names of all files begin with it."""


def _new_name() -> str:
    return os.urandom(8).hex()


@dataclass(slots=True, eq=False)
class Segment:
    """``count`` documents in one file. ``tokens`` counts those of each field, deleted documents included."""

    count: int
    name: str = field(default_factory=_new_name)
    deleted: set[int] = field(default_factory=set)
    tokens: dict[str, int] = field(default_factory=dict)

    @property
    def live(self) -> int:
        """The number of documents that are not deleted."""
        return self.count - len(self.deleted)

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{INDEX_NAME}_{self.name}.seg"
