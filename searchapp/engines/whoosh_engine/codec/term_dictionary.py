"""The terms file of a segment: Whoosh's ordered hash file (filetables.py), written and read.

Keys (number of the field, term) and values (TERM_INFO) stand one after the other in the order of the keys; 256 hash
tables and an index of the keys' offsets follow. Whoosh hashes by MD5 unless the file says otherwise; ours says CRC-32,
which costs a tenth. The writer spells the whole file with numpy; the reader compares every offset with the file.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from hashlib import md5
from itertools import repeat
from struct import Struct
from typing import Any, BinaryIO, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec.byte_arrays import put_rows, read_big_endian
from searchapp.engines.whoosh_engine.codec.layout import TERM_INFO, WIDTHS, Numbers, offsets
from searchapp.engines.whoosh_engine.codec.malformed_index import require
from searchapp.engines.whoosh_engine.codec.pickles import read_pickle

__all__ = ["DictionaryReader", "DictionaryWriter"]

# The file begins with a magic, the number of its hash and eight unused bytes; it ends with the size of a pickle.
_MAGIC: Final = b"HSH3"
_CRC32: Final = 1
_START: Final = _MAGIC + bytes([_CRC32]) + bytes(8)
_FIRST: Final = len(_START)
_EXTRAS_SIZE: Final = Struct("!i")
_FIELD: Final = Struct("!H")
# Before each entry the sizes of its key and value.
_SIZES: Final = np.dtype([("key", ">i4"), ("value", ">i4")])
_UNPACK_SIZES: Final = Struct("!ii")
_HEAD: Final = _UNPACK_SIZES.size
_KEY: Final = _HEAD + _FIELD.size
_TABLES: Final = 256
_TABLE: Final = np.dtype([("offset", ">i8"), ("slots", ">i4")])
_SLOT: Final = np.dtype([("hash", ">u4"), ("offset", ">i8")])
_UNPACK_SLOT: Final = Struct("!Iq")
_SLOT_SIZE: Final = _UNPACK_SLOT.size
# Half of a table is free: a few steps find a term or a gap. Where a table was made to be slow, the keys are searched.
_MAX_PROBES: Final = 1000


class DictionaryWriter:
    """Takes the fields one by one, each with its terms in byte order, and writes the file at the end."""

    def __init__(self) -> None:
        self._fields: dict[str, int] = {}
        self._pieces: list[bytes] = [_START]
        self._size = _FIRST
        self._entry_offsets: list[Numbers] = []
        self._hashes: list[Numbers] = []

    def add(self, field: str, terms: Sequence[bytes], infos: NDArray[Any]) -> None:
        number = _FIELD.pack(self._fields.setdefault(field, len(self._fields)))
        if not terms:
            return
        lengths = np.fromiter(map(len, terms), np.int64, len(terms))
        entry_offsets = offsets(_KEY + lengths + TERM_INFO.itemsize)
        out = np.empty(int(entry_offsets[-1] + _KEY + lengths[-1] + TERM_INFO.itemsize), np.uint8)
        heads = np.zeros(len(terms), [("sizes", _SIZES), ("field", f"S{len(number)}")])
        heads["sizes"]["key"] = lengths + len(number)
        heads["sizes"]["value"] = TERM_INFO.itemsize
        rows = heads.view(np.uint8).reshape(len(terms), -1)
        rows[:, _HEAD:] = np.frombuffer(number, np.uint8)
        put_rows(out, entry_offsets, rows)
        text = np.frombuffer(b"".join(terms), np.uint8)
        out[np.repeat(entry_offsets + _KEY - offsets(lengths), lengths) + np.arange(len(text))] = text
        put_rows(out, entry_offsets + _KEY + lengths, infos.view(np.uint8).reshape(len(terms), -1))
        self._pieces.append(out.tobytes())
        self._entry_offsets.append(entry_offsets + self._size)
        self._hashes.append(np.fromiter(map(crc32, terms, repeat(crc32(number))), np.int64, len(terms)))
        self._size += len(out)

    def write(self, file: BinaryIO) -> int:
        """Write the whole file and return its size."""
        entry_offsets = np.concatenate([np.empty(0, np.int64), *self._entry_offsets])
        hashes = np.concatenate([np.empty(0, np.int64), *self._hashes])
        extras = pickle.dumps({"fieldmap": self._fields, "indextype": "q", "indexlen": len(entry_offsets)}, 2)
        extras += entry_offsets.astype(">i8").tobytes()
        tables = _tables(hashes, entry_offsets, self._size)
        return sum(map(file.write, (*self._pieces, *tables, extras, _EXTRAS_SIZE.pack(len(extras)))))


def _tables(hashes: Numbers, entry_offsets: Numbers, start: int) -> list[bytes]:
    """Return the hash tables, which begin at ``start`` of the file, and the directory of them."""
    numbers = hashes % _TABLES
    order = np.argsort(numbers, kind="stable")
    parts = np.split(order, np.searchsorted(numbers[order], np.arange(1, _TABLES)))
    directory: NDArray[Any] = np.zeros(_TABLES, _TABLE)
    tables: list[bytes] = []
    for number, part in enumerate(parts):
        directory[number] = (start, 2 * len(part))
        tables.append(_table(hashes[part], entry_offsets[part]).tobytes())
        start += len(tables[-1])
    return [*tables, directory.tobytes()]


def _table(hashes: Numbers, entry_offsets: Numbers) -> NDArray[Any]:
    """Return a table with twice as many slots as entries: each in the first free slot from its own on, round the end.

    Entries that come in the order of their slots take the larger of their own and the one after the entry before.
    """
    slots = 2 * len(hashes)
    table: NDArray[Any] = np.zeros(slots, _SLOT)
    if not slots:
        return table
    first_slots = (hashes >> 8) % slots
    order = np.argsort(first_slots, kind="stable")
    steps = np.arange(len(order))
    taken = np.maximum.accumulate(first_slots[order] - steps) + steps
    inside = taken < slots
    table["hash"][taken[inside]] = hashes[order[inside]]
    table["offset"][taken[inside]] = entry_offsets[order[inside]]
    free = iter(np.flatnonzero(table["offset"] == 0).tolist())
    for entry in order[~inside].tolist():
        table[next(free)] = (hashes[entry], entry_offsets[entry])
    return table


def _md5(key: bytes) -> int:
    return int.from_bytes(md5(key, usedforsecurity=False).digest()[-4:], "big")


# Whoosh writes the first, we the second.
_HASHES: Final[dict[int, Callable[[bytes], int]]] = {0: _md5, _CRC32: crc32}


class DictionaryReader:
    """Finds terms by their hash, or by their order. Every method raises what malformed bytes make raise."""

    def __init__(self, data: memoryview) -> None:
        require(bytes(data[: len(_MAGIC)]) == _MAGIC, "it does not begin as a dictionary")
        self._data = data
        self._hash = _HASHES[data[len(_MAGIC)]]
        extras_at = len(data) - _EXTRAS_SIZE.size - _EXTRAS_SIZE.unpack_from(data, len(data) - _EXTRAS_SIZE.size)[0]
        extras, index_at = read_pickle(data, extras_at)
        self._fields: dict[str, int] = extras["fieldmap"]
        require(
            all(type(name) is str and type(number) is int for name, number in self._fields.items()),
            "its fields have no numbers",
        )
        self._index: NDArray[Any] = np.frombuffer(data, WIDTHS[extras["indextype"]], extras["indexlen"], index_at)
        require(
            index_at + self._index.nbytes + _EXTRAS_SIZE.size == len(data), "its index has another size than it says"
        )
        directory_at = extras_at - _TABLES * _TABLE.itemsize
        tables = np.frombuffer(data, _TABLE, _TABLES, directory_at)
        self._tables: list[tuple[int, int]] = list(
            zip(tables["offset"].tolist(), tables["slots"].tolist(), strict=True)
        )
        self._end = self._tables[0][0]
        for offset, slots in self._tables:
            require(offset >= _FIRST and slots >= 0, "a table of hashes lies outside of it")
            require(offset + slots * _SLOT_SIZE <= directory_at, "a table of hashes lies outside of it")

    def find(self, field: str, term: bytes) -> int | None:
        """Return the offset of the term info of a term; None for an unknown term or field."""
        number = self._fields.get(field)
        if number is None:
            return None
        data, key = self._data, _FIELD.pack(number) + term
        hashed = self._hash(key)
        start, slots = self._tables[hashed & 255]
        for step in range(min(slots, _MAX_PROBES)):
            slot_hash, offset = _UNPACK_SLOT.unpack_from(data, start + _SLOT_SIZE * (((hashed >> 8) + step) % slots))
            if not offset:
                return None
            if slot_hash == hashed:
                end = self._end_of_key(offset)
                if data[offset + _HEAD : end] == key:
                    return end
        return self._find_in_order(key) if slots > _MAX_PROBES else None

    def _find_in_order(self, key: bytes) -> int | None:
        rank = self._rank(key)
        if rank == len(self._index):
            return None
        offset = int(self._index[rank])
        end = self._end_of_key(offset)
        return end if self._data[offset + _HEAD : end] == key else None

    def terms_from(self, field: str, prefix: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield the terms of a field that begin with ``prefix``, with the offset of the term info of each."""
        number = self._fields.get(field)
        if number is None:
            return
        start = _FIELD.pack(number) + prefix
        for rank in range(self._rank(start), len(self._index)):
            offset = int(self._index[rank])
            end = self._end_of_key(offset)
            key = bytes(self._data[offset + _HEAD : end])
            if not key.startswith(start):
                break
            yield key[_FIELD.size :], end

    def of_field(self, field: str) -> tuple[list[bytes], NDArray[Any]]:
        """Return the terms of a field in byte order, and their term infos."""
        number = self._fields.get(field)
        if number is None:
            return [], np.empty(0, TERM_INFO)
        ranks = slice(self._rank(_FIELD.pack(number)), self._rank(_FIELD.pack(number + 1)))
        entry_offsets = self._index[ranks].astype(np.int64)
        if not len(entry_offsets):
            return [], np.empty(0, TERM_INFO)
        require(entry_offsets.min() >= _FIRST and entry_offsets.max() + _KEY <= self._end, "a term lies outside of it")
        array = np.frombuffer(self._data, np.uint8)
        key_sizes = read_big_endian(array, entry_offsets, 4)
        ends = entry_offsets + _HEAD + key_sizes
        require((key_sizes >= _FIELD.size).all(), "a term has no field")
        require(ends.max() + TERM_INFO.itemsize <= self._end, "a term lies outside of it")
        require(
            (read_big_endian(array, entry_offsets + 4, 4) == TERM_INFO.itemsize).all(), "a term has no posting list"
        )
        require((read_big_endian(array, entry_offsets + _HEAD, 2) == number).all(), "the terms are not in order")
        content = bytes(self._data[: self._end])
        terms = [content[start:end] for start, end in zip((entry_offsets + _KEY).tolist(), ends.tolist(), strict=True)]
        rows = array[ends[:, np.newaxis] + np.arange(TERM_INFO.itemsize)]
        return terms, rows.view(TERM_INFO).ravel()

    def _rank(self, key: bytes) -> int:
        """Return the number of keys before ``key``."""
        low, high = 0, len(self._index)
        while low < high:
            middle = (low + high) // 2
            offset = int(self._index[middle])
            if bytes(self._data[offset + _HEAD : self._end_of_key(offset)]) < key:
                low = middle + 1
            else:
                high = middle
        return low

    def _end_of_key(self, offset: int) -> int:
        """Return the offset at which the key of the entry at ``offset`` ends and its value begins."""
        require(offset >= _FIRST, "a term lies outside of it")
        size, value_size = _UNPACK_SIZES.unpack_from(self._data, offset)
        end: int = offset + _HEAD + size
        require(size >= 0 and end + value_size <= self._end, "a term lies outside of it")
        require(value_size == TERM_INFO.itemsize, "a term has no posting list")
        return end
