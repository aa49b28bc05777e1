"""From a query tree to clauses of terms: the one place that decides which field and which form a word looks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import singledispatchmethod
from typing import Final

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.engines.days import FIRST_DAY, LAST_DAY, day_number
from searchapp.engines.port import BooleanClause, Clause, DayClause, EveryClause, PhraseClause, TermClause
from searchapp.i18n import Message
from searchapp.model import Remark, Span
from searchapp.query.ast import (
    And,
    Bag,
    DateRange,
    Every,
    Exact,
    Field,
    Fuzzy,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Word,
    narrows,
)
from searchapp.query.grammar import FIELD_NAMES
from searchapp.schema import EXACT, PARTS, STEMS, WORDS
from searchapp.search.dictionary import Lookup
from searchapp.search.field_terms import value_clause
from searchapp.search.highlight_terms import Wanted, wanted_by

__all__ = ["Resolver", "Wanted"]

# A prefix or a fuzzy word finds by its words and scores by the stems of so many of them.
_SCORED_STEMS: Final = 32


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a leaf looks: in these parts, or in a field of whole values."""

    lookup: Lookup
    parts: Sequence[str] = PARTS
    value: str = ""
    at: Span = (0, 0)

    @property
    def everywhere(self) -> bool:
        return not self.value and len(self.parts) == len(PARTS)


class Resolver:
    """Resolves trees with one analyzer, the same that indexed.

    ``mend`` gives what to look for instead of a word: the word itself, or likelier ones where no article holds it.
    """

    def __init__(
        self, analyzer: FrenchAnalyzer, mend: Callable[[Term], tuple[Term, ...]] = lambda term: (term,)
    ) -> None:
        self._analyzer = analyzer
        self._mend = mend

    def resolve(self, node: Node, lookup: Lookup | None = None) -> Clause:
        """Return the clause that finds the documents which ``node`` asks for; words come from ``lookup``."""
        return self._resolve(node, _Scope(lookup or Lookup()))

    def wanted(self, node: Node) -> Wanted:
        """Return what ``node`` looks for; what it excludes is not wanted."""
        wanted = wanted_by(node, self._analyzer)
        words = [leaf.text for leaf in _leaves(node, in_parts=False) if isinstance(leaf, Word)]
        or_small = not (
            wanted.phrases or wanted.near or wanted.prefixes or wanted.fuzzy or wanted.exact or wanted.parts
        )
        return replace(
            wanted, stems=wanted.stems | {term.stem for term in self._content_words(words, or_small=or_small)}
        )

    def scored(self, node: Node) -> tuple[Term, ...]:
        """Return the content words that ``node`` is judged by, each stem once: those of words, phrases, exact forms."""
        unique: dict[str, Term] = {}
        leaves = (leaf for leaf in _leaves(node, in_parts=True) if isinstance(leaf, Word | Phrase | Exact))
        for term in self._content_words(leaf.text for leaf in leaves):
            unique.setdefault(term.stem, term)
        return tuple(unique.values())

    @singledispatchmethod
    def _resolve(self, node: Node, _scope: _Scope) -> Clause:
        raise TypeError(f"not a query node: {node!r}")

    @_resolve.register
    def _(self, _node: Every, _scope: _Scope) -> Clause:
        return EveryClause()

    @_resolve.register(Word | Phrase | Prefix | Fuzzy | Exact)
    def _(self, node: Leaf, scope: _Scope) -> Clause:
        terms = self._analyzer.terms(node.text)
        if scope.value:
            return self._value(node, terms, scope)
        if isinstance(node, Word) and scope.everywhere:
            return _one(self._stems(other for term in terms for other in self._mend(term)))
        return self._leaf(node, terms, scope)

    @_resolve.register
    def _(self, node: Field, scope: _Scope) -> Clause:
        in_part = node.name in WORDS
        inner = _Scope(scope.lookup, (node.name,) if in_part else PARTS, "" if in_part else node.name, node.at)
        return self._resolve(node.node, inner)

    @_resolve.register
    def _(self, node: DateRange, _scope: _Scope) -> Clause:
        first, last = (day_number(day) if day else None for day in (node.first, node.last))
        return DayClause(first or FIRST_DAY, last or LAST_DAY)

    @_resolve.register
    def _(self, node: And, scope: _Scope) -> Clause:
        return BooleanClause(must=self._each(node.clauses, scope))

    @_resolve.register
    def _(self, node: Or, scope: _Scope) -> Clause:
        return BooleanClause(should=self._each(node.clauses, scope))

    @_resolve.register
    def _(self, node: Not, scope: _Scope) -> Clause:
        return BooleanClause(must_not=(self._excluded(node.node, scope),))

    @_resolve.register
    def _(self, node: Bag, scope: _Scope) -> Clause:
        should = tuple(self._should(node, scope))
        must = self._each(node.must, scope)
        must_not = tuple(self._excluded(clause, scope) for clause in dict.fromkeys(node.must_not))
        if should and must and all(map(narrows, node.must)):
            # « pont date:2022 » asks for articles of 2022 about a bridge: a narrowing clause finds nothing by itself.
            must, should = (*must, BooleanClause(should=should)), ()
        return BooleanClause(should, must, must_not)

    def _each(self, nodes: Iterable[Node], scope: _Scope) -> tuple[Clause, ...]:
        """Return the clause of each node; asked for twice, it is looked for once."""
        return tuple(self._resolve(node, scope) for node in dict.fromkeys(nodes))

    def _excluded(self, node: Node, scope: _Scope) -> Clause:
        """Return the clause of what ``node`` excludes: everything, when there was no time to look up all its words."""
        before = scope.lookup.skipped
        clause = self._resolve(node, scope)
        return clause if scope.lookup.skipped == before else EveryClause()

    @staticmethod
    def _value(node: Leaf, terms: Sequence[Term], scope: _Scope) -> Clause:
        clause = value_clause(scope.value, node, terms, scope.lookup)
        if not clause.terms and scope.lookup.complete:
            message = Message(
                "No value of the field “{field}” holds “{value}”.", field=FIELD_NAMES[scope.value], value=node.text
            )
            scope.lookup.remarks.append(Remark(message, *scope.at))
        return clause

    def _should(self, node: Bag, scope: _Scope) -> Iterable[Clause]:
        """Small words do not count beside a content word; alone they are all there is to look for.

        A phrase finds but does not score, so its words score here.
        """
        if not scope.everywhere:
            yield from self._each(self._content(node.should), scope)
            return
        words = [clause.text for clause in node.should if isinstance(clause, Word)]
        phrases = [clause.text for clause in (*node.should, *node.must) if isinstance(clause, Phrase)]
        or_small = all(map(narrows, node.must))
        yield from self._stems(self._content_words([*words, *phrases], or_small=or_small))
        yield from self._each((clause for clause in node.should if not isinstance(clause, Word)), scope)

    def _content_words(self, texts: Iterable[str], *, or_small: bool = True) -> list[Term]:
        """Return the content words of ``texts``, mended; small words only when they are all there is.

        Neighbours are analysed together: « 20 000 » is one word to the index however it was cut at its space.
        """
        terms = self._analyzer.terms(" ".join(texts))
        content = [other for term in terms if not term.small for other in self._mend(term)]
        return content or (terms if or_small else [])

    def _content(self, clauses: Sequence[Node]) -> Sequence[Node]:
        """Return the clauses without words that are small only, unless there is nothing else."""
        content = [
            clause
            for clause in clauses
            if not isinstance(clause, Word) or not all(term.small for term in self._analyzer.terms(clause.text))
        ]
        return content or clauses

    @staticmethod
    def _stems(terms: Iterable[Term]) -> list[Clause]:
        return [TermClause(STEMS, ((stem, 1.0),)) for stem in dict.fromkeys(term.stem for term in terms)]

    def _leaf(self, node: Leaf, terms: Sequence[Term], scope: _Scope) -> Clause:
        """Return what finds ``node`` in the parts of ``scope`` and scores by stems."""
        if isinstance(node, Phrase):
            return _any(_phrase(WORDS[part], [term.word for term in terms], node.slop) for part in scope.parts)
        # A word that is there twice is looked up once; the last one is apart, since a prefix is one at its end.
        found = [self._term(node, term, False, scope) for term in dict.fromkeys(terms[:-1])]
        found += [self._term(node, term, True, scope) for term in terms[-1:]]
        stems = [stem for clause in found for stem in self._stems_of(clause)]
        return BooleanClause(should=tuple(self._stems(stems)), must=tuple(found))

    def _term(self, node: Leaf, term: Term, last: bool, scope: _Scope) -> Clause:
        fields = [WORDS[part] for part in scope.parts]
        match node:
            case Exact():
                return _any(_terms(EXACT[part], (term.exact,)) for part in scope.parts)
            case Prefix() if last:
                words = scope.lookup.beginning(fields, term.word, node.at)
            case Fuzzy():
                words = scope.lookup.near(fields, term.word, node.distance, node.at)
            case _:
                words = {field: scope.lookup.sharing(field, term.stem) for field in fields}
        return _any(_terms(field, found) for field, found in words.items())

    def _stems_of(self, clause: Clause) -> list[Term]:
        """Return a term for each stem that words of ``clause`` have, at most so many."""
        parts = clause.should if isinstance(clause, BooleanClause) else ()
        words = dict.fromkeys(word for part in parts if isinstance(part, TermClause) for word, _ in part.terms)
        return [term for word in list(words)[:_SCORED_STEMS] for term in self._analyzer.terms(word)]


