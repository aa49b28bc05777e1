"""From a query tree to clauses of terms: the one place that decides which field and which form a word looks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import singledispatchmethod

from searchapp.analysis import FrenchAnalyzer, Term
from searchapp.engines.port import BooleanClause, Clause, EveryClause, PhraseClause, TermClause
from searchapp.query.ast import Bag, Every, Node, Phrase, Word
from searchapp.schema import STEMS, WORDS

__all__ = ["Resolver", "Wanted"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query looks for, for whoever judges or shows an article.

    ``words`` are its content words in order, each once; ``phrases`` are made of folded words.
    """

    words: tuple[Term, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()

    @property
    def stems(self) -> frozenset[str]:
        """The stems of the words."""
        return frozenset(term.stem for term in self.words)

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases)


class Resolver:
    """Resolves trees with one analyzer, the same that indexed.

    ``mend`` gives what to look for instead of a word: the word itself, or likelier ones where no article holds it.
    """

    def __init__(
        self, analyzer: FrenchAnalyzer, mend: Callable[[Term], tuple[Term, ...]] = lambda term: (term,)
    ) -> None:
        self._analyzer = analyzer
        self._mend = mend

    @singledispatchmethod
    def resolve(self, node: Node) -> Clause:
        """Return the clause that finds the documents which ``node`` asks for."""
        raise TypeError(f"not a query node: {node!r}")

    @resolve.register
    def _(self, _node: Every) -> Clause:
        return EveryClause()

    @resolve.register
    def _(self, node: Word) -> Clause:
        terms = [other for term in self._analyzer.terms(node.text) for other in self._mend(term)]
        return _one([TermClause(STEMS, ((term.stem, 1.0),)) for term in terms])

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
        words = [clause.text for clause in clauses if isinstance(clause, Word)]
        phrases = [self._analyzer.terms(clause.text) for clause in clauses if isinstance(clause, Phrase)]
        return Wanted(
            words=tuple(self._content(words, or_small=not phrases)),
            phrases=tuple(tuple(term.word for term in phrase) for phrase in phrases),
        )

    def scored(self, node: Node) -> tuple[Term, ...]:
        """Return the content words whose stems score: those of words and, since phrases only find, of phrases."""
        if not isinstance(node, Bag):
            return ()
        clauses = [clause for clause in (*node.should, *node.must) if isinstance(clause, Word | Phrase)]
        return tuple(self._content([clause.text for clause in clauses], or_small=not node.must))

    def _should(self, node: Bag) -> Iterable[Clause]:
        yield from (TermClause(STEMS, ((term.stem, 1.0),)) for term in self.scored(node))
        yield from (self.resolve(clause) for clause in node.should if not isinstance(clause, Word))

    def _content(self, texts: Iterable[str], *, or_small: bool) -> Iterable[Term]:
        """Return the content words of ``texts``, each stem once; small words only when they are all there is.

        Neighbours are analysed together: « 20 000 » is one word to the index however it was cut at its space.
        """
        terms = self._analyzer.terms(" ".join(texts))
        content = [other for term in terms if not term.small for other in self._mend(term)]
        unique: dict[str, Term] = {}
        for term in content or (terms if or_small else []):
            unique.setdefault(term.stem, term)
        return unique.values()


def _one(clauses: list[Clause]) -> Clause:
    """Return what asks for all of ``clauses``: a word such as « vice-présidente » holds several terms."""
    return clauses[0] if len(clauses) == 1 else BooleanClause(must=tuple(clauses))
