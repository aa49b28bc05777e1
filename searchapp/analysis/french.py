"""The French chain, its order in one place.

::

    text  --TOKEN-->  raw token with its span
          elision     « l’État » -> « État », the span moves with it
          normalize   lower case, composed accents, one apostrophe, œ -> oe
          acronym     « o.n.u. » -> « onu »
          number      « 1 200 » -> « 1200 »            => exact
          fold        « état » -> « etat »              => word
          stem        « etats » -> « etat »             => stem

Words repeat: what a raw token becomes is remembered, so a text costs one pattern scan and a look-up a word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from Stemmer import Stemmer

from searchapp.analysis.filters import elided_length, fold, join_acronym, join_number, normalize, small_words
from searchapp.analysis.tokenizer import TOKEN

__all__ = ["FrenchAnalyzer", "Step", "Term", "Token"]

# Raises the fingerprint when the code of the chain changes what it gives.
_CHAIN_VERSION: Final = 1
# About 60 MB at most; the vocabulary of 18,000 articles fits.
_REMEMBERED: Final = 1 << 17


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """What is indexed for a token, from strict to lenient. Compared by identity: a remembered term is one object."""

    exact: str
    word: str
    stem: str
    small: bool
    elided: int
    """Characters of the raw token that an elided word takes."""


@dataclass(frozen=True, slots=True)
class Token:
    """A term with its place: ``start`` and ``end`` in code points of the analysed text, elided words left out."""

    start: int
    end: int
    term: Term


@dataclass(frozen=True, slots=True)
class Step:
    """What one token became: ``stages`` pairs the name of each step with its outcome."""

    raw: str
    start: int
    end: int
    stages: tuple[tuple[str, str], ...]
    small: bool


class FrenchAnalyzer:
    """The chain as an object; safe to share between threads."""

    def __init__(self) -> None:
        self._stem = Stemmer("french").stemWord
        self._small = small_words()
        self._remembered: dict[str, Term] = {}

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change when the terms of some text would."""
        parts = (str(_CHAIN_VERSION), TOKEN.pattern, version("pystemmer"), *sorted(self._small))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]

    def terms(self, text: str) -> list[Term]:
        """Return the terms of ``text`` in order; the quick way where spans are not needed."""
        remembered = self._remembered
        return [remembered.get(raw) or self._term(raw) for raw in TOKEN.findall(text)]

    def tokens(self, text: str) -> Iterator[Token]:
        """Yield the tokens of ``text`` in order; spans rise and never overlap."""
        for match in TOKEN.finditer(text):
            term = self._remembered.get(match[0]) or self._term(match[0])
            yield Token(match.start() + term.elided, match.end(), term)

    def steps(self, text: str) -> Iterator[Step]:
        """Yield what each step of the chain does to each token of ``text``, to settle disputes."""
        for match in TOKEN.finditer(text):
            term = self._term(match[0])
            stages = (
                ("elision", match[0][term.elided :]),
                ("exact", term.exact),
                ("word", term.word),
                ("stem", term.stem),
            )
            yield Step(match[0], match.start() + term.elided, match.end(), stages, term.small)

    def _term(self, raw: str) -> Term:
        elided = elided_length(raw)
        exact = join_number(join_acronym(normalize(raw[elided:])))
        word = fold(exact)
        term = Term(exact, word, self._stem(word), word in self._small, elided)
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
        self._remembered[raw] = term
        return term
