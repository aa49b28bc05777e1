"""The dictionary of a field: its terms in byte order, each with what is known of its posting list.

Terms come in blocks of sixteen. A term is spelled as the number of bytes that it shares with the one before it in its
block, and the others. So the part of a file is::

    sizes      terms, bytes of numbers, bytes of texts
    blocks     of each block the offsets of its numbers, of its text, and of its first posting list
    numbers    of each term: bytes shared, bytes of its own, documents, bytes of its list (doubled, plus 1 if packed)
    texts      the bytes of their own

A term is found by halving among the first terms of the blocks, by eight bytes of each, and then in one block.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from struct import Struct
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.whoosh_engine.codec.layout import Bytes, Numbers, offsets, within
from searchapp.engines.whoosh_engine.codec.malformed_index import require
from searchapp.engines.whoosh_engine.codec.posting_lists import EncodedLists
from searchapp.engines.whoosh_engine.codec.varints import LONGEST, all_varints, decode_varints, encode_varints

__all__ = ["DictionaryReader", "TermInfo", "TermInfos", "encode_dictionary"]

_BLOCK: Final = 16
# More shared bytes are not looked for: they are rare in words, and would make terms larger than their file.
_MOST_SHARED: Final = 32
_SIZES: Final = Struct("<QQQ")
_INDEX: Final = np.dtype([("numbers", "<u4"), ("texts", "<u4"), ("lists", "<u8")])
_ENTRY: Final = Struct("<IIQ")
_PER_TERM: Final = 4
# Bytes of first terms that are compared as one number.
_HEAD: Final = 8
# Of each field of a segment: terms that were looked up, since a search asks for frequency and list of the same one.
_REMEMBERED: Final = 256


class TermInfo(NamedTuple):
    """Number of documents of a term, and place, size and form of its posting list."""

    documents: int
    offset: int
    size: int
    is_packed: bool


class TermInfos(NamedTuple):
    """The infos of all terms of a field, as arrays; the lists follow each other."""

    documents: Numbers
    sizes: Numbers
    is_packed: NDArray[np.bool_]


def encode_dictionary(terms: Sequence[bytes], documents: Numbers, lists: EncodedLists) -> list[bytes]:
    """Return the pieces of a dictionary of terms in byte order."""
    lengths = np.fromiter(map(len, terms), np.int64, len(terms))
    shared = _shared(terms, lengths)
    own = lengths - shared
    firsts = slice(None, None, _BLOCK)
    rows = np.stack((shared, own, documents, 2 * lists.sizes + lists.is_packed), axis=1)
    numbers, sizes = encode_varints(rows.ravel())
    text = np.frombuffer(b"".join(terms), np.uint8)[within(offsets(lengths) + shared, own)]
    index: NDArray[Any] = np.empty(-(-len(terms) // _BLOCK), _INDEX)
    index["numbers"] = offsets(sizes)[:: _PER_TERM * _BLOCK]
    index["texts"] = offsets(own)[firsts]
    index["lists"] = offsets(lists.sizes)[firsts]
    head = _SIZES.pack(len(terms), len(numbers), len(text))
    return [head, index.tobytes(), numbers.tobytes(), text.tobytes()]


def _shared(terms: Sequence[bytes], lengths: Numbers) -> Numbers:
    """Return how many bytes each term shares with the one before it; the first of a block shares none."""
    rows: Bytes = np.array(terms, f"S{_MOST_SHARED}").view(np.uint8).reshape(len(terms), _MOST_SHARED)
    is_same = np.zeros(rows.shape, np.bool_)
    is_same[1:] = rows[1:] == rows[:-1]
    shared: Numbers = np.where(is_same.all(axis=1), _MOST_SHARED, np.argmin(is_same, axis=1))
    shared = np.minimum(shared, np.minimum(lengths, np.concatenate(([0], lengths[:-1]))))
    shared[::_BLOCK] = 0
    return shared


class DictionaryReader:
    """Finds the terms of a field. Every method raises what malformed bytes make raise."""

    def __init__(self, data: memoryview) -> None:
        self._count, numbers, texts = _SIZES.unpack_from(data)
        self._blocks = -(-self._count // _BLOCK)
        start = _SIZES.size + self._blocks * _ENTRY.size
        require(start + numbers + texts == len(data), "it has another size than it says")
        self._index = data[_SIZES.size : start]
        self._numbers = data[start : start + numbers]
        self._texts = data[start + numbers :]
        self._found: dict[bytes, TermInfo | None] = {}

    def find(self, term: bytes) -> TermInfo | None:
        """Return the info of a term; None for an unknown one."""
        found = self._found
        if term in found:
            return found[term]
        block = self._block_of(term)
        info = self._find_in(block, term) if block >= 0 else None
        if len(self._found) >= _REMEMBERED:
            self._found = {}  # another thread may be reading the old one
        self._found[term] = info
        return info

    def terms_from(self, prefix: bytes) -> Iterator[tuple[bytes, TermInfo]]:
        """Yield the terms that begin with ``prefix``, each with its info."""
        for block in range(max(self._block_of(prefix), 0), self._blocks):
            for term, info in self._terms(block):
                if term.startswith(prefix):
                    yield term, info
                elif term > prefix:
                    return

    def all(self) -> tuple[list[bytes], TermInfos]:
        """Return all terms in byte order, and their infos."""
        numbers, _ = decode_varints(np.frombuffer(self._numbers, np.uint8))
        require(len(numbers) == _PER_TERM * self._count, "it has not as many terms as it says")
        shared, own, documents, sizes = numbers.reshape(-1, _PER_TERM).T
        require(int(own.sum()) == len(self._texts), "its terms have another size than it says")
        texts = bytes(self._texts)
        terms: list[bytes] = []
        term, start = b"", 0
        for shared_size, own_size in zip(shared.tolist(), own.tolist(), strict=True):
            term = _following(term, shared_size, texts[start : start + own_size])
            terms.append(term)
            start += own_size
        return terms, TermInfos(documents, sizes >> 1, (sizes & 1).astype(np.bool_))

    def _find_in(self, block: int, term: bytes) -> TermInfo | None:
        """Return the info of ``term`` if this block has it.

        No term is spelled out. ``common`` counts the bytes that ``term`` shares with the one before: what shares more
        with that one comes before ``term`` as it does.
        """
        _, start, offset = _ENTRY.unpack_from(self._index, block * _ENTRY.size)
        common = 0
        rows = iter(self._numbers_of(block))
        for shared, own, documents, size in zip(rows, rows, rows, rows, strict=True):
            if shared <= common:
                text, sought = bytes(self._texts[start : start + own]), term[shared:]
                if text >= sought:
                    return TermInfo(documents, offset, size >> 1, bool(size & 1)) if text == sought else None
                common = shared + _count_common(text, sought)
            start += own
            offset += size >> 1
        return None

    def _numbers_of(self, block: int) -> Sequence[int]:
        """Return the numbers of all terms of a block."""
        terms = min(_BLOCK, self._count - block * _BLOCK)
        start = _ENTRY.unpack_from(self._index, block * _ENTRY.size)[0]
        is_last = block + 1 == self._blocks
        end = len(self._numbers) if is_last else _ENTRY.unpack_from(self._index, (block + 1) * _ENTRY.size)[0]
        require(0 < end - start <= _PER_TERM * LONGEST * terms, "a block is not as long as it says")
        numbers = all_varints(bytes(self._numbers[start:end]))
        require(len(numbers) == _PER_TERM * terms, "a block has not as many terms as it says")
        return numbers

    def _block_of(self, term: bytes) -> int:
        """Return the last block that begins with ``term`` or one before it; -1 when none does."""
        head = int.from_bytes(term[:_HEAD].ljust(_HEAD, b"\0"), "big")
        low, high = bisect_left(self._heads, head), bisect_right(self._heads, head)
        while low < high:  # among blocks whose first terms begin alike
            middle = (low + high) // 2
            if self._first(middle) <= term:
                low = middle + 1
            else:
                high = middle
        return low - 1

    @cached_property
    def _heads(self) -> array[int]:
        """The first eight bytes of the first term of each block, as numbers that rise with the terms."""
        index = np.frombuffer(self._index, _INDEX)
        texts, numbers = np.frombuffer(self._texts, np.uint8), np.frombuffer(self._numbers, np.uint8)
        rows = np.zeros((self._blocks, _HEAD), np.uint8)
        own = numbers[index["numbers"] + 1]  # its first byte: more than _HEAD for any longer term
        for place in range(_HEAD):
            held = np.flatnonzero(own > place)
            rows[held, place] = texts[index["texts"][held] + place]
        return array("Q", rows.view(">u8").astype(np.uint64).tobytes())

    def _first(self, block: int) -> bytes:
        """Return the first term of a block."""
        start = _ENTRY.unpack_from(self._index, block * _ENTRY.size)[1]
        size = self._numbers_of(block)[1]
        return bytes(self._texts[start : start + size])

    def _terms(self, block: int) -> Iterator[tuple[bytes, TermInfo]]:
        _, start, offset = _ENTRY.unpack_from(self._index, block * _ENTRY.size)
        term = b""
        rows = iter(self._numbers_of(block))
        for shared, own, documents, size in zip(rows, rows, rows, rows, strict=True):
            term = _following(term, shared, bytes(self._texts[start : start + own]))
            yield term, TermInfo(documents, offset, size >> 1, bool(size & 1))
            start += own
            offset += size >> 1


def _following(before: bytes, shared: int, own: bytes) -> bytes:
    require(shared <= min(len(before), _MOST_SHARED), "a term shares more than there is")
    return before[:shared] + own


def _count_common(one: bytes, other: bytes) -> int:
    """Return the number of bytes with which both begin."""
    differing = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))
