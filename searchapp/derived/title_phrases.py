"""The words and phrases of a title that are worth suggesting.

A phrase begins and ends with a content word, holds three of them at most, and crosses no punctuation: « Assemblée
nationale », « projet de loi », « mise en examen ». With the article before it, in small letters, it is another one,
as people type it: « l’Assemblée nationale », « la grève ».
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from searchapp.analysis.filters import elided_length, fold, normalize, stopwords
from searchapp.analysis.tokenizer import APOSTROPHES, IGNORABLE, PATTERN

__all__ = ["plain_text", "title_phrases"]

_MOST_CONTENT_WORDS: Final = 3
_MOST_AFTER_ARTICLE: Final = 2
_MOST_WORDS: Final = 6
_ARTICLES: Final = frozenset(["le", "la", "les", "un", "une", "des", "du", "au", "aux"])
_HYPHENS: Final = ("-", "\u2010", "\u2011")
_APOSTROPHE: Final = re.compile(f"[{re.escape(APOSTROPHES)}]")
_IGNORABLE: Final = re.compile(f"[{IGNORABLE}]")

# Of a title: where it begins with what is elided, and without, where it ends, whether it is a content word, whether it
# is an article, and whether only a space parts it from the word before.
_Word = tuple[int, int, int, bool, bool, bool]


def plain_text(text: str) -> str:
    """Return ``text`` with one kind of space and of apostrophe, so that equal words are counted together."""
    return " ".join(_APOSTROPHE.sub("’", _IGNORABLE.sub("", text)).split())


def title_phrases(title: str) -> Iterator[tuple[str, bool]]:
    """Yield words and phrases of ``title`` as they are written there, each with whether it is a phrase."""
    title = plain_text(title)
    words = _words(title)
    for first, (elided_start, start, end, is_content, _, is_joined) in enumerate(words):
        if not is_content:
            continue
        article_start = elided_start
        if elided_start == start and is_joined and first and words[first - 1][4]:
            article_start = words[first - 1][1]
        article = title[article_start:start].lower()
        if not (text := title[start:end]).isdecimal():
            yield text, False
            if article:
                yield article + text, False
        content = 1
        for _, _, end, is_content, _, is_joined in words[first + 1 : first + _MOST_WORDS]:
            if not is_joined or (content := content + is_content) > _MOST_CONTENT_WORDS:
                break
            if is_content:
                text = title[start:end]
                yield text, True
                if article and content <= _MOST_AFTER_ARTICLE:
                    yield article + text, True


def _words(title: str) -> list[_Word]:
    """Return the words of a title; « porte-parole » is one."""
    words: list[_Word] = []
    before = 0
    spans = [match.span() for match in PATTERN.finditer(title.replace("_", " "))]
    number = 0
    while number < len(spans):
        start, end = spans[number]
        number += 1
        while number < len(spans) and title[end : spans[number][0]] in _HYPHENS:
            end = spans[number][1]
            number += 1
        elided, is_content, is_article = _read_word(title[start:end])
        words.append((start, start + elided, end, is_content, is_article, title[before:start] in ("", " ")))
        before = end
    return words


@lru_cache(1 << 16)
def _read_word(text: str) -> tuple[int, bool, bool]:
    """Return the characters elided before a word, whether it is a content word, and whether it is an article."""
    elided = elided_length(text)
    word = fold(normalize(text[elided:]))
    return elided, len(word) > 1 and word not in stopwords(), word in _ARTICLES
