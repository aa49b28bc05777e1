"""The pointer in a generation's place to its index in the cluster."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from searchapp.errors import IndexDamaged

__all__ = ["POINTER", "Pointer", "read_pointer", "write_pointer"]

POINTER: Final = "opensearch.json"
_AFTER_ALIAS: Final = re.compile(r"-[a-z0-9._-]+")


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


def read_pointer(place: Path, alias: str) -> Pointer:
    """Return the pointer in a place; raises IndexDamaged when there is none that can be read.

    It may come from elsewhere, and what it names is read and deleted in the cluster. So it is refused unless it names
    one index of this site, whose names begin with ``alias``: no pattern, and no index of others.
    """
    try:
        pointer = Pointer(**json.loads((place / POINTER).read_text("utf-8")))
        if str(pointer.index).startswith(alias) and _AFTER_ALIAS.fullmatch(pointer.index, len(alias)):
            return pointer
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise IndexDamaged(place.name) from error
    raise IndexDamaged(place.name)


def write_pointer(place: Path, pointer: Pointer) -> None:
    (place / POINTER).write_text(json.dumps(asdict(pointer)) + "\n", "utf-8")
