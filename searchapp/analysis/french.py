"""The French chain, its order in one place.

::

    text  --tokenizer-->  raw token with its span
          elision     « l’État » -> « État », the span moves with it
          normalize   lower case, composed accents, one apostrophe, œ -> oe
          acronym     « o.n.u. » -> « onu »
          number      « 1 200 » -> « 1200 »             => exact
          fold        « état » -> « etat »              => word
          stem        « etats » -> « etat »             => stem

Folding comes before stemming, and the stemmer is made for folded words: a word has the same stem typed with accents
or without. docs/francais.md has the figures, and those of the other orders.

Words repeat: what a raw token becomes is remembered, so a text costs a split at its spaces and a look-up a word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, TypeVar

from searchapp.analysis.filters import (
    elided_length,
    fold,
    fold_plain,
    join_acronym,
    join_number,
    normalize,
    plain_word,
    small_words,
)
from searchapp.analysis.stemmer import RULES_VERSION, read_words, stem
from searchapp.analysis.tokenizer import PATTERN, join_thousands, raw_tokens, raw_tokens_with_spans

__all__ = ["FrenchAnalyzer", "SeenChunks", "Step", "Term", "Token"]

# Raises the fingerprint when the code of the chain changes what it gives.
_CHAIN_VERSION: Final = 2
# About 100 MB at most for each of two memories; 18,000 articles have 130,000 different tokens.
_REMEMBERED: Final = 1 << 18

Value = TypeVar("Value")


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


@dataclass(slots=True)
class SeenChunks:
    """What stood between two spaces in the texts of one search, and which of it held something wanted."""

    all: set[str] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Step:
    """What one token became: ``stages`` pairs the name of each step with its outcome."""

    raw: str
    start: int
    end: int
    stages: tuple[tuple[str, str], ...]
    small: bool


class FrenchAnalyzer:
    """The chain as an object; safe to share between threads. A pickle of it leaves out what it remembers."""

    def __init__(self) -> None:
        self._small = small_words()
        self._forget()

    def _forget(self) -> None:
        self._terms = _Remembered(self._make_term)
        # What stands between two spaces, punctuation included: no token but a number in groups goes beyond.
        self._chunks = _Remembered(self._split_chunk)

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if not isinstance(value, _Remembered)}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._forget()

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change when the terms of some text would."""
        lists = sorted(self._small) + sorted(read_words("protected_words.txt"))
        parts = (str(_CHAIN_VERSION), str(RULES_VERSION), PATTERN.pattern, *lists)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]

    def terms(self, text: str) -> list[Term]:
        """Return the terms of ``text`` in order; the quick way where spans are not needed."""
        return list(chain.from_iterable(map(self._chunks.__getitem__, join_thousands(text).split())))

    def term(self, raw: str) -> Term:
        """Return the term of one word, which is taken as a whole."""
        return self._terms[raw]

    def tokens(self, text: str) -> Iterator[Token]:
        """Yield the tokens of ``text`` in order; spans rise and never overlap."""
        for raw, start, end in raw_tokens_with_spans(text):
            term = self._terms[raw]
            yield Token(start + term.elided, end, term)

    def wanted_tokens(self, text: str, wanted: Callable[[Term], bool], seen: SeenChunks) -> Iterator[Token]:
        """Yield the tokens of ``text`` whose term is wanted: only what stands between two spaces with one is looked at.

        ``seen`` remembers what was looked at for the same ``wanted``, and begins empty. Numbers in groups (« 20 000 »)
        go beyond a space and are not found; ask :meth:`tokens` for these.
        """
        chunks = set(text.split())
        for chunk in chunks - seen.all:
            if any(map(wanted, self._chunks[chunk])):
                seen.wanted.add(chunk)
        seen.all |= chunks
        chunks &= seen.wanted
        for start, chunk in sorted(chain.from_iterable(_places(text, chunk) for chunk in chunks)):
            for raw, begin, end in raw_tokens_with_spans(chunk):
                term = self._terms[raw]
                if wanted(term):
                    yield Token(start + begin + term.elided, start + end, term)

    def steps(self, text: str) -> Iterator[Step]:
        """Yield what each step of the chain does to each token of ``text``, to settle disputes."""
        for raw, start, end in raw_tokens_with_spans(text):
            term = self._terms[raw]
            stages = (
                ("elision", raw[term.elided :]),
                ("exact", term.exact),
                ("word", term.word),
                ("stem", term.stem),
            )
            yield Step(raw, start + term.elided, end, stages, term.small)

    def _split_chunk(self, chunk: str) -> tuple[Term, ...]:
        raws = (chunk,) if plain_word(chunk) else raw_tokens(chunk)
        return tuple(map(self._terms.__getitem__, raws))

    def _make_term(self, raw: str) -> Term:
        elided = 0
        if plain_word(raw):
            exact = raw.lower()  # none of its letters has another form to normalise
            word = fold_plain(exact)
        else:
            elided = elided_length(raw)
            exact = join_number(join_acronym(normalize(raw[elided:])))
            word = fold(exact)
        return Term(exact, word, stem(word), exact in self._small, elided)


def _places(text: str, chunk: str) -> Iterator[tuple[int, str]]:
    """Yield (start, chunk) wherever ``chunk`` stands between spaces."""
    start = text.find(chunk)
    while start >= 0:
        end = start + len(chunk)
        if (not start or text[start - 1].isspace()) and (end == len(text) or text[end].isspace()):
            yield start, chunk
        start = text.find(chunk, end)


class _Remembered(dict[str, Value]):
    """What texts gave before. When it is full, what comes first time is rare and not kept, until that was a lot."""

    def __init__(self, make: Callable[[str], Value]) -> None:
        super().__init__()
        self._make = make
        self._passed_by = 0

    def __missing__(self, key: str) -> Value:
        value = self._make(key)
        if len(self) < _REMEMBERED:
            self[key] = value
            return value
        self._passed_by += 1
        if self._passed_by > 4 * _REMEMBERED:
            self._passed_by = 0
            self.clear()
        return value
