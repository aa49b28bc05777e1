"""Fragments and marks over stored text, the same whatever the engine.

The text is analysed again by the chain that indexed it, so a mark stands exactly where the index has a match, on the
original spelling and without the elided word.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from searchapp.analysis import FrenchAnalyzer, Token
from searchapp.engines.wanted import Wanted
from searchapp.model import Fragment, Span

__all__ = ["FRAGMENT_LENGTH", "Highlighter"]

FRAGMENT_LENGTH: Final = 220
"""Code points of a fragment, about: it ends on a word."""
_FRAGMENTS: Final = 2
# How much of a fragment stands before its first mark when no sentence begins there.
_BEFORE: Final = 60
_PARAGRAPH: Final = re.compile(r"[^\n]+")
_WORD: Final = re.compile(r"[^\W_]")
_SENTENCE_END: Final = re.compile(r"[.!?…][»”\"]?\s+")


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    key: object
    """What was looked for: marks with different keys are better evidence than the same word again."""


class Highlighter:
    """Marks what a query wanted."""

    def __init__(self, analyzer: FrenchAnalyzer) -> None:
        self._analyzer = analyzer

    def whole(self, text: str, wanted: Wanted) -> Fragment:
        """Return all of ``text`` with its marks."""
        return Fragment(text, 0, tuple((mark.start, mark.end) for mark in self._marks(text, wanted)))

    def fragments(self, text: str, wanted: Wanted, count: int = _FRAGMENTS) -> tuple[Fragment, ...]:
        """Return the best pieces of ``text`` in its order, each of whole words within one paragraph.

        A text without a match gives its opening, without marks; an empty text gives nothing.
        """
        marks = self._marks(text, wanted)
        if not marks:
            opening = next(_PARAGRAPH.finditer(text), None)
            return (_cut(text, opening.span(), opening.start(), ()),) if opening else ()
        pieces = sorted(_pieces(text, marks), key=lambda piece: -_worth(piece))
        chosen: list[Fragment] = []
        for piece in pieces:
            if len(chosen) < count and not any(_overlap(piece[0], other) for other in chosen):
                chosen.append(piece[0])
        return tuple(sorted(chosen, key=lambda fragment: fragment.start))

    def _marks(self, text: str, wanted: Wanted) -> list[_Mark]:
        if not wanted:
            return []
        tokens = self._tokens(text, wanted)
        keys = ((token, wanted.key(token.term)) for token in tokens)
        marks = [_Mark(token.start, token.end, key) for token, key in keys if key is not None]
        for phrase in wanted.phrases:
            marks += _phrase_marks(text, tokens, phrase)
        for words, slop in wanted.near:
            marks += _near_marks(tokens, words, slop)
        return _without_overlap(marks)

    def _tokens(self, text: str, wanted: Wanted) -> list[Token]:
        """Return the tokens that may be marked or, where others have to be counted, every token."""
        if not wanted.has_numbers:
            tokens = list(self._analyzer.wanted_tokens(text, wanted.terms))
            words = {token.term.word for token in tokens}
            if not any(words.issuperset(near) for near, _ in wanted.near):
                return tokens
        return list(self._analyzer.tokens(text))


def _phrase_marks(text: str, tokens: Sequence[Token], phrase: tuple[str, ...]) -> Iterator[_Mark]:
    words = [token.term.word for token in tokens]
    for place in range(len(words) - len(phrase) + 1):
        if words[place] == phrase[0] and tuple(words[place : place + len(phrase)]) == phrase:
            row = tokens[place : place + len(phrase)]
            if all(_follows(text, *pair) for pair in pairwise(row)):
                yield _Mark(row[0].start, row[-1].end, phrase)


def _follows(text: str, one: Token, other: Token) -> bool:
    """Return whether no token stands between two."""
    return not _WORD.search(text, one.end, other.start - other.term.elided)


def _near_marks(tokens: Sequence[Token], words: tuple[str, ...], slop: int) -> Iterator[_Mark]:
    """Yield a mark for each of ``words`` wherever all of them stand close together."""
    places = [place for place, token in enumerate(tokens) if token.term.word in words]
    asked = Counter(words)
    for number, start in enumerate(places):
        close = [place for place in places[number:] if place < start + len(words) + slop]
        if asked <= Counter(tokens[place].term.word for place in close):
            yield from (_Mark(tokens[place].start, tokens[place].end, tokens[place].term.word) for place in close)


def _without_overlap(marks: list[_Mark]) -> list[_Mark]:
    """Return the marks in order; of two that overlap, the one that begins first or is longer."""
    kept: list[_Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def _pieces(text: str, marks: list[_Mark]) -> Iterator[tuple[Fragment, list[_Mark]]]:
    """Yield, for each mark, the piece that begins a little before it, with the marks that it holds."""
    starts = [mark.start for mark in marks]
    for paragraph in _PARAGRAPH.finditer(text):
        first = bisect_left(starts, paragraph.start())
        for place in range(first, bisect_left(starts, paragraph.end())):
            begin = _begin(text, paragraph.start(), marks[place].start, paragraph.end())
            near = marks[place : max(place + 1, bisect_left(starts, begin + FRAGMENT_LENGTH))]
            fragment = _cut(text, paragraph.span(), begin, [(mark.start, mark.end) for mark in near])
            yield fragment, [mark for mark in near if mark.end <= fragment.start + len(fragment.text)]


def _begin(text: str, paragraph: int, mark: int, end: int) -> int:
    """Return where a piece around ``mark`` begins: a sentence or, failing that, a word shortly before."""
    if end - paragraph <= FRAGMENT_LENGTH:
        return paragraph
    earliest = max(paragraph, mark - FRAGMENT_LENGTH // 2)
    sentences = [match.end() for match in _SENTENCE_END.finditer(text, earliest, mark) if match.end() <= mark]
    sentences = [start for start in sentences if end - start > _BEFORE]
    if earliest == paragraph:
        sentences.insert(0, paragraph)
    if sentences:
        return sentences[-1]
    # Near the end of a paragraph a piece begins earlier, so that it is not a scrap.
    anchor = min(mark, end - FRAGMENT_LENGTH + _BEFORE)
    space = text.find(" ", max(paragraph, anchor - _BEFORE), anchor)
    return space + 1 if space >= 0 else anchor


def _cut(text: str, paragraph: Span, begin: int, spans: Sequence[Span]) -> Fragment:
    """Return the piece of a paragraph from ``begin`` on, ended on a word, with those of ``spans`` that lie in it."""
    end = paragraph[1]
    if end - begin > FRAGMENT_LENGTH:
        space = text.rfind(" ", begin + 1, begin + FRAGMENT_LENGTH)
        end = space if space > 0 else begin + FRAGMENT_LENGTH
        if spans and spans[0][1] > end:  # a single word longer than a fragment
            end = min(spans[0][1], paragraph[1])
    held = tuple(span for span in spans if begin <= span[0] and span[1] <= end)
    return Fragment(text[begin:end], begin, held, begin > paragraph[0], end < paragraph[1])


def _worth(piece: tuple[Fragment, list[_Mark]]) -> float:
    """Return how much a piece shows: different words first, then their number, then an early place."""
    fragment, marks = piece
    return len({mark.key for mark in marks}) + 0.1 * len(marks) - 1e-6 * fragment.start


def _overlap(one: Fragment, other: Fragment) -> bool:
    return one.start < other.start + len(other.text) and other.start < one.start + len(one.text)
