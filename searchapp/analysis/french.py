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
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, TypeVar, cast

from searchapp.analysis import stem_table
from searchapp.analysis.filters import (
    elided_length,
    fold,
    fold_plain,
    join_acronym,
    join_number,
    normalize,
    plain_elision,
    plain_word,
    stopwords,
)
from searchapp.analysis.stemmer import RULES_VERSION, read_words, stem
from searchapp.analysis.tokenizer import (
    PATTERN,
    begins_with_group,
    join_thousands,
    raw_tokens,
    raw_tokens_with_spans,
)

__all__ = ["FrenchAnalyzer", "Step", "Term", "TermMatcher", "Token"]

# Raises the fingerprint when the code of the chain changes what it gives.
_CHAIN_VERSION: Final = 2
# About 100 MB at most for each memory; 18,000 articles have 130,000 different tokens.
_REMEMBERED: Final = 1 << 18
# So many different chunks are looked for one by one; more, in one pass over all chunks of a text.
_FEW: Final = 16
_CHUNK: Final = re.compile(r"\S+")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """What is indexed for a token, from strict to lenient. Compared by identity: a remembered term is one object."""

    exact: str
    word: str
    stem: str
    is_stopword: bool
    elided: int
    """Characters of the raw token that an elided word takes."""


@dataclass(frozen=True, slots=True)
class Token:
    """A term with its place: ``start`` and ``end`` in code points of the analysed text, elided words left out."""

    start: int
    end: int
    term: Term


@dataclass(slots=True)
class TermMatcher:
    """The terms to look for in texts: of these stems, of these folded words, or that ``other`` accepts.

    It remembers what stood between two spaces in the texts looked through, and which of it held such a term.
    """

    stems: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    other: Callable[[Term], bool] | None = None
    seen: set[str] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)

    def __call__(self, term: Term) -> bool:
        return term.stem in self.stems or term.word in self.words or (self.other is not None and self.other(term))


@dataclass(frozen=True, slots=True)
class Step:
    """What one token became: ``stages`` pairs the name of each step with its outcome."""

    raw: str
    start: int
    end: int
    stages: tuple[tuple[str, str], ...]
    is_stopword: bool


class FrenchAnalyzer:
    """The chain as an object; safe to share between threads. A pickle of it leaves out what it remembers."""

    def __init__(self) -> None:
        self._stopwords = stopwords()
        self._forget()

    def _forget(self) -> None:
        self._terms = _Remembered(self._make_term)
        # What stands between two spaces, punctuation included: no token but a number in groups goes beyond. Of most
        # it is one word; the few others are None here, so that a text costs one object a word.
        self._single = _Remembered(self._only_term)
        self._several = _Remembered(self._split_chunk)

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if not isinstance(value, _Remembered)}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._forget()

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change when the terms of some text would."""
        lists = sorted(self._stopwords) + sorted(read_words("protected_words.txt"))
        parts = (str(_CHAIN_VERSION), str(RULES_VERSION), stem_table.digest(), PATTERN.pattern, *lists)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]

    def terms(self, text: str) -> list[Term]:
        """Return the terms of ``text`` in order; the quick way where spans are not needed."""
        chunks = text.split()
        found = list(map(self._single.__getitem__, chunks))
        return self._filled(text, chunks, found) if None in found else cast("list[Term]", found)

    def term(self, raw: str) -> Term:
        """Return the term of one word, which is taken as a whole."""
        return self._terms[raw]

    def tokens(self, text: str) -> Iterator[Token]:
        """Yield the tokens of ``text`` in order; spans rise and never overlap."""
        for raw, start, end in raw_tokens_with_spans(text):
            term = self._terms[raw]
            yield Token(start + term.elided, end, term)

    def wanted_tokens(self, text: str, wanted: TermMatcher) -> Iterator[Token]:
        """Yield the tokens of ``text`` whose term is wanted: only what stands between two spaces with one is looked at.

        Numbers in groups (« 20 000 ») go beyond a space and are not found; ask :meth:`tokens` for these.
        """
        chunks = set(text.split())
        new = chunks - wanted.seen
        wanted.seen |= new
        wanted.wanted.update(chunk for chunk in self._likely(new, wanted) if any(map(wanted, self._terms_of(chunk))))
        for start, chunk in _places(text, chunks & wanted.wanted):
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
            yield Step(raw, start + term.elided, end, stages, term.is_stopword)

    def _filled(self, text: str, chunks: Sequence[str], found: list[Term | None]) -> list[Term]:
        """Return ``found`` with the terms of each chunk that has no single one."""
        filled: list[Term | None] = []
        joined = ""
        start = 0
        found.append(None)
        while (place := found.index(None, start)) < len(chunks):
            if not joined and place and chunks[place - 1][-1].isdecimal() and begins_with_group(chunks[place]):
                joined = join_thousands(text)
                if joined != text:
                    return self.terms(joined)
            filled += found[start:place]
            filled += self._several[chunks[place]]
            start = place + 1
        filled += found[start:-1]
        return cast("list[Term]", filled)

    def _likely(self, chunks: Iterable[str], wanted: TermMatcher) -> Iterable[str]:
        """Return those of ``chunks`` that a quick look does not rule out."""
        if wanted.other:
            return chunks
        single, stems, words = self._single, wanted.stems, wanted.words
        return [
            chunk for chunk in chunks if (term := single[chunk]) is None or term.stem in stems or term.word in words
        ]

    def _terms_of(self, chunk: str) -> tuple[Term, ...]:
        term = self._single[chunk]
        return self._several[chunk] if term is None else (term,)

    def _only_term(self, chunk: str) -> Term | None:
        """Return the term of a chunk that is one word, and that cannot be the rest of a number."""
        terms = self._split_chunk(chunk)
        return terms[0] if len(terms) == 1 and not begins_with_group(chunk) else None

    def _split_chunk(self, chunk: str) -> tuple[Term, ...]:
        return tuple(map(self._terms.__getitem__, raw_tokens(chunk)))

    def _make_term(self, raw: str) -> Term:
        elided = 0
        if plain_word(raw):
            exact = raw.lower()  # none of its letters has another form to normalise
            word = fold_plain(exact)
        elif length := plain_elision(raw):
            bare = self._terms[raw[length:]]
            return Term(bare.exact, bare.word, bare.stem, bare.is_stopword, length)
        else:
            elided = elided_length(raw)
            exact = join_number(join_acronym(normalize(raw[elided:])))
            word = fold(exact)
        # Equal forms are one object: half of them are, and what a word costs later is fetching its strings from memory.
        exact = raw if exact == raw else exact
        word = exact if word == exact else word
        base = stem(word)
        return Term(exact, word, word if base == word else base, exact in self._stopwords, elided)


def _places(text: str, chunks: set[str]) -> Iterable[tuple[int, str]]:
    """Return (start, chunk) wherever one of ``chunks`` stands between spaces, in order."""
    if len(chunks) <= _FEW:
        return sorted(chain.from_iterable(_places_of(text, chunk) for chunk in chunks))
    return ((match.start(), match[0]) for match in _CHUNK.finditer(text) if match[0] in chunks)


def _places_of(text: str, chunk: str) -> Iterator[tuple[int, str]]:
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
