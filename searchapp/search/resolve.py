"""From a query tree to clauses of terms: the one place that decides in which field and form a word is looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import singledispatchmethod
from operator import attrgetter
from typing import Final

from searchapp.analysis import Term
from searchapp.engines.days import FIRST_DAY, LAST_DAY, day_number
from searchapp.engines.port import (
    BooleanClause,
    Clause,
    DayClause,
    MatchAllClause,
    PhraseClause,
    SpanClause,
    TermClause,
)
from searchapp.i18n import Message
from searchapp.model import Remark, Span
from searchapp.query.ast import (
    And,
    AtLeast,
    Bool,
    DateRange,
    Exact,
    Field,
    Fuzzy,
    Leaf,
    MatchAll,
    Node,
    Not,
    Or,
    Phrase,
    PhrasePattern,
    Prefix,
    Proximity,
    Wildcard,
    Word,
    narrows,
)
from searchapp.query.grammar import FIELD_NAMES, MOST_EXPANSIONS
from searchapp.schema import EXACT, ID, PARTS, STEMS, WORDS
from searchapp.search.corrections import NO_CORRECTIONS, Corrections
from searchapp.search.dictionary import Lookup
from searchapp.search.field_terms import value_clause
from searchapp.search.literal import literal_pattern
from searchapp.search.offers import offers
from searchapp.search.query_terms import content_terms, stem_texts
from searchapp.search.span_builder import SpanBuilder
from searchapp.search.spellings import QuerySpellings

__all__ = ["Resolution", "Resolver"]

# Words that a remark names.
_WORDS_NAMED: Final = 5
# A prefix or a fuzzy word finds by its words and scores by the stems of so many of them.
_MAX_SCORED_STEMS: Final = 32


@dataclass(frozen=True, slots=True)
class Resolution:
    """The clause of a node, with remarks about it; unless ``complete``, there was no time to look up all its words.

    ``offers`` pairs nodes that nothing can meet with what may have been meant.
    """

    clause: Clause
    remarks: tuple[Remark, ...] = ()
    complete: bool = True
    offers: tuple[tuple[Node, Node], ...] = ()


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a leaf is looked up: in these parts, or in a field of whole values."""

    parts: Sequence[str] = PARTS
    value: str = ""
    at: Span = (0, 0)

    @property
    def everywhere(self) -> bool:
        return not self.value and len(self.parts) == len(PARTS)


