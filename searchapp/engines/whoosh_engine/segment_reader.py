"""A segment, read: terms, posting lists, columns and articles, each by its module of :mod:`.codec`.

What the file says is compared with what it can be. What cannot be raises IndexDamaged, which names the file and the
part, so that a search may read an index of unknown origin, whatever its digests say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.stored_form import from_stored
from searchapp.engines.whoosh_engine.codec.columns import ByteColumn, decode_numbers
from searchapp.engines.whoosh_engine.codec.index_files import (
    COLUMN,
    DICTIONARY,
    LISTS,
    map_file,
    read_directory,
    read_toc,
)
from searchapp.engines.whoosh_engine.codec.layout import Integers, Lists, Numbers, Postings, Shape, offsets, within
from searchapp.engines.whoosh_engine.codec.malformed_index import MALFORMED, damaged, reading, require
from searchapp.engines.whoosh_engine.codec.posting_lists import EncodedList, decode_lists
from searchapp.engines.whoosh_engine.codec.segment import Segment
from searchapp.engines.whoosh_engine.codec.term_dictionary import DictionaryReader, TermInfo, TermInfos
from searchapp.engines.whoosh_engine.matches import contained
from searchapp.engines.whoosh_engine.schema import RERANK_FEATURES, SHAPES, STORED
from searchapp.model import Article, Deadline

__all__ = ["Leaves", "SegmentReader", "open_segments", "read_positions", "read_postings"]

# Documents whose positions are decoded at a time: some tens of milliseconds for the most frequent words.
_RUN: Final = 1 << 17


class SegmentReader:
    """One segment, its file mapped. Methods raise IndexDamaged."""

    def __init__(self, folder: Path, segment: Segment) -> None:
        self.segment = segment
        self.count = segment.count
        self.file = segment.file
        with reading(self.file, "the directory"):
            self._parts = read_directory(map_file(folder / self.file))
        self._dictionaries: dict[str, DictionaryReader] = {}
        for name in SHAPES:
            with reading(self.file, f"the dictionary of {name}"):
                if name + DICTIONARY in self._parts:
                    self._dictionaries[name] = DictionaryReader(self._parts[name + DICTIONARY])
        self._columns: dict[str, ByteColumn] = {}
        for name in (STORED, RERANK_FEATURES):
            with reading(self.file, name):
                self._columns[name] = ByteColumn(self._parts[name + COLUMN], self.count)

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        alive = np.ones(self.count, dtype=bool)
        alive[list(self.segment.deleted)] = False
        return alive

    # Terms

    def terms_from(self, field: str, prefix: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield the terms of a field that begin with ``prefix``, with the number of their documents."""
        if field in self._dictionaries:
            with reading(self.file, f"the dictionary of {field}"):
                for term, info in self._dictionaries[field].terms_from(prefix):
                    yield term, info.documents

    def document_frequencies(self, field: str) -> tuple[list[bytes], list[int]]:
        """Return the terms of a field in byte order, and how many live documents hold each."""
        with reading(self.file, f"the field {field}"):
            terms, infos = self._terms(field)
            if not terms or self.alive.all():
                return terms, infos.documents.tolist()
            lists = self._lists(field, infos)
            alive = self.alive[lists.documents].astype(np.int64)
            live: list[int] = np.add.reduceat(alive, offsets(lists.sizes)).tolist()
            return terms, live

    def document_frequency(self, field: str, term: bytes) -> int:
        """Return the number of documents that hold ``term``, deleted ones among them."""
        with reading(self.file, f"the dictionary of {field}"):
            info = self._find(field, term)
            return info.documents if info else 0

    def field(self, field: str) -> tuple[list[bytes], Lists]:
        """Return the terms of a field in byte order and their posting lists, deleted documents among them."""
        with reading(self.file, f"the field {field}"):
            terms, infos = self._terms(field)
            return terms, self._lists(field, infos)

    def posting_list(self, field: str, term: bytes) -> EncodedList | None:
        """Return the bytes of a posting list; None for an unknown term or field."""
        info = self._find(field, term)
        if info is None:
            return None
        lists = self._parts[field + LISTS]
        require(0 < info.size <= len(lists) - info.offset, "a posting list lies outside of its file")
        return EncodedList(lists[info.offset : info.offset + info.size], info.documents, info.is_packed)

    def _find(self, field: str, term: bytes) -> TermInfo | None:
        return self._dictionaries[field].find(term) if field in self._dictionaries else None

    def _terms(self, field: str) -> tuple[list[bytes], TermInfos]:
        if field in self._dictionaries:
            return self._dictionaries[field].all()
        none = np.empty(0, np.int64)
        return [], TermInfos(none, none, np.empty(0, np.bool_))

    def _lists(self, field: str, infos: TermInfos) -> Lists:
        content = self._parts.get(field + LISTS, memoryview(b""))
        require(int(infos.sizes.sum()) == len(content), "the posting lists have another size than they say")
        starts, ends = offsets(infos.sizes), np.cumsum(infos.sizes)
        rows = zip(starts.tolist(), ends.tolist(), infos.documents.tolist(), infos.is_packed.tolist(), strict=True)
        encoded = [EncodedList(content[start:end], documents, packed) for start, end, documents, packed in rows]
        return decode_lists(encoded, np.full(len(encoded), self.count), SHAPES[field])

    # Columns

    def numbers(self, name: str) -> NDArray[Any]:
        """Return a column of numbers, with its default where documents have no value."""
        with reading(self.file, name):
            return decode_numbers(name, self._parts.get(name + COLUMN, b""), self.count)

    def values(self, name: str) -> Iterator[bytes]:
        """Yield the values of a column of byte strings."""
        with reading(self.file, name):
            yield from self._columns[name].values()

    def value(self, name: str, document: int) -> bytes:
        """Return a document's value in a column of byte strings."""
        with reading(self.file, name):
            return self._columns[name].value(document)

    def article(self, document: int) -> Article:
        """Return a stored article."""
        with reading(self.file, STORED):
            return from_stored(self._columns[STORED].value(document))


