"""The dictionary of a segment, read: Whoosh's ordered hash file (:mod:`.dictionary` writes it)."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Callable, Iterator
from hashlib import md5
from struct import Struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.layout import TERM_INFO, Bytes, Numbers
from searchapp.engines.whoosh_engine.malformed_index import require
from searchapp.engines.whoosh_engine.pickles import read_pickle

__all__ = ["TermsFile"]

_MAGIC: Final = b"HSH3"
_START: Final = len(_MAGIC) + 1 + 8
_END: Final = Struct("!i")
_FIELD: Final = Struct("!H")
_SIZES: Final = Struct("!ii")
_KEY: Final = _SIZES.size + _FIELD.size
_SLOT: Final = Struct("!Iq")
_TABLES: Final = 256
# Half of a table is free: a few steps find a term or a gap. In one that was made to be slow, the order is asked.
_MOST_STEPS: Final = 1000
_TABLE: Final = np.dtype([("place", ">i8"), ("slots", ">i4")])
# Places of keys are as wide as the last of them needs.
_WIDTHS: Final = {"B": "u1", "H": ">u2", "i": ">i4", "I": ">u4", "q": ">i8"}


def _md5(key: bytes) -> int:
    return int.from_bytes(md5(key, usedforsecurity=False).digest()[-4:], "big")


# Whoosh writes the first, we the second.
_HASHES: Final[dict[int, Callable[[bytes], int]]] = {0: _md5, 1: crc32}


class TermsFile:
    """Finds terms by their hash, or by their order. Every method raises what malformed bytes make raise."""

    def __init__(self, data: memoryview) -> None:
        require(bytes(data[: len(_MAGIC)]) == _MAGIC, "it does not begin as a dictionary")
        self._data = data
        self._hash = _HASHES[data[len(_MAGIC)]]
        extras_at = len(data) - _END.size - _END.unpack_from(data, len(data) - _END.size)[0]
        extras, index_at = read_pickle(data, extras_at)
        self._fields: dict[str, int] = extras["fieldmap"]
        require(
            all(type(name) is str and type(number) is int for name, number in self._fields.items()),
            "its fields have no numbers",
        )
        self._index: NDArray[Any] = np.frombuffer(data, _WIDTHS[extras["indextype"]], extras["indexlen"], index_at)
        require(index_at + self._index.nbytes + _END.size == len(data), "its index has another size than it says")
        directory_at = extras_at - _TABLES * _TABLE.itemsize
        tables = np.frombuffer(data, _TABLE, _TABLES, directory_at)
        self._tables: list[tuple[int, int]] = list(zip(tables["place"].tolist(), tables["slots"].tolist(), strict=True))
        self._end = self._tables[0][0]
        for place, slots in self._tables:
            require(place >= _START and slots >= 0, "a table of hashes lies outside of it")
            require(place + slots * _SLOT.size <= directory_at, "a table of hashes lies outside of it")

    def find(self, field: str, term: bytes) -> int | None:
        """Return the place of what the dictionary says of a term."""
        number = self._fields.get(field)
        if number is None:
            return None
        data, key = self._data, _FIELD.pack(number) + term
        hashed = self._hash(key)
        start, slots = self._tables[hashed & 255]
        for step in range(min(slots, _MOST_STEPS)):
            slot_hash, place = _SLOT.unpack_from(data, start + _SLOT.size * (((hashed >> 8) + step) % slots))
            if not place:
                return None
            if slot_hash == hashed:
                end = self._end_of_key(place)
                if data[place + _SIZES.size : end] == key:
                    return end
        return self._find_in_order(key) if slots > _MOST_STEPS else None

    def _find_in_order(self, key: bytes) -> int | None:
        rank = self._rank(key)
        if rank == len(self._index):
            return None
        place = int(self._index[rank])
        end = self._end_of_key(place)
        return end if self._data[place + _SIZES.size : end] == key else None

    def terms_from(self, field: str, prefix: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield the terms of a field that begin with ``prefix``, with the place of what is said of each."""
        number = self._fields.get(field)
        if number is None:
            return
        start = _FIELD.pack(number) + prefix
        for rank in range(self._rank(start), len(self._index)):
            place = int(self._index[rank])
            end = self._end_of_key(place)
            key = bytes(self._data[place + _SIZES.size : end])
            if not key.startswith(start):
                break
            yield key[_FIELD.size :], end

    def of_field(self, field: str) -> tuple[list[bytes], NDArray[Any]]:
        """Return the terms of a field in byte order, and what the dictionary says of each."""
        number = self._fields.get(field)
        if number is None:
            return [], np.empty(0, TERM_INFO)
        ranks = slice(self._rank(_FIELD.pack(number)), self._rank(_FIELD.pack(number + 1)))
        places = self._index[ranks].astype(np.int64)
        if not len(places):
            return [], np.empty(0, TERM_INFO)
        require(places.min() >= _START and places.max() + _KEY <= self._end, "a term lies outside of it")
        array = np.frombuffer(self._data, np.uint8)
        key_sizes = _big_endian(array, places, 4)
        ends = places + _SIZES.size + key_sizes
        require((key_sizes >= _FIELD.size).all(), "a term has no field")
        require(ends.max() + TERM_INFO.itemsize <= self._end, "a term lies outside of it")
        require((_big_endian(array, places + 4, 4) == TERM_INFO.itemsize).all(), "a term has no posting list")
        require((_big_endian(array, places + _SIZES.size, 2) == number).all(), "the terms are not in order")
        content = bytes(self._data[: self._end])
        terms = [content[start:end] for start, end in zip((places + _KEY).tolist(), ends.tolist(), strict=True)]
        rows = array[ends[:, np.newaxis] + np.arange(TERM_INFO.itemsize)]
        return terms, rows.view(TERM_INFO).ravel()

    def _rank(self, key: bytes) -> int:
        """Return how many keys come before ``key``."""
        low, high = 0, len(self._index)
        while low < high:
            middle = (low + high) // 2
            place = int(self._index[middle])
            if bytes(self._data[place + _SIZES.size : self._end_of_key(place)]) < key:
                low = middle + 1
            else:
                high = middle
        return low

    def _end_of_key(self, place: int) -> int:
        """Return where the key at ``place`` ends, and its value begins."""
        require(place >= _START, "a term lies outside of it")
        size, value_size = _SIZES.unpack_from(self._data, place)
        end: int = place + _SIZES.size + size
        require(size >= 0 and end + value_size <= self._end, "a term lies outside of it")
        require(value_size == TERM_INFO.itemsize, "a term has no posting list")
        return end


def _big_endian(content: Bytes, places: Numbers, width: int) -> Numbers:
    numbers = np.zeros(len(places), np.int64)
    for byte in range(width):
        numbers = numbers << 8 | content[places + byte]
    return numbers
