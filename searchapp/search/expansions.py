"""The prefixes of words that a query tree asks the generation for, before any of them is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from searchapp.engines.port import TermPrefix
from searchapp.query.ast import And, AtLeast, Bool, Field, Node, Not, Or, PhrasePattern, Prefix, Proximity, Wildcard
from searchapp.query.leaves import is_pattern
from searchapp.schema import PARTS, WORDS
from searchapp.search.dictionary import words_of_form, words_with_prefix
from searchapp.search.spellings import QuerySpellings

__all__ = ["term_prefixes"]


def term_prefixes(node: Node, spellings: QuerySpellings, parts: Sequence[str] = PARTS) -> Iterator[TermPrefix]:
    """Yield what is read for the prefixes and wildcards of ``node``, which stands in ``parts`` of articles."""
    inner: Sequence[Node] = ()
    match node:
        case Prefix():
            for term in spellings.tokens(node.text)[-1:]:
                yield from (words_with_prefix(WORDS[part], term.word) for part in parts)
        case Wildcard() | PhrasePattern():
            forms = filter(is_pattern, node.text.split())
            yield from filter(None, (words_of_form(WORDS[part], form) for form in forms for part in parts))
        case Bool():
            inner = (*node.should, *node.must, *node.must_not)
        case And() | Or() | Proximity():
            inner = node.clauses
        case AtLeast() | Not():
            inner = (node.node,)
        case Field() if node.name in WORDS:
            yield from term_prefixes(node.node, spellings, (node.name,))
    for clause in inner:
        yield from term_prefixes(clause, spellings, parts)
