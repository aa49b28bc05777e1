"""The lines of a PDF page: its letters, put together by where they stand.

Some programs draw a line at once, others each word or each letter by itself. So letters belong to one line when they
stand on the same height, one behind the other; what is drawn first does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from searchapp.ingest.extras import import_extra

__all__ = ["Line", "lines_of_page"]

# In parts of the type size. Words are 0.2 to 0.6 apart, columns at least 1; letters of a word touch each other.
_WORD_GAP: Final = 0.15
_NEXT_COLUMN: Final = 1.5
_FAR: Final = 12.0
_BACK: Final = 0.5
# The gap between columns against the least one in the line: those of a justified line are all alike.
_UNLIKE: Final = 2.0
# Two words share a line when this part of the lower one's height is beside the other.
_SAME_HEIGHT: Final = 0.5
_RAISED: Final = 0.55
# PDFium marks hyphens at line ends by these, whether they are real or not.
_HYPHENS: Final = {0x02: "-", 0xFFFE: "-"}
_NO_BREAK_SPACES: Final = "\u00a0\u202f"
_LARGEST_COORDINATE: Final = 1e6
# The heads and feet of pages: parts of their height.
_ZONE: Final = 0.12


@dataclass(slots=True)
class Line:
    """A line of text, or a word of it, and its box, in points from the lower left corner of the page.

    ``zone`` is -1 at the head of the page, 1 at its foot, else 0.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    zone: int = 0

    @property
    def size(self) -> float:
        """The height of its type."""
        return self.top - self.bottom

    def is_beside(self, other: Line) -> bool:
        """Return whether both stand on one height, in type of one size or raised, as in « 1er »; no initial does."""
        shared = min(self.top, other.top) - max(self.bottom, other.bottom)
        lower, higher = sorted((self.size, other.size))
        return shared > _SAME_HEIGHT * lower and lower > _RAISED * higher


def lines_of_page(page: Any, height: float) -> list[Line]:
    """Return the lines of a text page of PDFium in the order in which they are drawn."""
    lines: list[Line] = []
    words: list[Line] = []
    for word in _words(page):
        if words and not _goes_on(words[-1], word):
            lines += _lines(words, height)
            words = []
        words.append(word)
    return [*lines, *_lines(words, height)]


def _words(page: Any) -> Iterator[Line]:
    """Yield the words: letters that touch each other, up to a blank."""
    word: Line | None = None
    pieces: list[str] = []
    for text, letter in _letters(page):
        if word and text != " " and word.is_beside(letter) and abs(letter.left - word.right) <= _WORD_GAP * word.size:
            pieces.append(text)
            word.right = max(word.right, letter.right)
            word.bottom, word.top = min(word.bottom, letter.bottom), max(word.top, letter.top)
            continue
        if word:
            word.text = "".join(pieces)
            yield word
        pieces, word = [text], None if text == " " else letter
    if word:
        word.text = "".join(pieces)
        yield word


def _letters(page: Any) -> Iterator[tuple[str, Line]]:
    """Yield each letter with its box, and the blanks; line breaks are PDFium's own, and left out."""
    raw = import_extra("pypdfium2.raw", "pdf")
    box = raw.FS_RECTF()
    for number in range(page.count_chars()):
        code = raw.FPDFText_GetUnicode(page, number)
        text = _HYPHENS.get(code) or chr(code)
        raw.FPDFText_GetLooseCharBox(page, number, box)
        edges = (box.left, box.right, box.bottom, box.top)
        is_shown = text.isprintable() or text in _NO_BREAK_SPACES
        if text == " " or (is_shown and box.top > box.bottom and all(map(_is_placed, edges))):
            yield text, Line("", *edges)


def _is_placed(coordinate: float) -> bool:
    return math.isfinite(coordinate) and abs(coordinate) < _LARGEST_COORDINATE


def _goes_on(word: Line, following: Line) -> bool:
    """Return whether ``following`` stands behind ``word``, on its height."""
    return word.is_beside(following) and -_BACK * word.size < following.left - word.right < _FAR * word.size


def _lines(words: list[Line], height: float) -> Iterator[Line]:
    """Yield the line of ``words``, or several where columns were drawn side by side."""
    gaps = [following.left - word.right for word, following in pairwise(words)]
    least = min(gaps, default=0.0)
    begin = 0
    for number, gap in enumerate(gaps, 1):
        if len(gaps) > 1 and gap > _NEXT_COLUMN * words[number].size and gap > _UNLIKE * least:
            yield _line(words[begin:number], height)
            begin = number
    if words:
        yield _line(words[begin:], height)


def _line(words: list[Line], height: float) -> Line:
    pieces = [words[0].text]
    for word, following in pairwise(words):
        pieces.append(" " if following.left - word.right > _WORD_GAP * word.size else "")
        pieces.append(following.text)
    bottom, top = min(word.bottom for word in words), max(word.top for word in words)
    middle = (bottom + top) / 2
    zone = -1 if middle > height * (1 - _ZONE) else 1 if middle < height * _ZONE else 0
    return Line("".join(pieces), words[0].left, max(word.right for word in words), bottom, top, zone)
