"""Posting lists and columns of a Whoosh index as numpy arrays.

Whoosh's matchers step from posting to posting in Python; here each block is decoded at once, from the places where
:mod:`.blocks` puts everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Any, Final

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC

from searchapp.engines.whoosh_engine.layout import COLUMN_END, HEADER, TERM_INFO, Bytes, Numbers, entry_sizes, offsets
from searchapp.model import Deadline

__all__ = [
    "Frequencies",
    "Integers",
    "Postings",
    "column_values",
    "frequency_of",
    "numeric_column",
    "places_of",
    "read_postings",
    "terms_from",
]

Integers = NDArray[np.int32]
Frequencies = NDArray[np.float32]

# A block begins with its length; of its header, the count, the last document and whether the rest is compressed.
_LENGTH: Final = Struct("!i")
_HEADER: Final = Struct("<2xixi6xB")
_EXTENT: Final = Struct("!qi")
_EXTENT_AT: Final = TERM_INFO.itemsize - _EXTENT.size
_DOCUMENTS: Final = Struct("!I")
_DOCUMENTS_AT: Final = 5


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents of a term, rising, and its frequency in each."""

    documents: Integers
    frequencies: Frequencies

    def __len__(self) -> int:
        return len(self.documents)


@dataclass(frozen=True, slots=True)
class Block:
    """A decoded block; ``values`` is the place of its values in ``data``."""

    documents: Integers
    frequencies: Integers
    data: Bytes
    values: int

    def positions(self, chosen: NDArray[np.intp]) -> tuple[Numbers, Numbers]:
        """Return the positions of the ``chosen`` postings, one after the other, and how many each has."""
        start = self.values + 1
        gap_at = start + (2 if self.data[start] == ord("C") else 5) + 5
        stride = 3 if self.data[gap_at] == ord("M") else 5
        frequencies = self.frequencies.astype(np.int64)
        sizes, gaps_in_entry = entry_sizes(frequencies, stride)
        at = (start + offsets(sizes) + gaps_in_entry)[chosen]
        frequencies = frequencies[chosen]
        firsts = offsets(frequencies)
        places = np.repeat(at - stride * firsts, frequencies) + stride * np.arange(int(frequencies.sum()))
        gaps = np.zeros(len(places), np.int64)
        for byte in range(1, stride):
            gaps |= self.data[places + byte].astype(np.int64) << (8 * (byte - 1))
        sums = np.cumsum(gaps)
        return sums - np.repeat(sums[firsts] - gaps[firsts], frequencies), frequencies


def read_postings(leaves: list[tuple[Any, int]], field: str, term: bytes) -> Postings:
    """Return the postings of ``term`` over all segments; document numbers count through the generation."""
    documents: list[Integers] = [np.empty(0, np.int32)]
    frequencies: list[Frequencies] = [np.empty(0, np.float32)]
    for leaf, base in leaves:
        for block in _blocks(posting_list(leaf, field, term)):
            documents.append(block.documents + np.int32(base))
            frequencies.append(block.frequencies.astype(np.float32))
    return Postings(np.concatenate(documents), np.concatenate(frequencies))


def places_of(
    leaves: list[tuple[Any, int]], field: str, term: bytes, wanted: Integers, deadline: Deadline
) -> Numbers | None:
    """Return where ``term`` stands in the ``wanted`` documents, as document << 32 | position, rising.

    None when the time is over.
    """
    found: list[Numbers] = [np.empty(0, np.int64)]
    for leaf, base in leaves:
        near = wanted[np.searchsorted(wanted, base) : np.searchsorted(wanted, base + leaf.doc_count_all())] - base
        if len(near):
            for block in _blocks(posting_list(leaf, field, term), near):
                if deadline.passed():
                    return None
                chosen = np.flatnonzero(np.isin(block.documents, near, assume_unique=True))
                positions, frequencies = block.positions(chosen)
                documents = block.documents[chosen].astype(np.int64) + base
                found.append(np.repeat(documents << 32, frequencies) | positions)
    return np.concatenate(found)


