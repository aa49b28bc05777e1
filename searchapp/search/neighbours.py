"""Neighbour words: what else is written of in the articles that hold the words of a query, as offers to search for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Final

from searchapp.search.scored_terms import ScoredTerm
from searchapp.semantic.lsa import LatentSpace, read_latent_space

__all__ = ["NeighbourWords"]

_MOST: Final = 6
_CACHED: Final = 1_000


class NeighbourWords:
    """Neighbour words by the latent space of a file, which is read again when another takes its place.

    A file that is missing, or of another analyzer, has none. Safe to share between threads.
    """

    def __init__(self, path: Path, analyzer: str) -> None:
        self._path = path
        self._analyzer = analyzer
        self._lock = Lock()
        self._read = ""
        self._space: LatentSpace | None = None
        self._of_stems = lru_cache(_CACHED)(self._look_up)

    def of(self, terms: Sequence[ScoredTerm]) -> tuple[str, ...]:
        """Return the neighbour words of a query's terms, the nearest first."""
        return self._of_stems(self.version(), tuple(term.stem for term in terms)) if terms else ()

    def version(self) -> str:
        """Return a text that changes when the file does; "" without one."""
        try:
            status = self._path.stat()
        except OSError:
            return ""
        return f"{status.st_ino}-{status.st_mtime_ns}"

    def _look_up(self, version: str, stems: tuple[str, ...]) -> tuple[str, ...]:
        with self._lock:
            if version != self._read:
                space = read_latent_space(self._path)
                self._space = space if space and space.fitted_on.analyzer == self._analyzer else None
                self._read = version
            space = self._space
        return tuple(space.neighbours(stems, _MOST)) if space else ()
