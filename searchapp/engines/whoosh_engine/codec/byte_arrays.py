"""Numbers at known offsets of a byte array, read and written with a few operations for a whole field."""

from __future__ import annotations

from typing import Final

import numpy as np

from searchapp.engines.whoosh_engine.codec.layout import Bytes, Numbers, offsets
from searchapp.engines.whoosh_engine.codec.malformed_index import require

__all__ = ["MAX_POSITIONS", "put_rows", "read_big_endian", "read_little_endian", "read_positions", "running_sums"]

MAX_POSITIONS: Final = 1 << 32


def put_rows(content: Bytes, at: Numbers, rows: Bytes) -> None:
    """Write one row of bytes to each of the offsets ``at``."""
    content[at[:, np.newaxis] + np.arange(rows.shape[1])] = rows


def read_little_endian(content: Bytes, at: Numbers, width: int) -> Numbers:
    """Return the numbers of ``width`` bytes at the offsets ``at``, least byte first."""
    numbers = np.zeros(len(at), np.int64)
    for byte in range(width):
        numbers |= content[at + byte].astype(np.int64) << (8 * byte)
    return numbers


def read_big_endian(content: Bytes, at: Numbers, width: int) -> Numbers:
    """Return the numbers of ``width`` bytes at the offsets ``at``, greatest byte first."""
    numbers = np.zeros(len(at), np.int64)
    for byte in range(width):
        numbers = numbers << 8 | content[at + byte]
    return numbers


def running_sums(gaps: Numbers, firsts: Numbers, counts: Numbers) -> Numbers:
    """Return the running sums of each run of gaps; run n has ``counts[n]`` of them from ``firsts[n]`` on."""
    sums = np.cumsum(gaps)
    return sums - np.repeat(sums[firsts] - gaps[firsts], counts)


def read_positions(content: Bytes, gaps_at: Numbers, frequencies: Numbers, stride: int) -> Numbers | None:
    """Return the positions of entries whose gaps begin at ``gaps_at``, ``stride`` bytes each with their code.

    None when the counts before the gaps are not ``frequencies``: then the entries are spelled otherwise.
    """
    if (content[gaps_at - 2] != frequencies & 255).any():
        return None
    firsts = offsets(frequencies)
    codes_at = np.repeat(gaps_at - stride * firsts, frequencies) + stride * np.arange(int(frequencies.sum()))
    positions = running_sums(read_little_endian(content, codes_at + 1, stride - 1), firsts, frequencies)
    require(not len(positions) or positions.max() < MAX_POSITIONS, "a position cannot be")
    return positions
