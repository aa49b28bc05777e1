"""The corpus as a manifest records it: its places (paths, patterns, databases), separated by ", "."""

from __future__ import annotations

import os.path
from pathlib import Path
from typing import Final

from searchapp.config import without_password

__all__ = ["SEPARATOR", "recorded_path", "replaces", "shown_places"]

SEPARATOR: Final = ", "


def replaces(named: str, indexed: str) -> bool:
    """Return whether a place of the corpus that is indexed is not among those that are named now."""
    return not _resolved(indexed) <= _resolved(named)


def recorded_path(indexed: str) -> str:
    """Return the one path of the corpus that is indexed, "" for several places, a database or standard input."""
    is_path = indexed not in ("", "-") and "://" not in indexed
    return indexed if is_path and (SEPARATOR not in indexed or Path(indexed).exists()) else ""


def shown_places(recorded: str) -> str:
    """Return the places of a manifest for people: those of earlier versions may have the password of a database."""
    if "postgres" not in recorded and "password" not in recorded:
        return recorded
    places = recorded.split(SEPARATOR)
    return SEPARATOR.join(without_password(place) if _is_database(place) else place for place in places)


def _is_database(place: str) -> bool:
    return place.startswith(("postgresql://", "postgres://")) or "password=" in place


def _resolved(corpus: str) -> set[str]:
    return {os.path.realpath(Path(place).expanduser()) for place in shown_places(corpus).split(SEPARATOR)}
