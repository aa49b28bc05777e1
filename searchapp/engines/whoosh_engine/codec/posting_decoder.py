"""Posting lists as numpy arrays, each number compared with what it can be.

Whoosh's matchers step from posting to posting in Python; here each block is decoded at once, from the offsets at which
:mod:`.layout` puts everything. A block that is spelled otherwise, as Whoosh's own writer does, is read as the pickle
that it is; one that is neither, or says what cannot be, is malformed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec.byte_arrays import MAX_POSITIONS, read_positions
from searchapp.engines.whoosh_engine.codec.layout import (
    HEADER,
    HEADER_CODES,
    Bytes,
    Lists,
    Numbers,
    Shape,
    entry_sizes,
    offsets,
)
from searchapp.engines.whoosh_engine.codec.library import MAGIC
from searchapp.engines.whoosh_engine.codec.malformed_index import require, unpacked
from searchapp.engines.whoosh_engine.codec.pickles import read_pickle

__all__ = ["Block", "Frequencies", "Integers", "Postings", "blocks_of", "lists_of"]

Integers = NDArray[np.int32]
Frequencies = NDArray[np.float32]

_LENGTH: Final = Struct("!i")
_COUNT: Final = Struct("!I")
# After the length: pickle codes, each followed by its number.
_HEADER: Final = Struct("<2sicicicBcBcB2s")
_CODES: Final = tuple(HEADER_CODES.values())
_MAX_FREQUENCY: Final = 1 << 31


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents of a term, rising, and its frequency in each."""

    documents: Integers
    frequencies: Frequencies

    def __len__(self) -> int:
        return len(self.documents)


@dataclass(frozen=True, slots=True)
class Block:
    """A decoded block; its positions are still encoded.

    They are in ``data`` from offset ``values`` on, or in ``entries``, pickles as Whoosh writes them.
    """

    documents: Integers
    frequencies: Integers
    data: Bytes
    values: int
    entries: Sequence[Any] | None = None

    def positions(self, chosen: NDArray[np.intp]) -> tuple[Numbers, Numbers]:
        """Return the positions of the ``chosen`` postings, one after the other, and how many each has."""
        if self.entries is None:
            laid_out = self._laid_out(chosen)
            if laid_out is not None:
                return laid_out
            entries = _generic(self.data.tobytes())[2]
        else:
            entries = self.entries
        return _unpickled_positions(entries, chosen, self.frequencies)

    def _laid_out(self, chosen: NDArray[np.intp]) -> tuple[Numbers, Numbers] | None:
        """Return the positions if the block is spelled as :mod:`.layout` has it."""
        data, start = self.data, self.values + 1
        if data[self.values] != ord("(") or data[start] not in b"CB":
            return None
        gap_at = start + (2 if data[start] == ord("C") else 5) + 5
        stride = 3 if data[gap_at] == ord("M") else 5
        frequencies = self.frequencies.astype(np.int64)
        sizes, gaps_in_entry = entry_sizes(frequencies, stride)
        at = start + offsets(sizes) + gaps_in_entry
        if int(at[-1] - gaps_in_entry[-1] + sizes[-1]) + 3 != len(data):
            return None
        positions = read_positions(data, at[chosen], frequencies[chosen], stride)
        return None if positions is None else (positions, frequencies[chosen])


def blocks_of(content: memoryview, limit: int, only: Integers | None = None) -> Iterator[Block]:
    """Yield the blocks of a posting list over ``limit`` documents; with ``only``, those that may hold one of these.

    Raises what malformed bytes make raise.
    """
    if not len(content):
        return
    require(content[: len(MAGIC)] == MAGIC, "a posting list does not begin as one")
    offset, previous = len(MAGIC), -1
    while offset < len(content):
        (length,) = _LENGTH.unpack_from(content, offset)
        end = offset + _LENGTH.size + abs(length)
        start, count, last, compression = _head(content, offset)
        require(start <= end <= len(content) and (length < 0) == (end == len(content)), "a block is cut")
        require(0 < count <= last - previous and last < limit, "a block has documents that are not there")
        if only is None or np.searchsorted(only, previous, "right") < np.searchsorted(only, last, "right"):
            data = content[start:end]
            yield _decode(unpacked(data) if compression else data, count, previous, last)
        offset, previous = end, last


def lists_of(content: memoryview, limit: int, shape: Shape) -> Lists:
    """Return a posting list whole."""
    blocks = list(blocks_of(content, limit))
    documents = np.concatenate([block.documents for block in blocks]).astype(np.int64)
    frequencies = np.concatenate([block.frequencies for block in blocks]).astype(np.int64)
    sizes = np.array([len(documents)])
    if shape is not Shape.POSITIONS:
        return Lists(sizes, documents, frequencies)
    positions = [block.positions(np.arange(len(block.documents)))[0] for block in blocks]
    return Lists(sizes, documents, frequencies, np.concatenate(positions))


def _head(content: memoryview, offset: int) -> tuple[int, int, int, int]:
    """Return where the data of a block begin, its number of documents, the last of them, and its compression."""
    at = offset + _LENGTH.size
    if bytes(content[at : at + 2]) == _CODES[0]:
        a, count, b, last, c, _, d, compression, e, _, f, _, g = _HEADER.unpack_from(content, at)
        if (a, b, c, d, e, f, g) == _CODES:
            return offset + HEADER.itemsize, count, last, compression
    (count, last, _, compression, _, _), start = read_pickle(content, at)
    require(all(type(number) is int for number in (count, last, compression)), "the head of a block has no numbers")
    return start, count, last, compression


