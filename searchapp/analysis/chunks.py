"""Chunks: what stands between two spaces, punctuation included. Texts repeat them, so much is remembered by chunk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final, TypeVar

__all__ = ["Remembered", "places_of_chunks"]

# About 100 MB at most for each memory; 18,000 articles have 130,000 different tokens.
_REMEMBERED: Final = 1 << 18
# So many different chunks are looked for one by one; more, in one pass over all chunks of a text.
_FEW: Final = 16
_CHUNK: Final = re.compile(r"\S+")

Value = TypeVar("Value")


def places_of_chunks(text: str, chunks: set[str]) -> Iterable[tuple[int, str]]:
    """Return (start, chunk) wherever one of ``chunks`` stands between spaces, in order."""
    if len(chunks) <= _FEW:
        return sorted(chain.from_iterable(_places_of(text, chunk) for chunk in chunks))
    return ((match.start(), match[0]) for match in _CHUNK.finditer(text) if match[0] in chunks)


def _places_of(text: str, chunk: str) -> Iterator[tuple[int, str]]:
    start = text.find(chunk)
    while start >= 0:
        end = start + len(chunk)
        if (not start or text[start - 1].isspace()) and (end == len(text) or text[end].isspace()):
            yield start, chunk
        start = text.find(chunk, end)


class Remembered(dict[str, Value]):
    """Cache of the values of texts. A full one keeps no new text, which is rare then, until many were passed by."""

    def __init__(self, make: Callable[[str], Value]) -> None:
        super().__init__()
        self._make = make
        self._passed_by = 0

    def __missing__(self, key: str) -> Value:
        value = self._make(key)
        if len(self) < _REMEMBERED:
            self[key] = value
            return value
        self._passed_by += 1
        if self._passed_by > 4 * _REMEMBERED:
            self._passed_by = 0
            self.clear()
        return value
