"""Posting lists of a whole field as bytes; :mod:`.layout` says how they are spelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec import layout
from searchapp.engines.whoosh_engine.codec.byte_arrays import put_rows
from searchapp.engines.whoosh_engine.codec.compression import LEVEL, compress
from searchapp.engines.whoosh_engine.codec.layout import (
    HEADER,
    HEADER_CODES,
    LONGEST_SHORT,
    TERM_INFO,
    Bytes,
    Lists,
    Numbers,
    Shape,
    entry_sizes,
    length_bytes,
    offsets,
)
from searchapp.engines.whoosh_engine.codec.library import MAGIC

__all__ = ["EncodedLists", "encode"]

# Compressing has a price whatever the size; half of all blocks hold one posting.
_COMPRESSED_FROM: Final = 600


@dataclass(frozen=True, slots=True)
class EncodedLists:
    """Pieces of a postings file, to be written one after the other, and the term info of each term."""

    pieces: Sequence[bytes | memoryview]
    size: int
    infos: NDArray[Any]


def encode(lists: Lists, shape: Shape, lengths: Numbers | None, offset: int) -> EncodedLists:
    """Return the bytes of ``lists``; ``lengths`` are those of the field in each document, ``offset`` the file's."""
    if not len(lists.sizes):
        return EncodedLists([], 0, np.empty(0, TERM_INFO))
    blocks = _Blocks(lists, shape)
    blocks.write_data()
    pieces, saved = blocks.compress()
    blocks.write_headers(_byte_lengths(lists, lengths), saved)
    ends = blocks.ends - np.cumsum(saved)
    starts = blocks.starts - offsets(saved)
    size = int(ends[-1])
    return EncodedLists(
        pieces, size, _term_infos(lists, lengths, starts[blocks.firsts] + offset, ends[blocks.lasts] + offset)
    )


