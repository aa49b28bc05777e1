"""Posting lists as bytes and back: those of a whole field, or those of one term in every segment, at once.

:mod:`.layout` says how a list is spelled. What is read is compared with what it can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.compression import compress
from searchapp.engines.whoosh_engine.codec.layout import Bytes, Lists, Numbers, Shape, offsets, within
from searchapp.engines.whoosh_engine.codec.malformed_index import require, unpacked
from searchapp.engines.whoosh_engine.codec.varints import decode_varints, encode_varints

__all__ = ["EncodedList", "EncodedLists", "decode_lists", "encode_lists"]

# In bytes. Deflate costs some microseconds whatever the size, on both sides, and gains little on a few numbers.
_PACKED_FROM: Final = 256
_MAX_FREQUENCY: Final = 1 << 31
_MAX_POSITION: Final = 1 << 32


@dataclass(frozen=True, slots=True)
class EncodedLists:
    """The lists of a field as bytes, to be written one after the other; of each list its size, and if it is packed."""

    pieces: Sequence[bytes | memoryview]
    sizes: Numbers
    is_packed: NDArray[np.bool_]


class EncodedList(NamedTuple):
    """A posting list in a file, with the number of its documents by the dictionary."""

    content: memoryview
    documents: int
    is_packed: bool


def encode_lists(lists: Lists, shape: Shape) -> EncodedLists:
    """Return the bytes of the posting lists of a field."""
    if not len(lists.sizes):
        return EncodedLists([], np.empty(0, np.int64), np.empty(0, np.bool_))
    numbers, counts = _numbers(lists, shape)
    content, sizes = encode_varints(numbers)
    return _pack(content, np.add.reduceat(sizes, offsets(counts)))


def _numbers(lists: Lists, shape: Shape) -> tuple[Numbers, Numbers]:
    """Return the numbers of all lists, and how many each list has."""
    firsts = offsets(lists.sizes)
    gaps = np.diff(lists.documents, prepend=-1) - 1
    gaps[firsts] = lists.documents[firsts]
    if shape is Shape.EXISTENCE:
        return gaps, lists.sizes
    is_repeated = lists.frequencies > 1
    repeated: Numbers = np.add.reduceat(is_repeated.astype(np.int64), firsts)
    placed = np.zeros_like(repeated)
    if shape is Shape.POSITIONS:
        placed = np.add.reduceat(lists.frequencies, firsts)
    counts = lists.sizes + repeated + placed
    starts = offsets(counts)
    numbers = np.empty(int(counts.sum()), np.int64)
    numbers[within(starts, lists.sizes)] = 2 * gaps + is_repeated
    numbers[within(starts + lists.sizes, repeated)] = lists.frequencies[is_repeated] - 2
    if shape is Shape.POSITIONS:
        steps = np.diff(lists.positions, prepend=0)
        firsts_of_documents = offsets(lists.frequencies)
        steps[firsts_of_documents] = lists.positions[firsts_of_documents]
        numbers[within(starts + lists.sizes + repeated, placed)] = steps
    return numbers, counts


def _pack(content: Bytes, sizes: Numbers) -> EncodedLists:
    """Pack the long ones of the lists in ``content``."""
    is_packed = np.zeros(len(sizes), np.bool_)
    packed_sizes = sizes.copy()
    starts = offsets(sizes)
    pieces: list[bytes | memoryview] = []
    written = 0
    for number in np.flatnonzero(sizes >= _PACKED_FROM).tolist():
        start, end = int(starts[number]), int(starts[number] + sizes[number])
        packed = compress(content[start:end].data)
        if len(packed) < end - start:
            pieces += [content[written:start].data, packed]
            written = end
            is_packed[number], packed_sizes[number] = True, len(packed)
    return EncodedLists([*pieces, content[written:].data], packed_sizes, is_packed)


def decode_lists(encoded: Sequence[EncodedList], limits: Numbers, shape: Shape) -> Lists:
    """Return posting lists, deleted documents among them; list n has documents below ``limits[n]``.

    Raises what malformed bytes make raise.
    """
    if not encoded:
        return Lists(*(np.empty(0, np.int64) for _ in range(3)))
    contents = [unpacked(content) if is_packed else content for content, _, is_packed in encoded]
    sizes = np.fromiter((documents for _, documents, _ in encoded), np.int64, len(encoded))
    numbers, ends = decode_varints(np.frombuffer(b"".join(contents), np.uint8))
    last_bytes = np.cumsum(np.fromiter(map(len, contents), np.int64, len(contents))) - 1
    lasts = np.searchsorted(ends, last_bytes)
    require((ends[lasts] == last_bytes).all(), "a posting list is cut")
    counts = np.diff(lasts, prepend=-1)
    starts = lasts + 1 - counts
    require((sizes > 0).all() and (sizes <= counts).all(), "a term has not as many documents as it says")
    gaps = numbers[within(starts, sizes)]
    if shape is Shape.EXISTENCE:
        require((sizes == counts).all(), "a posting list is too long")
        return Lists(sizes, _documents(gaps, sizes, limits), np.ones_like(gaps))
    is_repeated = (gaps & 1).astype(np.bool_)
    documents = _documents(gaps >> 1, sizes, limits)
    repeated: Numbers = np.add.reduceat(gaps & 1, offsets(sizes))
    require((sizes + repeated <= counts).all(), "a posting list is cut")
    frequencies = np.ones_like(gaps)
    frequencies[is_repeated] = numbers[within(starts + sizes, repeated)] + 2
    require(frequencies.max() < _MAX_FREQUENCY, "a frequency cannot be")
    placed = np.add.reduceat(frequencies, offsets(sizes)) if shape is Shape.POSITIONS else 0
    require((sizes + repeated + placed == counts).all(), "a posting list is not as long as it says")
    if shape is Shape.FREQUENCY:
        return Lists(sizes, documents, frequencies)
    steps = numbers[within(starts + sizes + repeated, counts - sizes - repeated)]
    positions = _running_sums(steps, frequencies)
    require(positions.max() < _MAX_POSITION, "a position cannot be")
    return Lists(sizes, documents, frequencies, positions)


def _documents(gaps: Numbers, sizes: Numbers, limits: Numbers) -> Numbers:
    documents = _running_sums(gaps + 1, sizes) - 1
    require((documents[np.cumsum(sizes) - 1] < limits).all(), "a term has documents that are not there")
    return documents


def _running_sums(steps: Numbers, counts: Numbers) -> Numbers:
    """Return the running sums of each run of steps; run n has ``counts[n]`` of them, at least one."""
    sums = np.cumsum(steps)
    firsts = offsets(counts)
    runs: Numbers = sums - np.repeat(sums[firsts] - steps[firsts], counts)
    return runs
