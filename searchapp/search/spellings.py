"""Other spellings of the words of a query: « F16 » for « F-16 », « weekend » and « week end » for « week-end ».

A code (« F-16 », « 18h30 », « 5km ») is one term to a query, since its parts mean little alone. Of other compounds the
parts are looked for, and the joined word is an *alternative* of them, like a synonym. What stands apart or is joined in
the query alone is known from the corpus's own words: its spelling dictionary has « week-end » beside « weekend ».
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from searchapp.analysis import FrenchAnalyzer, Term, Token
from searchapp.analysis.compounds import Compound, other_amounts, other_numbers, percentages
from searchapp.derived.spelling import SpellingDictionary
from searchapp.schema import STEMS
from searchapp.search.query_statistics import QueryStatistics

__all__ = ["QuerySpellings", "TypedForm", "Variant"]

# Words side by side that are tried as one.
_MOST_PARTS: Final = 3
# Of a phrase; each is one clause a part of the article.
_MOST_PHRASES: Final = 8
_SHORTEST_JOINED: Final = 4


@dataclass(frozen=True, slots=True)
class Variant:
    """Another way to write the tokens ``start`` to ``end`` of a text: ``terms`` in a row.

    ``is_spaced`` says that they stand apart there and are a compound elsewhere.
    """

    start: int
    end: int
    terms: tuple[Term, ...]
    is_spaced: bool = False


@dataclass(frozen=True, slots=True)
class TypedForm:
    """The typed form of a compound, as terms in a row; where they are part of ``without``, it is another form."""

    held: tuple[Term, ...]
    without: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class _Draft:
    """A text in tokens, compounds and split words, before any term is looked up in the generation."""

    tokens: list[Token]
    compounds: list[tuple[Compound, Term]]
    split_words: list[Variant]


class QuerySpellings:
    """Reads the texts of one query over one generation; without its words, by the form of words alone."""

    def __init__(
        self,
        analyzer: FrenchAnalyzer,
        statistics: QueryStatistics | None = None,
        spelling: SpellingDictionary | None = None,
    ) -> None:
        self._analyzer = analyzer
        self._statistics = statistics
        self._dictionary = spelling
        self._drafts: dict[str, _Draft] = {}
        self._read: dict[str, tuple[list[Token], list[Variant], list[Variant]]] = {}
        self._known: dict[str, tuple[str, ...]] = {}

    def possible_terms(self, text: str) -> Iterator[Term]:
        """Yield every term whose document frequency says how ``text`` is read, its tokens among them."""
        draft = self._draft(text)
        yield from (token.term for token in draft.tokens)
        yield from (term for _, term in draft.compounds)
        for variant in (*draft.split_words, *self._joined_words(draft.tokens, set())):
            yield from variant.terms

    def terms(self, text: str) -> list[Term]:
        """Return the terms to look for as stems: those of the tokens of ``text``, one for each code."""
        tokens, codes, _ = self._reading(text)
        terms: list[Term] = []
        done = 0
        for code in codes:
            terms += [token.term for token in tokens[done : code.start]]
            terms += code.terms
            done = code.end
        return terms + [token.term for token in tokens[done:]]

    def tokens(self, text: str) -> list[Term]:
        """Return the terms of the tokens of ``text``, which have positions."""
        return [token.term for token in self._reading(text)[0]]

    def compound(self, text: str) -> Term | None:
        """Return the term of ``text`` when it is one compound, None otherwise."""
        compounds = self._analyzer.compounds(text)
        return next((term for compound, term in compounds if compound.raw == text.strip()), None)

    def has_code(self, text: str) -> bool:
        """Return whether a code is in ``text``."""
        return bool(self._reading(text)[1])

    def groups(self, texts: Iterable[str]) -> list[tuple[tuple[Term, ...], tuple[Term, ...]]]:
        """Return the terms in ``texts`` that are also written otherwise, each with the terms of another way."""
        found = []
        for text in texts:
            tokens, _, variants = self._reading(text)
            for variant in variants:
                if all(term.is_stopword or self._is_held(term) for term in variant.terms):
                    own = tuple(token.term for token in tokens[variant.start : variant.end])
                    found.append((own, variant.terms))
        return found

    def rows(self, text: str) -> list[tuple[str, ...]]:
        """Return the words of the compounds of ``text`` that have several parts, each in a row."""
        tokens, _, variants = self._reading(text)
        stretches = (tokens[variant.start : variant.end] for variant in variants)
        return [tuple(token.term.word for token in stretch) for stretch in stretches if len(stretch) > 1]

    def typed_forms(self, text: str) -> dict[str, TypedForm]:
        """Return how the compounds of ``text`` were typed, by the stem of their first content word."""
        tokens, _, variants = self._reading(text)
        forms: dict[str, TypedForm] = {}
        for variant in variants:
            own = [token.term for token in tokens[variant.start : variant.end] if not token.term.is_stopword]
            if len(variant.terms) > 1 or not own:
                continue
            form = TypedForm(tuple(own), variant.terms) if variant.is_spaced else TypedForm(variant.terms)
            forms.setdefault(own[0].stem, form)
        return forms

    def names(self, text: str) -> frozenset[str]:
        """Return the exact forms of the words of ``text`` typed with a capital letter, the first word left out."""
        tokens = self._reading(text)[0]
        return frozenset(token.term.exact for token in tokens[1:] if text[token.start].isupper())

    def phrases(self, text: str) -> list[tuple[str, ...]]:
        """Return the rows of folded words that a phrase stands for, the one that was typed first."""
        tokens, _, variants = self._reading(text)
        words = tuple(token.term.word for token in tokens)
        rows = {words: None}
        for chosen in _combinations([*variants, *self._amounts(text, tokens)]):
            row: list[str] = []
            done = 0
            for variant in chosen:
                row += [*words[done : variant.start], *(term.word for term in variant.terms)]
                done = variant.end
            rows.setdefault((*row, *words[done:]))
            if len(rows) == _MOST_PHRASES:
                break
        return list(rows)

    def _reading(self, text: str) -> tuple[list[Token], list[Variant], list[Variant]]:
        """Return the tokens of ``text``, its codes, and its variants in order."""
        if text not in self._read:
            draft = self._draft(text)
            codes, variants = self._compounds(draft)
            covered = {index for code in (*codes, *variants) for index in range(code.start, code.end)}
            variants += [*draft.split_words, *self._joined_words(draft.tokens, covered)]
            variants.sort(key=lambda variant: (variant.start, variant.end))
            self._read[text] = draft.tokens, codes, variants
        return self._read[text]

    def _draft(self, text: str) -> _Draft:
        if text not in self._drafts:
            tokens = list(self._analyzer.tokens(text))
            self._look_up(word for _, _, word in _side_by_side(tokens))
            compounds = list(self._analyzer.compounds(text, lenient=True))
            self._drafts[text] = _Draft(tokens, compounds, list(self._split_words(tokens)))
        return self._drafts[text]

    def _compounds(self, draft: _Draft) -> tuple[list[Variant], list[Variant]]:
        """Return the compounds that a text has by its form: those that are codes, and the others."""
        codes, others = [], []
        for compound, term in draft.compounds:
            held = _tokens_of(compound, draft.tokens)
            if not held:
                continue
            variant = Variant(held[0], held[-1] + 1, (term,))
            if compound.is_code and (not compound.is_spaced or self._is_held(term)):
                codes.append(variant)
            elif len(held) > 1 or self._is_written(term.word, str.isalpha):
                others.append(variant)
        return codes, others

    def _amounts(self, text: str, tokens: list[Token]) -> Iterator[Variant]:
        """Yield the other ways to write the amounts of ``text``: « 20 min » for « 20 minutes »."""
        amounts = (compound for compound, _ in self._analyzer.compounds(text))
        for compound in (*amounts, *percentages(text)):
            held = _tokens_of(compound, tokens)
            own = [tokens[index].term.word for index in held]
            for other in other_amounts(compound.raw) if held else ():
                terms = tuple(self._analyzer.terms(other))
                # « % » is no token: « 10 pour cent » alone would be every « 10 ».
                is_any_number = other.endswith("%") and len(own) == len(tokens)
                if [term.word for term in terms] != own and not is_any_number:
                    yield Variant(held[0], held[-1] + 1, terms)
        for index, token in enumerate(tokens):
            for other in other_numbers(token.term.word):
                yield Variant(index, index + 1, tuple(self._analyzer.terms(other)))

    def _split_words(self, tokens: list[Token]) -> Iterator[Variant]:
        """Yield the parts of each word that the corpus also writes as a compound: week, end for weekend."""
        for index, token in enumerate(tokens):
            if len(token.term.word) < _SHORTEST_JOINED:
                continue
            for form in self._forms(token.term.word):
                parts = tuple(self._analyzer.terms(form))
                if tuple(part.word for part in parts) != (token.term.word,):
                    yield Variant(index, index + 1, parts)

    def _joined_words(self, tokens: list[Token], covered: set[int]) -> Iterator[Variant]:
        """Yield the words that tokens side by side make in the corpus: weekend for « week end »."""
        for start, end, word in _side_by_side(tokens):
            if end == start + 1 or not covered.isdisjoint(range(start, end)):
                continue
            forms = self._forms(word)
            if any(token.term.is_stopword for token in tokens[start:end]):
                forms = tuple(form for form in forms if not form.isalpha())
            if forms:
                yield Variant(start, end, (self._analyzer.term_of_form(forms[0]),), is_spaced=True)

    def _is_written(self, word: str, test: Callable[[str], bool]) -> bool:
        return any(map(test, self._forms(word)))

    def _forms(self, word: str) -> tuple[str, ...]:
        if word not in self._known:
            self._look_up([word])
        return self._known[word]

    def _look_up(self, words: Iterable[str]) -> None:
        """Read the forms of ``words`` from the dictionary, all at once."""
        new = {word for word in words if word not in self._known}
        known = {word for word in new if len(word) >= _SHORTEST_JOINED and word.isalpha()}
        forms = self._dictionary.forms(known) if self._dictionary and known else {}
        self._known |= {word: forms.get(word, ()) for word in new}

    def _is_held(self, term: Term) -> bool:
        return self._statistics is not None and self._statistics.document_frequency(STEMS, term.stem) > 0


def _side_by_side(tokens: list[Token]) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and joined word of every few tokens side by side, single ones too."""
    for start in range(len(tokens)):
        for end in range(start + 1, min(start + _MOST_PARTS, len(tokens)) + 1):
            yield start, end, "".join(token.term.word for token in tokens[start:end])


def _tokens_of(compound: Compound, tokens: list[Token]) -> list[int]:
    """Return the indexes of the tokens that ``compound`` holds."""
    return [index for index, token in enumerate(tokens) if compound.start <= token.start < token.end <= compound.end]


def _combinations(variants: list[Variant]) -> Iterator[tuple[Variant, ...]]:
    """Yield choices of variants that do not overlap: each alone, then more of them; not too many in all."""
    chosen: list[tuple[Variant, ...]] = [()]
    for variant in islice(variants, _MOST_PHRASES):
        more = [(*one, variant) for one in chosen if not one or one[-1].end <= variant.start]
        chosen += more[: 4 * _MOST_PHRASES - len(chosen)]
    yield from sorted(filter(None, chosen), key=len)
