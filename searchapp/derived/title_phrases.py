"""The words and phrases of a title that are worth suggesting.

A phrase begins and ends with a content word, holds three of them at most, and crosses no punctuation: « Assemblée
nationale », « projet de loi », « mise en examen ». With the article before it, in small letters, it is another one,
as people type it: « l’Assemblée nationale », « la grève ».
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from searchapp.analysis.filters import elided_length, fold, normalize, stopwords
from searchapp.analysis.tokenizer import APOSTROPHES, IGNORABLE, raw_tokens_with_spans

__all__ = ["plain_text", "title_phrases"]

_MOST_CONTENT_WORDS: Final = 3
_MOST_AFTER_ARTICLE: Final = 2
_MOST_WORDS: Final = 6
_ARTICLES: Final = frozenset(["le", "la", "les", "un", "une", "des", "du", "au", "aux"])
_HYPHENS: Final = ("-", "\u2010", "\u2011")
_APOSTROPHE: Final = re.compile(f"[{re.escape(APOSTROPHES)}]")
_IGNORABLE: Final = re.compile(f"[{IGNORABLE}]")


class _Word(NamedTuple):
    """A word of a title: ``start`` is behind what is elided at ``elided_start``.

    ``joined`` when only spaces part it from the word before.
    """

    elided_start: int
    start: int
    end: int
    is_content: bool
    is_article: bool
    joined: bool


def plain_text(text: str) -> str:
    """Return ``text`` with one kind of space and of apostrophe, so that equal words are counted together."""
    return " ".join(_APOSTROPHE.sub("’", _IGNORABLE.sub("", text)).split())


def title_phrases(title: str) -> Iterator[tuple[str, bool]]:
    """Yield words and phrases of ``title`` as they are written there, each with whether it is a phrase."""
    title = plain_text(title)
    words = list(_words(title))
    for first, word in enumerate(words):
        if not word.is_content:
            continue
        article_start = word.elided_start
        if article_start == word.start and first and word.joined and words[first - 1].is_article:
            article_start = words[first - 1].start
        for end, content, is_phrase in _ends(words, first):
            text = title[word.start : end]
            if is_phrase or not text.isdecimal():
                yield text, is_phrase
                if article_start < word.start and content <= _MOST_AFTER_ARTICLE:
                    yield title[article_start : word.start].lower() + text, is_phrase


def _ends(words: list[_Word], first: int) -> Iterator[tuple[int, int, bool]]:
    """Yield where what begins at word ``first`` may end, with its content words, and whether it has several words."""
    content = 0
    for last in range(first, min(first + _MOST_WORDS, len(words))):
        content += words[last].is_content
        if content > _MOST_CONTENT_WORDS or (last > first and not words[last].joined):
            return
        if words[last].is_content:
            yield words[last].end, content, last > first


def _words(title: str) -> Iterator[_Word]:
    """Yield the words of a title; « porte-parole » is one."""
    before = 0
    spans = [(start, end) for _, start, end in raw_tokens_with_spans(title)]
    for number, (start, end) in enumerate(spans):
        if number and title[spans[number - 1][1] : start] in _HYPHENS:
            continue
        following = number + 1
        while following < len(spans) and title[end : spans[following][0]] in _HYPHENS:
            end = spans[following][1]
            following += 1
        elided, is_content, is_article = _read_word(title[start:end])
        yield _Word(start, start + elided, end, is_content, is_article, title[before:start] in ("", " "))
        before = end


@lru_cache(1 << 16)
def _read_word(text: str) -> tuple[int, bool, bool]:
    """Return the characters elided before a word, whether it is a content word, and whether it is an article."""
    elided = elided_length(text)
    word = fold(normalize(text[elided:]))
    return elided, len(word) > 1 and word not in stopwords(), word in _ARTICLES
