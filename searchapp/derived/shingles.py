"""Shingles of texts: whether two texts are near duplicates follows from them, and from sketches whether they may be.

A *shingle* is five words in a row, kept as a hash. Wire copy is cut, extended and corrected, so two shares decide: of
all shingles of both texts (resemblance) and of those of the shorter text (containment), after Broder 1997, « On the
resemblance and containment of documents ». A *sketch* has the smallest hashes of a text (bottom-k, the form of MinHash
that keeps k values of one hash function; Thorup 2013). Below the lower of their highest hashes two sketches are the
same random sample of both texts, so containment can be estimated from them, which bands of MinHash values cannot do:
docs/doublons.md and ``python -m benchmarks.duplicates`` compare both.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence, Set
from typing import Final, NamedTuple, Self
from zlib import crc32

__all__ = ["MIN_SHARED", "Sketch", "are_near_duplicates", "make_sketch", "may_be_near_duplicates", "shingles"]

MIN_SHARED: Final = 3
"""Sketches of texts that may be near duplicates share at least so many hashes."""
_WORDS: Final = 5
# One shingle of so many is in the sketch, and of a short text at least so many hashes.
_SAMPLED: Final = 24
_SMALLEST_SKETCH: Final = 20
# In distinct shingles. Shorter texts are formulas: a paywall's notice, « Plus d’informations à suivre ».
_MIN_SIZE: Final = 25
# Shares of distinct shingles, calibrated on edits of real articles: a word changed in twenty leaves a containment of
# 0.75; a text cut to two fifths has a resemblance of 0.4, with such changes of 0.27. What is less alike belongs to two
# reports that quote the same speech.
_RESEMBLANCE: Final = 0.42
_CONTAINMENT: Final = 0.73
_RESEMBLANCE_OF_CONTAINED: Final = 0.25
# Of an estimate from twenty hashes, whose standard deviation is 0.1.
_ESTIMATED_CONTAINMENT: Final = 0.45
_HIGHEST: Final = 0xFFFFFFFF
_WORD: Final = re.compile(r"\w+")


class Sketch(NamedTuple):
    """The number of distinct shingles of a text, and the smallest of them, rising."""

    size: int
    hashes: Sequence[int]

    @property
    def limit(self) -> int:
        """The hash up to which the sketch has all shingles."""
        return self.hashes[-1] if len(self.hashes) < self.size else _HIGHEST

    @classmethod
    def read(cls, size: int, hashes: bytes) -> Self:
        """Return the sketch of a size and the bytes of its hashes."""
        return cls(size, array("I", hashes))

    def to_bytes(self) -> bytes:
        """Return the hashes as a database keeps them."""
        return array("I", self.hashes).tobytes()


def shingles(text: str) -> frozenset[int]:
    """Return the distinct shingles of a text; case, punctuation and paragraphs make no difference."""
    words = " ".join(_WORD.findall(text.lower())).encode("utf-8", "replace").split(b" ")
    return frozenset(map(crc32, map(b" ".join, zip(*(words[start:] for start in range(_WORDS)), strict=False))))


def make_sketch(text: str) -> Sketch | None:
    """Return the sketch of a text, None for one that is too short to have copies."""
    hashes = shingles(text)
    if len(hashes) < _MIN_SIZE:
        return None
    return Sketch(len(hashes), sorted(hashes)[: max(_SMALLEST_SKETCH, len(hashes) // _SAMPLED)])


def may_be_near_duplicates(one: Sketch, other: Sketch) -> bool:
    """Return whether the texts of two sketches are worth comparing."""
    shared = len(set(one.hashes).intersection(other.hashes))
    limit = min(one.limit, other.limit)
    sampled = min(bisect_right(one.hashes, limit), bisect_right(other.hashes, limit))
    return shared >= MIN_SHARED and shared >= _ESTIMATED_CONTAINMENT * sampled


def are_near_duplicates(one: Set[int], other: Set[int]) -> bool:
    """Return whether two texts, given as shingles, are copies, cuts or versions of each other."""
    shared = len(one & other)
    if not shared:
        return False
    resemblance, containment = shared / len(one | other), shared / min(len(one), len(other))
    return resemblance >= _RESEMBLANCE or (containment >= _CONTAINMENT and resemblance >= _RESEMBLANCE_OF_CONTAINED)
