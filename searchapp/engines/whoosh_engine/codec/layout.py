"""The layout of posting lists in the files.

Whoosh keeps a posting list as blocks (codec W3, stable since 2012): a length, a pickled header, a pickled and perhaps
compressed tuple (gaps, weights, values). A pickle is a program, and one meaning has many spellings; ours are those in
which every number has a fixed place, so that numpy writes and reads the lists of a whole field without a Python step
for each posting. Whoosh itself unpickles them as ever::

    block    b"W3Bl" (first of a list)  length, negative in the last  header  data
    header   ( J count J last_document J max_frequency K compression K min_length K max_length t .
    data     ( gaps weights values t .
    gaps     ( M gap M gap ... t                        two bytes a gap, or J and four
    weights  N when all are 1, else B size, a byte each; above 255 ( J weight ... t
    values   Existence: N     Frequency: B size, four bytes each     Positions: ( entry entry ... t
    entry    C size (from 256 on B size)  count, four bytes  ( M gap M gap ... t .
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec.library import LENGTHS

__all__ = [
    "BLOCK",
    "HEADER",
    "HEADER_CODES",
    "LONGEST_SHORT",
    "TERM_INFO",
    "WIDTHS",
    "Bytes",
    "Lists",
    "Numbers",
    "Shape",
    "entry_sizes",
    "length_bytes",
    "offsets",
]

Numbers = NDArray[np.int64]
Bytes = NDArray[np.uint8]

# Whoosh's default of 128 costs a header and a zlib call every 128 postings on both sides.
BLOCK: Final = 4096
LONGEST_SHORT: Final = 255
"""The longest content that the pickle code C takes, and the highest number that fits a byte."""

HEADER: Final = np.dtype(
    [
        ("length", ">i4"),
        ("count_code", "S2"),
        ("count", "<i4"),
        ("last_code", "S1"),
        ("last", "<i4"),
        ("most_code", "S1"),
        ("most", "<i4"),
        ("compression_code", "S1"),
        ("compression", "u1"),
        ("shortest_code", "S1"),
        ("shortest", "u1"),
        ("longest_code", "S1"),
        ("longest", "u1"),
        ("end", "S2"),
    ]
)
HEADER_CODES: Final = {
    "count_code": b"(J",
    "last_code": b"J",
    "most_code": b"J",
    "compression_code": b"K",
    "shortest_code": b"K",
    "longest_code": b"K",
    "end": b"t.",
}
TERM_INFO: Final = np.dtype(
    [
        ("inlined", "u1"),
        ("weight", ">f4"),
        ("documents", ">u4"),
        ("shortest", "u1"),
        ("longest", "u1"),
        ("most", ">f4"),
        ("first", ">u4"),
        ("last", ">u4"),
        ("offset", ">i8"),
        ("length", ">i4"),
    ]
)
_LENGTHS: Final = np.array(LENGTHS)
# Widths of tables, by the codes that Whoosh gives them.
WIDTHS: Final = {"B": "u1", "H": ">u2", "i": ">i4", "I": ">u4", "q": ">i8"}


class Shape(Enum):
    """The kind of values in the postings of a field: the field's format in Whoosh."""

    EXISTENCE = "existence"
    FREQUENCY = "frequency"
    POSITIONS = "positions"


@dataclass(frozen=True, slots=True)
class Lists:
    """The posting lists of a field one after the other: ``sizes`` says how many postings each term has.

    ``positions`` (for Shape.POSITIONS) holds the positions of each posting, rising, ``frequencies`` of them.
    """

    sizes: Numbers
    documents: Numbers
    frequencies: Numbers
    positions: Numbers = field(default_factory=lambda: np.empty(0, np.int64))


def offsets(sizes: Numbers) -> Numbers:
    """Return the offsets of items of these sizes that follow each other."""
    starts: Numbers = np.cumsum(sizes) - sizes
    return starts


def entry_sizes(frequencies: Numbers, stride: int) -> tuple[Numbers, Numbers]:
    """Return the size of each positions entry, and the offset of the gaps in it."""
    content = 7 + stride * frequencies
    before = np.where(content > LONGEST_SHORT, 5, 2)
    return content + before, before + 5


def length_bytes(lengths: Numbers) -> Bytes:
    """Return Whoosh's one-byte form of lengths."""
    return np.minimum(np.searchsorted(_LENGTHS, lengths), 255).astype(np.uint8)
