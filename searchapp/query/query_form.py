"""The fields of the advanced form: a query tree -> fields -> query text.

A field holds clauses of one kind: the preferred words of a Bool, its required words, one phrase, one group of
alternatives and so on. Clauses that no field can hold stand in ``rest`` as query text, so reading a query into the
fields and writing it again keeps its meaning. Inside a field, words stand side by side and phrases in quotation marks;
operators and names of fields are read as words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import TypeGuard

from searchapp.query.ast import (
    And,
    Bool,
    DateRange,
    Field,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    PhrasePattern,
    show,
)
from searchapp.query.grammar import DEFAULT_SLOP, MOST_CLAUSES
from searchapp.query.leaves import read_phrase, read_words
from searchapp.query.lexer import Kind, tokens_of
from searchapp.query.parser import parse

__all__ = ["QueryForm", "form_of", "query_text"]

_SINGLE_VALUES = ("source", "author")


@dataclass(frozen=True, slots=True)
class QueryForm:
    """The texts of the fields as a reader writes them; ``distance`` is the most words between those of ``near``."""

    words: str = ""
    all: str = ""
    phrase: str = ""
    any: str = ""
    none: str = ""
    near: str = ""
    distance: int = DEFAULT_SLOP
    title: str = ""
    source: str = ""
    author: str = ""
    first: date | None = None
    last: date | None = None
    rest: str = ""


def query_text(form: QueryForm) -> str:
    """Return the query that the fields ask for, in its normal form."""
    rest = parse(form.rest).tree
    extra = rest if isinstance(rest, Bool) else Bool()
    phrases = (read_phrase(form.phrase, 0), read_phrase(form.near, form.distance))
    must: list[Node] = [phrase for phrase in phrases if phrase]
    must += map(_required, _leaves(form.all))
    must += _any_of(_leaves(form.any))
    must += _title(form.title)
    for name in _SINGLE_VALUES:
        must += _value(name, getattr(form, name))
    if form.first or form.last:
        must.append(DateRange(form.first, form.last))
    should, must_not = _leaves(form.words), _leaves(form.none)
    return show(Bool((*should, *extra.should), (*must, *extra.must), (*must_not, *extra.must_not)))


def form_of(tree: Node) -> QueryForm:
    """Return the fields that ask for ``tree``."""
    whole = tree if isinstance(tree, Bool) else Bool()
    sorting = _Sorting()
    sorting.fields["words"] = [show(clause) for clause in whole.should]
    for clause in whole.must:
        for part in _parts(clause):
            sorting.add(part)
    for clause in whole.must_not:
        sorting.exclude(clause)
    return sorting.form()


@dataclass(slots=True)
class _Sorting:
    """Clauses sorted into fields; those that find theirs taken, or none, are the rest."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    distance: int = DEFAULT_SLOP
    days: DateRange = field(default_factory=lambda: DateRange(None, None))
    rest: list[Node] = field(default_factory=list)
    rest_excluded: list[Node] = field(default_factory=list)

    def add(self, clause: Node) -> None:
        """Sort a required clause."""
        match clause:
            case Not(node):
                self.exclude(node)
            case Phrase(text, slop) | PhrasePattern(text, slop) if slop and "near" not in self.fields:
                self.fields["near"], self.distance = [text], slop
            case Phrase(text, 0) | PhrasePattern(text, 0) if "phrase" not in self.fields:
                self.fields["phrase"] = [text]
            case Or(clauses) if "any" not in self.fields and all(isinstance(each, Leaf) for each in clauses):
                self.fields["any"] = [show(each) for each in clauses]
            case DateRange() if self.days == DateRange(None, None) != clause:
                self.days = clause
            case Field("title", node) if all(map(_reads_back, _parts(node))):
                self.fields.setdefault("title", []).extend(map(show, _parts(node)))
            case Field(name, node) if name in _SINGLE_VALUES and name not in self.fields and _reads_back(node):
                self.fields[name] = [_shown_value(name, node)]
            case _ if isinstance(clause, Leaf) and not getattr(clause, "slop", 0):
                self.fields.setdefault("all", []).append(show(clause))
            case _:
                self.rest.append(clause)

    def exclude(self, clause: Node) -> None:
        """Sort an excluded clause."""
        clauses = clause.clauses if isinstance(clause, Or) else (clause,)
        if all(isinstance(each, Leaf) for each in clauses):
            self.fields.setdefault("none", []).extend(map(show, clauses))
        else:
            self.rest_excluded.append(clause)

    def form(self) -> QueryForm:
        """Return the fields as texts."""
        texts = {name: " ".join(shown) for name, shown in self.fields.items()}
        rest = show(Bool((), tuple(self.rest), tuple(self.rest_excluded)))
        return QueryForm(**texts, distance=self.distance, first=self.days.first, last=self.days.last, rest=rest)


def _parts(node: Node) -> tuple[Node, ...]:
    return node.clauses if isinstance(node, And) else (node,)


def _reads_back(node: Node) -> TypeGuard[Leaf]:
    """Return whether ``node`` is a leaf whose text is read as itself in a field; « source:x » of a title is not."""
    return isinstance(node, Leaf) and _leaves(show(node)) == (node,)


def _leaves(text: str) -> tuple[Leaf, ...]:
    """Return the words, patterns and phrases of a field in their order; all are words when some would be operators.

    Of too many there is one more than the parser uses, so that it says so.
    """
    read = (token for token in tokens_of(text, None, []) if token.node or token.kind is not Kind.OPERAND)
    tokens = list(islice(read, MOST_CLAUSES + 1))
    leaves = tuple(token.node for token in tokens if token.kind is Kind.OPERAND and isinstance(token.node, Leaf))
    if len(leaves) == len(tokens) and not any(token.sign == "-" for token in tokens):
        return leaves
    words = read_words(text.replace('"', " "))[: MOST_CLAUSES + 1]
    return tuple(_standing(word, Bool(should=(word,))) for word in words)


def _standing(leaf: Leaf, tree: Bool) -> Leaf:
    """Return ``leaf``, as a phrase when its text would be read otherwise where it stands in ``tree``."""
    return leaf if parse(show(tree)).tree == tree else read_phrase(leaf.text, 0) or leaf


def _required(leaf: Leaf) -> Leaf:
    return _standing(leaf, Bool(must=(leaf,)))


def _in_field(name: str, leaf: Leaf) -> Leaf:
    return _standing(leaf, Bool(must=(Field(name, leaf),)))


def _any_of(leaves: tuple[Leaf, ...]) -> list[Node]:
    return [Or(leaves)] if len(leaves) > 1 else [_required(leaf) for leaf in leaves]


def _title(text: str) -> list[Node]:
    leaves = tuple(_in_field("title", leaf) for leaf in _leaves(text))
    return [Field("title", leaves[0] if len(leaves) == 1 else And(leaves))] if leaves else []


def _value(name: str, text: str) -> list[Node]:
    """Return the clause for a value of the field ``name``: its words in a row."""
    leaves = _leaves(text)
    value = _in_field(name, leaves[0]) if len(leaves) == 1 else read_phrase(text, 0)
    return [Field(name, value)] if value else []


def _shown_value(name: str, leaf: Leaf) -> str:
    """Return the value as a reader writes it, in quotation marks only where they make a difference."""
    return leaf.text if _value(name, leaf.text) == [Field(name, leaf)] else show(leaf)
