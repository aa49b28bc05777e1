"""The terms of a field as the text that Tantivy stores, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

__all__ = ["ODD", "join", "split", "words_at_positions"]

ODD: Final = "\x1f"
"""Separator where a term is empty or holds a space, as a few characters normalise to; it also begins the text."""


def join(terms: Sequence[str]) -> str:
    """Return ``terms`` as a text that splits at its spaces again or, where it would not, begins with ODD."""
    text = " ".join(terms)
    odd = text.count(" ") >= len(terms) or "  " in text or text.strip(" ") != text or not text
    return ODD + ODD.join(terms) if odd else text


def split(text: str) -> list[str]:
    """Return the terms that :func:`join` was given."""
    return text[1:].split(ODD) if text.startswith(ODD) else text.split(" ")


def words_at_positions(paragraphs: Iterable[str]) -> list[str]:
    """Return the terms of a field by their positions; ODD, which no term is, stands where a paragraph ends."""
    words: list[str] = []
    for paragraph in paragraphs:
        words += [ODD, *split(paragraph)] if words else split(paragraph)
    return words
