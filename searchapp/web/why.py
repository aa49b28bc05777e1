"""The words of the page that explains results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from babel.numbers import format_decimal

from searchapp.i18n import Message
from searchapp.model import ScorePart
from searchapp.web.site_language import current_language

__all__ = ["form_kind", "part_name", "points", "score_part"]

_FORM_KINDS: Final[Mapping[str, Message]] = {
    "related": Message("same family"),
    "synonym": Message("synonym"),
    "spelling": Message("other spelling"),
}
_PART_NAMES: Final[Mapping[str, Message]] = {
    "title": Message("Title"),
    "lead": Message("Standfirst"),
    "text": Message("Text"),
}
_SCORE_PARTS: Final[Mapping[str, Message]] = {
    "bm25": Message("frequency and rarity of the words (BM25)"),
    "words": Message("words in the article"),
    "title": Message("words in the title"),
    "opening": Message("words at the beginning"),
    "exact": Message("words as they were typed"),
    "exact_title": Message("words of the title as they were typed"),
    "name": Message("names as they were typed"),
    "pairs": Message("words side by side"),
    "window": Message("words close together"),
    "related": Message("words of the same family"),
    "coverage": Message("words that are missing"),
    "likeness": Message("likeness to the best results"),
    "e5": Message("closeness in meaning"),
}


def form_kind(kind: str) -> Message:
    """Return the label of a kind of :class:`~searchapp.model.FoundForm`."""
    return _FORM_KINDS[kind]


def part_name(part: str) -> Message:
    """Return the name of a part of an article."""
    return _PART_NAMES[part]


def score_part(part: ScorePart) -> Message:
    """Return the label of a part of a score; a feature without one has its own name."""
    if part.name == "recency":
        return Message("age: {days} days older than the newest", days=round(part.value))
    return _SCORE_PARTS.get(part.name) or Message("{name}", name=part.name)


def points(value: float) -> str:
    """Return a part of a score with its sign if it is negative, to two decimals."""
    return str(format_decimal(value, "0.00", locale=current_language()))
