"""A segment, read: terms, posting lists, columns and articles, each by its module of :mod:`.codec`.

What the file says is compared with what it can be. What cannot be raises IndexDamaged, which names the file and the
part, so that a search may read an index of unknown origin, whatever its digests say.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from struct import Struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec.columns import ByteColumn, decode_article, decode_numbers
from searchapp.engines.whoosh_engine.codec.field_decoder import read_lists
from searchapp.engines.whoosh_engine.codec.index_files import map_file, read_directory, read_toc
from searchapp.engines.whoosh_engine.codec.layout import Lists, Numbers, Shape, offsets
from searchapp.engines.whoosh_engine.codec.library import COLUMNS, POSTINGS, TERMS, file_of
from searchapp.engines.whoosh_engine.codec.malformed_index import MALFORMED, damaged, reading, require
from searchapp.engines.whoosh_engine.codec.posting_decoder import Integers, Postings, blocks_of
from searchapp.engines.whoosh_engine.codec.term_dictionary import DictionaryReader
from searchapp.engines.whoosh_engine.schema import STORED
from searchapp.model import Article, Deadline

__all__ = ["Leaves", "SegmentReader", "open_segments", "read_positions", "read_postings"]

_INFO: Final = Struct(">BfIBBfIIqi")
_DOCUMENTS: Final = Struct(">5xI")


class SegmentReader:
    """One segment, its files mapped; ``segment`` is Whoosh's object for it. Methods raise IndexDamaged."""

    def __init__(self, folder: Path, segment: Any) -> None:
        self.segment = segment
        self.count: int = segment.doc_count_all()
        self.file: str = file_of(segment)
        self._columns: dict[str, ByteColumn] = {}
        with reading(self.file, "the directory"):
            self._parts = read_directory(map_file(folder / self.file))
            self._postings = self._part(POSTINGS)
        with reading(self.file, "the dictionary"):
            self._terms = DictionaryReader(self._part(TERMS))
        with reading(self.file, STORED):  # each document has one, so that no number of documents is beyond the file
            self._byte_column(STORED)

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        alive = np.ones(self.count, dtype=bool)
        alive[list(self.segment.deleted_docs())] = False
        return alive

    # Terms

    def terms_from(self, field: str, prefix: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield the terms of a field that begin with ``prefix``, with the number of their documents."""
        with reading(self.file, "the dictionary"):
            for term, info_at in self._terms.terms_from(field, prefix):
                yield term, _DOCUMENTS.unpack_from(self._parts[self._name(TERMS)], info_at)[0]

    def document_frequencies(self, field: str) -> tuple[list[bytes], list[int]]:
        """Return the terms of a field in byte order, and how many live documents hold each."""
        with reading(self.file, f"the field {field}"):
            terms, infos = self._terms.of_field(field)
            if not terms or self.alive.all():
                return terms, infos["documents"].tolist()
            lists = read_lists(self._postings, infos, self.count, Shape.EXISTENCE)
            alive = self.alive[lists.documents].astype(np.int64)
            live: list[int] = np.add.reduceat(alive, offsets(lists.sizes)).tolist()
            return terms, live

    def document_frequency(self, field: str, term: bytes) -> int:
        """Return the number of documents that hold ``term``, deleted ones among them."""
        with reading(self.file, "the dictionary"):
            info_at = self._terms.find(field, term)
            if info_at is None:
                return 0
            count: int = _DOCUMENTS.unpack_from(self._parts[self._name(TERMS)], info_at)[0]
            return count

    def field(self, field: str, shape: Shape) -> tuple[list[bytes], Lists]:
        """Return the terms of a field in byte order and their posting lists, deleted documents among them."""
        with reading(self.file, f"the field {field}"):
            terms, infos = self._terms.of_field(field)
            return terms, read_lists(self._postings, infos, self.count, shape)

    # Posting lists

    def posting_list(self, field: str, term: bytes) -> memoryview:
        """Return the bytes of a posting list; none for an unknown term or field."""
        info_at = self._terms.find(field, term)
        if info_at is None:
            return memoryview(b"")
        inlined, _, _, _, _, _, _, _, offset, length = _INFO.unpack_from(self._parts[self._name(TERMS)], info_at)
        require(
            not inlined and offset >= 0 and 0 < length <= len(self._postings) - offset, "a term has no posting list"
        )
        return self._postings[offset : offset + length]

    # Columns

    def numbers(self, name: str) -> NDArray[Any]:
        """Return a column of numbers, with its default where documents have no value."""
        with reading(self.file, name):
            return decode_numbers(name, self._parts.get(self._name(f".{name}{COLUMNS}"), b""), self.count)

    def packed_values(self, name: str) -> list[bytes]:
        """Return the values of a column of byte strings as they lie in the file, packed."""
        with reading(self.file, name):
            return self._byte_column(name).packed()

    def value(self, name: str, document: int) -> bytes:
        """Return a document's value in a column of byte strings."""
        with reading(self.file, name):
            return self._byte_column(name).value(document)

    def article(self, document: int) -> Article:
        """Return a stored article."""
        with reading(self.file, STORED):
            return decode_article(self._byte_column(STORED).value(document))

    def _byte_column(self, name: str) -> ByteColumn:
        if name not in self._columns:
            self._columns[name] = ByteColumn(self._part(f".{name}{COLUMNS}"), self.count)
        return self._columns[name]

    def _part(self, extension: str) -> memoryview:
        return self._parts[self._name(extension)]

    def _name(self, extension: str) -> str:
        name: str = self.segment.make_filename(extension)
        return name


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
    documents: list[Integers] = [np.empty(0, np.int32)]
    frequencies: list[NDArray[np.float32]] = [np.empty(0, np.float32)]
    for leaf, base in leaves:
        try:
            for block in blocks_of(leaf.posting_list(field, term), leaf.count):
                documents.append(block.documents + np.int32(base))
                frequencies.append(block.frequencies.astype(np.float32))
        except MALFORMED as error:
            raise damaged(leaf.file, f"a posting list of {field}", error) from error
    return Postings(np.concatenate(documents), np.concatenate(frequencies))


def read_positions(leaves: Leaves, field: str, term: bytes, documents: Integers, deadline: Deadline) -> Numbers | None:
    """Return the positions of ``term`` in ``documents`` as document << 32 | position, rising.

    None when the time is over.
    """
    pieces: list[Numbers] = [np.empty(0, np.int64)]
    for leaf, base in leaves:
        own = documents[np.searchsorted(documents, base) : np.searchsorted(documents, base + leaf.count)] - base
        if not len(own):
            continue
        try:
            for block in blocks_of(leaf.posting_list(field, term), leaf.count, own):
                if deadline.passed():
                    return None
                chosen = np.flatnonzero(np.isin(block.documents, own, assume_unique=True))
                positions, frequencies = block.positions(chosen)
                numbers = block.documents[chosen].astype(np.int64) + base
                pieces.append(np.repeat(numbers << 32, frequencies) | positions)
        except MALFORMED as error:
            raise damaged(leaf.file, f"a posting list of {field}", error) from error
    return np.concatenate(pieces)