class Resolver:
    """Resolves trees with the words that ``spellings`` reads in them.

    ``lookup`` finds the words of prefixes, fuzzy words and values; ``corrections`` replace words that no article holds.
    """

    def __init__(
        self, spellings: QuerySpellings, lookup: Lookup | None = None, corrections: Corrections = NO_CORRECTIONS
    ) -> None:
        self._spellings = spellings
        self._lookup = lookup or Lookup()
        self._corrections = corrections

    def resolve(self, node: Node) -> Resolution:
        """Return the clause that finds the documents which ``node`` asks for."""
        return self._resolve(node, _Scope())

    @singledispatchmethod
    def _resolve(self, node: Node, _scope: _Scope) -> Resolution:
        raise TypeError(f"not a query node: {node!r}")

    @_resolve.register
    def _(self, _node: MatchAll, _scope: _Scope) -> Resolution:
        return Resolution(MatchAllClause())

    @_resolve.register
    def _(self, node: Proximity, scope: _Scope) -> Resolution:
        return self._resolve(And(node.clauses), scope) if scope.value else self._span(node, scope)

    @_resolve.register
    def _(self, node: AtLeast, scope: _Scope) -> Resolution:
        return self._resolve(node.node, scope) if scope.value else self._span(node, scope, node.times)

    def _span(self, node: Node, scope: _Scope, times: int = 1) -> Resolution:
        """Return a clause that matches ``node`` by the places of its words in a part, and scores by their stems."""
        fields = [WORDS[part] for part in scope.parts]
        builder = SpanBuilder(self._spellings, self._lookup, fields)
        span = builder.build(node)
        stems = dict.fromkeys(term.stem for word in builder.words for term in self._spellings.tokens(word))
        should = tuple(TermClause(STEMS, ((stem, 1.0),)) for stem in stems)
        found = _any(SpanClause(field, span, times) for field in fields) if builder.complete else _any([])
        remarks = (Remark(_cut_message(), *getattr(node, "at", scope.at)),) if builder.cut else ()
        return Resolution(BooleanClause(should, must=(found,)), remarks, builder.complete)

    @_resolve.register(Word | Phrase | Prefix | Fuzzy | Exact | Wildcard | PhrasePattern)
    def _(self, node: Leaf, scope: _Scope) -> Resolution:
        resolved = self._leaf(node, scope)
        pattern = literal_pattern(node) if not scope.value else None
        return self._verified(resolved, pattern, scope) if pattern else resolved

    def _leaf(self, node: Leaf, scope: _Scope) -> Resolution:
        terms = self._spellings.tokens(node.text)
        if scope.value:
            return self._value(node, terms, scope)
        if isinstance(node, PhrasePattern):
            return self._span(node, scope)
        if isinstance(node, Wildcard):
            return self._words(node, terms[:1], scope) if terms else Resolution(_any([]))
        if isinstance(node, Word) and scope.everywhere:
            return self._word_anywhere(node)
        if isinstance(node, Phrase):
            rows = self._spellings.phrases(node.text)[: 1 if node.slop else None]
            return Resolution(_any(_phrase(WORDS[part], row, node.slop) for row in rows for part in scope.parts))
        if isinstance(node, Word) and self._spellings.has_code(node.text):
            rows = self._spellings.phrases(node.text)
            return Resolution(_any(_phrase(WORDS[part], row, 0) for row in rows for part in scope.parts))
        return self._words(node, terms, scope)

    @_resolve.register
    def _(self, node: Field, _scope: _Scope) -> Resolution:
        scope = _Scope((node.name,), at=node.at) if node.name in WORDS else _Scope(value=node.name, at=node.at)
        return self._resolve(node.node, scope)

    @_resolve.register
    def _(self, node: DateRange, _scope: _Scope) -> Resolution:
        first, last = (day_number(day) if day else None for day in (node.first, node.last))
        return Resolution(DayClause(first or FIRST_DAY, last or LAST_DAY))

    @_resolve.register
    def _(self, node: And, scope: _Scope) -> Resolution:
        parts = self._each(node.clauses, scope)
        return _combined(BooleanClause(must=_clauses(parts)), parts)

    @_resolve.register
    def _(self, node: Or, scope: _Scope) -> Resolution:
        parts = self._each(node.clauses, scope)
        return _combined(BooleanClause(should=_clauses(parts)), parts)

    @_resolve.register
    def _(self, node: Not, scope: _Scope) -> Resolution:
        excluded = self._excluded(node.node, scope)
        return _combined(BooleanClause(must_not=(excluded.clause,)), [excluded])

    @_resolve.register
    def _(self, node: Bool, scope: _Scope) -> Resolution:
        excluded = [self._excluded(clause, scope) for clause in dict.fromkeys(node.must_not)]
        parts = self._should(node, scope), self._each(node.must, scope), excluded
        should, must, must_not = map(_clauses, parts)
        if should and must and all(map(narrows, node.must)):
            # « pont date:2022 » asks for articles of 2022 about a bridge: a narrowing clause finds nothing by itself.
            must, should = (*must, BooleanClause(should=should)), ()
        return _combined(BooleanClause(should, must, must_not), [one for each in parts for one in each])

    def _each(self, nodes: Iterable[Node], scope: _Scope) -> list[Resolution]:
        """Return the resolution of each node; a repeated node is looked up once."""
        return [self._resolve(node, scope) for node in dict.fromkeys(nodes)]

    def _excluded(self, node: Node, scope: _Scope) -> Resolution:
        """Return the resolution of an excluded node; out of time to look up all its words, it is every document."""
        resolved = self._resolve(node, scope)
        return resolved if resolved.complete else Resolution(MatchAllClause(), resolved.remarks, complete=False)

    def _value(self, node: Leaf, terms: Sequence[Term], scope: _Scope) -> Resolution:
        clause, complete = value_clause(scope.value, node, terms, self._lookup)
        if clause.terms or not complete:
            return Resolution(clause, complete=complete)
        field = FIELD_NAMES[scope.value]
        message = Message("No value of the field “{field}” holds “{value}”.", field=field, value=node.text)
        offered = tuple((Field(scope.value, node), other) for other in offers(scope.value, node, terms, self._lookup))
        return Resolution(clause, (Remark(message, *scope.at),), offers=offered[:1])

    def _should(self, node: Bool, scope: _Scope) -> list[Resolution]:
        """Return the resolutions of a Bool's preferred clauses.

        Stopwords do not count beside a content word; alone they are all there is to look for.
        """
        if not scope.everywhere:
            content = [clause for clause in node.should if not self._is_stopword(clause)]
            return self._each(content or node.should, scope)
        or_stopwords = all(map(narrows, node.must))
        terms = content_terms(stem_texts(node), self._spellings, self._corrections, or_stopwords=or_stopwords)
        others = (clause for clause in node.should if not isinstance(clause, Word))
        groups = self._spellings.groups([" ".join(stem_texts(node))])
        spellings = (variant[0] for _, variant in groups if len(variant) == 1)
        return [*self._stems([*terms, *spellings]), *self._each(others, scope)]

    def _is_stopword(self, node: Node) -> bool:
        return isinstance(node, Word) and all(term.is_stopword for term in self._spellings.tokens(node.text))

    def _stems(self, terms: Iterable[Term]) -> list[Resolution]:
        by_stem = {term.stem: term for term in terms}
        unchecked = self._corrections.unchecked
        return [
            Resolution(TermClause(STEMS, ((stem, 1.0),)), complete=term.exact not in unchecked)
            for stem, term in by_stem.items()
        ]

    def _verified(self, resolved: Resolution, pattern: re.Pattern[str], scope: _Scope) -> Resolution:
        """Return ``resolved`` for the articles alone in whose stored text ``pattern`` is found."""
        parts = [attrgetter(part) for part in scope.parts]
        matches = self._lookup.ids(
            resolved.clause, lambda article: any(pattern.search(part(article)) for part in parts)
        )
        required = TermClause(ID, tuple((article_id, 1.0) for article_id in matches.words[ID]))
        clause = BooleanClause(must=(required, resolved.clause))
        return Resolution(clause, resolved.remarks, resolved.complete and matches.complete)

    def _word_anywhere(self, node: Word) -> Resolution:
        """Return the resolution of a word that is required or excluded: all its terms, or those of another spelling."""
        terms = self._spellings.terms(node.text)
        stems = self._stems(corrected for term in terms for corrected in self._corrections.of(term))
        # A word such as « vice-présidente » holds several terms.
        whole = stems[0] if len(stems) == 1 else _combined(BooleanClause(must=_clauses(stems)), stems)
        others = [
            BooleanClause(must=_clauses(self._stems(variant)))
            for own, variant in self._spellings.groups([node.text])
            if list(own) == terms
        ]
        return replace(whole, clause=_any([whole.clause, *others])) if others else whole

    def _words(self, node: Leaf, terms: Sequence[Term], scope: _Scope) -> Resolution:
        """Return a clause that matches words in the parts of ``scope`` and scores by their stems."""
        # A repeated word is looked up once; the last one is apart, since only it is the prefix of a Prefix.
        words = [self._word(node, term, False, scope) for term in dict.fromkeys(terms[:-1])]
        words += [self._word(node, term, True, scope) for term in terms[-1:]]
        if isinstance(node, Exact) and (whole := self._spellings.compound(node.text)):
            words = [self._word(node, whole, True, scope)]
        stems = dict.fromkeys(stem for word in words for stem in self._stems_of(word.clause))
        should = tuple(TermClause(STEMS, ((stem, 1.0),)) for stem in stems)
        required: Clause = BooleanClause(must=_clauses(words))
        if isinstance(node, Word) and (rows := self._spellings.phrases(node.text)[1:]):
            required = _any([required, *(_phrase(WORDS[part], row, 0) for row in rows for part in scope.parts)])
        return _combined(BooleanClause(should, must=(required,)), words)

    def _word(self, node: Leaf, term: Term, last: bool, scope: _Scope) -> Resolution:
        fields = [WORDS[part] for part in scope.parts]
        match node:
            case Exact():
                return Resolution(_any(_terms(EXACT[part], (term.exact,)) for part in scope.parts))
            case Prefix() if last:
                at, expansion = node.at, self._lookup.with_prefix(fields, term.word)
            case Wildcard():
                at, expansion = node.at, self._lookup.matching(fields, node.text)
            case Fuzzy():
                at, expansion = node.at, self._lookup.near(fields, term.word, node.distance)
            case _:
                at, expansion = (0, 0), self._lookup.with_stem(fields, term.stem)
        clause = _any(_terms(field, words) for field, words in expansion.words.items())
        remarks = (Remark(_cut_message(), *at),) if expansion.cut else ()
        words = list(dict.fromkeys(word for words in expansion.words.values() for word in words))
        if isinstance(node, Wildcard) and not node.text[0].isalnum() and words and not expansion.cut:
            remarks = (Remark(_ending_message(node.text, words), *at),)
        return Resolution(clause, remarks, expansion.complete)

    def _stems_of(self, clause: Clause) -> Iterator[str]:
        """Yield the stems of the first words of ``clause``."""
        parts = clause.should if isinstance(clause, BooleanClause) else ()
        words = dict.fromkeys(word for part in parts if isinstance(part, TermClause) for word, _ in part.terms)
        for word in list(words)[:_MAX_SCORED_STEMS]:
            yield from (term.stem for term in self._spellings.tokens(word))


