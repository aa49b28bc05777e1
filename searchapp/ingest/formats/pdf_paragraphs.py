"""The paragraphs of a PDF document: lines below each other make blocks, and blocks are read column by column.

What comes again at the head or the foot of other pages, and page numbers, are no text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from statistics import median_low
from typing import Final

from searchapp.ingest.cleaning.line_ends import join_lines
from searchapp.ingest.formats.page_layout import is_page_number
from searchapp.ingest.formats.pdf_lines import Line

__all__ = ["Paragraph", "paragraphs_of"]

_DIGITS: Final = re.compile(r"\d+")
# In parts of the type size.
_BLOCK_GAP: Final = 0.9
_OVERLAP: Final = 0.5
_INDENT: Final = 0.7
# The distance of lines against the usual one in its block.
_PARAGRAPH_GAP: Final = 1.3
# The length of a last line against a full one.
_SHORT_LINE: Final = 0.85
_SAME_SIZE: Final = 0.85
# Pages of more blocks are maps, forms and tables: their order is the one in which they are drawn.
_MAX_BLOCKS: Final = 150
_MAX_WIDE: Final = 20
_ENDS_SENTENCE: Final = (".", "!", "?", "…", ":", ";", "»", '"', "”", ")")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, the number of its page from 0 and the height of its type."""

    text: str
    page: int
    size: float


class _Block:
    """Lines below each other, and their box."""

    def __init__(self, line: Line) -> None:
        self.lines = [line]
        self.left, self.right, self.top, self.bottom = line.left, line.right, line.top, line.bottom

    def takes(self, line: Line) -> bool:
        """Return whether ``line`` is the next line of the block."""
        last = self.lines[-1]
        larger = max(last.size, line.size)
        gap = last.bottom - line.top
        return (
            min(last.size, line.size) >= _SAME_SIZE * larger
            and -_OVERLAP * larger < gap < _BLOCK_GAP * larger
            and line.top < last.top
            and min(self.right, line.right) > max(self.left, line.left)
        )

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.left, self.right = min(self.left, line.left), max(self.right, line.right)
        self.bottom = min(self.bottom, line.bottom)


def paragraphs_of(pages: list[list[Line]]) -> list[Paragraph]:
    """Return the paragraphs of all pages in reading order; those that go on in the next column or page are one."""
    heads = _running_heads(pages)
    joined: list[list[Paragraph]] = []
    for number, lines in enumerate(pages):
        text = _without_page_numbers([line for line in lines if not line.zone or _key(line) not in heads])
        for block in _in_reading_order(_blocks(_with_initials(text))):
            for paragraph in _paragraphs(block, number):
                if joined and _goes_on(joined[-1][-1], paragraph):
                    joined[-1].append(paragraph)
                else:
                    joined.append([paragraph])
    return [Paragraph(join_lines(part.text for part in parts), parts[0].page, parts[0].size) for parts in joined]


def _goes_on(last: Paragraph, following: Paragraph) -> bool:
    """Return whether a paragraph ends in the middle of a sentence that the following one goes on with."""
    same_size = min(last.size, following.size) >= _SAME_SIZE * max(last.size, following.size)
    return same_size and following.text[0].islower() and not last.text.endswith(_ENDS_SENTENCE)


def _running_heads(pages: list[list[Line]]) -> set[tuple[int, int, str]]:
    """Return the running heads: lines in the same type at the head or the foot of two pages, whatever their numbers.

    The type tells the title on the first page from itself above the others.
    """
    counts = Counter(key for lines in pages for key in {_key(line) for line in lines if line.zone})
    return {key for key, count in counts.items() if count > 1}


def _key(line: Line) -> tuple[int, int, str]:
    return line.zone, round(line.size), _DIGITS.sub("0", line.text.casefold())


