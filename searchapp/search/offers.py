"""Offers: what a condition that no value meets may have meant, as « auteur:afp » where AFP is a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from searchapp.analysis import Term
from searchapp.query.ast import PREFERRED, And, Bool, Field, Fuzzy, Leaf, Node, Not, Or, Phrase, Word
from searchapp.schema import ID, VALUE_FIELDS, WORDS
from searchapp.search.dictionary import Lookup
from searchapp.search.field_terms import value_clause

__all__ = ["offers", "with_offers"]


def offers(field: str, leaf: Leaf, terms: Sequence[Term], lookup: Lookup) -> Iterator[Node]:
    """Yield what ``leaf`` may have meant in ``field``, which has no such value, the likeliest first.

    That is a value of this field a slip away, the same in another field, or the words anywhere in an article.
    """
    if field == ID or not isinstance(leaf, Word | Phrase):
        return
    near, _ = value_clause(field, Fuzzy(leaf.text), terms, lookup)
    if near.terms:
        yield Field(field, Phrase(near.terms[0][0].replace('"', " ")))
    for other in VALUE_FIELDS:
        if other not in (ID, field) and value_clause(other, leaf, terms, lookup)[0].terms:
            yield Field(other, leaf)
    if all(any(lookup.with_stem(WORDS.values(), term.stem).words.values()) for term in terms):
        yield leaf


def with_offers(node: Node, instead: Mapping[Node, Node]) -> Node:
    """Return the tree ``node`` with other nodes ``instead`` of some of its own."""
    if node in instead:
        return instead[node]
    match node:
        case And() | Or():
            return type(node)(tuple(with_offers(clause, instead) for clause in node.clauses))
        case Not():
            return Not(with_offers(node.node, instead))
        case Bool():
            must = [(clause, with_offers(clause, instead)) for clause in node.must]
            # A word in place of a condition is preferred like any other.
            words = tuple(new for old, new in must if new is not old and isinstance(new, PREFERRED))
            required = tuple(new for old, new in must if new is old or not isinstance(new, PREFERRED))
            should = tuple(with_offers(clause, instead) for clause in node.should)
            return Bool((*should, *words), required, tuple(with_offers(clause, instead) for clause in node.must_not))
    return node
