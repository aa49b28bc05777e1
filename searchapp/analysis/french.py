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
or without. Only a word that is a stopword without its accents (« né », « maïs ») has a stem of its own, or it would be
found in every article. docs/francais.md has the figures, and those of the other orders.

Beside its tokens a text has compounds (« week-end », « F-16 »). Their joined words (weekend, f16) have these three
forms too, but no position.

Words repeat: what a raw token becomes is remembered, so a text costs a split at its spaces and a look-up a word.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, cast

from searchapp.analysis import stem_table
from searchapp.analysis.chunks import Remembered, places_of_chunks
from searchapp.analysis.compounds import HEADS, Compound, compounds, exact_form, joined_word
from searchapp.analysis.filters import (
    elided_length,
    fold,
    fold_plain,
    is_plain_number,
    join_acronym,
    join_inclusive,
    join_number,
    normalize,
    plain_elision,
    plain_word,
    stopwords,
)
from searchapp.analysis.stemmer import RULES_VERSION, read_words, stem, stem_beside_stopword
from searchapp.analysis.stretches import are_capitals, digit_gaps, is_open, may_go_on, spaced_stretch
from searchapp.analysis.tokenizer import OUTER_SIGNS, PATTERN, raw_tokens, raw_tokens_with_spans
from searchapp.analysis.tokens import Joined, Step, Term, TermMatcher, Token
from searchapp.analysis.variants import CASED_ORDINALS, canonical_spelling, fingerprint_parts

__all__ = ["FrenchAnalyzer", "Joined", "Step", "Term", "TermMatcher", "Token"]

# Raises the fingerprint when the code of the chain changes what it gives.
_CHAIN_VERSION: Final = 4
_PARAGRAPH_END: Final = re.compile(r"\n[^\S\n]*+\n")


