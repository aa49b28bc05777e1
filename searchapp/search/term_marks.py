"""Marks: the spans of a text that highlight terms match."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from searchapp.analysis import Token
from searchapp.engines.proximity import stretches
from searchapp.model import Deadline

__all__ = ["Mark", "TermTokens", "without_overlap"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A span to mark."""

    start: int
    end: int
    key: object
    """The term marked: marks with different keys show more than the same word again."""


@dataclass(frozen=True)
class TermTokens:
    """Tokens that may be marked, with their positions: a token that follows directly has the next one.

    Unless ``counted``, a greater step only says that other words stand between.
    """

    tokens: Sequence[Token]
    positions: Sequence[int]
    counted: bool

    @cached_property
    def by_word(self) -> Mapping[str, Sequence[int]]:
        """The indexes in ``tokens`` of each folded word."""
        indexes: dict[str, list[int]] = defaultdict(list)
        for index, token in enumerate(self.tokens):
            indexes[token.term.word].append(index)
        return dict(indexes)

    def phrase_marks(self, phrase: tuple[str, ...], deadline: Deadline) -> Iterator[Mark]:
        """Yield a mark wherever ``phrase`` stands, starting from each occurrence of its rarest word."""
        if not all(word in self.by_word for word in phrase):
            return
        tokens, positions = self.tokens, self.positions
        rarest = min(range(len(phrase)), key=lambda offset: len(self.by_word[phrase[offset]]))
        for index in self.by_word[phrase[rarest]]:
            if deadline.passed():
                return
            first, last = index - rarest, index - rarest + len(phrase) - 1
            if first < 0 or last >= len(tokens) or positions[last] - positions[first] != last - first:
                continue
            if all(tokens[first + offset].term.word == word for offset, word in enumerate(phrase)):
                yield Mark(tokens[first].start, tokens[last].end, phrase)

    def near_marks(self, words: tuple[str, ...], slop: int) -> Iterator[Mark]:
        """Yield a mark for each of ``words`` wherever all of them stand with ``slop`` others between at most."""
        if not all(word in self.by_word for word in words):
            return
        indexes = sorted(index for word in set(words) for index in self.by_word[word])
        tokens = [self.tokens[index] for index in indexes]
        positions = [self.positions[index] for index in indexes]
        placed = zip(positions, (token.term.word for token in tokens), strict=True)
        end = 0
        for first, last in stretches(placed, words, slop):
            start = max(bisect_left(positions, first), end)
            end = bisect_right(positions, last)
            for token in tokens[start:end]:
                yield Mark(token.start, token.end, token.term.word)


def without_overlap(marks: Iterable[Mark]) -> list[Mark]:
    """Return the marks in order; of two that overlap, the one that begins first or is longer."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept
