"""The columns of a segment, written and read: one value a document, numbers or byte strings, and the stored articles.

A column of numbers is an array of one width; documents beyond its end have the default. A column of byte strings has
the packed values, a table of their sizes, perhaps one of their offsets, the widths of the tables, and with two tables a
mark that there are two.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.days import LAST_DAY
from searchapp.engines.stored_form import from_stored, from_values
from searchapp.engines.whoosh_engine.codec.compression import compress
from searchapp.engines.whoosh_engine.codec.layout import WIDTHS, offsets
from searchapp.engines.whoosh_engine.codec.malformed_index import require, unpacked
from searchapp.engines.whoosh_engine.codec.pickles import read_pickle
from searchapp.engines.whoosh_engine.schema import ARTICLE, DAY, KEY, LENGTH, NO_DATE, TIMESTAMP
from searchapp.model import Article

__all__ = [
    "ByteColumn",
    "decode_article",
    "decode_numbers",
    "encode_article",
    "encode_numbers",
    "encode_values",
    "pack_value",
]

_NUMERIC: Final[dict[str, tuple[str, int]]] = {
    KEY: (">i8", 0),
    TIMESTAMP: (">i8", NO_DATE),
    DAY: (">u4", 0),
    LENGTH: (">u4", 0),
}
_TWO_TABLES: Final = "X"
_WIDTH: Final = "I"
# The stored fields of a document: a pickle of {ARTICLE: JSON}, spelled so that the JSON has a fixed offset.
_STORED_HEAD: Final = b"\x80\x04}\x8c" + bytes([len(ARTICLE)]) + ARTICLE.encode() + b"X"
_STORED_END: Final = b"s."
_SIZE: Final = Struct("<I")


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


def pack_value(value: bytes) -> bytes:
    """Return ``value`` as a column of byte strings holds it; nothing stays nothing."""
    return compress(value) if value else b""


def encode_values(values: Sequence[bytes]) -> list[bytes]:
    """Return the pieces of a column of packed byte strings."""
    sizes = np.fromiter(map(len, values), np.int64, len(values))
    tables = [numbers.astype(WIDTHS[_WIDTH]).tobytes() for numbers in (sizes, offsets(sizes))]
    return [*values, *tables, (2 * _WIDTH + _TWO_TABLES).encode()]


class ByteColumn:
    """A column of byte strings, its tables checked; raises what malformed bytes make raise."""

    def __init__(self, data: memoryview, count: int) -> None:
        self._data = data
        end = len(data) - 1
        starts: NDArray[Any] | None = None
        width = chr(data[end])
        if width == _TWO_TABLES:
            end -= 2
            width, offset_width = chr(data[end]), chr(data[end + 1])
            end -= count * np.dtype(WIDTHS[offset_width]).itemsize
            require(end >= 0, "it has fewer values than there are documents")
            starts = np.frombuffer(data, WIDTHS[offset_width], count, end)
        end -= count * np.dtype(WIDTHS[width]).itemsize
        require(end >= 0, "it has fewer values than there are documents")
        self._sizes: NDArray[Any] = np.frombuffer(data, WIDTHS[width], count, end)
        wide = self._sizes.astype(np.int64)
        expected = offsets(wide)
        require(not count or wide.min() >= 0, "a value has no size")
        require(int(wide.sum()) == end, "its values have another size than it says")
        require(starts is None or (starts == expected).all(), "its values lie elsewhere than it says")
        self._starts: NDArray[Any] = expected if starts is None else starts

    def packed(self) -> list[bytes]:
        """Return all values as they lie in the file."""
        rows = zip(self._starts.tolist(), self._sizes.tolist(), strict=True)
        return [bytes(self._data[start : start + size]) for start, size in rows]

    def value(self, document: int) -> bytes:
        start, size = int(self._starts[document]), int(self._sizes[document])
        return unpacked(self._data[start : start + size]) if size else b""


def encode_article(article: bytes) -> bytes:
    """Return the stored fields of a document, for Whoosh too: an article as JSON."""
    return b"".join((_STORED_HEAD, _SIZE.pack(len(article)), article, _STORED_END))


def decode_article(data: bytes) -> Article:
    """Return the article of stored fields; raises what malformed bytes make raise."""
    start = len(_STORED_HEAD) + _SIZE.size
    if data.startswith(_STORED_HEAD) and data.endswith(_STORED_END):
        (size,) = _SIZE.unpack_from(data, len(_STORED_HEAD))
        if start + size + len(_STORED_END) == len(data):
            return from_stored(data[start : start + size])
    fields, end = read_pickle(data)
    require(end == len(data) and type(fields) is dict, "a document has no stored fields")
    if type(fields.get(ARTICLE)) is str:
        return from_stored(fields[ARTICLE].encode())
    return from_values(fields)  # as generations before schema 4 have it