def _without_page_numbers(lines: list[Line]) -> list[Line]:
    """Return ``lines`` without page numbers above or below all others."""
    is_number = [bool(line.zone) and is_page_number(line.text) for line in lines]
    others = [line for line, number in zip(lines, is_number, strict=True) if not number]
    if not others:
        return lines
    top, bottom = max(line.top for line in others), min(line.bottom for line in others)
    return [
        line
        for line, number in zip(lines, is_number, strict=True)
        if not number or (line.bottom < top and line.top > bottom)
    ]


def _with_initials(lines: list[Line]) -> list[Line]:
    """Return ``lines`` with a drop cap at the beginning of the line to its right."""
    kept: list[Line] = []
    for line, following in zip_longest(lines, lines[1:]):
        is_initial = (
            following is not None
            and len(line.text) <= len("L’")
            and line.text[0].isupper()
            and line.size > 1.6 * following.size
            and line.bottom < following.bottom
            and line.right - line.size < following.left < line.right + line.size
        )
        if is_initial:
            following.text = f"{line.text}{following.text}"
        else:
            kept.append(line)
    return kept


def _blocks(lines: Iterable[Line]) -> list[_Block]:
    blocks: list[_Block] = []
    for line in lines:
        if blocks and blocks[-1].takes(line):
            blocks[-1].add(line)
        else:
            blocks.append(_Block(line))
    return blocks


def _in_reading_order(blocks: list[_Block]) -> list[_Block]:
    """Return ``blocks`` ordered by two rules, and otherwise as they are drawn.

    Above comes first where two share a column; left comes first unless a block between them spans both. Breuel, “High
    performance document layout analysis”, 2003.
    """
    if len(blocks) > _MAX_BLOCKS:
        return blocks
    wide = [block for block in blocks if _is_over_columns(block, blocks)][:_MAX_WIDE]
    before = [{number for number, other in enumerate(blocks) if _precedes(other, this, wide)} for this in blocks]
    order: list[int] = []
    placed: set[int] = set()
    left = list(range(len(blocks)))
    while left:
        following = next((number for number in left if before[number] <= placed), left[0])
        order.append(following)
        placed.add(following)
        left.remove(following)
    return [blocks[number] for number in order]


def _precedes(one: _Block, other: _Block, wide: list[_Block]) -> bool:
    if one is other:
        return False
    if _share_column(one, other):
        return one.top > other.top
    lower, higher = sorted((one.top, other.top))
    return one.right <= other.left and not any(
        lower < between.top < higher and _share_column(between, one) and _share_column(between, other)
        for between in wide
    )


def _is_over_columns(block: _Block, blocks: list[_Block]) -> bool:
    """Return whether ``block`` shares its width with blocks that stand beside each other."""
    others = [other for other in blocks if other is not block and _share_column(block, other)]
    return bool(others) and min(other.right for other in others) <= max(other.left for other in others)


def _share_column(one: _Block, other: _Block) -> bool:
    return min(one.right, other.right) > max(one.left, other.left)


def _paragraphs(block: _Block, page: int) -> Iterator[Paragraph]:
    """Yield the paragraphs of a block: cut where a line is indented, stands off, or follows a short one."""
    pitches = [above.top - below.top for above, below in pairwise(block.lines)]
    usual = median_low(pitches) if pitches else 0.0
    begun = [block.lines[0]]
    for above, below in pairwise(block.lines):
        if _begins_paragraph(block, above, below, usual):
            yield _joined(begun, page)
            begun = []
        begun.append(below)
    yield _joined(begun, page)


def _begins_paragraph(block: _Block, above: Line, below: Line, usual: float) -> bool:
    if above.top - below.top > usual * _PARAGRAPH_GAP:
        return True
    is_indented = below.left > block.left + _INDENT * below.size and above.left < below.left - _INDENT * below.size / 2
    is_short = above.right - block.left < (block.right - block.left) * _SHORT_LINE
    return (is_indented or is_short) and above.text.endswith(_ENDS_SENTENCE) and not below.text[0].islower()


def _joined(lines: list[Line], page: int) -> Paragraph:
    return Paragraph(join_lines(line.text for line in lines), page, max(line.size for line in lines))
