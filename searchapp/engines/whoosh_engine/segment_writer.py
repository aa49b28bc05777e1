"""A segment as one file: Whoosh's compound file of postings, terms and columns, written front to back.

Whoosh's own writers keep each of these in a temporary file first and copy them together at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec.columns import encode_numbers, encode_values
from searchapp.engines.whoosh_engine.codec.index_files import DIRECTORY_HEAD, write_directory
from searchapp.engines.whoosh_engine.codec.layout import Lists, Numbers, Shape, length_bytes
from searchapp.engines.whoosh_engine.codec.library import (
    COLUMNS,
    POSTINGS,
    TERMS,
    file_of,
    length_column,
    segment_object,
    set_tokens,
)
from searchapp.engines.whoosh_engine.codec.posting_encoder import encode
from searchapp.engines.whoosh_engine.codec.term_dictionary import DictionaryWriter

__all__ = ["SegmentWriter"]


class SegmentWriter:
    """Writes the parts of a segment; a clean exit completes the file, an exception removes it."""

    def __init__(self, folder: Path, count: int) -> None:
        self.segment: Any = segment_object(count)
        self._path = folder / file_of(self.segment)
        self._file = self._path.open("wb")
        self._file.write(bytes(DIRECTORY_HEAD.size))
        self._parts: dict[str, dict[str, int]] = {}
        self._terms = DictionaryWriter()
        self._postings = 0

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

    def add_field(self, name: str, terms: Sequence[bytes], lists: Lists, shape: Shape, lengths: Numbers | None) -> None:
        """Add the posting lists of a field; fields come first, in the order of their names."""
        encoded = encode(lists, shape, lengths, self._postings)
        for piece in encoded.pieces:
            self._file.write(piece)
        self._postings += encoded.size
        self._terms.add(name, terms, encoded.infos)

    def end_fields(self) -> None:
        """Add the dictionary."""
        self._note(POSTINGS, DIRECTORY_HEAD.size, self._postings)
        start = self._file.tell()
        self._note(TERMS, start, self._terms.write(self._file))

    def add_lengths(self, field: str, lengths: Numbers) -> None:
        self._add_column(length_column(field), [length_bytes(lengths).tobytes()])
        set_tokens(self.segment, field, int(lengths.sum()))

    def add_numbers(self, name: str, numbers: NDArray[Any]) -> None:
        """Add a column of numbers, one a document."""
        self._add_column(name, [encode_numbers(numbers)])

    def add_values(self, name: str, values: Sequence[bytes]) -> None:
        """Add a column of packed byte strings, one a document."""
        self._add_column(name, encode_values(values))

    def _add_column(self, name: str, pieces: Iterable[bytes]) -> None:
        start = self._file.tell()
        self._file.writelines(pieces)
        self._note(f".{name}{COLUMNS}", start, self._file.tell() - start)

    def _note(self, extension: str, start: int, size: int) -> None:
        self._parts[self.segment.make_filename(extension)] = {"offset": start, "length": size}