def _decode(data: bytes | memoryview, count: int, previous: int, last: int) -> Block:
    block = _laid_out(data, count)
    if block is None:
        gaps, weights, entries = _generic(data)
        documents = _documents(_numbers(gaps), count)
        block = Block(documents, _weights(weights, count), np.empty(0, np.uint8), 0, entries)
    documents = block.documents
    require(len(documents) == count and previous < documents[0] and documents[-1] == last, "documents do not rise")
    return block


def _laid_out(data: bytes | memoryview, count: int) -> Block | None:
    """Return the block if it is spelled as :mod:`.layout` has it."""
    array = np.frombuffer(data, np.uint8)
    size = len(array)
    if size < 5 + 3 * count or data[:2] != b"((" or data[-2:] != b"t.":
        return None
    run = _run(array, 2, count)
    if run is None:
        return None
    documents, at = _documents(run[0], count), run[1]
    code = array[at + 1]
    if code == ord("N"):
        frequencies, values = np.ones(count, np.int32), at + 2
    elif code == ord("B"):
        frequencies, values = array[at + 6 : at + 6 + count].astype(np.int32), at + 6 + count
        if array[at + 2 : at + 6].tobytes() != count.to_bytes(4, "little") or not frequencies.all():
            return None
    elif code == ord("("):
        run = _run(array, at + 2, count)
        if run is None or not run[0].all() or int(run[0].max()) >= _MAX_FREQUENCY:
            return None
        frequencies, values = run[0].astype(np.int32), run[1] + 1
    else:
        return None
    rest = size - values - 2
    kind = array[values]
    if (kind == ord("N") and rest == 1) or (kind == ord("B") and rest == 5 + 4 * count) or kind == ord("("):
        return Block(documents, frequencies, array, values)
    return None


def _run(array: Bytes, at: int, count: int) -> tuple[NDArray[Any], int] | None:
    """Return ``count`` numbers of one width from ``at`` on, and the offset of the end of their tuple."""
    stride = {ord("M"): 3, ord("J"): 5}.get(array[at])
    if stride is None or at + stride * count + 2 > len(array):
        return None
    end = at + stride * count
    rows = array[at:end].reshape(count, stride)
    if array[end] != ord("t") or np.count_nonzero(rows[:, 0] == array[at]) != count:
        return None
    return np.ascontiguousarray(rows[:, 1:]).view(f"<u{stride - 1}").ravel(), end


def _documents(gaps: NDArray[Any], count: int) -> Integers:
    require(len(gaps) == count and np.count_nonzero(gaps[1:]) == count - 1, "documents do not rise")
    require(int(gaps.sum(dtype=np.int64)) < 1 << 31, "documents are not there")
    documents: Integers = np.cumsum(gaps, dtype=np.int32)
    return documents


# Blocks as Whoosh's own writer spells them


def _generic(data: bytes | memoryview) -> tuple[Any, Any, Any]:
    """Return gaps, weights and values of a block that is any pickle of them."""
    value, end = read_pickle(data)
    require(end == len(data) and type(value) is tuple and len(value) == 3, "a block is none")
    gaps, weights, values = value
    return gaps, weights, values


def _numbers(values: Any) -> Numbers:
    require(type(values) in (tuple, list) and all(type(value) is int for value in values), "no numbers")
    numbers = np.array(values, np.int64)
    require(len(numbers) and numbers.min() >= 0 and numbers.max() < MAX_POSITIONS, "numbers that cannot be")
    return numbers


def _weights(weights: Any, count: int) -> Integers:
    """Return frequencies: Whoosh writes floats, one for all when they are equal, none when that is 1."""
    if weights is None or type(weights) is float:
        frequencies = np.full(count, 1.0 if weights is None else weights)
    elif type(weights) is bytes:
        frequencies = np.frombuffer(weights, np.uint8).astype(np.float64)
    else:
        require(all(type(weight) in (int, float) for weight in weights), "frequencies are no numbers")
        frequencies = np.array(weights, np.float64)
    require(len(frequencies) == count, "documents without a frequency")
    is_whole = (frequencies >= 1) & (frequencies < _MAX_FREQUENCY) & (frequencies % 1 == 0)
    require(is_whole.all(), "frequencies that cannot be")
    return frequencies.astype(np.int32)


def _unpickled_positions(entries: Any, chosen: NDArray[np.intp], frequencies: Integers) -> tuple[Numbers, Numbers]:
    require(type(entries) is tuple and len(entries) == len(frequencies), "documents without positions")
    pieces: list[Numbers] = [np.empty(0, np.int64)]
    for number in chosen.tolist():
        entry = entries[number]
        gaps, end = read_pickle(entry, _COUNT.size)
        require(end == len(entry) and len(gaps) == _COUNT.unpack_from(entry)[0] == frequencies[number], "no positions")
        pieces.append(np.cumsum(_numbers(gaps)))
    positions = np.concatenate(pieces)
    require(not len(positions) or positions.max() < MAX_POSITIONS, "a position cannot be")
    return positions, frequencies[chosen].astype(np.int64)
