"""The corpus as a manifest records it: its places (paths, patterns, databases), separated by ", "."""

from __future__ import annotations

import os.path
from pathlib import Path
from typing import Final

__all__ = ["SEPARATOR", "recorded_path", "replaces"]

SEPARATOR: Final = ", "


def replaces(named: str, indexed: str) -> bool:
    """Return whether a place of the corpus that is indexed is not among those that are named now."""
    return not _resolved(indexed) <= _resolved(named)


def recorded_path(indexed: str) -> str:
    """Return the one path of the corpus that is indexed, "" for several places, a database or standard input."""
    is_path = indexed not in ("", "-") and "://" not in indexed
    return indexed if is_path and (SEPARATOR not in indexed or Path(indexed).exists()) else ""


def _resolved(corpus: str) -> set[str]:
    return {os.path.realpath(Path(place).expanduser()) for place in corpus.split(SEPARATOR)}
