"""A segment as one file, written front to back: posting lists and dictionary of each field, then the columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec.columns import ByteColumnWriter, encode_numbers
from searchapp.engines.whoosh_engine.codec.index_files import (
    COLUMN,
    DICTIONARY,
    DIRECTORY_HEAD,
    LISTS,
    write_directory,
)
from searchapp.engines.whoosh_engine.codec.layout import Lists, Shape
from searchapp.engines.whoosh_engine.codec.posting_lists import encode_lists
from searchapp.engines.whoosh_engine.codec.segment import Segment
from searchapp.engines.whoosh_engine.codec.term_dictionary import encode_dictionary

__all__ = ["SegmentWriter", "features_column", "stored_column"]

# In bytes. Articles are alike: fifteen or so packed together take four fifths of what they take one by one, and are
# unpacked in 50 microseconds. The features of a hundred articles are read for each search, and are next to random: a
# block has a few, unpacked.
_STORED_BLOCK: Final = 32_000
_FEATURES_BLOCK: Final = 3_000


def stored_column() -> ByteColumnWriter:
    return ByteColumnWriter(_STORED_BLOCK)


def features_column() -> ByteColumnWriter:
    return ByteColumnWriter(_FEATURES_BLOCK)


class SegmentWriter:
    """Writes the parts of a segment; a clean exit completes the file, an exception removes it."""

    def __init__(self, folder: Path, count: int) -> None:
        self.segment = Segment(count)
        self._path = folder / self.segment.file
        self._file = self._path.open("wb")
        self._file.write(bytes(DIRECTORY_HEAD.size))
        self._parts: dict[str, dict[str, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            write_directory(self._file, self._parts)
        self._file.close()
        if kind is not None:
            self._path.unlink(missing_ok=True)

    def add_field(self, name: str, terms: Sequence[bytes], lists: Lists, shape: Shape) -> None:
        """Add the posting lists of a field and its dictionary; a field without terms has neither."""
        if terms:
            encoded = encode_lists(lists, shape)
            self._add(name + LISTS, encoded.pieces)
            self._add(name + DICTIONARY, encode_dictionary(terms, lists.sizes, encoded))
        if shape is not Shape.EXISTENCE:
            self.segment.tokens[name] = int(lists.frequencies.sum())

    def add_numbers(self, name: str, numbers: NDArray[Any]) -> None:
        """Add a column of numbers, one a document."""
        self._add(name + COLUMN, [encode_numbers(numbers)])

    def add_values(self, name: str, column: ByteColumnWriter) -> None:
        """Add a column of byte strings, one a document."""
        self._add(name + COLUMN, column.pieces())

    def _add(self, part: str, pieces: Iterable[bytes | memoryview]) -> None:
        start = self._file.tell()
        self._file.writelines(pieces)
        self._parts[part] = {"offset": start, "length": self._file.tell() - start}
