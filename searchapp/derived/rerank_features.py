"""What the second stage wants to know of an article, as one string that any engine can store.

Four lines of an article's content words (stopwords left out), as stems of the title, of the opening and of the rest,
and as exact forms of all; a fifth line has two lengths in tokens, stopwords included. Words stand between bars, two
between neighbours, so that « how often » and « how often side by side » are each one :meth:`str.count`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, filterfalse
from operator import attrgetter
from typing import Final

from searchapp.analysis import Term
from searchapp.errors import IndexDamaged
from searchapp.i18n import Message

__all__ = ["RerankFeatures", "make_rerank_features", "read_rerank_features"]

# Content words at the start of the text, where news says what it is about.
_OPENING: Final = 60
_IS_STOPWORD: Final = attrgetter("is_stopword")
_STEM: Final = attrgetter("stem")
_EXACT: Final = attrgetter("exact")


@dataclass(frozen=True, slots=True)
class RerankFeatures:
    """The lines of an article's evidence; lengths in tokens, ``length`` of the whole article."""

    title: str
    opening: str
    rest: str
    forms: str
    title_length: int
    length: int


def make_rerank_features(title: Sequence[Term], body: Sequence[Term]) -> str:
    """Return the evidence of an article; ``body`` is lead and text."""
    content = list(filterfalse(_IS_STOPWORD, body))
    heading = list(filterfalse(_IS_STOPWORD, title))
    stems = list(map(_STEM, content))
    lines = (
        _stream(map(_STEM, heading)),
        _stream(stems[:_OPENING]),
        _stream(stems[_OPENING:]),
        _stream(map(_EXACT, chain(heading, content))),
        f"{len(title)} {len(title) + len(body)}",
    )
    return "\n".join(lines)


def _stream(texts: Iterable[str]) -> str:
    """Return texts between bars; every text has two of its own, so that neighbours are counted alike."""
    joined = "||".join(texts)
    return f"|{joined}|" if joined else ""


def read_rerank_features(evidence: str) -> RerankFeatures:
    """Return what :func:`make_rerank_features` wrote."""
    try:
        title, opening, rest, forms, lengths = evidence.split("\n")
        title_length, _, length = lengths.partition(" ")
        return RerankFeatures(title, opening, rest, forms, int(title_length), int(length))
    except ValueError as error:
        reason = Message("it cannot be read ({reason})", reason="the evidence of an article")
        raise IndexDamaged("engine", [Message("{file}: {reason}", file="engine", reason=reason)]) from error
