"""The query tree: small frozen values, one a kind of clause, and its normal form as text.

``at`` is where a node stands in the text that was read, for remarks; it is no part of what the node means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import singledispatch

from searchapp.model import Span
from searchapp.query.dates import show_period
from searchapp.query.grammar import FIELD_NAMES, FIELDS, FieldKind, read_operator

__all__ = [
    "And",
    "AtLeast",
    "Bool",
    "DateRange",
    "Exact",
    "Field",
    "Fuzzy",
    "Leaf",
    "MatchAll",
    "Node",
    "Not",
    "Or",
    "Phrase",
    "PhrasePattern",
    "Prefix",
    "Proximity",
    "Wildcard",
    "Word",
    "narrows",
    "show",
]


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word as typed; it may hold several tokens and is one clause all the same."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """These words, unstemmed, accents folded, in this order; with ``slop`` in any order and so many words between."""

    text: str
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so, accents folded."""

    text: str
    at: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Words of this form, accents folded: « * » stands for any letters, « ? » for one."""

    text: str
    at: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class PhrasePattern:
    """A phrase in which words have « * » or « ? »."""

    text: str
    slop: int = 0
    at: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Words at most ``distance`` letters away (one changed, added, left out, or two swapped), accents folded."""

    text: str
    distance: int = 1
    at: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Exact:
    """This very form: accents count, inflection counts; capitals do not."""

    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """``node`` looked for in one field only; ``name`` is a row of the table of fields."""

    name: str
    node: Node
    at: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class DateRange:
    """Articles of these days, both included; None is open."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class And:
    """All of the clauses."""

    clauses: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of the clauses."""

    clauses: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Every article but those that ``node`` finds."""

    node: Node


@dataclass(frozen=True, slots=True)
class Proximity:
    """All of the clauses in one part of an article, each with at most ``distance`` words between it and those before.

    Clauses are leaves (no exact forms), alternatives of them, and proximities.
    """

    clauses: tuple[Node, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class AtLeast:
    """``node`` so many times in one part of an article."""

    times: int
    node: Node


@dataclass(frozen=True, slots=True)
class MatchAll:
    """Every article."""


@dataclass(frozen=True, slots=True)
class Bool:
    """Clauses side by side, in any order: all of ``must``, none of ``must_not``, as many of ``should`` as possible.

    Without a must, or with such as only narrow, an article matches when one should does. The whole of a query is a
    Bool, or MatchAll.
    """

    should: tuple[Node, ...] = ()
    must: tuple[Node, ...] = ()
    must_not: tuple[Node, ...] = ()


Leaf = Word | Phrase | Prefix | Fuzzy | Exact | Wildcard | PhrasePattern
Node = Leaf | Field | DateRange | And | Or | Not | Proximity | AtLeast | MatchAll | Bool
_JOINED = (And, Or, Proximity, AtLeast)
_KINDS = {row.name: row.kind for row in FIELDS}
PREFERRED = (Word, Prefix, Fuzzy, Wildcard)
"""In a Bool, clauses of these kinds are preferred when they stand without a sign; all others are required."""


def narrows(node: Node) -> bool:
    """Return whether ``node`` only narrows a search, by date or by a field of whole values."""
    if isinstance(node, Field):
        return _KINDS[node.name] is FieldKind.VALUE
    if isinstance(node, Not):
        return narrows(node.node)
    return isinstance(node, DateRange) or (isinstance(node, And | Or) and all(map(narrows, node.clauses)))


@singledispatch
def show(node: Node) -> str:
    """Return the normal form of a tree: the text that :func:`~searchapp.query.parser.parse` reads as this very tree."""
    raise TypeError(f"not a query node: {node!r}")


@show.register
def _(node: Word) -> str:
    return f"({node.text})" if read_operator(node.text) else node.text


@show.register
def _(node: Wildcard) -> str:
    return node.text


@show.register(Phrase | PhrasePattern)
def _(node: Phrase | PhrasePattern) -> str:
    return f'"{node.text}"~{node.slop}' if node.slop else f'"{node.text}"'


@show.register
def _(node: Prefix) -> str:
    return f"{node.text}*"


@show.register
def _(node: Fuzzy) -> str:
    return f"{node.text}~" if node.distance == 1 else f"{node.text}~{node.distance}"


@show.register
def _(node: Exact) -> str:
    return f"={node.text}"


@show.register
def _(node: Field) -> str:
    return f"{FIELD_NAMES[node.name]}:{_one(node.node, Leaf)}"


@show.register
def _(node: DateRange) -> str:
    return show_period(node.first, node.last)


@show.register
def _(node: And) -> str:
    return " ET ".join(_one(clause, Leaf | Field | DateRange | Not | AtLeast) for clause in node.clauses)


@show.register
def _(node: Or) -> str:
    return " OU ".join(_one(clause, Leaf | Field | DateRange | Not | AtLeast | And) for clause in node.clauses)


@show.register
def _(node: Proximity) -> str:
    return f" PROCHE/{node.distance} ".join(_one(clause, Leaf) for clause in node.clauses)


@show.register
def _(node: AtLeast) -> str:
    return f"atleast{node.times} {_one(node.node, Leaf)}"


@show.register
def _(node: Not) -> str:
    return f"SAUF {_one(node.node, Leaf | Field | DateRange)}"


@show.register
def _(_node: MatchAll) -> str:
    return ""


@show.register
def _(node: Bool) -> str:
    if not node.should and not node.must_not and len(node.must) == 1 and isinstance(node.must[0], _JOINED):
        return show(node.must[0])
    parts = [_one(clause) for clause in node.should]
    parts += [("+" if isinstance(clause, PREFERRED) else "") + _one(clause) for clause in node.must]
    for clause in node.must_not:
        text = _one(clause)
        # A hyphen excludes only after a word and before a letter, a quotation, a group or a form.
        parts.append(("-" if parts and (text[0].isalpha() or text[0] in '"(=') else "SAUF ") + text)
    return " ".join(parts)


def _one(node: Node, bare: object = Leaf | Field | DateRange) -> str:
    """Return ``node`` as one operand: in parentheses unless it is of a kind that stands ``bare`` here."""
    text = show(node)
    return text if isinstance(node, bare) else f"({text})"  # type: ignore[arg-type]
