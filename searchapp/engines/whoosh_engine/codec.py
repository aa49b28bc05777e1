"""A segment, read: the one place where the bytes of an index become terms, posting lists, columns and articles.

Everything that is read is compared with what it can be: places and sizes with the file, documents with the segment,
types with the port. What cannot be raises IndexDamaged, which names the file and the part. So whoever searches need not
fear an index that comes from elsewhere, whatever its digests say.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from struct import Struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.days import LAST_DAY
from searchapp.engines.stored_form import from_json, from_values
from searchapp.engines.whoosh_engine.fields import read_lists
from searchapp.engines.whoosh_engine.layout import Lists, Numbers, Shape, offsets
from searchapp.engines.whoosh_engine.malformed_index import MALFORMED, damaged, reading, require, unpacked
from searchapp.engines.whoosh_engine.pickles import read_pickle
from searchapp.engines.whoosh_engine.postings import Integers, Postings, blocks_of
from searchapp.engines.whoosh_engine.privates import W3Codec
from searchapp.engines.whoosh_engine.schema import ARTICLE, DAY, LENGTH, NO_DATE, STORED, TIMESTAMP
from searchapp.engines.whoosh_engine.storage import map_file, read_directory, read_toc
from searchapp.engines.whoosh_engine.terms import TermsFile
from searchapp.model import Article, Deadline

__all__ = ["Leaves", "SegmentReader", "open_segments", "places_of", "read_postings", "stored_bytes"]

_INFO: Final = Struct(">BfIBBfIIqi")
_DOCUMENTS: Final = Struct(">5xI")
# Widths in the tables of a column of byte strings, as Whoosh writes them.
_WIDTHS: Final = {"B": "u1", "H": ">u2", "i": ">i4", "I": ">u4", "q": ">i8"}
_NUMERIC: Final[dict[str, tuple[str, int]]] = {TIMESTAMP: (">i8", NO_DATE), DAY: (">u4", 0), LENGTH: (">u4", 0)}
# The stored fields of a document: a pickle of {ARTICLE: JSON}, spelled so that the JSON has a fixed place.
_STORED_HEAD: Final = b"\x80\x04}\x8c" + bytes([len(ARTICLE)]) + ARTICLE.encode() + b"X"
_STORED_END: Final = b"s."
_SIZE: Final = Struct("<I")


def stored_bytes(article: bytes) -> bytes:
    """Return the stored fields of a document, for Whoosh too: an article as JSON."""
    return b"".join((_STORED_HEAD, _SIZE.pack(len(article)), article, _STORED_END))


class SegmentReader:
    """One segment, its files mapped; ``segment`` is Whoosh's object for it. Methods raise IndexDamaged."""

    def __init__(self, folder: Path, segment: Any) -> None:
        self.segment = segment
        self.count: int = segment.doc_count_all()
        self.file: str = segment.make_filename(segment.COMPOUND_EXT)
        self._columns: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
        with reading(self.file, "the directory"):
            self._parts = read_directory(map_file(folder / self.file))
            self._postings = self._part(W3Codec.POSTS_EXT)
        with reading(self.file, "the dictionary"):
            self._terms = TermsFile(self._part(W3Codec.TERMS_EXT))
        with reading(self.file, STORED):  # each document has one, so that no number of documents is beyond the file
            self._table(STORED)

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        alive = np.ones(self.count, dtype=bool)
        alive[list(self.segment.deleted_docs())] = False
        return alive

    # Terms

    def terms_from(self, field: str, prefix: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield the terms of a field that begin with ``prefix``, with the number of their documents."""
        with reading(self.file, "the dictionary"):
            for term, place in self._terms.terms_from(field, prefix):
                yield term, _DOCUMENTS.unpack_from(self._parts[self._name(W3Codec.TERMS_EXT)], place)[0]

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
            place = self._terms.find(field, term)
            if place is None:
                return 0
            count: int = _DOCUMENTS.unpack_from(self._parts[self._name(W3Codec.TERMS_EXT)], place)[0]
            return count

    def field(self, field: str, shape: Shape) -> tuple[list[bytes], Lists]:
        """Return the terms of a field in byte order and their posting lists, deleted documents among them."""
        with reading(self.file, f"the field {field}"):
            terms, infos = self._terms.of_field(field)
            return terms, read_lists(self._postings, infos, self.count, shape)

    # Posting lists

    def posting_list(self, field: str, term: bytes) -> memoryview:
        """Return the bytes of a posting list; none for an unknown term or field."""
        place = self._terms.find(field, term)
        if place is None:
            return memoryview(b"")
        inlined, _, _, _, _, _, _, _, offset, length = _INFO.unpack_from(
            self._parts[self._name(W3Codec.TERMS_EXT)], place
        )
        require(
            not inlined and offset >= 0 and 0 < length <= len(self._postings) - offset, "a term has no posting list"
        )
        return self._postings[offset : offset + length]

    # Columns

    def numbers(self, name: str) -> NDArray[Any]:
        """Return a column of numbers, with its default where documents have no value."""
        with reading(self.file, name):
            width, default = _NUMERIC[name]
            values = np.full(self.count, default, dtype=np.dtype(width).newbyteorder("="))
            given = np.frombuffer(self._parts.get(self._name(f".{name}{W3Codec.COLUMN_EXT}"), b""), width)
            require(len(given) <= self.count, "it has more values than there are documents")
            require(name != DAY or not len(given) or given.max() <= LAST_DAY, "it has days beyond the year 9999")
            values[: len(given)] = given
            return values

    def packed_values(self, name: str) -> list[bytes]:
        """Return the values of a column of byte strings as they lie in the file, packed."""
        with reading(self.file, name):
            starts, sizes = self._table(name)
            data = self._column(name)
            rows = zip(starts.tolist(), sizes.tolist(), strict=True)
            return [bytes(data[start : start + size]) for start, size in rows]

    def text(self, name: str, document: int) -> str:
        """Return a document's value in a column of texts."""
        with reading(self.file, name):
            return self._value(name, document).decode()

    def article(self, document: int) -> Article:
        """Return a stored article."""
        with reading(self.file, STORED):
            data = self._value(STORED, document)
            start = len(_STORED_HEAD) + _SIZE.size
            if data.startswith(_STORED_HEAD) and data.endswith(_STORED_END):
                (size,) = _SIZE.unpack_from(data, len(_STORED_HEAD))
                if start + size + len(_STORED_END) == len(data):
                    return from_json(data[start : start + size])
            fields, end = read_pickle(data)
            require(end == len(data) and type(fields) is dict, "a document has no stored fields")
            if type(fields.get(ARTICLE)) is str:
                return from_json(fields[ARTICLE].encode())
            return from_values(fields)  # as generations before schema 4 have it

    def _value(self, name: str, document: int) -> bytes:
        starts, sizes = self._table(name)
        start, size = int(starts[document]), int(sizes[document])
        return unpacked(self._column(name)[start : start + size]) if size else b""

    def _table(self, name: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return where the values of a column of byte strings begin and how long they are; compared once."""
        if name in self._columns:
            return self._columns[name]
        data = self._column(name)
        end = len(data) - 1
        starts: NDArray[Any] | None = None
        width = chr(data[end])
        if width == "X":  # then the places are there too
            end -= 2
            width, place_width = chr(data[end]), chr(data[end + 1])
            end -= self.count * np.dtype(_WIDTHS[place_width]).itemsize
            require(end >= 0, "it has fewer values than there are documents")
            starts = np.frombuffer(data, _WIDTHS[place_width], self.count, end)
        end -= self.count * np.dtype(_WIDTHS[width]).itemsize
        require(end >= 0, "it has fewer values than there are documents")
        sizes: NDArray[Any] = np.frombuffer(data, _WIDTHS[width], self.count, end)
        wide = sizes.astype(np.int64)
        expected = offsets(wide)
        require(not self.count or wide.min() >= 0, "a value has no size")
        require(int(wide.sum()) == end, "its values have another size than it says")
        require(starts is None or (starts == expected).all(), "its values lie elsewhere than it says")
        self._columns[name] = (expected if starts is None else starts), sizes
        return self._columns[name]

    def _column(self, name: str) -> memoryview:
        return self._part(f".{name}{W3Codec.COLUMN_EXT}")

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


def places_of(leaves: Leaves, field: str, term: bytes, wanted: Integers, deadline: Deadline) -> Numbers | None:
    """Return where ``term`` stands in the ``wanted`` documents, as document << 32 | position, rising.

    None when the time is over.
    """
    found: list[Numbers] = [np.empty(0, np.int64)]
    for leaf, base in leaves:
        near = wanted[np.searchsorted(wanted, base) : np.searchsorted(wanted, base + leaf.count)] - base
        if not len(near):
            continue
        try:
            for block in blocks_of(leaf.posting_list(field, term), leaf.count, near):
                if deadline.passed():
                    return None
                chosen = np.flatnonzero(np.isin(block.documents, near, assume_unique=True))
                positions, frequencies = block.positions(chosen)
                documents = block.documents[chosen].astype(np.int64) + base
                found.append(np.repeat(documents << 32, frequencies) | positions)
        except MALFORMED as error:
            raise damaged(leaf.file, f"a posting list of {field}", error) from error
    return np.concatenate(found)
