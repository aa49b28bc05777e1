"""Posting lists as arrays, and the numbers that stand for them in a file.

A posting list is three runs of numbers (:mod:`.varints`), one after the other::

    documents    gap to the one before, less 1 (of the first its number); doubled, plus 1 where the term stands there
                 more than once. Shape.EXISTENCE: the gap alone
    frequencies  of those documents, less 2
    positions    Shape.POSITIONS: of each document the first position, and the gaps to those after it

Where deflate makes a list smaller it is packed. The dictionary says how many documents and how many bytes it has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bytes", "Integers", "Lists", "Numbers", "Postings", "Shape", "offsets", "within"]

Numbers = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Integers = NDArray[np.int32]


class Shape(Enum):
    """The kind of postings of a field: documents alone, with frequencies, or with positions too."""

    EXISTENCE = "existence"
    FREQUENCY = "frequency"
    POSITIONS = "positions"


@dataclass(frozen=True, slots=True)
class Lists:
    """The posting lists of a field one after the other: ``sizes`` says how many postings each term has.

    ``positions`` (for Shape.POSITIONS) holds the positions of each posting, rising, ``frequencies`` of them.
    """

    sizes: Numbers
    documents: Numbers
    frequencies: Numbers
    positions: Numbers = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents of a term, rising, and its frequency in each."""

    documents: Integers
    frequencies: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.documents)


def offsets(sizes: Numbers) -> Numbers:
    """Return the offsets of items of these sizes that follow each other."""
    starts: Numbers = np.cumsum(sizes) - sizes
    return starts


def within(firsts: Numbers, counts: Numbers) -> Numbers:
    """Return the indices of runs one after the other; run n has ``counts[n]`` of them from ``firsts[n]`` on."""
    indices: Numbers = np.repeat(firsts - offsets(counts), counts) + np.arange(int(counts.sum()))
    return indices