@dataclass(slots=True, eq=False)
class _Stretch:
    """A chunk that is not one plain word, or several that go together: « F-16 », « 20 000 km »."""

    terms: tuple[Term, ...]
    joined: tuple[Term, ...]
    is_open: bool
    is_head: bool


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
        # The term of a chunk, or None for the few that are not one plain word: a text costs one object a word.
        self._single = Remembered(self._only_term)
        self._stretches = Remembered(self._make_stretch)
        self._may_go_on = Remembered(may_go_on)
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
        return self._with_stretches(text, chunks, found) if None in found else (cast("list[Term]", found), [])

    def term(self, raw: str) -> Term:
        """Return the term of one word, which is taken as a whole."""
        return self._terms[raw]

    def term_of_form(self, exact: str) -> Term:
        """Return the term that has this exact form: that of a compound, when it has one's hyphen, space or elision."""
        is_joined = not exact.isalnum() and ("-" in exact or "_" in exact or elided_length(exact))
        return self._joined_terms[exact] if is_joined else self._terms[exact]

    def compounds(self, text: str, *, lenient: bool = False) -> Iterator[tuple[Compound, Term]]:
        """Yield the compounds of ``text`` in order, each with the term of its joined word.

        ``lenient`` reads a query, in which letters before a number may be small (« f 16 »).
        """
        for compound in compounds(text, lenient=lenient):
            yield compound, self._joined_terms[compound.raw]

    def wanted_compounds(self, text: str, wanted: TermMatcher) -> Iterator[Token]:
        """Yield the compounds without a space whose joined word is wanted, as tokens in order."""
        chunks = self._look_through(text, wanted)
        for start, chunk in places_of_chunks(text, chunks & wanted.with_compounds) if wanted.with_compounds else ():
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
        chunks = self._look_through(text, wanted)
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

    def _with_stretches(
        self, text: str, chunks: list[str], found: list[Term | None]
    ) -> tuple[list[Term], list[Joined]]:
        """Return ``found`` with the terms of the chunks that are not one plain word, and all joined words."""
        filled: list[Term | None] = []
        joined: list[Joined] = []
        gaps = digit_gaps(text)
        count, start, place = len(chunks), 0, -1
        chunks.append("")
        found.append(None)
        while (place := found.index(None, place + 1)) < count:
            stretch = self._stretches[chunks[place]]
            words, end = stretch.joined, place + 1
            if stretch.is_open:
                stretch, words, end = self._open_stretch(stretch, chunks, place, gaps)
            if words:
                index = len(filled) + place - start
                joined += ((index, word) for word in words)
            if len(stretch.terms) == 1 == end - place:
                found[place] = stretch.terms[0]
            else:
                filled += found[start:place]
                filled += stretch.terms
                start, place = end, end - 1
        filled += found[start:-1]
        return cast("list[Term]", filled), joined

    def _open_stretch(
        self, stretch: _Stretch, chunks: list[str], place: int, gaps: Iterator[str]
    ) -> tuple[_Stretch, tuple[Term, ...], int]:
        """Return the whole stretch that is open at a chunk, its joined words, and the index of the chunk after it."""
        end = place + 1
        if self._may_go_on[chunks[end]] or stretch.is_head:
            text, end = spaced_stretch(chunks, place, self._may_go_on, gaps)
            stretch = self._stretches[text]
        if place and are_capitals(chunks[place - 1]):
            return stretch, self._stretches[" ".join(chunks[place - 1 : end])].joined, end
        return stretch, stretch.joined, end

    def _look_through(self, text: str, wanted: TermMatcher) -> set[str]:
        """Return the chunks of ``text``; in those not seen before, tokens and compounds that are wanted were noted."""
        if wanted.latest[0] is text:  # first its tokens are asked for, then its compounds
            return wanted.latest[1]
        chunks = set(text.split())
        new = chunks - wanted.seen
        wanted.seen |= new
        for chunk in self._likely(new, wanted):
            if self._single[chunk] is not None:
                wanted.wanted.add(chunk)
                continue
            stretch = self._stretches[chunk]
            if any(map(wanted, stretch.terms)):
                wanted.wanted.add(chunk)
            if any(map(wanted, stretch.joined)):
                wanted.with_compounds.add(chunk)
        wanted.latest = text, chunks
        return chunks

    def _likely(self, chunks: Iterable[str], wanted: TermMatcher) -> list[str]:
        """Return those of ``chunks`` that are one word which is wanted, and all that are not one word."""
        single, stems, words = self._single, wanted.stems, wanted.words
        if wanted.other:
            return [chunk for chunk in chunks if (term := single[chunk]) is None or wanted(term)]
        if not words:
            return [chunk for chunk in chunks if (term := single[chunk]) is None or term.stem in stems]
        return [
            chunk for chunk in chunks if (term := single[chunk]) is None or term.stem in stems or term.word in words
        ]

    def _only_term(self, chunk: str) -> Term | None:
        """Return the term of a chunk that is one word and no compound, and with which no stretch begins."""
        bare = chunk.strip(OUTER_SIGNS)
        if bare.isalpha():
            term = self._terms[bare]
            return None if term.exact in HEADS else term
        if (length := plain_elision(bare)) and bare[length].islower():  # of no compound
            return self._terms[bare]
        stretch = self._stretches[chunk]
        return None if len(stretch.terms) != 1 or stretch.joined or stretch.is_open else stretch.terms[0]

    def _make_stretch(self, text: str) -> _Stretch:
        terms = tuple(map(self._terms.__getitem__, raw_tokens(text)))
        is_head = text.lower() in HEADS
        if len(terms) == 1 and not terms[0].elided:
            return _Stretch(terms, (), is_head or is_open(text), is_head)
        joined = [self._joined_terms[compound.raw] for compound in compounds(text)]
        for chunk in text.split()[1:]:
            if not chunk[0].isdecimal():  # « m2 » is found in « 20 m2 » as well
                joined += (term for term in self._stretches[chunk].joined if term not in joined)
        return _Stretch(terms, tuple(joined), is_head or is_open(text), is_head)

    def _make_term(self, raw: str) -> Term:
        elided = 0
        if plain_word(raw):
            exact = raw.lower()  # none of its letters has another form to normalise
            if exact in self._terms and raw not in CASED_ORDINALS:
                return self._terms[exact]
            word = fold_plain(exact)
        elif is_plain_number(raw):
            return Term(raw, raw, raw, False, 0)
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
        is_stopword = exact in self._stopwords
        is_beside = word in self._stopwords and not is_stopword and exact.isalpha()
        base = stem_beside_stopword(exact) if is_beside else stem(word)
        return Term(exact, word, word if base == word else base, is_stopword, elided)


def _joined_term(raw: str) -> Term:
    """Return the term of a compound, given as it stands in a text or as its exact form."""
    word = canonical_spelling(joined_word(raw.replace("_", " ")))
    return Term(exact_form(raw), word, stem(word), False, 0)
