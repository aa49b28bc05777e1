"""The posting lists of a whole field, for merging, in a few array operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec.byte_arrays import read_little_endian, read_positions, running_sums
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
# After the last block, so that a number may be read four bytes wide where two are its own.
_PADDING: Final = np.zeros(4, np.uint8)


class _OtherLayout(Exception):
    """The blocks are not as :mod:`.layout` has them; they may be right all the same."""


def read_lists(postings: memoryview, infos: NDArray[Any], limit: int, shape: Shape) -> Lists:
    """Return the posting lists that ``infos`` describe, deleted documents among them; ``limit`` counts the documents.

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
    except (_OtherLayout, IndexError):
        several = [
            lists_of(content[start : start + length], limit, shape)
            for start, length in zip((starts - starts[0]).tolist(), lengths.tolist(), strict=True)
        ]
        columns = zip(*((own.sizes, own.documents, own.frequencies, own.positions) for own in several), strict=True)
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
    """The offset in ``content`` at which the data of each block begin, uncompressed, and its number of postings.

    ``lasts`` are the last documents of the blocks; ``first`` is true for blocks that begin a list.
    """

    content: Bytes
    starts: Numbers
    counts: Numbers
    lasts: Numbers
    first: NDArray[np.bool_]

    @property
    def owners(self) -> Numbers:
        """The number of the block of each posting."""
        return np.repeat(np.arange(len(self.counts)), self.counts)


def _find_blocks(content: memoryview, lists: Numbers, documents: Numbers) -> _Blocks:
    array = np.frombuffer(content, np.uint8)
    if (array[lists[:, np.newaxis] + np.arange(_MAGIC)] != np.frombuffer(MAGIC, np.uint8)).any():
        raise Malformed("a posting list does not begin as one")
    firsts = (lists + _MAGIC).tolist()
    heads = np.fromiter(_heads(content, firsts, documents.tolist()), np.int64)
    headers = array[heads[:, np.newaxis] + np.arange(HEADER.itemsize)].view(HEADER).ravel()
    if any((headers[name] != code).any() for name, code in HEADER_CODES.items()):
        raise _OtherLayout
    starts = heads + HEADER.itemsize
    pieces, size = [array], len(array)
    for number in np.flatnonzero(headers["compression"]).tolist():
        start = int(starts[number])
        data = unpacked(content[start : int(heads[number]) + 4 + abs(int(headers["length"][number]))])
        pieces.append(np.frombuffer(data, np.uint8))
        starts[number] = size
        size += len(data)
    counts, lasts = headers["count"].astype(np.int64), headers["last"].astype(np.int64)
    pieces.append(_PADDING)
    return _Blocks(np.concatenate(pieces), starts, counts, lasts, np.isin(heads, firsts, assume_unique=True))


def _heads(content: memoryview, lists: list[int], documents: list[int]) -> Iterator[int]:
    """Yield the offset of every block of every list."""
    for offset, remaining in zip(lists, documents, strict=True):
        while True:
            yield offset
            count = int.from_bytes(content[offset + 6 : offset + 10], "little")
            remaining -= count
            if remaining < 0 or not count or offset + HEADER.itemsize > len(content):
                raise _OtherLayout
            if not remaining:
                break
            offset += 4 + abs(int.from_bytes(content[offset : offset + 4], "big", signed=True))


def _check_order(blocks: _Blocks, documents: Numbers) -> None:
    """Raise Malformed unless the documents of each list rise."""
    firsts = offsets(blocks.counts)
    previous = np.where(blocks.first, -1, np.roll(blocks.lasts, 1))
    rises = np.diff(documents, prepend=-1) > 0
    rises[firsts] = documents[firsts] > previous
    require(rises.all(), "documents do not rise")
    require((documents[firsts + blocks.counts - 1] == blocks.lasts).all(), "documents are not those of their block")


def _postings(blocks: _Blocks) -> tuple[Numbers, Numbers, Numbers]:
    """Return all documents and frequencies, and the offset of the values of each block."""
    content, counts, owners = blocks.content, blocks.counts, blocks.owners
    firsts = offsets(counts)
    within = np.arange(len(owners)) - firsts[owners]
    gaps_at = blocks.starts + 2
    codes = content[gaps_at]
    if not ((codes == ord("M")) | (codes == ord("J"))).all():
        raise _OtherLayout
    strides = np.where(content[gaps_at] == ord("M"), 3, 5).astype(np.int64)
    gaps = read_little_endian(content, (gaps_at[owners] + 1) + within * strides[owners], int(strides.max()) - 1)
    if strides.min() != strides.max():
        gaps &= np.where(strides == 3, 0xFFFF, 0xFFFFFFFF)[owners]
    documents = running_sums(gaps, firsts, counts)
    weights_at: Numbers = gaps_at + strides * counts + 1
    codes = content[weights_at]
    if (content[weights_at - 1] != ord("t")).any() or not np.isin(codes, np.frombuffer(b"NB(", np.uint8)).all():
        raise _OtherLayout
    frequencies = np.ones(len(owners), np.int64)
    small = (codes == ord("B"))[owners]
    frequencies[small] = content[(weights_at + 5)[owners[small]] + within[small]]
    large = (codes == ord("("))[owners]
    frequencies[large] = read_little_endian(content, (weights_at + 2)[owners[large]] + 5 * within[large], 4)
    require(frequencies.all(), "a document holds a term no times")
    values: Numbers = weights_at + 1
    values[codes == ord("B")] += 4 + counts[codes == ord("B")]
    values[codes == ord("(")] += 1 + 5 * counts[codes == ord("(")]
    return documents, frequencies, values


def _positions(blocks: _Blocks, frequencies: Numbers, values: Numbers) -> Numbers:
    content, owners = blocks.content, blocks.owners
    if (content[values] != ord("(")).any():
        raise _OtherLayout
    first_gap = values + 1 + np.where(content[values + 1] == ord("C"), 2, 5) + 5
    stride = 3 if content[first_gap[0]] == ord("M") else 5  # one for a whole field
    sizes, gaps_in_entry = entry_sizes(frequencies, stride)
    if int(sizes.sum()) > len(content):
        raise _OtherLayout
    starts = offsets(sizes)
    entries = (values + 1 - starts[offsets(blocks.counts)])[owners] + starts
    positions = read_positions(content, entries + gaps_in_entry, frequencies, stride)
    if positions is None:
        raise _OtherLayout
    return positions
