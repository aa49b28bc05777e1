"""Posting lists and columns of a Whoosh index as numpy arrays.

Whoosh's matchers step from posting to posting in Python; here each block is decoded at once. This module alone
knows the insides of Whoosh's codec (W3, stable since 2012).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.reading import TermNotFound

__all__ = ["Frequencies", "Integers", "Postings", "numeric_column", "positions_of", "read_postings", "terms_from"]

Integers = NDArray[np.int32]
Frequencies = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents of a term, rising, and its frequency in each."""

    documents: Integers
    frequencies: Frequencies

    def __len__(self) -> int:
        return len(self.documents)


def read_postings(leaves: list[tuple[Any, int]], field: str, term: bytes) -> Postings:
    """Return the postings of ``term`` over all segments; document numbers count through the generation."""
    documents: list[Integers] = []
    frequencies: list[Frequencies] = []
    for leaf, base in leaves:
        for matcher in _blocks(leaf, field, term):
            gaps, weights = matcher._data[0], matcher._data[1]
            documents.append(np.cumsum(np.array(gaps, dtype=np.int32), dtype=np.int32) + np.int32(base))
            frequencies.append(
                np.array(weights, dtype=np.float32)
                if isinstance(weights, tuple)
                else np.full(len(gaps), 1.0 if weights is None else weights, dtype=np.float32)
            )
    if not documents:
        return Postings(np.empty(0, np.int32), np.empty(0, np.float32))
    return Postings(np.concatenate(documents), np.concatenate(frequencies))


def positions_of(leaves: list[tuple[Any, int]], field: str, term: bytes, wanted: Integers) -> list[list[int]]:
    """Return the positions of ``term`` in each of the ``wanted`` documents, which all hold it."""
    found: list[list[int]] = []
    for leaf, base in leaves:
        decode = leaf.schema[field].format.decode_positions
        for matcher in _blocks(leaf, field, term):
            documents = np.cumsum(np.array(matcher._data[0], dtype=np.int32), dtype=np.int32) + np.int32(base)
            values = matcher._data[2]
            found.extend(decode(values[place]) for place in np.flatnonzero(np.isin(documents, wanted)).tolist())
    return found


def terms_from(leaf: Any, field: str, prefix: bytes, limit: int) -> dict[bytes, int]:
    """Return the first ``limit`` terms of a segment's field that begin with ``prefix``, with document frequencies."""
    found: dict[bytes, int] = {}
    if field in leaf._terms.indexed_field_names():
        for (name, term), info in leaf._terms.items_from(field, prefix):
            if name != field or not term.startswith(prefix) or len(found) == limit:
                break
            found[term] = info.doc_frequency()
    return found


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


def _blocks(leaf: Any, field: str, term: bytes) -> Iterator[Any]:
    """Step a matcher from block to block; ``_data`` then holds (gaps, weights, values)."""
    try:
        matcher = leaf._terms.matcher(field, term, leaf.schema[field].format)
    except (TermNotFound, KeyError):
        return
    while True:
        matcher._read_data()
        yield matcher
        if matcher._lastblock:
            return
        matcher._next_block()
