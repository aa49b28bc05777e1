"""Shingles of texts: whether two texts are near duplicates follows from them, and from sketches whether they may be.

A *shingle* is five words in a row, kept as a hash. Wire copy is cut, extended and corrected, so two shares decide: of
all shingles of both texts (resemblance) and of those of the shorter text (containment), after Broder 1997, « On the
resemblance and containment of documents ». A *sketch* has the smallest hashes of a text (bottom-k, the form of MinHash
that keeps k values of one hash function; Thorup 2013). Below the lower of their highest hashes two sketches are the
same random sample of both texts, so containment can be estimated from them, which bands of MinHash values cannot do:
docs/doublons.md and ``python -m benchmarks.duplicates`` compare both.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

__all__ = [
    "HIGHEST",
    "MIN_SHARED",
    "Hashes",
    "Sketch",
    "are_near_duplicates",
    "are_worth_comparing",
    "make_sketch",
    "may_be_near_duplicates",
    "shingles",
    "sizes_differ",
    "sketch_of",
]

Hashes = npt.NDArray[np.uint32]
HIGHEST: Final = 0xFFFFFFFF
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
# A word is hashed as a polynomial of its letters, modulo 2**64, in which every odd number has an inverse. So the hash
# of any stretch of a text is a difference of two running sums, and numpy makes all of them at once: 30 µs for 300
# words, where a loop took 150.
_BASE: Final = 0xC2B2AE3D27D4EB4F
_INVERSE: Final = pow(_BASE, -1, 1 << 64)
_LETTER: Final = 0x9E3779B97F4A7C15
_WORD_START: Final = np.uint64(0x165667B19E3779F9)
_MIXER: Final = np.uint64(0xD6E8FEB86659FD93)
_HALF: Final = np.uint64(32)
# Code points that are hashed at a time: longer texts have no shingles across the ends of these pieces.
_PIECE: Final = 1 << 18


class Sketch(NamedTuple):
    """The number of distinct shingles of a text, and the smallest of them, rising."""

    size: int
    hashes: Hashes

    @property
    def limit(self) -> int:
        """The hash up to which the sketch has all shingles."""
        return int(self.hashes[-1]) if len(self.hashes) < self.size else HIGHEST

    @classmethod
    def read(cls, size: int, hashes: bytes) -> Self:
        """Return the sketch of a size and the bytes of its hashes."""
        return cls(size, np.frombuffer(hashes, np.uint32))

    def to_bytes(self) -> bytes:
        """Return the hashes as a database keeps them."""
        return self.hashes.tobytes()


def shingles(text: str) -> Hashes:
    """Return the distinct shingles of a text, rising; case, punctuation and paragraphs make no difference."""
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    hashes = np.concatenate([np.empty(0, np.uint32), *map(_shingles_of_piece, pieces)])
    hashes.sort()
    return hashes[_starts(hashes, step=0)]


def _shingles_of_piece(text: str) -> Hashes:
    letters = _letters().take(np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32), mode="clip")
    places = letters.nonzero()[0]
    kept = letters[places]
    starts = _starts(places, step=1).nonzero()[0]
    kept[starts] += _WORD_START
    powers, inverses = _powers()
    sums = np.zeros(len(kept) + 1, np.uint64)
    np.cumsum(kept * powers[: len(kept)], out=sums[1:])
    begins = starts[: max(0, len(starts) - _WORDS + 1)]
    ends = np.concatenate((starts[_WORDS:], [len(kept)]))[: len(begins)]
    hashes = (sums[ends] - sums[begins]) * inverses[begins]
    mixed: Hashes = ((hashes ^ (hashes >> _HALF)) * _MIXER >> _HALF).astype(np.uint32)
    return mixed


def _starts(rising: npt.NDArray[np.integer], *, step: int) -> npt.NDArray[np.bool_]:
    """Return where the values of a rising array do not go on from the one before by ``step``."""
    starts = np.ones(len(rising), np.bool_)
    np.not_equal(rising[1:], rising[:-1] + rising.dtype.type(step), out=starts[1:])
    return starts


@cache
def _letters() -> npt.NDArray[np.uint64]:
    """Return the number of each code point of the first plane in lower case, 0 for what parts words."""
    signs = map(chr, range(1 << 16))
    codes = [ord(sign.lower()[0]) if sign.isalnum() or sign == "_" else 0 for sign in signs]
    return np.array(codes, np.uint64) * np.uint64(_LETTER)


@cache
def _powers() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Return the powers of the base, and those of its inverse."""
    rows = np.array([[_BASE], [_INVERSE]], np.uint64).repeat(_PIECE, axis=1)
    rows[:, 0] = 1
    powers, inverses = np.multiply.accumulate(rows, axis=1)
    return powers, inverses


def make_sketch(text: str) -> Sketch | None:
    """Return the sketch of a text, None for one that is too short to have copies."""
    return sketch_of(shingles(text))


def sketch_of(hashes: Hashes) -> Sketch | None:
    """Return the sketch of a text given as shingles, None for one that is too short to have copies."""
    if len(hashes) < _MIN_SIZE:
        return None
    return Sketch(len(hashes), hashes[: max(_SMALLEST_SKETCH, len(hashes) // _SAMPLED)])


def may_be_near_duplicates(one: Sketch, other: Sketch) -> bool:
    """Return whether the texts of two sketches are worth comparing."""
    if sizes_differ(one.size, other.size):
        return False
    limit = min(one.limit, other.limit)
    sampled = min(int(np.searchsorted(sketch.hashes, limit, "right")) for sketch in (one, other))
    return bool(are_worth_comparing(_shared(one.hashes, other.hashes), sampled))


def are_worth_comparing(shared: Any, sampled: Any) -> Any:
    """Return whether ``shared`` of the ``sampled`` hashes make texts worth comparing; of arrays, for each."""
    return (shared >= MIN_SHARED) & (shared >= _ESTIMATED_CONTAINMENT * sampled)


def sizes_differ(one: Any, other: Any) -> Any:
    """Return whether a text of one size is too short to resemble one of the other; of arrays, for each."""
    return (one < _RESEMBLANCE_OF_CONTAINED * other) | (other < _RESEMBLANCE_OF_CONTAINED * one)


def are_near_duplicates(one: Hashes, other: Hashes) -> bool:
    """Return whether two texts, given as shingles, are copies, cuts or versions of each other."""
    shared = _shared(one, other)
    if not shared:
        return False
    resemblance, containment = shared / (len(one) + len(other) - shared), shared / min(len(one), len(other))
    return resemblance >= _RESEMBLANCE or (containment >= _CONTAINMENT and resemblance >= _RESEMBLANCE_OF_CONTAINED)


def _shared(one: Hashes, other: Hashes) -> int:
    return len(np.intersect1d(one, other, assume_unique=True))
