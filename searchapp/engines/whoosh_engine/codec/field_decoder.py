"""The posting lists of a whole field, for merging, in a few array operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

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
from searchapp.engines.whoosh_engine.codec.malformed_index import Malformed, require, unpacked
from searchapp.engines.whoosh_engine.codec.posting_decoder import lists_of

__all__ = ["read_lists"]

_MAGIC: Final = len(MAGIC)


class _SpelledOtherwise(Exception):
    """The blocks are not laid out as ours are; they may still be right."""


def read_lists(postings: memoryview, infos: NDArray[Any], limit: int, shape: Shape) -> Lists:
    """Return the posting lists that ``infos`` tell of, deleted documents among them; ``limit`` counts the documents.

    Raises what malformed bytes make raise.
    """
    if not len(infos):
        return Lists(*(np.empty(0, np.int64) for _ in range(3)))
    starts, lengths = infos["offset"].astype(np.int64), infos["length"].astype(np.int64)
    sizes = infos["documents"].astype(np.int64)
    require(not infos["inlined"].any(), "a term has no posting list")
    require((lengths > _MAGIC).all(), "a posting list is cut")
    require((starts[1:] == starts[:-1] + lengths[:-1]).all() and starts[0] >= 0, "posting lists are not in order")
    require(starts[-1] + lengths[-1] <= len(postings), "a posting list lies outside of its file")
    require(sizes.min() > 0 and sizes.max() <= limit, "a term has more documents than there are")
    content = postings[int(starts[0]) : int(starts[-1] + lengths[-1])]
    try:
        lists = _laid_out(content, starts - starts[0], sizes, shape)
    except (_SpelledOtherwise, IndexError):
        found = [
            lists_of(content[start : start + length], limit, shape)
            for start, length in zip((starts - starts[0]).tolist(), lengths.tolist(), strict=True)
        ]
        columns = zip(*((own.sizes, own.documents, own.frequencies, own.positions) for own in found), strict=True)
        lists = Lists(*map(np.concatenate, columns))
        require((lists.sizes == sizes).all(), "a term has not as many documents as it says")
    require(lists.documents.max() < limit, "a term has documents that are not there")
    return lists


def _laid_out(content: memoryview, starts: Numbers, sizes: Numbers, shape: Shape) -> Lists:
    """Return the lists of blocks that are spelled as :mod:`.layout` has it."""
    blocks = _find_blocks(content, starts, sizes)
    documents, frequencies, values = _postings(blocks)
    _check_order(blocks, documents)
    positions = _positions(blocks, frequencies, values) if shape is Shape.POSITIONS else np.empty(0, np.int64)
    return Lists(sizes, documents, frequencies, positions)


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Where in ``content`` the data of each block begins, all of them uncompressed, and how many postings it has.

    ``lasts`` are the last documents of the blocks, ``first`` tells which blocks begin a list.
    """

    content: Bytes
    starts: Numbers
    counts: Numbers
    lasts: Numbers
    first: NDArray[np.bool_]

    @property
    def owners(self) -> Numbers:
        """Of each posting, the number of its block."""
        return np.repeat(np.arange(len(self.counts)), self.counts)


def _find_blocks(content: memoryview, lists: Numbers, documents: Numbers) -> _Blocks:
    array = np.frombuffer(content, np.uint8)
    if (array[lists[:, np.newaxis] + np.arange(_MAGIC)] != np.frombuffer(MAGIC, np.uint8)).any():
        raise Malformed("a posting list does not begin as one")
    firsts = (lists + _MAGIC).tolist()
    places = np.fromiter(_places(content, firsts, documents.tolist()), np.int64)
    headers = array[places[:, np.newaxis] + np.arange(HEADER.itemsize)].view(HEADER).ravel()
    if any((headers[name] != code).any() for name, code in HEADER_CODES.items()):
        raise _SpelledOtherwise
    starts = places + HEADER.itemsize
    pieces, size = [array], len(array)
    for number in np.flatnonzero(headers["compression"]).tolist():
        start = int(starts[number])
        data = unpacked(content[start : int(places[number]) + 4 + abs(int(headers["length"][number]))])
        pieces.append(np.frombuffer(data, np.uint8))
        starts[number] = size
        size += len(data)
    counts, lasts = headers["count"].astype(np.int64), headers["last"].astype(np.int64)
    return _Blocks(np.concatenate(pieces), starts, counts, lasts, np.isin(places, firsts, assume_unique=True))


