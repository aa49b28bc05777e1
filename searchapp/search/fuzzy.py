"""Fuzzy words: the edit distance of two spellings (Damerau-Levenshtein), with letters swapped as one edit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

__all__ = ["is_near", "near_words"]


def is_near(word: str, other: str, distance: int) -> bool:
    """Return whether ``word`` is at most ``distance`` edits from ``other``."""
    return _edit_distance()(word, other, score_cutoff=distance) <= distance


def near_words(word: str, distance: int, words: Sequence[str]) -> list[str]:
    """Return those of ``words`` that are near, in their order."""
    from rapidfuzz import process

    matches = process.extract_iter(word, words, scorer=_edit_distance(), score_cutoff=distance, processor=None)
    return [near for near, _distance, _index in matches]


@cache
def _edit_distance() -> Callable[..., int]:
    """Return the distance; loading its library takes 25 ms, which few searches need."""
    from rapidfuzz.distance import DamerauLevenshtein

    return DamerauLevenshtein.distance
