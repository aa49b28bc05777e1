"""Words near each other as phrases with gaps, for engines that find these.

The port asks for a stretch of positions that holds every term, each at a position of its own, in any order; the slop of
Lucene and Tantivy counts moves in the order of the phrase. A stretch can hold the terms in a limited number of ways,
each of which is a phrase with gaps that such an engine finds exactly. With many terms the ways are too many; then the
words of every document that holds the terms are looked through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations
from math import comb, factorial

__all__ = ["arrangements", "count_arrangements"]

Arrangement = list[tuple[int, str]]


def count_arrangements(terms: Sequence[str], stretch: int) -> int:
    """Return an upper bound of the number of arrangements."""
    return comb(stretch - 1, len(terms) - 1) * factorial(len(terms))


def arrangements(terms: Sequence[str], stretch: int) -> Iterator[Arrangement]:
    """Yield every way in which ``terms`` fit ``stretch`` positions, as rising (offset, term) pairs from offset 0."""
    orders = set(permutations(terms))
    for later in combinations(range(1, stretch), len(terms) - 1):
        for order in orders:
            yield list(zip((0, *later), order, strict=True))
