"""Scores as rising whole numbers, for the sort keys of engines whose scores are 32-bit floats."""

from __future__ import annotations

import struct
from typing import Final

__all__ = ["UNSCORED", "falling", "next_below", "score_of"]

_LARGEST: Final = 0xFFFFFFFF
UNSCORED: Final = _LARGEST
"""The number of score 0, after which nothing comes."""


def falling(score: float) -> int:
    """Return the number of a score that is not negative: the higher the score, the lower its number.

    The bits of such floats, read as a whole number, rise with them.
    """
    return _LARGEST - _bits(score)


def score_of(number: int) -> float:
    """Return the score of a number from :func:`falling`; of other numbers -1 or infinity, which no document has."""
    bits = _LARGEST - number
    return _from_bits(bits) if 0 <= bits <= _INFINITE else (-1.0 if bits < 0 else float("inf"))


def next_below(score: float, least_difference: float) -> float:
    """Return the highest 32-bit float that is lower than ``score`` by more than ``least_difference``, -1 for none."""
    if score <= least_difference:
        return -1.0
    bits = _bits(score - least_difference) + 1
    while bits >= 0 and not score - _from_bits(bits) > least_difference:
        bits -= 1
    return _from_bits(bits) if bits >= 0 else -1.0


def _bits(score: float) -> int:
    number: int = struct.unpack(">I", struct.pack(">f", score))[0]
    return number


def _from_bits(bits: int) -> float:
    score: float = struct.unpack(">f", struct.pack(">I", bits))[0]
    return score


_INFINITE: Final = _bits(float("inf"))
