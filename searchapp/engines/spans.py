"""Spans over arrays of positions: words in a row with alternatives, and words near each other, nested.

A position is ``document << 32 | position``, so that one array holds those of many documents, and no span that fits into
a document goes beyond it. Every step takes n log n in the positions of its words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.clauses import AnyWord, Close, Either, Row, Span

__all__ = ["Positions", "documents_among", "documents_with", "words_of"]

Positions = NDArray[np.int64]
Lookup = Callable[[str], Positions]
"""A word -> its positions, rising."""
_Stretches = tuple[Positions, Positions]
"""First and last positions of stretches, in the order of these pairs."""


def words_of(span: Span) -> Iterator[str]:
    """Yield every word of ``span``, perhaps several times."""
    if isinstance(span, AnyWord):
        yield from span.words
        return
    for part in (span.one, span.other) if isinstance(span, Close) else span.parts:
        yield from words_of(part)


def documents_with(span: Span, positions: Lookup, times: int) -> Positions:
    """Return the documents, rising, in which ``times`` stretches of ``span`` or more begin."""
    firsts, _ = _stretches(span, positions)
    documents, counts = np.unique(np.unique(firsts) >> 32, return_counts=True)
    chosen: Positions = documents[counts >= times]
    return chosen


def documents_among(documents: Sequence[Sequence[str]], span: Span, times: int) -> list[int]:
    """Return the indexes of those of ``documents``, each its words by position, in which ``span`` stands so often."""
    places: dict[str, list[int]] = {word: [] for word in words_of(span)}
    for number, words in enumerate(documents):
        for position, word in enumerate(words):
            if word in places:
                places[word].append(number << 32 | position)
    arrays = {word: np.array(own, np.int64) for word, own in places.items()}
    return [int(number) for number in documents_with(span, arrays.__getitem__, times)]


def _stretches(span: Span, positions: Lookup) -> _Stretches:
    match span:
        case AnyWord():
            held = _merged([positions(word) for word in dict.fromkeys(span.words)])
            return held, held
        case Row():
            return _row(span, positions)
        case Either():
            parts = [_stretches(part, positions) for part in span.parts]
            return _sorted(_joined([part[0] for part in parts]), _joined([part[1] for part in parts]))
        case Close():
            return _close(_stretches(span.one, positions), _stretches(span.other, positions), span.slop)
    assert_never(span)


def _row(row: Row, positions: Lookup) -> _Stretches:
    columns = [_stretches(part, positions)[0] - offset for offset, part in enumerate(row.parts)]
    columns.sort(key=len)
    starts = columns[0][(columns[0] & 0xFFFFFFFF) < 1 << 31]  # below 0 there is the document before
    for column in columns[1:]:
        starts = starts[np.isin(starts, column, assume_unique=True)]
    return starts, starts + len(row.parts) - 1


def _close(one: _Stretches, other: _Stretches, slop: int) -> _Stretches:
    """Return the stretches of pairs: for each of either side, with the nearest one before, after and inside it."""
    found = [pair for own, others in ((one, other), (other, one)) for pair in _pairs(own, others, slop)]
    return _sorted(_joined([firsts for firsts, _ in found]), _joined([lasts for _, lasts in found]))


def _pairs(own: _Stretches, others: _Stretches, slop: int) -> Iterator[_Stretches]:
    firsts, lasts = own
    if not len(others[0]):
        return
    after = np.searchsorted(others[0], lasts, side="right")
    follows = after < len(others[0])
    nearest = np.minimum(after, len(others[0]) - 1)
    fits = follows & (others[0][nearest] - lasts - 1 <= slop)
    yield firsts[fits], others[1][nearest][fits]

    inside = np.minimum(np.searchsorted(others[0], firsts, side="right"), len(others[0]) - 1)
    fits = (others[0][inside] > firsts) & (others[1][inside] < lasts)
    yield firsts[fits], lasts[fits]


def _merged(arrays: list[Positions]) -> Positions:
    return arrays[0] if len(arrays) == 1 else np.unique(_joined(arrays))


def _joined(arrays: list[Positions]) -> Positions:
    return np.concatenate(arrays) if arrays else np.empty(0, np.int64)


def _sorted(firsts: Positions, lasts: Positions) -> _Stretches:
    order = np.lexsort((lasts, firsts))
    return firsts[order], lasts[order]
