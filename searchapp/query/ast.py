"""The query tree: small frozen values, one a kind of clause, and its normal form as text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

__all__ = ["Bag", "Every", "Node", "Phrase", "Word", "show"]


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word as typed; whatever tokens it holds, it is one thing to the person who typed it."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """These words in this order, unstemmed, accents folded."""

    text: str


@dataclass(frozen=True, slots=True)
class Every:
    """Every article."""


@dataclass(frozen=True, slots=True)
class Bag:
    """Clauses in any order: all of ``must``, none of ``must_not``, and as many of ``should`` as possible.

    Without a must, an article matches when one should does.
    """

    should: tuple[Node, ...] = ()
    must: tuple[Node, ...] = ()
    must_not: tuple[Node, ...] = ()


Node = Word | Phrase | Every | Bag


@singledispatch
def show(node: Node) -> str:
    """Return the normal form of a tree: the text that :func:`~searchapp.query.parser.parse` reads as this very tree."""
    raise TypeError(f"not a query node: {node!r}")


@show.register
def _(node: Word) -> str:
    return node.text


@show.register
def _(node: Phrase) -> str:
    return f'"{node.text}"'


@show.register
def _(_node: Every) -> str:
    return ""


@show.register
def _(node: Bag) -> str:
    parts = [*(show(clause) for clause in node.should)]
    parts += ["+" + show(clause) for clause in node.must]
    parts += ["-" + show(clause) for clause in node.must_not]
    return " ".join(parts)