def _cut_message() -> Message:
    return Message("Only the {limit} most frequent of its words were looked for.", limit=MOST_EXPANSIONS)


def _ending_message(text: str, words: Sequence[str]) -> Message:
    """Return the remark on a word that begins with a star or « ? »: some of its words, and the number of all."""
    named = ", ".join(words[:_WORDS_NAMED]) + (f" … ({len(words)})" if len(words) > _WORDS_NAMED else "")
    return Message("“{word}” stands for: {words}", word=text, words=named)


def _clauses(parts: Iterable[Resolution]) -> tuple[Clause, ...]:
    return tuple(part.clause for part in parts)


def _combined(clause: Clause, parts: Sequence[Resolution]) -> Resolution:
    """Return ``clause`` with the remarks of its ``parts``; it is complete when all of them are."""
    remarks = tuple(remark for part in parts for remark in part.remarks)
    offered = tuple(offer for part in parts for offer in part.offers)
    return Resolution(clause, remarks, all(part.complete for part in parts), offered)


def _any(clauses: Iterable[Clause]) -> Clause:
    """Return the clause of any of ``clauses``; without one, nothing is found."""
    alternatives = tuple(clauses)
    return BooleanClause(should=alternatives) if alternatives else TermClause(STEMS, ())


def _terms(field: str, words: Iterable[str]) -> TermClause:
    return TermClause(field, tuple((word, 1.0) for word in words))


def _phrase(field: str, words: Sequence[str], slop: int) -> Clause:
    return PhraseClause(field, tuple(words), slop) if len(words) > 1 else _terms(field, words)