Leaves = list[tuple[SegmentReader, int]]
"""Segments, each with the number of its first document in the generation."""


def open_segments(folder: Path) -> Leaves:
    """Return the segments of an index; raises IndexDamaged."""
    leaves: Leaves = []
    base = 0
    for segment in read_toc(folder):
        leaves.append((SegmentReader(folder, segment), base))
        base += leaves[-1][0].count
    with reading("TOC", "the table of contents"):
        require(base < 1 << 31, "it has more documents than an index can hold")
    return leaves


def read_postings(leaves: Leaves, field: str, term: bytes) -> Postings:
    """Return the postings of ``term`` over all segments; document numbers count through the generation."""
    lists = _decode(leaves, field, term)
    return Postings(lists.documents.astype(np.int32), lists.frequencies.astype(np.float32))


def read_positions(leaves: Leaves, field: str, term: bytes, documents: Integers, deadline: Deadline) -> Numbers | None:
    """Return the positions of ``term`` in ``documents`` as document << 32 | position, rising.

    None when the time is over.
    """
    pieces: list[Numbers] = [np.empty(0, np.int64)]
    for some in _runs(leaves, documents):
        if deadline.passed():
            return None
        lists = _decode(some, field, term)
        chosen = np.flatnonzero(contained(documents, lists.documents.astype(np.int32)))
        frequencies = lists.frequencies[chosen]
        positions = lists.positions[within(offsets(lists.frequencies)[chosen], frequencies)]
        pieces.append(np.repeat(lists.documents[chosen] << 32, frequencies) | positions)
    return np.concatenate(pieces)


def _runs(leaves: Leaves, documents: Integers) -> Iterator[Leaves]:
    """Yield the segments that hold ``documents``, some at a time: their lists are decoded together."""
    run: Leaves = []
    for leaf, base in leaves:
        first, end = np.searchsorted(documents, (base, base + leaf.count))
        if first < end:
            run.append((leaf, base))
        if run and base + leaf.count - run[0][1] > _RUN:
            yield run
            run = []
    if run:
        yield run


def _decode(leaves: Leaves, field: str, term: bytes) -> Lists:
    """Return the posting lists of a term in these segments; document numbers count through the generation."""
    found: list[tuple[EncodedList, SegmentReader, int]] = []
    for leaf, base in leaves:
        with reading(leaf.file, f"a posting list of {field}"):
            if encoded := leaf.posting_list(field, term):
                found.append((encoded, leaf, base))
    lists = _decode_together(field, found)
    bases = np.fromiter((base for _, _, base in found), np.int64, len(found))
    return replace(lists, documents=lists.documents + np.repeat(bases, lists.sizes))


def _decode_together(field: str, found: list[tuple[EncodedList, SegmentReader, int]]) -> Lists:
    """Return posting lists of several segments; decoding them one by one would take many times as long."""
    limits = np.fromiter((leaf.count for _, leaf, _ in found), np.int64, len(found))
    try:
        return decode_lists([encoded for encoded, _, _ in found], limits, SHAPES.get(field, Shape.EXISTENCE))
    except MALFORMED as error:
        if len(found) == 1:
            raise damaged(found[0][1].file, f"a posting list of {field}", error) from error
    for one in found:  # to name the file
        _decode_together(field, [one])
    raise AssertionError("lists that can be read one by one can be read together")
