"""From leaves near each other, phrases with patterns and counted words to the port's spans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Final

from searchapp.analysis import Term
from searchapp.engines.clauses import AnyWord, Close, Either, Row, Span
from searchapp.query.ast import AtLeast, Fuzzy, Node, Or, Phrase, PhrasePattern, Prefix, Proximity, Wildcard, Word
from searchapp.query.leaves import is_pattern
from searchapp.search.dictionary import Expansion, Lookup
from searchapp.search.spellings import QuerySpellings

__all__ = ["SpanBuilder"]

# Words of an expansion whose stems score.
_MAX_SCORED_WORDS: Final = 32


class SpanBuilder:
    """Builds spans over the ``fields`` of words of some parts.

    ``complete`` says whether there was time for all expansions, ``cut`` whether one has too many words. ``words`` are
    those to score by.
    """

    def __init__(self, spellings: QuerySpellings, lookup: Lookup, fields: Sequence[str]) -> None:
        self._spellings = spellings
        self._lookup = lookup
        self._fields = fields
        self.complete = True
        self.cut = False
        self.words: list[str] = []

    def build(self, node: Node) -> Span:
        """Return the span of ``node``: a leaf, alternatives, a proximity, or what is counted."""
        match node:
            case Word() | Phrase(slop=0):
                return self._rows(self._spellings.phrases(node.text))
            case Phrase():
                words = self._scored(self._spellings.phrases(node.text)[0])
                return _close([AnyWord((word,)) for word in words], node.slop)
            case PhrasePattern():
                parts = [part for piece in node.text.split() for part in self._piece(piece)]
                return _close(parts, node.slop) if node.slop else _row(parts)
            case Prefix():
                *terms, last = self._spellings.tokens(node.text)
                parts = [AnyWord((term.word,)) for term in terms]
                return _row([*parts, self._any(self._lookup.with_prefix(self._fields, last.word))])
            case Wildcard():
                return self._any(self._lookup.matching(self._fields, node.text))
            case Fuzzy():
                terms = self._spellings.tokens(node.text)
                return _row([self._any(self._lookup.near(self._fields, term.word, node.distance)) for term in terms])
            case Or():
                return Either(tuple(map(self.build, node.clauses)))
            case Proximity():
                return _close(list(map(self.build, node.clauses)), node.distance)
            case AtLeast():
                return self._counted(node.node)
        raise TypeError(f"no span: {node!r}")

    def _counted(self, node: Node) -> Span:
        """Return the span of what is counted: of one word all its forms."""
        terms = self._spellings.tokens(node.text) if isinstance(node, Word) else []
        if len(terms) != 1:
            return self.build(node)
        return self._any(self._lookup.with_stem(self._fields, terms[0].stem))

    def _piece(self, piece: str) -> list[AnyWord]:
        if not is_pattern(piece):
            return [self._literal(term) for term in self._spellings.tokens(piece)]
        return [self._any(self._lookup.matching(self._fields, piece))]

    def _literal(self, term: Term) -> AnyWord:
        self.words += [] if term.is_stopword else [term.exact]
        return AnyWord((term.word,))

    def _rows(self, rows: Iterable[Sequence[str]]) -> Span:
        spans = [_row([AnyWord((word,)) for word in self._scored(row)]) for row in rows]
        return spans[0] if len(spans) == 1 else Either(tuple(spans))

    def _scored(self, words: Sequence[str]) -> Sequence[str]:
        self.words += words
        return words

    def _any(self, expansion: Expansion) -> AnyWord:
        self.complete &= expansion.complete
        self.cut |= expansion.cut
        words = tuple(dict.fromkeys(word for words in expansion.words.values() for word in words))
        self.words += words[:_MAX_SCORED_WORDS]
        return AnyWord(words)


def _row(parts: Sequence[AnyWord]) -> Span:
    return parts[0] if len(parts) == 1 else Row(tuple(parts))


def _close(parts: Sequence[Span], slop: int) -> Span:
    return reduce(lambda one, other: Close(one, other, slop), parts)
