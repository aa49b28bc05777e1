"""The pointer in a generation's place to its index in the cluster."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from searchapp.errors import IndexDamaged

__all__ = ["POINTER", "Pointer", "read_pointer", "write_pointer"]

POINTER: Final = "opensearch.json"


@dataclass(frozen=True, slots=True)
class Pointer:
    """An index by its name; ``next_ordinal`` is that of the next document, ``count`` the number of documents.

    Until the writer has committed, the index is not ``complete``.
    """

    index: str
    complete: bool = False
    next_ordinal: int = 0
    count: int = 0
    deleted: int = 0


def read_pointer(place: Path) -> Pointer:
    """Return the pointer in a place; raises IndexDamaged when there is none that can be read."""
    try:
        return Pointer(**json.loads((place / POINTER).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise IndexDamaged(place.name) from error


def write_pointer(place: Path, pointer: Pointer) -> None:
    (place / POINTER).write_text(json.dumps(asdict(pointer)) + "\n", "utf-8")
