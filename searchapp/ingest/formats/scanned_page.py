"""A scanned page, as ALTO and PAGE XML describe it: blocks of lines in reading order, each block and line with its id.

METS gives the parts of an article by these ids. A page number is no part of an article.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from searchapp.ingest.cleaning.line_ends import join_lines, join_paragraphs
from searchapp.ingest.cleaning.record import Record
from searchapp.ingest.formats.page_layout import is_page_number, record_of_paragraphs
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE, article_too_long

__all__ = ["Line", "ScannedPage", "record_of_page"]

Line = tuple[list[str], str]
"""The ids of a line and of its words, and its text."""


class ScannedPage:
    """The text of a page. Each line belongs to one part of the page: what was taken is not given again."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, str]] = []  # the number of its block, and its text
        self._spans: dict[str, tuple[int, int]] = {}
        self._taken: set[int] = set()
        self.size = 0
        self._blocks = 0

    def add_block(self, lines: Iterable[Line], ids: Iterable[str] = ()) -> None:
        """Add the block below those before; ``ids`` are its own and those of the blocks around it.

        Raises UnreadableError when the page holds more text than an article may.
        """
        begin = len(self._lines)
        for line_ids, text in lines:
            for line_id in line_ids:
                self._name(line_id, len(self._lines), len(self._lines) + 1)
            self._lines.append((self._blocks, text))
            self.size += len(text)
        self._blocks += 1
        for block_id in ids:
            self._name(block_id, begin, len(self._lines))
        if self.size > LARGEST_ARTICLE:
            raise article_too_long()

    def paragraphs(self) -> list[str]:
        """Return the text of each block, without page numbers at the head and the foot."""
        return _without_page_numbers(self._paragraphs(range(len(self._lines))))

    def take(self, first: str, last: str = "") -> list[str]:
        """Return the paragraphs from the element ``first`` to ``last``, by default that one; all of them for ""."""
        if not first:
            span = (0, len(self._lines))
        else:
            begin, end = self._spans.get(first, (0, 0))
            span = (begin, max(end, self._spans.get(last, (0, 0))[1]))
        left = [number for number in range(*span) if number not in self._taken]
        self._taken.update(left)
        return self._paragraphs(left)

    def _name(self, element_id: str, begin: int, end: int) -> None:
        if element_id:
            self._spans[element_id] = (self._spans.get(element_id, (begin, end))[0], end)

    def _paragraphs(self, numbers: Iterable[int]) -> list[str]:
        blocks = groupby((self._lines[number] for number in numbers), key=lambda line: line[0])
        paragraphs = (join_lines(text for _, text in block if text) for _, block in blocks)
        return [paragraph for paragraph in paragraphs if paragraph]


def record_of_page(page: ScannedPage, title: str = "") -> Record:
    """Return the record of a page that is an article; its first block is the title unless one is known."""
    return record_of_paragraphs(join_paragraphs(page.paragraphs()), title)


def _without_page_numbers(paragraphs: list[str]) -> list[str]:
    begin, end = 0, len(paragraphs)
    while begin < end and is_page_number(paragraphs[begin]):
        begin += 1
    while begin < end and is_page_number(paragraphs[end - 1]):
        end -= 1
    return paragraphs[begin:end]
