"""Fragments: the parts of a text that show its marks, each of whole words within one paragraph."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

from searchapp.model import Fragment, Span
from searchapp.search.term_marks import Mark

__all__ = ["FRAGMENT_LENGTH", "best_fragments"]

FRAGMENT_LENGTH: Final = 220
"""Code points of a fragment, about: it ends on a word."""
# Marks that a fragment may begin at.
_MAX_STARTS: Final = 1_000
# Code points before the first mark of a fragment when no sentence begins there.
_BEFORE: Final = 60
_PARAGRAPH: Final = re.compile(r"[^\n]+")
_SENTENCE_END: Final = re.compile(r"[.!?…][»”\"]?\s+")


def best_fragments(text: str, marks: Sequence[Mark], count: int) -> tuple[Fragment, ...]:
    """Return the ``count`` best fragments of ``text`` in its order; they do not overlap.

    Without marks that is the opening; an empty text gives none.
    """
    if not marks:
        opening = next(_PARAGRAPH.finditer(text), None)
        return (_cut(text, opening.span(), opening.start(), ()),) if opening else ()
    ranked = sorted(_candidates(text, marks[:_MAX_STARTS]), key=_rank, reverse=True)
    chosen: list[Fragment] = []
    for fragment, _ in ranked:
        if len(chosen) < count and not any(_overlap(fragment, other) for other in chosen):
            chosen.append(fragment)
    return tuple(sorted(chosen, key=lambda fragment: fragment.start))


def _candidates(text: str, marks: Sequence[Mark]) -> Iterator[tuple[Fragment, Sequence[Mark]]]:
    """Yield, for each mark, the fragment that begins a little before it, with the marks that it holds."""
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
    """Return where a fragment around ``mark`` begins: a sentence or, failing that, a word shortly before."""
    if end - paragraph <= FRAGMENT_LENGTH:
        return paragraph
    earliest = max(paragraph, mark - FRAGMENT_LENGTH // 2)
    sentences = [match.end() for match in _SENTENCE_END.finditer(text, earliest, mark) if match.end() <= mark]
    sentences = [start for start in sentences if end - start > _BEFORE]
    if sentences or earliest == paragraph:
        return sentences[-1] if sentences else paragraph
    # Near the end of a paragraph a fragment begins earlier, so that it is not a scrap.
    anchor = min(mark, end - FRAGMENT_LENGTH + _BEFORE)
    space = text.find(" ", max(paragraph, anchor - _BEFORE), anchor)
    return space + 1 if space >= 0 else anchor


def _cut(text: str, paragraph: Span, begin: int, spans: Sequence[Span]) -> Fragment:
    """Return the fragment of a paragraph from ``begin`` on, ended on a word, with the ``spans`` that lie in it."""
    end = paragraph[1]
    if end - begin > FRAGMENT_LENGTH:
        space = text.rfind(" ", begin + 1, begin + FRAGMENT_LENGTH)
        end = space if space > 0 else begin + FRAGMENT_LENGTH
        if spans and spans[0][1] > end:  # a single word longer than a fragment
            end = min(spans[0][1], paragraph[1])
    inside = tuple(span for span in spans if begin <= span[0] and span[1] <= end)
    return Fragment(text[begin:end], begin, inside, begin > paragraph[0], end < paragraph[1])


def _rank(candidate: tuple[Fragment, Sequence[Mark]]) -> tuple[int, int, int]:
    """Return the sort key of a fragment: the different words in it, the number of marks, an early start."""
    fragment, marks = candidate
    return len({mark.key for mark in marks}), len(marks), -fragment.start


def _overlap(one: Fragment, other: Fragment) -> bool:
    return one.start < other.start + len(other.text) and other.start < one.start + len(one.text)
