"""The columns of a segment, written and read: one value a document, numbers or byte strings.

A column of numbers is an array of one width; documents beyond its end have the default. A column of byte strings has
blocks of values that are packed together, since articles are alike, and then an index::

    blocks    sizes of the values in it (four bytes each), the values; packed where that makes it smaller
    index     of each block its first document and its size in bytes (doubled, plus 1 if packed)
    count     blocks
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise
from struct import Struct, unpack_from
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.compression import compress
from searchapp.engines.days import LAST_DAY
from searchapp.engines.whoosh_engine.codec.malformed_index import require, unpacked
from searchapp.engines.whoosh_engine.schema import DAY, KEY, LENGTH, NO_DATE, TIMESTAMP

__all__ = ["ByteColumn", "ByteColumnWriter", "decode_numbers", "encode_numbers"]

_NUMERIC: Final[dict[str, tuple[str, int]]] = {
    KEY: (">i8", 0),
    TIMESTAMP: (">i8", NO_DATE),
    DAY: (">u4", 0),
    LENGTH: (">u4", 0),
}
_INDEX: Final = np.dtype([("first", "<u4"), ("size", "<u4")])
_COUNT: Final = Struct("<I")
_SIZE: Final = np.dtype("<u4")
# A block that deflate makes hardly smaller is read faster as it is.
_WORTHWHILE: Final = 0.95


def encode_numbers(numbers: NDArray[Any]) -> bytes:
    """Return the bytes of a column of numbers."""
    return numbers.astype(numbers.dtype.newbyteorder(">")).tobytes()


def decode_numbers(name: str, data: bytes | memoryview, count: int) -> NDArray[Any]:
    """Return the numbers of ``count`` documents; raises Malformed."""
    width, default = _NUMERIC[name]
    values = np.full(count, default, dtype=np.dtype(width).newbyteorder("="))
    written = np.frombuffer(data, width)
    require(len(written) <= count, "it has more values than there are documents")
    require(name != DAY or not len(written) or written.max() <= LAST_DAY, "it has days beyond the year 9999")
    values[: len(written)] = written
    return values


class ByteColumnWriter:
    """Takes the values of a column one by one and packs them in blocks of at least ``block`` bytes, but the last."""

    def __init__(self, block: int) -> None:
        self._block = block
        self._count = self._size = 0
        self._values: list[bytes] = []
        self._index: list[tuple[int, int]] = []
        self._blocks: list[bytes] = []

    def append(self, value: bytes) -> None:
        self._values.append(value)
        self._size += len(value)
        if self._size >= self._block:
            self._close_block()

    def pieces(self) -> list[bytes]:
        """Return the column, to be written piece by piece."""
        if self._values:
            self._close_block()
        return [*self._blocks, np.array(self._index, _INDEX).tobytes(), _COUNT.pack(len(self._index))]

    def _close_block(self) -> None:
        sizes = np.fromiter(map(len, self._values), _SIZE, len(self._values))
        plain = b"".join((sizes.tobytes(), *self._values))
        packed = compress(plain)
        is_packed = len(packed) < _WORTHWHILE * len(plain)
        self._blocks.append(packed if is_packed else plain)
        self._index.append((self._count, 2 * len(self._blocks[-1]) + is_packed))
        self._count += len(self._values)
        self._values, self._size = [], 0


class ByteColumn:
    """A column of byte strings, its index checked; raises what malformed bytes make raise."""

    def __init__(self, data: memoryview, count: int) -> None:
        (blocks,) = _COUNT.unpack_from(data, len(data) - _COUNT.size)
        end = len(data) - _COUNT.size - blocks * _INDEX.itemsize
        require(end >= 0, "it has fewer blocks than it says")
        index = np.frombuffer(data, _INDEX, blocks, end)
        self._data = data
        sizes = index["size"].astype(np.int64) >> 1
        ends = np.cumsum(sizes)
        firsts = np.append(index["first"].astype(np.int64), count)
        require(firsts[0] == 0 and (np.diff(firsts) > 0).all(), "its blocks have no documents")
        require(int(sizes.sum()) == end, "its blocks have another size than it says")
        # As lists: a search reads the features of a hundred documents, and numpy takes microseconds for one number.
        self._firsts: list[int] = firsts.tolist()
        self._extents: list[tuple[int, int]] = list(zip((ends - sizes).tolist(), ends.tolist(), strict=True))
        self._is_packed: list[int] = (index["size"] & 1).tolist()
        self._latest: tuple[int, list[bytes]] = (-1, [])

    def values(self) -> Iterator[bytes]:
        """Yield the values of all documents."""
        for block in range(len(self._extents)):
            yield from self._read(block)

    def value(self, document: int) -> bytes:
        block = bisect_right(self._firsts, document) - 1
        number = document - self._firsts[block]
        if not self._is_packed[block]:
            return self._slice(block, number)
        latest, values = self._latest
        if latest != block:
            values = self._read(block)
            self._latest = block, values
        return values[number]

    def _slice(self, block: int, number: int) -> bytes:
        """Return one value of a block that is not packed, without reading the others."""
        start, end = self._extents[block]
        *before, size = unpack_from(f"<{number + 1}I", self._data, start)
        start += (self._firsts[block + 1] - self._firsts[block]) * _SIZE.itemsize + sum(before)
        require(start + size <= end, "its values have another size than it says")
        return bytes(self._data[start : start + size])

    def _read(self, block: int) -> list[bytes]:
        start, end = self._extents[block]
        content = unpacked(self._data[start:end]) if self._is_packed[block] else bytes(self._data[start:end])
        count = self._firsts[block + 1] - self._firsts[block]
        require(count * _SIZE.itemsize <= len(content), "it has more values than there is room for")
        ends = list(accumulate(unpack_from(f"<{count}I", content), initial=count * _SIZE.itemsize))
        require(ends[-1] == len(content), "its values have another size than it says")
        return [content[start:end] for start, end in pairwise(ends)]
