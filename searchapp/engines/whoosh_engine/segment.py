"""A segment as one file: Whoosh's compound file of postings, terms and columns, written front to back.

Whoosh's own writers keep each of these in a temporary file first and copy them together at the end.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.blocks import encode
from searchapp.engines.whoosh_engine.layout import COLUMN_END, Lists, Numbers, Shape, length_bytes
from searchapp.engines.whoosh_engine.privates import W3Codec, length_column, segment_object
from searchapp.engines.whoosh_engine.term_dictionary import Dictionary

__all__ = ["SegmentFile", "packed"]

_HEAD: Final = Struct("!qi")
# ISA-L packs what zlib unpacks, as small as zlib's first level and three times as fast.
_COMPRESSION: Final = 1


def packed(value: bytes) -> bytes:
    """Return ``value`` as Whoosh's compressed columns hold it."""
    return isal_zlib.compress(value, _COMPRESSION)


class SegmentFile:
    """Writes the parts of a segment; a clean exit completes the file, an exception removes it."""

    def __init__(self, folder: Path, count: int) -> None:
        self.segment: Any = segment_object(count)
        self._path = folder / self.segment.make_filename(self.segment.COMPOUND_EXT)
        self._file = self._path.open("wb")
        self._file.write(bytes(_HEAD.size))
        self._parts: dict[str, dict[str, int]] = {}
        self._terms = Dictionary()
        self._postings = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._complete()
        self._file.close()
        if kind is not None:
            self._path.unlink(missing_ok=True)

    def add_field(self, name: str, terms: Sequence[bytes], lists: Lists, shape: Shape, lengths: Numbers | None) -> None:
        """Add the posting lists of a field; fields come first, in the order of their names."""
        encoded = encode(lists, shape, lengths, self._postings)
        for piece in encoded.pieces:
            self._file.write(piece)
        self._postings += encoded.size
        self._terms.add(name, terms, encoded.infos)

    def end_fields(self) -> None:
        """Add the dictionary."""
        self._note(W3Codec.POSTS_EXT, _HEAD.size, self._postings)
        start = self._file.tell()
        self._note(W3Codec.TERMS_EXT, start, self._terms.write(self._file))

    def add_lengths(self, field: str, lengths: Numbers) -> None:
        self._add_column(length_column(field), [length_bytes(lengths).tobytes()])
        self.segment._fieldlengths[field] = int(lengths.sum())

    def add_numbers(self, name: str, numbers: NDArray[Any]) -> None:
        """Add a column of numbers, one a document."""
        self._add_column(name, [numbers.astype(numbers.dtype.newbyteorder(">")).tobytes()])

    def add_values(self, name: str, values: Sequence[bytes]) -> None:
        """Add a column of byte strings, one a document: the values, their sizes and places, and how wide those are."""
        sizes = np.fromiter(map(len, values), np.int64, len(values))
        places = np.cumsum(sizes) - sizes
        tables = [numbers.astype(">u4").tobytes() for numbers in (sizes, places)]
        self._add_column(name, [*values, *tables, COLUMN_END])

    def _add_column(self, name: str, pieces: Iterable[bytes]) -> None:
        start = self._file.tell()
        self._file.writelines(pieces)
        self._note(f".{name}{W3Codec.COLUMN_EXT}", start, self._file.tell() - start)

    def _note(self, extension: str, start: int, size: int) -> None:
        self._parts[self.segment.make_filename(extension)] = {"offset": start, "length": size}

    def _complete(self) -> None:
        start = self._file.tell()
        pickle.dump(self._parts, self._file)
        pickle.dump({}, self._file)
        size = self._file.tell() - start
        self._file.seek(0)
        self._file.write(_HEAD.pack(start, size))
