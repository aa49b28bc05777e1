"""The differences of two versions of a report, found in time linear in both.

Words are new unless three in a row that hold them stand in the other text too, wherever: a paragraph that moved is no
difference, and no alignment has to be searched for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final

from searchapp.model import Article, Fragment, Span
from searchapp.search.open_generation import OpenGeneration

__all__ = ["Comparison", "Copy", "compare", "copies_in", "describe_copy", "new_words"]

_WORD: Final = re.compile(r"\w+")
_ROW: Final = 3
# Characters of a text from which on a list of results does not count its new words.
_LONGEST_COUNTED: Final = 100_000
_SHORTEST_EXCERPT: Final = 4
_LONGEST_EXCERPT: Final = 160


@dataclass(frozen=True, slots=True)
class Copy:
    """A near duplicate beside the article that is shown for it.

    ``words`` is its length; ``added`` and ``missing`` count the words that only it, and only the other one has.
    ``excerpt`` is the longest stretch of words that only it has, "" when there is none worth reading.
    """

    article: Article
    words: int
    added: int
    missing: int
    excerpt: str
    has_other_title: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side: of each title, lead and text with the spans that the other does not have."""

    articles: tuple[Article, Article]
    titles: tuple[Fragment, Fragment]
    leads: tuple[Fragment, Fragment]
    texts: tuple[Fragment, Fragment]


def compare(one: Article, other: Article) -> Comparison:
    """Return the comparison of two articles. A lead may stand in the text of the other, so both are searched."""
    bodies = (_body(one), _body(other))
    return Comparison(
        (one, other),
        (_marked(one.title, other.title), _marked(other.title, one.title)),
        (_marked(one.lead, bodies[1]), _marked(other.lead, bodies[0])),
        (_marked(one.text, bodies[1]), _marked(other.text, bodies[0])),
    )


def copies_in(generation: OpenGeneration, shown: Article, most: int) -> tuple[tuple[Copy, ...], int]:
    """Return at most ``most`` near duplicates of an article, the oldest first, and the number of all."""
    group = generation.duplicates.group_of(shown.id)
    members = generation.duplicates.members(group) if group is not None else ()
    others = [article_id for article_id in members if article_id != shown.id]
    stored = map(generation.reader.article, others[:most])
    return tuple(describe_copy(copy, shown) for copy in stored if copy), len(others)


def describe_copy(copy: Article, shown: Article) -> Copy:
    """Return the differences of ``copy`` from the article that is ``shown`` for it."""
    body, other = _body(copy), _body(shown)
    is_counted = max(len(body), len(other)) <= _LONGEST_COUNTED
    added, missing = (new_words(body, other), new_words(other, body)) if is_counted else ((), ())
    longest = max(added, key=lambda span: span[1] - span[0], default=(0, 0))
    excerpt = body[slice(*longest)]
    return Copy(
        article=copy,
        words=_count(body),
        added=sum(_count(body[slice(*span)]) for span in added),
        missing=sum(_count(other[slice(*span)]) for span in missing),
        excerpt=_shortened(excerpt) if _count(excerpt) >= _SHORTEST_EXCERPT else "",
        has_other_title=_words(copy.title) != _words(shown.title),
    )


def new_words(text: str, other: str) -> tuple[Span, ...]:
    """Return the stretches of ``text`` whose words do not stand in ``other``."""
    matches = list(_WORD.finditer(text))
    row = min(_ROW, len(matches))
    if not row:
        return ()
    words = [match.group().lower() for match in matches]
    theirs = _words(other)
    known = set(zip(*(theirs[start:] for start in range(row)), strict=False))
    is_known = bytearray(len(words))
    for start, words_in_row in enumerate(zip(*(words[start:] for start in range(row)), strict=False)):
        if words_in_row in known:
            is_known[start : start + row] = b"\1" * row
    neighbours = enumerate(pairwise(chain(b"\1", is_known, b"\1")))
    edges = [number for number, (before, after) in neighbours if before != after]
    return tuple(
        (matches[first].start(), matches[end - 1].end()) for first, end in zip(edges[::2], edges[1::2], strict=True)
    )


def _marked(text: str, other: str) -> Fragment:
    return Fragment(text, 0, new_words(text, other))


def _body(article: Article) -> str:
    return f"{article.lead}\n\n{article.text}" if article.lead else article.text


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _count(text: str) -> int:
    return len(_WORD.findall(text))


def _shortened(text: str) -> str:
    """Return the first words of a long text; paragraphs become one line."""
    line = " ".join(text[: 2 * _LONGEST_EXCERPT].split())
    return line if len(line) <= _LONGEST_EXCERPT else line[:_LONGEST_EXCERPT].rpartition(" ")[0] + "…"
