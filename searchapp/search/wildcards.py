"""Wildcards: the folded words that « tr?in », « *isation » or « m*cron » stands for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from searchapp.analysis.filters import fold, normalize

__all__ = ["WordForm"]


@dataclass(frozen=True, slots=True)
class WordForm:
    """A form of folded words: ``parts`` with any letters between them, in which « ? » is one letter."""

    parts: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the form that ``text``, with « * » and « ? », asks for."""
        return cls(_parts(text))

    @property
    def beginning(self) -> str:
        """The letters before the first « * » or « ? »."""
        return self.parts[0].partition("?")[0]

    def matches(self, word: str) -> bool:
        """Return whether ``word`` has this form; each part is taken where it first fits, so nothing is tried twice."""
        first, *middle = self.parts
        if not middle:
            return len(word) == len(first) and _fits(first, word, 0)
        last = middle.pop()
        end = len(word) - len(last)
        place = len(first)
        if place > end or not _fits(first, word, 0) or not _fits(last, word, end):
            return False
        for part in middle:
            place = _find(part, word, place)
            if place < 0:
                return False
            place += len(part)
        return place <= end


@lru_cache(maxsize=256)
def _parts(text: str) -> tuple[str, ...]:
    return tuple(fold(normalize(text)).split("*"))


def _fits(part: str, word: str, start: int) -> bool:
    if "?" not in part:
        return word.startswith(part, start)
    return all(sign in ("?", letter) for sign, letter in zip(part, word[start : start + len(part)], strict=True))


def _find(part: str, word: str, start: int) -> int:
    if "?" not in part:
        return word.find(part, start)
    places = range(start, len(word) - len(part) + 1)
    return next((place for place in places if _fits(part, word, place)), -1)
