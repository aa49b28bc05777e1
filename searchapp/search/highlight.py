"""The highlight stage: fragments and marks over stored text, the same whatever the engine.

The text is analysed again by the chain that indexed it, so a mark stands exactly where the index has a match, on the
original spelling and without the elided word. The work is linear in the text and bounded: the text is analysed stretch
by stretch until the deadline, an excerpt reads only the beginning of a long text, and the number of marks is limited.
The rest is shown without marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from searchapp.analysis import FrenchAnalyzer, Token
from searchapp.engines.proximity import stretches
from searchapp.model import Article, ArticleView, Deadline, Fragment, Hit, Span
from searchapp.search.highlight_terms import HighlightTerms

__all__ = ["EXCERPT_TEXT", "FRAGMENT_LENGTH", "MOST_MARKS", "Highlighter"]

FRAGMENT_LENGTH: Final = 220
"""Code points of a fragment, about: it ends on a word."""
EXCERPT_TEXT: Final = 250_000
"""Code points of a text that an excerpt is taken from: forty thousand words, a thick book's first third."""
MOST_MARKS: Final = 10_000
"""Marks of a text, the first ones."""
_FRAGMENTS: Final = 2
# Marks that a fragment may begin at.
_MOST_PIECES: Final = 1_000
# Code points before the first mark of a fragment when no sentence begins there.
_BEFORE: Final = 60
# Code points analysed between two checks of the deadline: some ten milliseconds.
_STRETCH: Final = 1 << 16
_PARAGRAPH: Final = re.compile(r"[^\n]+")
_WORD: Final = re.compile(r"[^\W_]")
# What follows a space inside « 20 000 ».
_GROUP: Final = re.compile(r" \d{3}(?!\w)")
_SENTENCE_END: Final = re.compile(r"[.!?…][»”\"]?\s+")


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    key: object
    """The term marked: marks with different keys show more than the same word again."""


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Tokens that may be marked, with their positions: a token that follows directly has the next one.

    Unless ``counted``, a greater step only says that other words stand between.
    """

    tokens: Sequence[Token]
    positions: Sequence[int]
    counted: bool

    def by_word(self) -> Mapping[str, Sequence[int]]:
        """Return the indexes in ``tokens`` of each folded word."""
        indexes: dict[str, list[int]] = defaultdict(list)
        for index, token in enumerate(self.tokens):
            indexes[token.term.word].append(index)
        return indexes


class Highlighter:
    """Marks the highlight terms of a query in texts."""

    def __init__(self, analyzer: FrenchAnalyzer) -> None:
        self._analyzer = analyzer

    def hit(self, article: Article, rank: int, score: float, terms: HighlightTerms, deadline: Deadline) -> Hit:
        """Return an article as a result with its marks and fragments."""
        return Hit(
            article=article,
            rank=rank,
            score=round(score, 4),
            title=self.whole(article.title, terms.of("title"), deadline),
            lead=next(iter(self.fragments(article.lead, terms.of("lead"), deadline, 1)), None),
            fragments=self.fragments(article.text, terms.of("text"), deadline),
        )

    def view(self, article: Article, generation: str, terms: HighlightTerms, deadline: Deadline) -> ArticleView:
        """Return a whole article with its marks."""
        return ArticleView(
            article,
            title=self.whole(article.title, terms.of("title"), deadline),
            lead=self.whole(article.lead, terms.of("lead"), deadline),
            text=self.whole(article.text, terms.of("text"), deadline),
            generation=generation,
        )

    def whole(self, text: str, terms: HighlightTerms, deadline: Deadline = Deadline()) -> Fragment:
        """Return all of ``text`` with its marks, as many as there is time for."""
        return Fragment(text, 0, tuple((mark.start, mark.end) for mark in self._marks(text, terms, deadline)))

    def fragments(
        self, text: str, terms: HighlightTerms, deadline: Deadline = Deadline(), count: int = _FRAGMENTS
    ) -> tuple[Fragment, ...]:
        """Return the best fragments of ``text`` in its order, each of whole words within one paragraph.

        A text without a match gives its opening, without marks; an empty text gives nothing.
        """
        marks = self._marks(text, terms, deadline, EXCERPT_TEXT)[:_MOST_PIECES]
        if not marks:
            opening = next(_PARAGRAPH.finditer(text), None)
            return (_cut(text, opening.span(), opening.start(), ()),) if opening else ()
        pieces = sorted(_pieces(text, marks), key=_worth, reverse=True)
        chosen: list[Fragment] = []
        for piece in pieces:
            if len(chosen) < count and not any(_overlap(piece[0], other) for other in chosen):
                chosen.append(piece[0])
        return tuple(sorted(chosen, key=lambda fragment: fragment.start))

    def _marks(self, text: str, terms: HighlightTerms, deadline: Deadline, limit: int | None = None) -> list[_Mark]:
        """Return the marks of the first ``limit`` code points, as far as there is time."""
        if not terms or deadline.passed():
            return []
        tokens = self._tokens(text, terms, deadline, limit)
        keys = ((token, terms.key(token.term)) for token in tokens.tokens)
        marks = [_Mark(token.start, token.end, key) for token, key in keys if key is not None]
        if terms.phrases or terms.near:
            by_word = tokens.by_word()
            for phrase in terms.phrases:
                marks += _phrase_marks(tokens, by_word, phrase, deadline)
            for words, slop in terms.near if tokens.counted else ():
                marks += _near_marks(tokens, by_word, words, slop) if not deadline.passed() else ()
        return _without_overlap(marks)[:MOST_MARKS]

    def _tokens(self, text: str, terms: HighlightTerms, deadline: Deadline, limit: int | None) -> _Tokens:
        """Return the tokens that may be marked; their positions are counted where other words have to be."""
        if not terms.has_numbers:
            likely = self._likely_tokens(text, terms, deadline, limit)
            words = {token.term.word for token in likely.tokens}
            if not any(words.issuperset(near) for near, _ in terms.near):
                return likely
        return self._all_tokens(text, terms, deadline, limit)

    def _likely_tokens(self, text: str, terms: HighlightTerms, deadline: Deadline, limit: int | None) -> _Tokens:
        tokens: list[Token] = []
        positions: list[int] = []
        for start, end in _stretches(text, limit, deadline):
            for token in self._analyzer.wanted_tokens(text[start:end], terms.terms):
                moved = Token(token.start + start, token.end + start, token.term) if start else token
                follows = bool(tokens) and _follows(text, tokens[-1], moved)
                positions.append(positions[-1] + (1 if follows else 2) if positions else 0)
                tokens.append(moved)
        return _Tokens(tokens, positions, counted=False)

    def _all_tokens(self, text: str, terms: HighlightTerms, deadline: Deadline, limit: int | None) -> _Tokens:
        tokens: list[Token] = []
        positions: list[int] = []
        position = 0
        for start, end in _stretches(text, limit, deadline):
            for token in self._analyzer.tokens(text[start:end]):
                if terms.terms(token.term):
                    positions.append(position)
                    tokens.append(Token(token.start + start, token.end + start, token.term))
                position += 1
        return _Tokens(tokens, positions, counted=True)


def _stretches(text: str, limit: int | None, deadline: Deadline) -> Iterator[Span]:
    """Yield the stretches of ``text`` that are analysed at a time, until ``limit`` or the deadline."""
    start, stop = 0, min(len(text), limit or len(text))
    while start < stop and not deadline.passed():
        end = _stretch_end(text, start, stop)
        yield start, end
        start = end


def _stretch_end(text: str, start: int, stop: int) -> int:
    """Return where a stretch from ``start`` on ends: after a line, else before a space that is in no number."""
    end = start + _STRETCH
    if end >= stop:
        return stop
    line = text.rfind("\n", start, end)
    if line > start:
        return line
    last = space = text.rfind(" ", start + 1, end)
    while space > 0 and text[space - 1].isdigit() and _GROUP.match(text, space):
        space = text.rfind(" ", start + 1, space)
    return next((place for place in (space, last) if place > 0), end)


def _phrase_marks(
    found: _Tokens, by_word: Mapping[str, Sequence[int]], phrase: tuple[str, ...], deadline: Deadline
) -> Iterator[_Mark]:
    """Yield a mark wherever ``phrase`` stands, starting from each occurrence of its rarest word."""
    if not all(word in by_word for word in phrase):
        return
    tokens, positions = found.tokens, found.positions
    rarest = min(range(len(phrase)), key=lambda offset: len(by_word[phrase[offset]]))
    for index in by_word[phrase[rarest]]:
        if deadline.passed():
            return
        first, last = index - rarest, index - rarest + len(phrase) - 1
        if first < 0 or last >= len(tokens) or positions[last] - positions[first] != last - first:
            continue
        if all(tokens[first + offset].term.word == word for offset, word in enumerate(phrase)):
            yield _Mark(tokens[first].start, tokens[last].end, phrase)


def _follows(text: str, one: Token, other: Token) -> bool:
    """Return whether no token stands between two."""
    return not _WORD.search(text, one.end, other.start - other.term.elided)


def _near_marks(
    found: _Tokens, by_word: Mapping[str, Sequence[int]], words: tuple[str, ...], slop: int
) -> Iterator[_Mark]:
    """Yield a mark for each of ``words`` wherever all of them stand close together."""
    if not all(word in by_word for word in words):
        return
    indexes = sorted(index for word in set(words) for index in by_word[word])
    positions = [found.positions[index] for index in indexes]
    placed = ((position, found.tokens[index].term.word) for position, index in zip(positions, indexes, strict=True))
    marked = 0
    for first, last in stretches(placed, words, slop):
        begin, marked_before = bisect_left(positions, first), marked
        marked = bisect_right(positions, last)
        for index in indexes[max(begin, marked_before) : marked]:
            token = found.tokens[index]
            yield _Mark(token.start, token.end, token.term.word)


def _without_overlap(marks: Iterable[_Mark]) -> list[_Mark]:
    """Return the marks in order; of two that overlap, the one that begins first or is longer."""
    kept: list[_Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def _pieces(text: str, marks: list[_Mark]) -> Iterator[tuple[Fragment, list[_Mark]]]:
    """Yield, for each mark, the piece that begins a little before it, with the marks that it holds."""
    starts = [mark.start for mark in marks]
    begin_of, end_of = 0, -1
    for index, mark in enumerate(marks):
        if mark.start >= end_of:
            begin_of = text.rfind("\n", max(end_of, 0), mark.start) + 1 or end_of + 1
            end_of = text.find("\n", mark.start)
            end_of = len(text) if end_of < 0 else end_of
        begin = _begin(text, begin_of, mark.start, end_of)
        until = bisect_left(starts, min(begin + FRAGMENT_LENGTH, end_of))
        near = marks[index : max(index + 1, until)]
        fragment = _cut(text, (begin_of, end_of), begin, [(near_mark.start, near_mark.end) for near_mark in near])
        yield fragment, [near_mark for near_mark in near if near_mark.end <= fragment.start + len(fragment.text)]


def _begin(text: str, paragraph: int, mark: int, end: int) -> int:
    """Return where a piece around ``mark`` begins: a sentence or, failing that, a word shortly before."""
    if end - paragraph <= FRAGMENT_LENGTH:
        return paragraph
    earliest = max(paragraph, mark - FRAGMENT_LENGTH // 2)
    sentences = [match.end() for match in _SENTENCE_END.finditer(text, earliest, mark) if match.end() <= mark]
    sentences = [start for start in sentences if end - start > _BEFORE]
    if sentences or earliest == paragraph:
        return sentences[-1] if sentences else paragraph
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


def _worth(piece: tuple[Fragment, list[_Mark]]) -> tuple[int, int, int]:
    """Return the rank of a piece: by different words first, then by their number, then by an early start."""
    fragment, marks = piece
    return len({mark.key for mark in marks}), len(marks), -fragment.start


def _overlap(one: Fragment, other: Fragment) -> bool:
    return one.start < other.start + len(other.text) and other.start < one.start + len(one.text)
