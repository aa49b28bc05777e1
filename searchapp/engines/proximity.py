"""Words near each other: the stretches of a text that hold all of them, in one pass whatever the words."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["stand_in_a_row", "stand_near", "stretches"]

Placed = tuple[int, str]
"""A position and the word at it."""


def stand_in_a_row(words: Sequence[str], terms: Sequence[str]) -> bool:
    """Return whether ``terms`` stand side by side among ``words``, in their order."""
    starts = (position for position, word in enumerate(words) if word == terms[0])
    return any(list(words[start : start + len(terms)]) == list(terms) for start in starts)


def stand_near(words: Sequence[str], terms: Sequence[str], slop: int) -> bool:
    """Return whether all ``terms``, a repeated one as often, stand among ``words``, ``slop`` others between at most."""
    needed = set(terms)
    placed = ((position, word) for position, word in enumerate(words) if word in needed)
    return next(stretches(placed, terms, slop), None) is not None


def stretches(placed: Iterable[Placed], terms: Sequence[str], slop: int) -> Iterator[tuple[int, int]]:
    """Yield the positions (first, last) of stretches that hold all ``terms``, as sliding window over rising positions.

    ``placed`` has words of ``terms`` only. A position holds one word, so that counting is enough. Each stretch is the
    widest that ends there; together they cover every word that stands near the others.
    """
    length = len(terms) + slop
    missing = Counter(terms)
    lacking = len(terms)
    window: deque[Placed] = deque()
    for position, word in placed:
        window.append((position, word))
        lacking -= missing[word] > 0
        missing[word] -= 1
        while window[0][0] <= position - length:
            _, dropped = window.popleft()
            missing[dropped] += 1
            lacking += missing[dropped] > 0
        if not lacking:
            yield window[0][0], position
