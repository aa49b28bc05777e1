"""The highlight stage: fragments and marks over stored text, the same whatever the engine.

The text is analysed again by the chain that indexed it, so a mark stands exactly where the index has a match, on the
original spelling and without the elided word. The work is linear in the text and bounded: the text is analysed stretch
by stretch until the deadline, an excerpt reads only the beginning of a long text, and the number of marks is limited.
The rest is shown without marks.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from searchapp.analysis import FrenchAnalyzer, Token
from searchapp.model import Article, ArticleView, Deadline, Explanation, Fragment, Hit, Span
from searchapp.search.fragments import best_fragments
from searchapp.search.highlight_terms import HighlightTerms
from searchapp.search.term_marks import Mark, TermTokens, without_overlap

__all__ = ["EXCERPT_TEXT", "MOST_MARKS", "Highlighter"]

EXCERPT_TEXT: Final = 250_000
"""Code points of a text that an excerpt is taken from: forty thousand words, a thick book's first third."""
MOST_MARKS: Final = 10_000
"""Marks of a text, the first ones."""
_FRAGMENTS: Final = 2
# Code points analysed between two checks of the deadline: some ten milliseconds.
_STRETCH: Final = 1 << 16
_WORD: Final = re.compile(r"[^\W_]")
# A group of digits after a space, as in « 20 000 ».
_GROUP: Final = re.compile(r" \d{3}(?!\w)")


class Highlighter:
    """Marks the highlight terms of a query in texts."""

    def __init__(self, analyzer: FrenchAnalyzer) -> None:
        self._analyzer = analyzer

    def hit(
        self,
        article: Article,
        rank: int,
        score: float,
        terms: HighlightTerms,
        deadline: Deadline,
        *,
        missing: tuple[str, ...] = (),
        explanation: Explanation | None = None,
        copies: tuple[str, ...] | None = None,
    ) -> Hit:
        """Return an article as a result with its marks and fragments; ``copies`` are its near duplicates."""
        return Hit(
            article=article,
            rank=rank,
            score=round(score, 4),
            title=self.whole(article.title, terms.of("title"), deadline),
            lead=next(iter(self.fragments(article.lead, terms.of("lead"), deadline, 1)), None),
            fragments=self.fragments(article.text, terms.of("text"), deadline),
            missing=missing,
            explanation=explanation,
            copies=copies,
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
        """Return the best fragments of the beginning of ``text``, in its order."""
        return best_fragments(text, self._marks(text, terms, deadline, EXCERPT_TEXT), count)

    def _marks(self, text: str, terms: HighlightTerms, deadline: Deadline, limit: int | None = None) -> list[Mark]:
        """Return the marks of the first ``limit`` code points, as far as there is time."""
        if not text or not terms or deadline.passed():
            return []
        tokens = self._tokens(text, terms, deadline, limit)
        compounds = self._compounds(text, terms, deadline, limit)
        keys = ((token, terms.key(token.term)) for token in (*tokens.tokens, *compounds))
        marks = [Mark(token.start, token.end, key) for token, key in keys if key is not None]
        for pattern in terms.patterns:
            matches = pattern.finditer(text, 0, limit or len(text))
            marks += [Mark(match.start(), match.end(), pattern) for match in islice(matches, MOST_MARKS)]
        for phrase in terms.phrases:
            marks += tokens.phrase_marks(phrase, deadline)
        for words, slop in terms.near if tokens.counted else ():
            marks += tokens.near_marks(words, slop) if not deadline.passed() else ()
        return without_overlap(marks)[:MOST_MARKS]

    def _compounds(self, text: str, terms: HighlightTerms, deadline: Deadline, limit: int | None) -> Iterator[Token]:
        """Yield the compounds whose joined word is marked; they are marked whole."""
        for start, end in _stretches(text, limit, deadline) if terms.stems or terms.exact else ():
            stretch = text[start:end]
            if terms.has_codes:
                tokens: Iterator[Token] = (
                    Token(one.start, one.end, term) for one, term in self._analyzer.compounds(stretch)
                )
            else:
                tokens = self._analyzer.wanted_compounds(stretch, terms.terms)
            yield from (Token(token.start + start, token.end + start, token.term) for token in tokens)

    def _tokens(self, text: str, terms: HighlightTerms, deadline: Deadline, limit: int | None) -> TermTokens:
        """Return the tokens that may be marked; their positions are counted where other words have to be."""
        if not terms.has_numbers:
            matching = self._matching_tokens(text, terms, deadline, limit)
            words = {token.term.word for token in matching.tokens}
            if not any(words.issuperset(near) for near, _ in terms.near):
                return matching
        return self._all_tokens(text, terms, deadline, limit)

    def _matching_tokens(self, text: str, terms: HighlightTerms, deadline: Deadline, limit: int | None) -> TermTokens:
        tokens: list[Token] = []
        positions: list[int] = []
        ends = self._analyzer.paragraph_ends(text) if terms.phrases else []
        for start, end in _stretches(text, limit, deadline):
            for token in self._analyzer.wanted_tokens(text[start:end], terms.terms):
                moved = Token(token.start + start, token.end + start, token.term) if start else token
                follows = bool(tokens) and _follows(text, tokens[-1], moved, ends)
                positions.append(positions[-1] + (1 if follows else 2) if positions else 0)
                tokens.append(moved)
        return TermTokens(tokens, positions, counted=False)

    def _all_tokens(self, text: str, terms: HighlightTerms, deadline: Deadline, limit: int | None) -> TermTokens:
        tokens: list[Token] = []
        positions: list[int] = []
        position = 0
        ends = deque(self._analyzer.paragraph_ends(text))
        for start, end in _stretches(text, limit, deadline):
            for token in self._analyzer.tokens(text[start:end]):
                if ends and start + token.start > ends[0]:
                    position += position > 0  # a break takes a position, see the engine port
                    while ends and start + token.start > ends[0]:
                        ends.popleft()
                if terms.terms(token.term):
                    positions.append(position)
                    tokens.append(Token(token.start + start, token.end + start, token.term))
                position += 1
        return TermTokens(tokens, positions, counted=True)


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
    return next((offset for offset in (space, last) if offset > 0), end)


def _follows(text: str, one: Token, other: Token, ends: Sequence[int]) -> bool:
    """Return whether no token and none of the paragraph ``ends`` stands between two."""
    if _WORD.search(text, one.end, other.start - other.term.elided):
        return False
    return not ends or bisect_left(ends, one.end) == bisect_left(ends, other.start)