class _Blocks:
    """The blocks of a field in one array, first as they are and then with the large ones compressed."""

    def __init__(self, lists: Lists, shape: Shape) -> None:
        self._lists = lists
        self._shape = shape
        counts = -(-lists.sizes // layout.BLOCK)
        self.lasts = np.cumsum(counts) - 1
        self.firsts = self.lasts + 1 - counts
        block_in_list = np.arange(int(counts.sum())) - np.repeat(self.firsts, counts)
        self._from = np.repeat(offsets(lists.sizes), counts) + block_in_list * layout.BLOCK
        self._count = np.minimum(layout.BLOCK, np.repeat(np.cumsum(lists.sizes), counts) - self._from)
        self._most: Numbers = np.maximum.reduceat(lists.frequencies, self._from)
        self._first_of_list = block_in_list == 0
        self._layout()

    def _layout(self) -> None:
        """Compute the offset of every part of every block."""
        documents, count = self._lists.documents, self._count
        self._gap_stride = 3 if int(documents.max()) < 1 << 16 else 5
        weights = np.select(
            [self._most == 1, self._most <= LONGEST_SHORT], [np.ones_like(count), 5 + count], 2 + 5 * count
        )
        gaps = 2 + self._gap_stride * count
        sizes = 1 + gaps + weights + self._value_sizes() + 2
        before = np.where(self._first_of_list, 4, 0) + HEADER.itemsize
        self.ends: Numbers = np.cumsum(before + sizes)
        self.starts: Numbers = self.ends - before - sizes
        self.data = self.starts + before
        self._sizes = sizes
        self._weights_at = self.data + 1 + gaps
        self._values_at = self._weights_at + weights
        self._bytes: Bytes = np.zeros(int(self.ends[-1]), np.uint8)

    def _value_sizes(self) -> Numbers:
        if self._shape is Shape.EXISTENCE:
            return np.ones_like(self._count)
        if self._shape is Shape.FREQUENCY:
            return 5 + 4 * self._count
        positions = self._lists.positions
        self._position_stride = 3 if not len(positions) or int(positions.max()) < 1 << 16 else 5
        self._entries, self._gaps_in_entry = entry_sizes(self._lists.frequencies, self._position_stride)
        return 2 + np.add.reduceat(self._entries, self._from)

    def write_data(self) -> None:
        out, lists = self._bytes, self._lists
        block = np.repeat(np.arange(len(self._count)), self._count)
        within = np.arange(len(lists.documents)) - self._from[block]
        gaps = np.diff(lists.documents, prepend=0)
        gaps[self._from] = lists.documents[self._from]
        out[self.data] = ord("(")
        out[self.data + 1] = ord("(")
        self._write_numbers(self.data[block] + 2 + within * self._gap_stride, gaps, self._gap_stride)
        out[self._weights_at - 1] = ord("t")
        self._write_weights(block, within)
        if self._shape is Shape.EXISTENCE:
            out[self._values_at] = ord("N")
        elif self._shape is Shape.FREQUENCY:
            self._write_frequencies(block, within)
        else:
            self._write_positions(block)
        out[self.ends - 2] = ord("t")
        out[self.ends - 1] = ord(".")

    def _write_numbers(self, at: Numbers, numbers: Numbers, stride: int) -> None:
        """Write numbers of two bytes (M) or four (J), the least first."""
        out = self._bytes
        out[at] = ord("M" if stride == 3 else "J")
        for byte in range(1, stride):
            out[at + byte] = numbers >> (8 * (byte - 1)) & 255

    def _write_size(self, at: Numbers, sizes: Numbers) -> None:
        self._bytes[at] = ord("B")
        for byte in range(4):
            self._bytes[at + 1 + byte] = sizes >> (8 * byte) & 255

    def _write_weights(self, block: Numbers, within: Numbers) -> None:
        out, at, frequencies = self._bytes, self._weights_at, self._lists.frequencies
        out[at[self._most == 1]] = ord("N")
        some = (self._most > 1) & (self._most <= LONGEST_SHORT)
        self._write_size(at[some], self._count[some])
        chosen = some[block]
        out[at[block[chosen]] + 5 + within[chosen]] = frequencies[chosen]
        many = self._most > LONGEST_SHORT
        if many.any():
            out[at[many]] = ord("(")
            chosen = many[block]
            self._write_numbers(at[block[chosen]] + 1 + 5 * within[chosen], frequencies[chosen], 5)
            out[at[many] + 1 + 5 * self._count[many]] = ord("t")

    def _write_frequencies(self, block: Numbers, within: Numbers) -> None:
        self._write_size(self._values_at, 4 * self._count)
        values_at = self._values_at[block] + 5 + 4 * within
        for byte in range(4):
            values = self._lists.frequencies >> (24 - 8 * byte) & 255
            if values.any():
                self._bytes[values_at + byte] = values

    def _write_positions(self, block: Numbers) -> None:
        out, frequencies, positions = self._bytes, self._lists.frequencies, self._lists.positions
        out[self._values_at] = ord("(")
        out[self.ends - 3] = ord("t")
        starts = offsets(self._entries)
        at = starts + (self._values_at + 1 - starts[self._from])[block]
        self._write_entry_heads(at, frequencies)
        firsts = offsets(frequencies)
        gaps = np.diff(positions, prepend=0)
        gaps[firsts] = positions[firsts]
        stride = self._position_stride
        gaps_at = np.repeat(at + self._gaps_in_entry - stride * firsts, frequencies) + stride * np.arange(
            len(positions)
        )
        self._write_numbers(gaps_at, gaps, stride)
        out[at + self._entries - 2] = ord("t")
        out[at + self._entries - 1] = ord(".")

    def _write_entry_heads(self, at: Numbers, frequencies: Numbers) -> None:
        out, content = self._bytes, self._entries - self._gaps_in_entry + 5
        long = self._gaps_in_entry == 10
        out[at[~long]] = ord("C")
        out[at[~long] + 1] = content[~long]
        self._write_size(at[long], content[long])
        counts = at + self._gaps_in_entry - 5
        for byte in range(4):
            values = frequencies >> (24 - 8 * byte) & 255
            if values.any():
                out[counts + byte] = values
        out[counts + 4] = ord("(")

    def compress(self) -> tuple[list[bytes | memoryview], Numbers]:
        """Return the pieces of the file, and the number of bytes that compression saved in each block."""
        whole = self._bytes.data
        pieces: list[bytes | memoryview] = []
        saved = np.zeros_like(self._sizes)
        done = 0
        large = np.flatnonzero(self._sizes >= _COMPRESSED_FROM)
        rows = zip(large.tolist(), self.data[large].tolist(), self.ends[large].tolist(), strict=True)
        for number, start, end in rows:
            content = compress(whole[start:end])
            saved[number] = end - start - len(content)
            pieces += (whole[done:start], content)
            done = end
        pieces.append(whole[done:])
        self._compressed = large
        return pieces, saved

    def write_headers(self, byte_lengths: Bytes | None, saved: Numbers) -> None:
        lists = self._lists
        headers: NDArray[Any] = np.zeros(len(self._count), HEADER)
        for name, code in HEADER_CODES.items():
            headers[name] = code
        headers["length"] = HEADER.itemsize - 4 + self._sizes - saved
        headers["length"][self.lasts] *= -1
        headers["count"] = self._count
        headers["last"] = lists.documents[self._from + self._count - 1]
        headers["most"] = self._most
        headers["compression"][self._compressed] = LEVEL
        if byte_lengths is not None:
            headers["shortest"] = np.minimum.reduceat(byte_lengths, self._from)
            headers["longest"] = np.maximum.reduceat(byte_lengths, self._from)
        put_rows(self._bytes, self.data - HEADER.itemsize, headers.view(np.uint8).reshape(-1, HEADER.itemsize))
        magic = np.frombuffer(MAGIC, np.uint8)
        put_rows(self._bytes, self.starts[self._first_of_list], magic[np.newaxis, :])


def _byte_lengths(lists: Lists, lengths: Numbers | None) -> Bytes | None:
    """Return the length of each posting's document as Whoosh rounds it."""
    return None if lengths is None else length_bytes(lengths)[lists.documents]


def _term_infos(lists: Lists, lengths: Numbers | None, starts: Numbers, ends: Numbers) -> NDArray[Any]:
    firsts = offsets(lists.sizes)
    infos: NDArray[Any] = np.zeros(len(lists.sizes), TERM_INFO)
    infos["weight"] = np.add.reduceat(lists.frequencies, firsts)
    infos["documents"] = lists.sizes
    infos["most"] = np.maximum.reduceat(lists.frequencies, firsts)
    infos["first"] = lists.documents[firsts]
    infos["last"] = lists.documents[firsts + lists.sizes - 1]
    infos["offset"] = starts
    infos["length"] = ends - starts
    byte_lengths = _byte_lengths(lists, lengths)
    if byte_lengths is not None:
        infos["shortest"] = np.minimum.reduceat(byte_lengths, firsts)
        infos["longest"] = np.maximum.reduceat(byte_lengths, firsts)
    return infos
