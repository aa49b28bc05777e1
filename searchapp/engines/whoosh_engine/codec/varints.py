"""Whole numbers in as few bytes as each needs (LEB128): seven bits a byte, least first; the last byte is below 128.

Arrays are encoded and decoded at once: numpy takes one step for all first bytes, one for all second bytes, and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from searchapp.engines.whoosh_engine.codec.layout import Bytes, Numbers, within
from searchapp.engines.whoosh_engine.codec.malformed_index import require

__all__ = ["LONGEST", "all_varints", "decode_varints", "encode_varints"]

_BITS: Final = 7
_LAST: Final = (1 << _BITS) - 1
_MORE: Final = 1 << _BITS
LONGEST: Final = 5
"""Bytes of a number: below 2^35. Gaps and frequencies are below 2^31, sizes of a segment's parts below 2^34."""


def encode_varints(numbers: Numbers) -> tuple[Bytes, Numbers]:
    """Return the bytes of numbers from 0 to 2^35 - 1, one after the other, and how many bytes each takes."""
    sizes = np.ones(len(numbers), np.int64)
    lows = numbers.astype(np.uint8)
    long = np.flatnonzero(numbers > _LAST)
    if not len(long):
        return lows, sizes
    rest = numbers[long] >> _BITS
    more = np.ones(len(long), np.int64)  # bytes behind the first
    for count in range(1, LONGEST - 1):
        more += rest >> (_BITS * count) > 0
    sizes[long] += more
    lows[long] |= _MORE
    # One number in ten has more than a byte: only these are given their places, the others fill what is left.
    places = np.repeat(long + 1, more) + np.arange(int(more.sum()))
    is_first = np.ones(len(numbers) + len(places), np.bool_)
    is_first[places] = False
    out = np.empty(len(is_first), np.uint8)
    out[is_first] = lows
    shifts = _BITS * within(np.zeros_like(more), more)
    tails = np.repeat(rest, more) >> shifts
    out[places] = tails & _LAST | _MORE * (tails > _LAST)
    return out, sizes


def decode_varints(content: Bytes) -> tuple[Numbers, Numbers]:
    """Return the numbers of ``content`` and the offset of the last byte of each; raises Malformed."""
    ends: Numbers = np.flatnonzero(content <= _LAST)
    if len(ends) == len(content):  # nine of ten numbers take one byte
        return content.astype(np.int64), ends
    require(len(ends) and ends[-1] == len(content) - 1, "a number is cut")
    starts = np.concatenate(([0], ends[:-1] + 1))
    numbers = content[starts].astype(np.int64) & _LAST
    long = np.flatnonzero(ends > starts)
    for byte in range(1, LONGEST):
        numbers[long] |= (content[starts[long] + byte].astype(np.int64) & _LAST) << (_BITS * byte)
        long = long[ends[long] > starts[long] + byte]
        if not len(long):
            return numbers, ends
    require(False, "a number is too long")
    return numbers, ends


def all_varints(content: bytes) -> Sequence[int]:
    """Return the numbers of a few bytes, without an array, which costs more; raises Malformed."""
    if content.isascii():  # each takes one byte
        return content
    numbers: list[int] = []
    number = shift = 0
    for byte in content:
        number |= (byte & _LAST) << shift
        if byte <= _LAST:
            numbers.append(number)
            number = shift = 0
        else:
            shift += _BITS
            require(shift < _BITS * LONGEST, "a number is too long")
    require(not shift, "a number is cut")
    return numbers
