"""A segment's fields read whole, for merging: every posting list of a field in a few array operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC

from searchapp.engines.whoosh_engine.layout import (
    HEADER,
    TERM_INFO,
    Bytes,
    Lists,
    Numbers,
    Shape,
    entry_sizes,
    offsets,
)

__all__ = ["document_frequencies", "read_field"]

_MAGIC: Final = len(WHOOSH3_HEADER_MAGIC)
_KEY: Final = 8 + 2  # two sizes, the number of the field


def read_field(leaf: Any, field: str, shape: Shape) -> tuple[list[bytes], Lists]:
    """Return the terms of a field in byte order and their posting lists, deleted documents among them."""
    terms, infos = _terms(leaf, field)
    if not terms:
        return [], Lists(*(np.empty(0, np.int64) for _ in range(3)))
    start = int(infos["offset"][0])
    content = leaf._terms._postfile.get(start, int(infos["offset"][-1] + infos["length"][-1]) - start)
    blocks = _find_blocks(content, infos["offset"].astype(np.int64) - start, infos["documents"].astype(np.int64))
    documents, frequencies, values = _postings(blocks)
    positions = _positions(blocks, frequencies, values) if shape is Shape.POSITIONS else np.empty(0, np.int64)
    return terms, Lists(infos["documents"].astype(np.int64), documents, frequencies, positions)


def document_frequencies(leaf: Any, field: str, alive: NDArray[np.bool_]) -> tuple[list[bytes], list[int]]:
    """Return the terms of a field in byte order, and how many of the documents that are ``alive`` hold each."""
    terms, infos = _terms(leaf, field)
    if not terms or alive.all():
        return terms, infos["documents"].tolist()
    _, lists = read_field(leaf, field, Shape.EXISTENCE)
    live: list[int] = np.add.reduceat(alive[lists.documents].astype(np.int64), offsets(lists.sizes)).tolist()
    return terms, live


def _terms(leaf: Any, field: str) -> tuple[list[bytes], NDArray[Any]]:
    """Return the terms of a field and what the dictionary says of each."""
    index, file = leaf._terms._tindex, leaf._terms._dbfile
    number = leaf._terms._fieldmap.get(field, -1)
    places = np.frombuffer(file.get(index.indexbase, index.indexlen * 8), ">i8").astype(np.int64)
    content = file.get(0, index.endofdata)
    array = np.frombuffer(content, np.uint8)
    places = places[_big_endian(array, places + 8, 2) == number]
    ends = places + 8 + _big_endian(array, places, 4)
    terms = [content[start:end] for start, end in zip((places + _KEY).tolist(), ends.tolist(), strict=True)]
    rows = array[ends[:, np.newaxis] + np.arange(TERM_INFO.itemsize)]
    return terms, rows.view(TERM_INFO).ravel()


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Where in ``content`` the data of each block begins, all of them uncompressed, and how many postings it has."""

    content: Bytes
    starts: Numbers
    counts: Numbers

    @property
    def owners(self) -> Numbers:
        """Of each posting, the number of its block."""
        return np.repeat(np.arange(len(self.counts)), self.counts)


def _find_blocks(content: bytes, lists: Numbers, documents: Numbers) -> _Blocks:
    array = np.frombuffer(content, np.uint8)
    places = np.fromiter(_places(content, (lists + _MAGIC).tolist(), documents.tolist()), np.int64)
    headers = array[places[:, np.newaxis] + np.arange(HEADER.itemsize)].view(HEADER).ravel()
    starts = places + HEADER.itemsize
    pieces, size = [array], len(array)
    for number in np.flatnonzero(headers["compression"]).tolist():
        start = int(starts[number])
        data = isal_zlib.decompress(content[start : int(places[number]) + 4 + abs(int(headers["length"][number]))])
        pieces.append(np.frombuffer(data, np.uint8))
        starts[number] = size
        size += len(data)
    return _Blocks(np.concatenate(pieces), starts, headers["count"].astype(np.int64))


def _places(content: bytes, lists: list[int], documents: list[int]) -> Iterator[int]:
    """Yield the place of every block of every list."""
    for place, left in zip(lists, documents, strict=True):
        while True:
            yield place
            left -= int.from_bytes(content[place + 6 : place + 10], "little")
            if left <= 0:
                break
            place += 4 + abs(int.from_bytes(content[place : place + 4], "big", signed=True))


def _postings(blocks: _Blocks) -> tuple[Numbers, Numbers, Numbers]:
    """Return all documents and frequencies, and of each block where its values begin."""
    content, counts, owners = blocks.content, blocks.counts, blocks.owners
    firsts = offsets(counts)
    within = np.arange(len(owners)) - firsts[owners]
    gaps_at = blocks.starts + 2
    strides = np.where(content[gaps_at] == ord("M"), 3, 5).astype(np.int64)
    gaps = _little_endian(content, (gaps_at[owners] + 1) + within * strides[owners], int(strides.max()) - 1)
    if strides.min() != strides.max():
        gaps &= np.where(strides == 3, 0xFFFF, 0xFFFFFFFF)[owners]
    documents = _summed(gaps, firsts, counts)
    weights_at: Numbers = gaps_at + strides * counts + 1
    codes = content[weights_at]
    frequencies = np.ones(len(owners), np.int64)
    small = (codes == ord("B"))[owners]
    frequencies[small] = content[(weights_at + 5)[owners[small]] + within[small]]
    large = (codes == ord("("))[owners]
    frequencies[large] = _little_endian(content, (weights_at + 2)[owners[large]] + 5 * within[large], 4)
    values: Numbers = weights_at + 1
    values[codes == ord("B")] += 4 + counts[codes == ord("B")]
    values[codes == ord("(")] += 1 + 5 * counts[codes == ord("(")]
    return documents, frequencies, values


def _positions(blocks: _Blocks, frequencies: Numbers, values: Numbers) -> Numbers:
    content, owners = blocks.content, blocks.owners
    first_gap = values + 1 + np.where(content[values + 1] == ord("C"), 2, 5) + 5
    stride = 3 if content[first_gap[0]] == ord("M") else 5  # one for a whole field
    sizes, gaps_in_entry = entry_sizes(frequencies, stride)
    starts = offsets(sizes)
    entries = (values + 1 - starts[offsets(blocks.counts)])[owners] + starts
    firsts = offsets(frequencies)
    places = np.repeat(entries + gaps_in_entry + 1 - stride * firsts, frequencies)
    gaps = _little_endian(content, places + stride * np.arange(len(places)), stride - 1)
    return _summed(gaps, firsts, frequencies)


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


def _big_endian(content: Bytes, places: Numbers, width: int) -> Numbers:
    numbers = np.zeros(len(places), np.int64)
    for byte in range(width):
        numbers = numbers << 8 | content[places + byte]
    return numbers
