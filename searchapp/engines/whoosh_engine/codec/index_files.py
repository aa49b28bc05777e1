"""The files of an index, mapped into memory, and the table of contents that says which segments they are.

Whoosh's own reading runs the pickles in them; here they are read as data (:mod:`.pickles`), and every number is
compared with the size of its file before anything is made from it.
"""

from __future__ import annotations

import mmap
import os
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from struct import Struct
from typing import Any, BinaryIO, Final

from searchapp.engines.whoosh_engine.codec.malformed_index import Malformed, reading, require
from searchapp.engines.whoosh_engine.codec.pickles import Instance, read_pickle
from searchapp.engines.whoosh_engine.codec.segment import INDEX_NAME, Segment

__all__ = [
    "COLUMN",
    "DICTIONARY",
    "DIRECTORY_HEAD",
    "LISTS",
    "TOC_VERSION",
    "map_file",
    "read_directory",
    "read_toc",
    "write_directory",
]

_TOC: Final = re.compile(rf"_{INDEX_NAME}_(\d{{1,9}})\.toc")
# Sizes of int, long and float, each in a varint; then the mark of the byte order.
_SIZES: Final = bytes((4, 8, 4))
_NUMBERS: Final = Struct("!ii")
_BYTE_ORDER: Final = -12345
# The form of table that is read; :mod:`.library` sees to it that Whoosh writes this one.
TOC_VERSION: Final = -111
_SEGMENT: Final = "whoosh.codec.whoosh3.W3Segment"
_CODEC: Final = "whoosh.codec.whoosh3.W3Codec"
_CLASSES: Final = frozenset({_SEGMENT, _CODEC})
_SEGMENT_ID: Final = re.compile(r"[0-9a-z]{1,32}")
# What the names of a segment's parts end with, behind the name of the field or column.
LISTS: Final = ".lists"
DICTIONARY: Final = ".terms"
COLUMN: Final = ".column"
# The compound file begins with the offset and size of its directory.
DIRECTORY_HEAD: Final = Struct("!qi")
_MOST_DOCUMENTS: Final = 1 << 31


def map_file(path: Path) -> memoryview:
    """Return the content of a file where the system keeps it; the system takes the memory back when it needs it."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return memoryview(b"")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def read_toc(folder: Path) -> list[Segment]:
    """Return the segments of the index in ``folder``, by its latest table.

    The schema in the table is not looked at: the fields are ours, and so is their form. Raises IndexDamaged.
    """
    numbers = [int(match[1]) for path in folder.iterdir() if (match := _TOC.fullmatch(path.name))]
    with reading("TOC", "the table of contents"):
        require(numbers, "it is missing")
    name = f"_{INDEX_NAME}_{max(numbers)}.toc"
    with reading(name, "the table of contents"):
        data = (folder / name).read_bytes()
        require(data.startswith(_SIZES), "it is of another machine")
        order, version = _NUMBERS.unpack_from(data, len(_SIZES))
        require(order == _BYTE_ORDER, "it is of another machine")
        require(version == TOC_VERSION, f"its format is {version}, not {TOC_VERSION}")
        offset = len(_SIZES) + _NUMBERS.size
        for _ in range(3):  # the release of Whoosh
            _, offset = _varint(data, offset)
        schema_size, offset = _varint(data, offset)
        offset += schema_size
        number, _ = _NUMBERS.unpack_from(data, offset)
        require(number == max(numbers), "it is that of another state")
        entries, end = read_pickle(data, offset + _NUMBERS.size, _CLASSES)
        require(end == len(data) and type(entries) is list, "no list of segments")
        segments = list(map(_segment, entries))
        names = {segment.name for segment in segments}
        require(len(names) == len(segments), "a segment stands there twice")
        return segments


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 35, 7):
        number |= (data[offset] & 127) << shift
        offset += 1
        if data[offset - 1] < 128:
            return number, offset
    raise Malformed("a number too long")


def _segment(described: Any) -> Segment:
    require(isinstance(described, Instance) and described.kind == _SEGMENT, "an entry is no segment")
    state = described.state
    name, segment_id, count = state["indexname"], state["segid"], state["_doccount"]
    deleted = state["_deleted"] or set()
    require(name == INDEX_NAME, f"a segment is not of the index {INDEX_NAME}")
    require(type(segment_id) is str and _SEGMENT_ID.fullmatch(segment_id), "the name of a segment is none of Whoosh's")
    require(_is_count(count) and count < _MOST_DOCUMENTS, "the number of documents of a segment cannot be")
    require(type(deleted) is set, "no set of deleted documents")
    require(all(type(number) is int and 0 <= number < count for number in deleted), "deleted documents are not there")
    require(state["compound"] is True, "a segment is not in one file")
    lengths = state["_fieldlengths"]
    require(
        type(lengths) is dict and all(type(key) is str and _is_count(value) for key, value in lengths.items()),
        "the lengths of fields are no numbers",
    )
    return Segment(count, segment_id, deleted, lengths)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def write_directory(file: BinaryIO, parts: Mapping[str, Mapping[str, int]]) -> None:
    """End a compound file with its directory: offset and length of each part by its name."""
    start = file.tell()
    pickle.dump(parts, file)
    pickle.dump({}, file)
    size = file.tell() - start
    file.seek(0)
    file.write(DIRECTORY_HEAD.pack(start, size))


def read_directory(data: memoryview) -> dict[str, memoryview]:
    """Return the parts of a segment's one file by their names; raises what malformed bytes make raise."""
    start, size = DIRECTORY_HEAD.unpack_from(data)
    require(DIRECTORY_HEAD.size <= start and start + size == len(data), "its directory lies outside of it")
    directory, end = read_pickle(data, start)
    read_pickle(data, end)  # options, of which there are none
    require(type(directory) is dict, "no directory")
    parts: dict[str, memoryview] = {}
    for name, extent in directory.items():
        require(type(name) is str and type(extent) is dict, "an entry of the directory is none")
        offset, length = extent["offset"], extent["length"]
        require(_is_count(offset) and _is_count(length), "a part without place or size")
        require(DIRECTORY_HEAD.size <= offset and offset + length <= start, "a part lies outside of the file")
        parts[name] = data[offset : offset + length]
    return parts
