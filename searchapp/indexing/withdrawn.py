"""The list of withdrawn ids, which must not be shown from any generation, older ones included.

An older generation may answer again after a rollback or damage. This file belongs to no generation: its first line has
the generation that it was written for and a digest of the rest, then comes one id a line, as JSON texts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from searchapp.errors import IndexDamaged
from searchapp.indexing.durability import write_durably

__all__ = ["WITHDRAWN", "Withdrawn", "read_withdrawn", "write_withdrawn"]

WITHDRAWN: Final = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The withdrawn ids, and the generation published with them ("" for none), which holds none of their articles."""

    generation: str = ""
    ids: frozenset[str] = frozenset()

    def excluded_from(self, generation: str) -> frozenset[str]:
        """Return the ids to exclude from the answers of ``generation``."""
        return frozenset() if generation == self.generation else self.ids

    def excludes_the_same(self, other: Withdrawn, generation: str) -> bool:
        """Return whether both lists exclude the same ids from ``generation``, and hold the same."""
        return self.ids == other.ids and self.excluded_from(generation) == other.excluded_from(generation)


def write_withdrawn(folder: Path, generation: str, ids: Iterable[str]) -> None:
    """Write the withdrawn ids durably; ``generation`` has none of their articles."""
    lines = "".join(json.dumps(article_id) + "\n" for article_id in ids)
    write_durably(folder / WITHDRAWN, _head(generation, lines) + "\n" + lines)


def read_withdrawn(folder: Path) -> Withdrawn:
    """Return the list of an index folder, an empty one where there is none; raises IndexDamaged."""
    try:
        first, _, lines = (folder / WITHDRAWN).read_text("utf-8").partition("\n")
        generation, digest = json.loads(first)
        # Before schema 4 the digest was of the ids alone.
        if first != _head(str(generation), lines) and digest != _digest(lines):
            raise ValueError(digest)
        return Withdrawn(str(generation), frozenset(map(json.loads, lines.splitlines())))
    except (FileNotFoundError, NotADirectoryError):
        return Withdrawn()
    except (OSError, ValueError, TypeError) as error:
        raise IndexDamaged(WITHDRAWN) from error


def _head(generation: str, lines: str) -> str:
    return json.dumps([generation, _digest(f"{generation}\n{lines}")])


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
