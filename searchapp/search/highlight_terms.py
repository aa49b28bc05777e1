"""Highlight terms: the words of a query that are marked in an article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

from searchapp.analysis import Term, TermMatcher
from searchapp.query.ast import (
    And,
    AtLeast,
    Bool,
    Exact,
    Field,
    Fuzzy,
    Leaf,
    Node,
    Or,
    Phrase,
    PhrasePattern,
    Prefix,
    Proximity,
    Wildcard,
    Word,
)
from searchapp.query.leaves import is_pattern
from searchapp.schema import PARTS
from searchapp.search.corrections import NO_CORRECTIONS, Corrections
from searchapp.search.fuzzy import is_near
from searchapp.search.literal import literal_pattern
from searchapp.search.query_terms import content_terms, leaves
from searchapp.search.spellings import QuerySpellings
from searchapp.search.synonyms import Alternative
from searchapp.search.wildcards import WordForm

__all__ = ["HighlightTerms", "extract_highlight_terms"]


@dataclass(frozen=True)
class HighlightTerms:
    """The terms to mark, by form: stems, phrases of folded words, prefixes, exact forms.

    ``near`` pairs folded words with the number of other words that may stand between them, ``fuzzy`` a folded word with
    a distance; ``patterns`` stand for leaves with signs or capitals; ``parts`` has the terms of one part alone
    (« titre:… »).
    """

    stems: frozenset[str] = frozenset()
    phrases: tuple[tuple[str, ...], ...] = ()
    near: tuple[tuple[tuple[str, ...], int], ...] = ()
    prefixes: frozenset[str] = frozenset()
    wildcards: frozenset[str] = frozenset()
    fuzzy: frozenset[tuple[str, int]] = frozenset()
    exact: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()
    parts: Mapping[str, HighlightTerms] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self._is_any

    @cached_property
    def _is_any(self) -> bool:
        return any(getattr(self, part.name) for part in fields(self))

    def of(self, part: str) -> HighlightTerms:
        """Return the terms to mark in one part: those of any part, and its own."""
        own = self.parts.get(part)
        if own and part not in self._merged_parts:
            self._merged_parts[part] = _merged(self, own)
        return self._merged_parts.get(part, self)

    @cached_property
    def _merged_parts(self) -> dict[str, HighlightTerms]:
        return {}

    @cached_property
    def has_numbers(self) -> bool:
        """True when a number is among them, which may have spaces in it."""
        forms = self.prefixes | self.wildcards | {word for word, _ in self.fuzzy}
        return any(map(str.isdigit, self.stems | self.exact | forms | self._words_in_rows))

    @cached_property
    def has_codes(self) -> bool:
        """True when a word of letters and digits is among them: perhaps a compound with spaces in it (« F 16 »)."""
        return any(any(map(str.isdigit, word)) and any(map(str.isalpha, word)) for word in self.stems | self.exact)

    @cached_property
    def terms(self) -> TermMatcher:
        """The terms that are marked, alone or together with others."""
        other = (lambda term: self.key(term) is not None) if self._has_forms else None
        return TermMatcher(self.stems, self._words_in_rows, other)

    @cached_property
    def _has_forms(self) -> bool:
        return bool(self.exact or self.prefixes or self.wildcards or self.fuzzy)

    @cached_property
    def _words_in_rows(self) -> frozenset[str]:
        return frozenset().union(*self.phrases, *(words for words, _ in self.near))

    def key(self, term: Term) -> object | None:
        """Return the stem, form or pattern that ``term`` matches by itself, None if there is none."""
        if term.stem in self.stems:
            return term.stem
        if term.exact in self.exact:
            return term.exact
        return self._key_of_word(term.word) if self._has_forms else None

    def _key_of_word(self, word: str) -> object | None:
        if word not in self._keys:
            begins = (prefix for prefix in self.prefixes if word.startswith(prefix))
            near = (entry for entry in self.fuzzy if is_near(entry[0], word, entry[1]))
            forms = (text for text in self.wildcards if WordForm.of(text).matches(word))
            self._keys[word] = next(begins, None) or next(near, None) or next(forms, None)
        return self._keys[word]

    @cached_property
    def _keys(self) -> dict[str, object | None]:
        return {}


def extract_highlight_terms(
    tree: Node,
    spellings: QuerySpellings,
    corrections: Corrections = NO_CORRECTIONS,
    alternatives: Iterable[Alternative] = (),
) -> HighlightTerms:
    """Return the terms that ``tree`` asks for, corrected, and those of its ``alternatives``; none that it excludes."""
    terms = _terms_of(tree, spellings)
    words = [leaf.text for leaf in leaves(tree, in_parts=False) if isinstance(leaf, Word)]
    others = replace(terms, stems=frozenset(), parts={})
    content = content_terms(words, spellings, corrections, or_stopwords=not (others or terms.parts))
    synonyms = [alternative.terms for alternative in alternatives]
    single = {synonym[0].stem for synonym in synonyms if len(synonym) == 1}
    rows = [tuple(term.word for term in synonym) for synonym in synonyms if len(synonym) > 1]
    rows += spellings.rows(" ".join(words))
    return replace(
        terms,
        stems=terms.stems | {term.stem for term in content} | single,
        phrases=(*terms.phrases, *rows),
    )


def _terms_of(node: Node, spellings: QuerySpellings) -> HighlightTerms:
    match node:
        case Bool():
            return _terms_of_bool(node, spellings)
        case And() | Or():
            return _merged(*(_terms_of(clause, spellings) for clause in node.clauses))
        case Proximity():
            return _merged(*(_terms_of(_as_written(clause), spellings) for clause in node.clauses))
        case AtLeast():
            return _terms_of(node.node, spellings)
        case Field() if node.name in PARTS:
            return HighlightTerms(parts={node.name: _terms_of(node.node, spellings)})
        case Word() | Phrase() | Prefix() | Fuzzy() | Exact() | Wildcard() | PhrasePattern():
            return _terms_of_leaf(node, spellings)
    return HighlightTerms()


def _as_written(node: Node) -> Node:
    """Return ``node`` with words as phrases: near each other they are looked for as they are written."""
    if isinstance(node, Or):
        return Or(tuple(map(_as_written, node.clauses)))
    return Phrase(node.text) if isinstance(node, Word) else node


def _terms_of_bool(node: Bool, spellings: QuerySpellings) -> HighlightTerms:
    clauses = (*node.should, *node.must)
    terms = [term for clause in clauses if isinstance(clause, Word) for term in spellings.terms(clause.text)]
    content = [term for term in terms if not term.is_stopword]
    others = [_terms_of(clause, spellings) for clause in clauses if not isinstance(clause, Word)]
    stems = frozenset(term.stem for term in content or ([] if any(others) else terms))
    return _merged(HighlightTerms(stems=stems), *others)


def _terms_of_leaf(node: Leaf, spellings: QuerySpellings) -> HighlightTerms:
    if pattern := literal_pattern(node):
        return HighlightTerms(patterns=(pattern,))
    if isinstance(node, Wildcard):
        return HighlightTerms(wildcards=frozenset([node.text]))
    if isinstance(node, PhrasePattern):
        pieces = node.text.split()
        terms = [term for piece in pieces if not is_pattern(piece) for term in spellings.tokens(piece)]
        single = tuple((term.word,) for term in terms if not term.is_stopword)
        return HighlightTerms(phrases=single, wildcards=frozenset(filter(is_pattern, pieces)))
    rows = spellings.phrases(node.text)
    words = rows[0]
    match node:
        case Phrase(slop=slop) if slop and len(words) > 1:
            return HighlightTerms(near=((words, slop),))
        case Phrase():
            return HighlightTerms(phrases=tuple(rows))
        case Prefix():
            stems = [term.stem for term in spellings.tokens(node.text)[:-1]]
            return HighlightTerms(frozenset(stems), prefixes=frozenset(words[-1:]))
        case Fuzzy(distance=distance):
            return HighlightTerms(fuzzy=frozenset((word, distance) for word in words))
        case Exact():
            whole = spellings.compound(node.text)
            terms = [whole] if whole else spellings.tokens(node.text)
            return HighlightTerms(exact=frozenset(term.exact for term in terms))
        case Word():
            return HighlightTerms(stems=frozenset(term.stem for term in spellings.terms(node.text)))


def _merged(*several: HighlightTerms) -> HighlightTerms:
    names = dict.fromkeys(name for terms in several for name in terms.parts)
    return HighlightTerms(
        stems=frozenset().union(*(terms.stems for terms in several)),
        phrases=tuple(phrase for terms in several for phrase in terms.phrases),
        near=tuple(words for terms in several for words in terms.near),
        prefixes=frozenset().union(*(terms.prefixes for terms in several)),
        wildcards=frozenset().union(*(terms.wildcards for terms in several)),
        fuzzy=frozenset().union(*(terms.fuzzy for terms in several)),
        exact=frozenset().union(*(terms.exact for terms in several)),
        patterns=tuple(pattern for terms in several for pattern in terms.patterns),
        parts={name: _merged(*(terms.parts[name] for terms in several if name in terms.parts)) for name in names},
    )
