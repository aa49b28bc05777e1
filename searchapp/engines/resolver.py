"""From a query tree to clauses of terms: the one place that decides which field and which form a word looks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatchmethod

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.engines.port import BooleanClause, Clause, EveryClause, PhraseClause, TermClause
from searchapp.query.ast import Bag, Every, Node, Phrase, Word
from searchapp.schema import STEMS, WORDS

__all__ = ["Resolver", "Wanted"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query looks for, for whoever judges or shows an article: stems, and phrases of folded words."""

    stems: frozenset[str] = frozenset()
    phrases: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.stems or self.phrases)


class Resolver:
    """Resolves trees with one analyzer, the same that indexed."""

    def __init__(self, analyzer: FrenchAnalyzer) -> None:
        self._analyzer = analyzer

    @singledispatchmethod
    def resolve(self, node: Node) -> Clause:
        """Return the clause that finds the documents which ``node`` asks for."""
        raise TypeError(f"not a query node: {node!r}")

    @resolve.register
    def _(self, _node: Every) -> Clause:
        return EveryClause()

    @resolve.register
    def _(self, node: Word) -> Clause:
        return _one(self._stems(self._analyzer.terms(node.text)))

    @resolve.register
    def _(self, node: Phrase) -> Clause:
        words = tuple(term.word for term in self._analyzer.terms(node.text))
        parts: list[Clause] = [
            PhraseClause(field, words) if len(words) > 1 else TermClause(field, ((words[0], 1.0),))
            for field in WORDS.values()
        ]
        return BooleanClause(should=tuple(parts))

    @resolve.register
    def _(self, node: Bag) -> Clause:
        return BooleanClause(
            should=tuple(self._should(node)),
            must=tuple(self.resolve(clause) for clause in node.must),
            must_not=tuple(self.resolve(clause) for clause in node.must_not),
        )

    def wanted(self, node: Node) -> Wanted:
        """Return what ``node`` looks for; what it excludes is not wanted."""
        clauses = (*node.should, *node.must) if isinstance(node, Bag) else (node,)
        terms = [term for clause in clauses if isinstance(clause, Word) for term in self._analyzer.terms(clause.text)]
        phrases = [self._analyzer.terms(clause.text) for clause in clauses if isinstance(clause, Phrase)]
        content = [term for term in terms if not term.small]
        return Wanted(
            stems=frozenset(term.stem for term in content or ([] if phrases else terms)),
            phrases=tuple(tuple(term.word for term in phrase) for phrase in phrases),
        )

    def _should(self, node: Bag) -> Iterable[Clause]:
        """Small words do not count beside a content word; alone they are all there is to look for.

        A phrase finds but does not score, so its words score here.
        """
        scored: list[Word | Phrase] = [clause for clause in node.should if isinstance(clause, Word)]
        scored += [clause for clause in (*node.should, *node.must) if isinstance(clause, Phrase)]
        terms = [term for clause in scored for term in self._analyzer.terms(clause.text)]
        content = [term for term in terms if not term.small]
        yield from self._stems(content or ([] if node.must else terms))
        yield from (self.resolve(clause) for clause in node.should if not isinstance(clause, Word))

    @staticmethod
    def _stems(terms: Iterable[Term]) -> list[Clause]:
        return [TermClause(STEMS, ((stem, 1.0),)) for stem in dict.fromkeys(term.stem for term in terms)]


def _one(clauses: list[Clause]) -> Clause:
    """Return what asks for all of ``clauses``: a word such as « vice-présidente » holds several terms."""
    return clauses[0] if len(clauses) == 1 else BooleanClause(must=tuple(clauses))