def _places(content: memoryview, lists: list[int], documents: list[int]) -> Iterator[int]:
    """Yield the place of every block of every list."""
    for place, left in zip(lists, documents, strict=True):
        while True:
            yield place
            count = int.from_bytes(content[place + 6 : place + 10], "little")
            left -= count
            if left < 0 or not count or place + HEADER.itemsize > len(content):
                raise _SpelledOtherwise
            if not left:
                break
            place += 4 + abs(int.from_bytes(content[place : place + 4], "big", signed=True))


def _check_order(blocks: _Blocks, documents: Numbers) -> None:
    """Raise Malformed unless the documents of each list rise."""
    firsts = offsets(blocks.counts)
    before = np.where(blocks.first, -1, np.roll(blocks.lasts, 1))
    rises = np.diff(documents, prepend=-1) > 0
    rises[firsts] = documents[firsts] > before
    require(rises.all(), "documents do not rise")
    require((documents[firsts + blocks.counts - 1] == blocks.lasts).all(), "documents are not those of their block")


def _postings(blocks: _Blocks) -> tuple[Numbers, Numbers, Numbers]:
    """Return all documents and frequencies, and of each block where its values begin."""
    content, counts, owners = blocks.content, blocks.counts, blocks.owners
    firsts = offsets(counts)
    within = np.arange(len(owners)) - firsts[owners]
    gaps_at = blocks.starts + 2
    codes = content[gaps_at]
    if not ((codes == ord("M")) | (codes == ord("J"))).all():
        raise _SpelledOtherwise
    strides = np.where(content[gaps_at] == ord("M"), 3, 5).astype(np.int64)
    gaps = _little_endian(content, (gaps_at[owners] + 1) + within * strides[owners], int(strides.max()) - 1)
    if strides.min() != strides.max():
        gaps &= np.where(strides == 3, 0xFFFF, 0xFFFFFFFF)[owners]
    documents = _summed(gaps, firsts, counts)
    weights_at: Numbers = gaps_at + strides * counts + 1
    codes = content[weights_at]
    if (content[weights_at - 1] != ord("t")).any() or not np.isin(codes, np.frombuffer(b"NB(", np.uint8)).all():
        raise _SpelledOtherwise
    frequencies = np.ones(len(owners), np.int64)
    small = (codes == ord("B"))[owners]
    frequencies[small] = content[(weights_at + 5)[owners[small]] + within[small]]
    large = (codes == ord("("))[owners]
    frequencies[large] = _little_endian(content, (weights_at + 2)[owners[large]] + 5 * within[large], 4)
    require(frequencies.all(), "a document holds a term no times")
    values: Numbers = weights_at + 1
    values[codes == ord("B")] += 4 + counts[codes == ord("B")]
    values[codes == ord("(")] += 1 + 5 * counts[codes == ord("(")]
    return documents, frequencies, values


def _positions(blocks: _Blocks, frequencies: Numbers, values: Numbers) -> Numbers:
    content, owners = blocks.content, blocks.owners
    if (content[values] != ord("(")).any():
        raise _SpelledOtherwise
    first_gap = values + 1 + np.where(content[values + 1] == ord("C"), 2, 5) + 5
    stride = 3 if content[first_gap[0]] == ord("M") else 5  # one for a whole field
    sizes, gaps_in_entry = entry_sizes(frequencies, stride)
    if int(sizes.sum()) > len(content):
        raise _SpelledOtherwise
    starts = offsets(sizes)
    entries = (values + 1 - starts[offsets(blocks.counts)])[owners] + starts
    firsts = offsets(frequencies)
    if (content[entries + gaps_in_entry - 2] != frequencies & 255).any():
        raise _SpelledOtherwise
    places = np.repeat(entries + gaps_in_entry + 1 - stride * firsts, frequencies)
    gaps = _little_endian(content, places + stride * np.arange(len(places)), stride - 1)
    positions = _summed(gaps, firsts, frequencies)
    require(positions.max() < 1 << 32, "a position cannot be")
    return positions


def _summed(gaps: Numbers, firsts: Numbers, counts: Numbers) -> Numbers:
    """Return the running sums of each run of gaps."""
    sums = np.cumsum(gaps)
    return sums - np.repeat(sums[firsts] - gaps[firsts], counts)


def _little_endian(content: Bytes, places: Numbers, width: int) -> Numbers:
    numbers = np.zeros(len(places), np.int64)
    last = len(content) - 1
    for byte in range(width):
        numbers |= content[np.minimum(places + byte, last)].astype(np.int64) << (8 * byte)
    return numbers
