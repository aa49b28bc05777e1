"""Terms and tokens: the values that the analyzer returns, and the matcher that it looks for terms with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Joined", "Step", "Term", "TermMatcher", "Token"]

Joined = tuple[int, "Term"]
"""The index of a token, and the term of the compound that begins there."""


@dataclass(slots=True, eq=False)
class Term:
    """The indexed forms of a token, from strict to lenient. Compared by identity: a remembered term is one object.

    Nobody changes one. It is not declared frozen, since making it would then take three times as long.
    """

    exact: str
    word: str
    stem: str
    is_stopword: bool
    elided: int
    """Characters of the raw token that an elided word takes."""
    number: int = -1
    """A number of its own, once :mod:`searchapp.derived.term_numbers` gave it one: it stands for the term in arrays."""


@dataclass(frozen=True, slots=True)
class Token:
    """A term with its place: ``start`` and ``end`` in code points of the analysed text, elided words left out."""

    start: int
    end: int
    term: Term


@dataclass(slots=True)
class TermMatcher:
    """The terms to look for in texts: of these stems, of these folded words, or that ``other`` accepts.

    It remembers what stood between two spaces in the texts looked through, and which of it held such a term;
    ``latest`` is the text looked through last, with all that stood between two spaces in it.
    """

    stems: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    other: Callable[[Term], bool] | None = None
    seen: set[str] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)
    with_compounds: set[str] = field(default_factory=set)
    latest: tuple[str, set[str]] = ("", set())

    def __call__(self, term: Term) -> bool:
        return term.stem in self.stems or term.word in self.words or (self.other is not None and self.other(term))


@dataclass(frozen=True, slots=True)
class Step:
    """The way of one token through the chain: ``stages`` pairs the name of each step with its outcome."""

    raw: str
    start: int
    end: int
    stages: tuple[tuple[str, str], ...]
    is_stopword: bool
