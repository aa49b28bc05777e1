"""The French chain, its order in one place.

::

    text  --tokenizer-->  raw token with its span
          elision     « l’État » -> « État », the span moves with it
          normalize   lower case, composed accents, one apostrophe, œ -> oe
          acronym     « o.n.u. » -> « onu »
          number      « 1 200 » -> « 1200 »             => exact
          inclusive   « étudiant·e·s » -> « étudiants »
          fold        « état » -> « etat »
          spelling    « clef » -> « cle »               => word
          stem        « etats » -> « etat »             => stem

Folding comes before stemming, and the stemmer is made for folded words: a word has the same stem typed with accents
or without. docs/francais.md has the figures, and those of the other orders.

Beside its tokens a text has compounds (« week-end », « F-16 »). Their joined words (weekend, f16) have these three
forms too, but no position.

Words repeat: what a raw token becomes is remembered, so a text costs a split at its spaces and a look-up a word.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from searchapp.analysis import stem_table
from searchapp.analysis.chunks import Remembered, places_of_chunks
from searchapp.analysis.compounds import (
    Compound,
    begins_compound,
    compounds,
    exact_form,
    joined_word,
    spaced_stretches,
)
from searchapp.analysis.filters import (
    elided_length,
    fold,
    fold_plain,
    join_acronym,
    join_inclusive,
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
    join_groups,
    raw_tokens,
    raw_tokens_with_spans,
)
from searchapp.analysis.variants import CASED_ORDINALS, canonical_spelling, fingerprint_parts

__all__ = ["FrenchAnalyzer", "Joined", "Step", "Term", "TermMatcher", "Token"]

# Raises the fingerprint when the code of the chain changes what it gives.
_CHAIN_VERSION: Final = 3
_PARAGRAPH_END: Final = re.compile(r"\n[^\S\n]*+\n")
Joined = tuple[int, "Term"]
"""The index of a token, and the term of the compound that begins there."""


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """The indexed forms of a token, from strict to lenient. Compared by identity: a remembered term is one object."""

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
    seen_for_compounds: set[str] = field(default_factory=set)
    with_compounds: set[str] = field(default_factory=set)

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


class FrenchAnalyzer:
    """The chain as an object; safe to share between threads. A pickle of it leaves out what it remembers.

    With ``phrases_cross_paragraphs`` a whole text counts as one paragraph.
    """

    def __init__(self, *, phrases_cross_paragraphs: bool = False) -> None:
        self._phrases_cross_paragraphs = phrases_cross_paragraphs
        self._stopwords = stopwords()
        self._forget()

    def _forget(self) -> None:
        self._terms = Remembered(self._make_term)
        # What stands between two spaces, punctuation included: no token but a number in groups goes beyond. Of most
        # it is one word; the few others are None here, so that a text costs one object a word.
        self._single = Remembered(self._only_term)
        self._several = Remembered(self._split_chunk)
        self._joined = Remembered(self._joined_in)
        self._joined_terms = Remembered(_joined_term)

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if not isinstance(value, Remembered)}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._forget()

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change when the terms of some text would."""
        lists = sorted(self._stopwords) + sorted(read_words("protected_words.txt"))
        parts = (
            str(_CHAIN_VERSION),
            str(RULES_VERSION),
            stem_table.digest(),
            PATTERN.pattern,
            f"paragraphs {'joined' if self._phrases_cross_paragraphs else 'apart'}",
            *lists,
            *fingerprint_parts(),
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]

    def paragraph_ends(self, text: str) -> list[int]:
        """Return the offsets in ``text`` at which paragraphs end, before the blank line; no phrase goes on there."""
        return [] if self._phrases_cross_paragraphs else [end.start() for end in _PARAGRAPH_END.finditer(text)]

    def terms(self, text: str) -> list[Term]:
        """Return the terms of ``text`` in order; the quick way where spans are not needed."""
        return self.analyze(text)[0]

    def analyze(self, text: str) -> tuple[list[Term], list[Joined]]:
        """Return the terms of ``text`` in order, and the joined words of its compounds in no particular order.

        A joined word comes with the index of the term at which its compound begins, or of one beside that.
        """
        chunks = text.split()
        found = list(map(self._single.__getitem__, chunks))
        return self._filled(text, chunks, found) if None in found else (cast("list[Term]", found), [])

    def term(self, raw: str) -> Term:
        """Return the term of one word, which is taken as a whole."""
        return self._terms[raw]

    def term_of_form(self, exact: str) -> Term:
        """Return the term that has this exact form: that of a compound, when it has one's hyphen, space or elision."""
        is_joined = "-" in exact or "_" in exact or elided_length(exact)
        return self._joined_terms[exact] if is_joined else self._terms[exact]

    def compounds(self, text: str, *, lenient: bool = False) -> Iterator[tuple[Compound, Term]]:
        """Yield the compounds of ``text`` in order, each with the term of its joined word.

        ``lenient`` reads a query, in which letters before a number may be small (« f 16 »).
        """
        for compound in compounds(text, lenient=lenient):
            yield compound, self._joined_terms[compound.raw]

    def wanted_compounds(self, text: str, wanted: TermMatcher) -> Iterator[Token]:
        """Yield the compounds without a space whose joined word is wanted, as tokens in order."""
        single, joined = self._single, self._joined
        chunks = set(text.split())
        new = chunks - wanted.seen_for_compounds
        wanted.seen_for_compounds |= new
        wanted.with_compounds.update(
            chunk for chunk in new if single[chunk] is None and any(map(wanted, joined[chunk]))
        )
        for start, chunk in places_of_chunks(text, chunks & wanted.with_compounds):
            for compound, term in self.compounds(chunk):
                if wanted(term):
                    yield Token(start + compound.start, start + compound.end, term)

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
        for start, chunk in places_of_chunks(text, chunks & wanted.wanted):
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

    def _filled(self, text: str, chunks: Sequence[str], found: list[Term | None]) -> tuple[list[Term], list[Joined]]:
        """Return ``found`` with the terms of each chunk that has no single one, and all joined words."""
        filled: list[Term | None] = []
        joined: list[Joined] = []
        numbers: list[int] = []
        indexes: dict[int, int] = {}
        grouped = ""
        start = 0
        found.append(None)
        while (place := found.index(None, start)) < len(chunks):
            chunk = chunks[place]
            if not grouped and place and chunks[place - 1][-1].isdecimal() and begins_with_group(chunk):
                grouped = join_groups(text)
                if grouped != text:
                    return self.analyze(grouped)
            filled += found[start:place]
            if begins_compound(chunk):
                numbers.append(place)
                indexes[place] = indexes[place - 1] = len(filled)
            else:
                joined += [(len(filled), term) for term in self._joined[chunk]]
            filled += self._several[chunk]
            start = place + 1
        filled += found[start:-1]
        for first, end in spaced_stretches(chunks, numbers):
            joined += [(indexes[first], term) for term in self._joined[" ".join(chunks[first:end])]]
        return cast("list[Term]", filled), joined

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
        """Return the term of a chunk that is one word, no compound, and that cannot be the rest of a number."""
        terms = self._split_chunk(chunk)
        if len(terms) != 1 or begins_with_group(chunk) or begins_compound(chunk):
            return None
        return None if terms[0].elided and self._joined[chunk] else terms[0]

    def _split_chunk(self, chunk: str) -> tuple[Term, ...]:
        return tuple(map(self._terms.__getitem__, raw_tokens(chunk)))

    def _joined_in(self, text: str) -> tuple[Term, ...]:
        return tuple(self._joined_terms[compound.raw] for compound in compounds(text))

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
            word = fold(join_inclusive(exact))
        word = CASED_ORDINALS.get(raw) or canonical_spelling(word)
        # Equal forms are one object: half of them are, and what a word costs later is fetching its strings from memory.
        exact = raw if exact == raw else exact
        word = exact if word == exact else word
        base = stem(word)
        return Term(exact, word, word if base == word else base, exact in self._stopwords, elided)


def _joined_term(raw: str) -> Term:
    """Return the term of a compound, given as it stands in a text or as its exact form."""
    word = canonical_spelling(joined_word(raw.replace("_", " ")))
    return Term(exact_form(raw), word, stem(word), False, 0)
