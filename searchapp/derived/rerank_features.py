"""The rerank features of an article, as one string that any engine can store.

Five lines. The first four hold the article's content words (stopwords left out): stems of the title, of the opening and
of the rest, then the exact forms of all. The fifth has two lengths in tokens, stopwords included. Words stand between
bars, with two bars between neighbours, so that :meth:`str.count` counts occurrences and adjacent pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, filterfalse, islice
from operator import attrgetter
from typing import Final

from searchapp.analysis import Joined, Term
from searchapp.errors import IndexDamaged
from searchapp.i18n import Message

__all__ = ["RerankFeatures", "make_rerank_features", "read_rerank_features"]

# Content words of the opening: news says at the start what it is about.
_OPENING_WORDS: Final = 60
_IS_STOPWORD: Final = attrgetter("is_stopword")
_STEM: Final = attrgetter("stem")
_EXACT: Final = attrgetter("exact")


@dataclass(frozen=True, slots=True)
class RerankFeatures:
    """The rerank features of an article; lengths in tokens, ``length`` of the whole article."""

    title: str
    opening: str
    rest: str
    forms: str
    title_length: int
    length: int

    def title_forms_end(self) -> int:
        """Return where the exact forms of the title end in ``forms``, 0 without a title."""
        if not self.title.startswith("|"):
            return 0
        end = 0
        for _ in range(self.title.count("||") + 1):
            end = self.forms.find("||", end + 1)
        return end + 1 if end > 0 else len(self.forms)

    def body(self, limit: int) -> str:
        """Return the stems of opening and rest in a row, without joined words; at most ``limit`` characters of each."""
        return self.opening[:limit].partition(" ")[0] + self.rest[:limit].partition(" ")[0]


def make_rerank_features(
    title: Sequence[Term], body: Sequence[Term], joined_title: Sequence[Term] = (), joined_body: Sequence[Joined] = ()
) -> str:
    """Return the rerank features of an article in their stored form; ``body`` is lead and text.

    Joined words of compounds stand at the end of a line, neighbours of nothing.
    """
    title_words = list(filterfalse(_IS_STOPWORD, title))
    body_words = list(filterfalse(_IS_STOPWORD, body))
    stems = list(map(_STEM, body_words))
    end = _end_of_opening(body) if joined_body else 0
    lines = (
        _between_bars(map(_STEM, title_words)) + _alone(map(_STEM, joined_title)),
        _between_bars(stems[:_OPENING_WORDS]) + _alone(term.stem for index, term in joined_body if index < end),
        _between_bars(stems[_OPENING_WORDS:]) + _alone(term.stem for index, term in joined_body if index >= end),
        _between_bars(map(_EXACT, chain(title_words, body_words)))
        + _alone(map(_EXACT, chain(joined_title, (term for _, term in joined_body)))),
        f"{len(title)} {len(title) + len(body)}",
    )
    return "\n".join(lines)


def _between_bars(words: Iterable[str]) -> str:
    """Return words between bars; each word has two of its own, so that equal neighbours are both counted."""
    joined = "||".join(words)
    return f"|{joined}|" if joined else ""


def _end_of_opening(body: Sequence[Term]) -> int:
    """Return the index of the first token behind the opening."""
    body_words = (index for index, term in enumerate(body) if not term.is_stopword)
    return next(islice(body_words, _OPENING_WORDS, None), len(body))


def _alone(words: Iterable[str]) -> str:
    """Return words between bars, none of them the neighbour of another."""
    joined = "| |".join(words)
    return f" |{joined}|" if joined else ""


def read_rerank_features(stored: str) -> RerankFeatures:
    """Return the rerank features that :func:`make_rerank_features` wrote; raises IndexDamaged for other text."""
    try:
        title, opening, rest, forms, lengths = stored.split("\n")
        title_length, _, length = lengths.partition(" ")
        return RerankFeatures(title, opening, rest, forms, int(title_length), int(length))
    except ValueError as error:
        reason = Message("it cannot be read ({reason})", reason="the rerank features of an article")
        raise IndexDamaged("engine", [Message("{file}: {reason}", file="engine", reason=reason)]) from error