def terms_from(leaf: Any, field: str, prefix: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the terms of a segment's field that begin with ``prefix``, with the number of their documents."""
    number = leaf._terms._fieldmap.get(field)
    if number is None:
        return
    start = leaf._terms._keycoder(field, prefix)
    for key, info in leaf._terms._tindex.items_from(start):
        if not key.startswith(start):
            break
        yield key[2:], _DOCUMENTS.unpack_from(info, _DOCUMENTS_AT)[0]


def numeric_column(leaf: Any, name: str) -> NDArray[Any]:
    """Return a numeric column of one segment, with its default where documents have no value."""
    column = leaf.schema[name].column_type
    count = leaf.doc_count_all()
    values = np.full(count, column._default, dtype=np.dtype(column._typecode))
    if leaf.has_column(name):
        reader = leaf.column_reader(name, translate=False)
        raw = reader._dbfile.get(reader._basepos, reader._count * values.itemsize)
        given = np.frombuffer(raw, dtype=values.dtype.newbyteorder(">"))
        values[: len(given)] = given
    return values


def column_values(leaf: Any, name: str) -> list[bytes]:
    """Return the values of a column of byte strings of one segment as they lie in the file, compressed."""
    file, start, size = leaf._perdoc._get_column_file(name)
    content = file.get(start, size)
    file.close()
    count = leaf.doc_count_all()
    tables = np.frombuffer(content, ">u4", 2 * count, size - len(COLUMN_END) - 8 * count).tolist()
    return [content[place : place + length] for length, place in zip(tables[:count], tables[count:], strict=True)]


def frequency_of(leaf: Any, field: str, term: bytes) -> int:
    """Return the number of documents of a segment that hold ``term``, deleted ones among them."""
    terms = leaf._terms
    try:
        place, _ = terms._range_for_key(field, term)
    except KeyError:
        return 0
    count: int = _DOCUMENTS.unpack(terms._dbfile.get(place + _DOCUMENTS_AT, _DOCUMENTS.size))[0]
    return count


def posting_list(leaf: Any, field: str, term: bytes) -> bytes:
    """Return the bytes of a posting list; none for an unknown term or field."""
    terms = leaf._terms
    try:
        place, _ = terms._range_for_key(field, term)
    except KeyError:
        return b""
    offset, length = _EXTENT.unpack(terms._dbfile.get(place + _EXTENT_AT, _EXTENT.size))
    content: bytes = terms._postfile.get(offset, length)
    return content


def _blocks(content: bytes, wanted: Integers | None = None) -> Iterator[Block]:
    """Yield the blocks of a posting list; with ``wanted``, those that may hold one of these documents."""
    place, before = len(WHOOSH3_HEADER_MAGIC), -1
    while place < len(content):
        (length,) = _LENGTH.unpack_from(content, place)
        count, last, compression = _HEADER.unpack_from(content, place + _LENGTH.size)
        start, place = place + HEADER.itemsize, place + _LENGTH.size + abs(length)
        if wanted is None or np.searchsorted(wanted, before, "right") < np.searchsorted(wanted, last, "right"):
            data = content[start:place]
            yield _decode(isal_zlib.decompress(data) if compression else data, count)
        before = last


def _decode(data: bytes, count: int) -> Block:
    array = np.frombuffer(data, np.uint8)
    gaps, at = _numbers(array, 2, count)
    documents = np.cumsum(gaps, dtype=np.int32)
    code = array[at + 1]
    if code == ord("N"):
        return Block(documents, np.ones(count, np.int32), array, at + 2)
    if code == ord("B"):
        weights = array[at + 6 : at + 6 + count].astype(np.int32)
        return Block(documents, weights, array, at + 6 + count)
    weights, at = _numbers(array, at + 2, count)
    return Block(documents, weights.astype(np.int32), array, at + 1)


def _numbers(array: Bytes, at: int, count: int) -> tuple[NDArray[Any], int]:
    """Return ``count`` pickled numbers from ``at`` on, and where they end."""
    stride = 3 if array[at] == ord("M") else 5
    end = at + stride * count
    rows = np.ascontiguousarray(array[at:end].reshape(count, stride)[:, 1:])
    return rows.view(f"<u{stride - 1}").ravel(), end
