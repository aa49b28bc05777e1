"""What a query looks for, for whoever judges or shows an article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property

from searchapp.analysis import FrenchAnalyzer, Term, TermFilter
from searchapp.query.ast import And, Bag, Exact, Field, Fuzzy, Node, Or, Phrase, Prefix, Word
from searchapp.schema import PARTS
from searchapp.search.fuzzy import is_near

__all__ = ["Wanted", "wanted_by"]


@dataclass(frozen=True)
class Wanted:
    """Stems, phrases of folded words, and what else is looked for; ``parts`` holds what one part alone is asked for.

    ``near`` pairs folded words with how many others may stand between them, ``fuzzy`` a folded word with a distance.
    """

    stems: frozenset[str] = frozenset()
    phrases: tuple[tuple[str, ...], ...] = ()
    near: tuple[tuple[tuple[str, ...], int], ...] = ()
    prefixes: frozenset[str] = frozenset()
    fuzzy: frozenset[tuple[str, int]] = frozenset()
    exact: frozenset[str] = frozenset()
    parts: Mapping[str, Wanted] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(getattr(self, part.name) for part in fields(self))

    def of(self, part: str) -> Wanted:
        """Return what is looked for in one part: what is asked for anywhere and of this part."""
        own = self.parts.get(part)
        if own and part not in self._joined_parts:
            self._joined_parts[part] = _joined(self, own)
        return self._joined_parts.get(part, self)

    @cached_property
    def _joined_parts(self) -> dict[str, Wanted]:
        return {}

    @cached_property
    def has_numbers(self) -> bool:
        """Whether a number is looked for, which may have spaces in it."""
        words = self.stems | self.exact | self.prefixes | {word for word, _ in self.fuzzy} | self._words_in_rows
        return any(map(str.isdigit, words))

    @cached_property
    def terms(self) -> TermFilter:
        """The terms that are looked for, alone or together with others."""
        other = (lambda term: self.key(term) is not None) if self.exact or self.prefixes or self.fuzzy else None
        return TermFilter(self.stems, self._words_in_rows, other)

    @cached_property
    def _words_in_rows(self) -> frozenset[str]:
        return frozenset().union(*self.phrases, *(words for words, _ in self.near))

    def key(self, term: Term) -> object | None:
        """Return what a single term is looked for as, None if it is not."""
        if term.stem in self.stems:
            return term.stem
        if term.exact in self.exact:
            return term.exact
        return self._key_of_word(term.word) if self.prefixes or self.fuzzy else None

    def _key_of_word(self, word: str) -> object | None:
        if word not in self._keys:
            begins = (prefix for prefix in self.prefixes if word.startswith(prefix))
            near = (entry for entry in self.fuzzy if is_near(entry[0], word, entry[1]))
            self._keys[word] = next(begins, None) or next(near, None)
        return self._keys[word]

    @cached_property
    def _keys(self) -> dict[str, object | None]:
        return {}


def wanted_by(node: Node, analyzer: FrenchAnalyzer) -> Wanted:
    """Return what ``node`` looks for; what it excludes is not wanted."""
    return _joined(*_wishes(node, analyzer))


def _wishes(node: Node, analyzer: FrenchAnalyzer) -> list[Wanted]:
    if isinstance(node, Bag):
        return _wishes_of_bag(node, analyzer)
    if isinstance(node, And | Or):
        return [wish for clause in node.clauses for wish in _wishes(clause, analyzer)]
    if isinstance(node, Field):
        return [Wanted(parts={node.name: wanted_by(node.node, analyzer)})] if node.name in PARTS else []
    return [_leaf(node, analyzer.terms(node.text))] if isinstance(node, Word | Phrase | Prefix | Fuzzy | Exact) else []


def _wishes_of_bag(node: Bag, analyzer: FrenchAnalyzer) -> list[Wanted]:
    clauses = (*node.should, *node.must)
    terms = [term for clause in clauses if isinstance(clause, Word) for term in analyzer.terms(clause.text)]
    content = [term for term in terms if not term.small]
    others = [wish for clause in clauses if not isinstance(clause, Word) for wish in _wishes(clause, analyzer)]
    stems = frozenset(term.stem for term in content or ([] if any(others) else terms))
    return [Wanted(stems=stems), *others]


def _leaf(node: Word | Phrase | Prefix | Fuzzy | Exact, terms: list[Term]) -> Wanted:
    words = tuple(term.word for term in terms)
    match node:
        case Phrase(slop=slop) if slop and len(words) > 1:
            return Wanted(near=((words, slop),))
        case Phrase():
            return Wanted(phrases=(words,))
        case Prefix():
            return Wanted(frozenset(term.stem for term in terms[:-1]), prefixes=frozenset(words[-1:]))
        case Fuzzy(distance=distance):
            return Wanted(fuzzy=frozenset((word, distance) for word in words))
        case Exact():
            return Wanted(exact=frozenset(term.exact for term in terms))
        case _:
            return Wanted(stems=frozenset(term.stem for term in terms))


def _joined(*wishes: Wanted) -> Wanted:
    names = dict.fromkeys(name for wish in wishes for name in wish.parts)
    return Wanted(
        stems=frozenset().union(*(wish.stems for wish in wishes)),
        phrases=tuple(phrase for wish in wishes for phrase in wish.phrases),
        near=tuple(words for wish in wishes for words in wish.near),
        prefixes=frozenset().union(*(wish.prefixes for wish in wishes)),
        fuzzy=frozenset().union(*(wish.fuzzy for wish in wishes)),
        exact=frozenset().union(*(wish.exact for wish in wishes)),
        parts={name: _joined(*(wish.parts[name] for wish in wishes if name in wish.parts)) for name in names},
    )