def _leaves(node: Node, *, in_parts: bool) -> Iterator[Leaf]:
    """Yield the leaves that ``node`` asks for, in their order; those of one part only if ``in_parts``."""
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Bag):
        for clause in (*node.should, *node.must):
            yield from _leaves(clause, in_parts=in_parts)
    elif isinstance(node, And | Or):
        for clause in node.clauses:
            yield from _leaves(clause, in_parts=in_parts)
    elif isinstance(node, Field) and in_parts and node.name in WORDS:
        yield from _leaves(node.node, in_parts=in_parts)


def _one(clauses: list[Clause]) -> Clause:
    """Return what asks for all of ``clauses``: a word such as « vice-présidente » holds several terms."""
    return clauses[0] if len(clauses) == 1 else BooleanClause(must=tuple(clauses))


def _any(clauses: Iterable[Clause]) -> Clause:
    """Return what asks for any of ``clauses``; without a clause, nothing is found."""
    alternatives = tuple(clauses)
    return BooleanClause(should=alternatives) if alternatives else TermClause(STEMS, ())


def _terms(field: str, words: Iterable[str]) -> TermClause:
    return TermClause(field, tuple((word, 1.0) for word in words))


def _phrase(field: str, words: Sequence[str], slop: int) -> Clause:
    return PhraseClause(field, tuple(words), slop) if len(words) > 1 else _terms(field, words)
