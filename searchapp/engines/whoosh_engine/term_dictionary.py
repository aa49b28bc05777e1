"""The terms file of a segment, written in one go: Whoosh's ordered hash file (filetables.py), spelled by numpy.

Keys and values stand one after the other in the order of the keys; 256 hash tables and an index of the keys' places
follow. Whoosh hashes by MD5 unless the file says otherwise; ours says CRC-32, which costs a tenth.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from itertools import repeat
from struct import Struct
from typing import Any, BinaryIO, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.layout import TERM_INFO, Numbers, offsets

__all__ = ["Dictionary"]

_START: Final = b"HSH3" + b"\1" + bytes(8)
_FIELD: Final = Struct("!H")
_TABLES: Final = 256
_SLOT: Final = np.dtype([("hash", ">u4"), ("place", ">i8")])
_TABLE: Final = np.dtype([("place", ">i8"), ("slots", ">i4")])
_SIZES: Final = np.dtype([("key", ">i4"), ("value", ">i4")])


class Dictionary:
    """Takes the fields one by one, each with its terms in byte order, and writes the file at the end."""

    def __init__(self) -> None:
        self._fields: dict[str, int] = {}
        self._pieces: list[bytes] = [_START]
        self._size = len(_START)
        self._places: list[Numbers] = []
        self._hashes: list[Numbers] = []

    def add(self, field: str, terms: Sequence[bytes], infos: NDArray[Any]) -> None:
        number = _FIELD.pack(self._fields.setdefault(field, len(self._fields)))
        if not terms:
            return
        lengths = np.fromiter(map(len, terms), np.int64, len(terms))
        before = _SIZES.itemsize + len(number)
        places = offsets(before + lengths + TERM_INFO.itemsize)
        out = np.empty(int(places[-1] + before + lengths[-1] + TERM_INFO.itemsize), np.uint8)
        heads = np.zeros(len(terms), [("sizes", _SIZES), ("field", f"S{len(number)}")])
        heads["sizes"]["key"] = lengths + len(number)
        heads["sizes"]["value"] = TERM_INFO.itemsize
        rows = heads.view(np.uint8).reshape(len(terms), -1)
        rows[:, _SIZES.itemsize :] = np.frombuffer(number, np.uint8)
        _put(out, places, rows)
        text = np.frombuffer(b"".join(terms), np.uint8)
        out[np.repeat(places + before - offsets(lengths), lengths) + np.arange(len(text))] = text
        _put(out, places + before + lengths, infos.view(np.uint8).reshape(len(terms), -1))
        self._pieces.append(out.tobytes())
        self._places.append(places + self._size)
        self._hashes.append(np.fromiter(map(crc32, terms, repeat(crc32(number))), np.int64, len(terms)))
        self._size += len(out)

    def write(self, file: BinaryIO) -> int:
        """Write the whole file and return its size."""
        places = np.concatenate([np.empty(0, np.int64), *self._places])
        hashes = np.concatenate([np.empty(0, np.int64), *self._hashes])
        extras = pickle.dumps({"fieldmap": self._fields, "indextype": "q", "indexlen": len(places)}, 2)
        extras += places.astype(">i8").tobytes()
        tables = _tables(hashes, places, self._size)
        return sum(map(file.write, (*self._pieces, *tables, extras, Struct("!i").pack(len(extras)))))


def _put(out: NDArray[np.uint8], places: Numbers, rows: NDArray[np.uint8]) -> None:
    out[places[:, np.newaxis] + np.arange(rows.shape[1])] = rows


def _tables(hashes: Numbers, places: Numbers, start: int) -> list[bytes]:
    """Return the hash tables, which begin at ``start`` of the file, and the directory of them."""
    numbers = hashes % _TABLES
    order = np.argsort(numbers, kind="stable")
    parts = np.split(order, np.searchsorted(numbers[order], np.arange(1, _TABLES)))
    directory: NDArray[Any] = np.zeros(_TABLES, _TABLE)
    tables: list[bytes] = []
    for number, part in enumerate(parts):
        directory[number] = (start, 2 * len(part))
        tables.append(_table(hashes[part], places[part]).tobytes())
        start += len(tables[-1])
    return [*tables, directory.tobytes()]


def _table(hashes: Numbers, places: Numbers) -> NDArray[Any]:
    """Return a table with twice as many slots as entries: each in the first free slot from its own on, round the end.

    Entries that come in the order of their slots take the larger of their own and the one after the entry before.
    """
    slots = 2 * len(hashes)
    table: NDArray[Any] = np.zeros(slots, _SLOT)
    if not slots:
        return table
    wanted = (hashes >> 8) % slots
    order = np.argsort(wanted, kind="stable")
    steps = np.arange(len(order))
    taken = np.maximum.accumulate(wanted[order] - steps) + steps
    inside = taken < slots
    table["hash"][taken[inside]] = hashes[order[inside]]
    table["place"][taken[inside]] = places[order[inside]]
    free = iter(np.flatnonzero(table["place"] == 0).tolist())
    for entry in order[~inside].tolist():
        table[next(free)] = (hashes[entry], places[entry])
    return table
