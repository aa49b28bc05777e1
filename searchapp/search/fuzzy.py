"""How far apart two spellings are: letters changed, added or left out, and neighbours swapped."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

__all__ = ["is_near", "near_words"]


def is_near(word: str, other: str, distance: int) -> bool:
    """Return whether ``distance`` slips at most lead from ``word`` to ``other``."""
    return bool(DamerauLevenshtein.distance(word, other, score_cutoff=distance) <= distance)


def near_words(word: str, distance: int, words: Sequence[str]) -> list[str]:
    """Return those of ``words`` that are near, in their order."""
    found = process.extract_iter(word, words, scorer=DamerauLevenshtein.distance, score_cutoff=distance, processor=None)
    return [near for near, _distance, _place in found]
