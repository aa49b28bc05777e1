"""Passages: the part of an article that a language model reads, and its digest."""

from __future__ import annotations

from hashlib import blake2b
from itertools import chain, islice
from typing import Final

from searchapp.model import Article

__all__ = ["passage_digest", "passage_of"]

# News says at the start what it is about, and the cost of a vector follows the number of words.
_WORDS: Final = 128
# Code points in which the words are looked for, and of one word: a text without spaces is no word of any language.
_CHARACTERS: Final = 4_000
_LONGEST_WORD: Final = 60


def passage_of(article: Article) -> str:
    """Return the first 128 words of title, lead and text; "" for an article without any."""
    parts = (part[:_CHARACTERS].split() for part in (article.title, article.lead, article.text))
    return " ".join(word[:_LONGEST_WORD] for word in islice(chain.from_iterable(parts), _WORDS))


def passage_digest(passage: str) -> bytes:
    """Return 128 bits that tell a passage from all others."""
    return blake2b(passage.encode("utf-8", "surrogatepass"), digest_size=16).digest()
