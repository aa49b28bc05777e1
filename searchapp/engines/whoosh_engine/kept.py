"""What a reader keeps of its generation: decoded posting lists within a bound, columns, facets, statistics.

Each is read once, when first asked for. Numbers of documents count the deleted ones too, as Whoosh does; everything
that is counted or averaged leaves them out, so that a generation grown by changes scores as one built afresh.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.port import BM25_B, BM25_K1
from searchapp.engines.whoosh_engine.layout import Numbers
from searchapp.engines.whoosh_engine.postings import (
    Integers,
    Postings,
    numeric_column,
    places_of,
    read_postings,
    terms_from,
)
from searchapp.engines.whoosh_engine.schema import DAY, EVIDENCE, LENGTH, TIMESTAMP
from searchapp.schema import FACET_FIELDS

__all__ = ["Facet", "Kept"]

# Postings kept decoded: at 8 bytes each, 64 MB at most.
_KEPT_POSTINGS: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a facet field, and those of each document: ``values[starts[n]:starts[n + 1]]`` for number n."""

    names: tuple[str, ...]
    starts: NDArray[np.int64]
    values: Integers


class Kept:
    """One open generation. Not safe to share between threads: :class:`.WhooshReader` holds its lock around it."""

    def __init__(self, reader: Any) -> None:
        self.size: int = reader.doc_count_all()
        self.live: int = reader.doc_count()
        self.leaves: list[tuple[Any, int]] = reader.leaf_readers() if self.size else []
        self._postings: OrderedDict[tuple[str, bytes], Postings] = OrderedDict()
        self._postings_size = 0
        self._facets: dict[str, Facet] = {}

    def postings(self, field: str, term: str) -> Postings:
        """Return the live documents that hold ``term``."""
        key = (field, term.encode("utf-8", "replace"))
        if key in self._postings:
            self._postings.move_to_end(key)
            return self._postings[key]
        postings = self._live(read_postings(self.leaves, *key))
        self._postings[key] = postings
        self._postings_size += len(postings) + 100
        while self._postings_size > _KEPT_POSTINGS:
            self._postings_size -= len(self._postings.popitem(last=False)[1]) + 100
        return postings

    def places(self, field: str, term: str, documents: Integers) -> Numbers:
        """Return where ``term`` stands in ``documents``, which all hold it: document << 32 | position, rising."""
        return places_of(self.leaves, field, term.encode("utf-8", "replace"), documents)

    def every(self) -> Integers:
        """Return all live documents."""
        return np.flatnonzero(self.alive).astype(np.int32)

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        alive = np.ones(self.size, dtype=bool)
        for leaf, base in self.leaves:
            alive[[base + number for number in leaf.segment().deleted_docs()]] = False
        return alive

    @cached_property
    def timestamps(self) -> NDArray[np.int64]:
        return self._column(TIMESTAMP)

    @cached_property
    def days(self) -> NDArray[np.uint32]:
        return self._column(DAY)

    @cached_property
    def norms(self) -> NDArray[np.float32]:
        """k1 (1 - b + b length / average length) of each document."""
        lengths = self._column(LENGTH)
        average = int(lengths[self.alive].sum(dtype=np.int64)) / max(self.live, 1) or 1.0
        return (BM25_K1 * (1 - BM25_B + BM25_B * lengths / average)).astype(np.float32)

    @cached_property
    def evidence(self) -> list[Any]:
        """Of each segment, the column of evidence."""
        return [leaf.column_reader(EVIDENCE, translate=False) for leaf, _ in self.leaves]

    def facet(self, name: str) -> Facet:
        if name not in self._facets:
            self._facets[name] = self._read_facet(name)
        return self._facets[name]

    def _read_facet(self, name: str) -> Facet:
        found = {value for leaf, _ in self.leaves for value, _ in terms_from(leaf, name, b"")}
        names = tuple(sorted(value.decode() for value in found if name in FACET_FIELDS))
        lists = [read_postings(self.leaves, name, value.encode()).documents for value in names]
        documents = np.concatenate([np.empty(0, np.int32), *lists])
        values = np.repeat(np.arange(len(names), dtype=np.int32), [len(entries) for entries in lists])
        order = np.argsort(documents, kind="stable")
        starts = np.searchsorted(documents[order], np.arange(self.size + 1))
        return Facet(names, starts, values[order])

    def _live(self, postings: Postings) -> Postings:
        if self.live == self.size:
            return postings
        alive = self.alive[postings.documents]
        return Postings(postings.documents[alive], postings.frequencies[alive])

    def _column(self, name: str) -> NDArray[Any]:
        parts = [numeric_column(leaf, name) for leaf, _ in self.leaves]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)
