"""Query text -> tree. Any text gives a tree; what could not be read is a remark.

::

    whole   = item*                     a Bool: words are preferred, anything else is required, "-" excludes
    item    = sign? or
    or      = and (OU and)*
    and     = near (ET near)*
    near    = factor (PROCHE/n factor)*
    factor  = SAUF? (atleast? operand | field? "(" whole ")")

An operator counts only between (or before) what it can join; alone or doubled it is an ordinary word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from searchapp.i18n import Message
from searchapp.model import Remark
from searchapp.query.ast import (
    PREFERRED,
    And,
    AtLeast,
    Bool,
    Exact,
    Field,
    Leaf,
    MatchAll,
    Node,
    Not,
    Or,
    Phrase,
    PhrasePattern,
    Proximity,
    Word,
    show,
)
from searchapp.query.dates import DateWords
from searchapp.query.grammar import (
    DEEPEST_GROUP,
    FIELDS,
    LONGEST_QUERY,
    FieldKind,
    Near,
    Operator,
    Times,
    read_operator,
)
from searchapp.query.leaves import holds_no_word
from searchapp.query.lexer import Kind, Token, tokens_of
from searchapp.query.token_repair import UNCLOSED, balance, limit_clauses, limit_proximities, settle
from searchapp.schema import ID

__all__ = ["ParsedQuery", "is_elaborate", "parse"]

_KINDS: Final = {row.name: row.kind for row in FIELDS}
_PHRASE: Final = re.compile(r'"[^"]*"')
_SAID_OF_EMPTY: Final = frozenset((holds_no_word("").text, UNCLOSED.text))


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A tree, with remarks on how the text was read."""

    tree: Node
    remarks: tuple[Remark, ...] = ()


def parse(text: str, words: DateWords | None = None) -> ParsedQuery:
    """Return the tree of ``text``; never raises. ``words`` reads dates in words, such as « le mois dernier »."""
    limit, levels = LONGEST_QUERY, DEEPEST_GROUP
    while True:
        parsed = _parse(text, limit, levels, words)
        # The normal form may be longer (tag: -> mot-clé:) or deeper than what was typed; it must be readable in turn.
        shown = show(parsed.tree)
        excess, depth = len(shown) - LONGEST_QUERY, _depth(shown)
        if excess <= 0 and depth <= DEEPEST_GROUP:
            return parsed
        if excess > 0:
            limit = min(limit, len(text)) - max(excess // 2, 1)
        if depth > DEEPEST_GROUP:
            levels = levels * DEEPEST_GROUP // depth


def _parse(text: str, limit: int, levels: int, words: DateWords | None) -> ParsedQuery:
    remarks: list[Remark] = []
    if len(text) > limit:
        message = Message("Only the first {limit} characters of the query were read.", limit=limit)
        remarks.append(Remark(message, limit, len(text)))
    tokens = balance(list(tokens_of(text[:limit], words, remarks)), levels, remarks)
    settled = limit_proximities(limit_clauses(settle(tokens), remarks), remarks)
    tree = _Parser(settled, remarks, text).whole()
    if isinstance(tree, MatchAll) and text.strip() and not remarks:
        remarks.append(Remark(holds_no_word(text.strip()), 0, len(text)))
    if isinstance(tree, Bool) and not tree.should and not tree.must:
        message = Message("A query of excluded words alone shows every other article.")
        remarks.append(Remark(message, 0, len(text)))
    first_by_message = {remark.message: remark for remark in reversed(remarks)}
    return ParsedQuery(tree, tuple(sorted(first_by_message.values(), key=lambda remark: (remark.start, remark.end))))


def _depth(shown: str) -> int:
    """Return the depth of the parentheses of a normal form."""
    depth = deepest = 0
    for character in _PHRASE.sub("", shown):
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest


@dataclass(frozen=True, slots=True)
class _Item:
    """A clause with the sign before it; the node is None when the clause was left out."""

    node: Node | None
    sign: str = ""

    def plain(self) -> Node | None:
        """Return the node of the clause, negated by the sign « - », for operators, which know no other sign."""
        return Not(self.node) if self.node and self.sign == "-" else self.node


class _Parser:
    """Reads tokens whose parentheses are paired and whose operators join something."""

    def __init__(self, tokens: Sequence[Token], remarks: list[Remark], text: str) -> None:
        self._tokens = tokens
        self._remarks = remarks
        self._text = text
        self._place = 0

    def whole(self) -> Node:
        items = self._items()
        return _bool(items) if items else MatchAll()

    def _items(self) -> list[_Item]:
        items = []
        while self._place < len(self._tokens) and self._tokens[self._place].kind is not Kind.CLOSE:
            item = self._or()
            if item.node:
                items.append(item)
        return items

    def _or(self) -> _Item:
        return self._joined(Operator.OR, self._and, Or)

    def _and(self) -> _Item:
        return self._joined(Operator.AND, self._near, And)

    def _joined(self, operator: Operator, operand: Callable[[], _Item], kind: type[And | Or]) -> _Item:
        items = [operand()]
        while self._next_operator() is operator:
            self._place += 1
            items.append(operand())
        if len(items) == 1:
            return items[0]
        return _Item(_join(kind, [node for item in items if (node := item.plain())]))

    def _near(self) -> _Item:
        start = self._place
        items, distance = [self._factor()], 0
        while isinstance(near := self._next_operator(), Near):
            distance = max(distance, near.distance)
            self._place += 1
            items.append(self._factor())
        if len(items) == 1:
            return items[0]
        nodes = [node for item in items if (node := item.plain())]
        if len(nodes) == len(items) and (proximity := _proximity(nodes, distance)):
            return _Item(proximity)
        message = Message("PROCHE (NEAR) joins words, phrases and alternatives (… OU …); it was read as ET (AND).")
        self._remarks.append(Remark(message, self._tokens[start].start, self._tokens[self._place - 1].end))
        return _Item(_join(And, nodes))

    def _factor(self) -> _Item:
        if self._place == len(self._tokens) or self._tokens[self._place].kind is Kind.CLOSE:
            return _Item(None)
        token = self._tokens[self._place]
        self._place += 1
        if isinstance(token.operator, Times) and token.kind is Kind.OPERATOR:
            return self._times(token, token.operator.least)
        if token.kind is Kind.OPERATOR:
            inner = self._factor().plain()
            return _Item(Not(inner) if inner else None)
        node = token.node if token.kind is Kind.OPERAND else self._group(token)
        return _Item(node, token.sign)

    def _times(self, token: Token, least: int) -> _Item:
        """Read the word that is to stand ``least`` times; a part that is named before it holds for the whole."""
        item = self._factor()
        field = item.node if isinstance(item.node, Field) and _KINDS[item.node.name] is FieldKind.PART else None
        node = field.node if field else item.node
        if node and _is_spanned(node) and not _is_ambiguous(node):
            counted = AtLeast(least, node)
            return _Item(Field(field.name, counted, field.at) if field else counted, item.sign)
        message = Message("“{operator}” counts words and phrases only and was left out.", operator=f"atleast{least}")
        self._remarks.append(Remark(message, token.start, token.end))
        return item

    def _group(self, opening: Token) -> Node | None:
        items = self._items()
        self._place += 1
        if not items:
            self._remark_on_empty(opening.start, self._tokens[self._place - 1].end)
            return None
        node = _bool(items) if len(items) > 1 else items[0].plain()
        if opening.field and opening.field.name == ID and isinstance(node, PhrasePattern):
            node = Phrase(node.text)
        return Field(opening.field.name, node, (opening.start, opening.end)) if opening.field and node else node

    def _remark_on_empty(self, start: int, end: int) -> None:
        """Say that a group holds no word; what is said of its parentheses or of its empty parts says less."""
        inside = [remark for remark in self._remarks if start <= remark.start and remark.end <= end]
        replaced = [remark for remark in inside if remark.message.text in _SAID_OF_EMPTY]
        if len(replaced) == len(inside):
            self._remarks[:] = [remark for remark in self._remarks if remark not in replaced]
            self._remarks.append(Remark(holds_no_word(self._text[start:end]), start, end))

    def _next_operator(self) -> Operator | Near | Times | None:
        return self._tokens[self._place].operator if self._place < len(self._tokens) else None


def _proximity(nodes: Sequence[Node], distance: int) -> Node | None:
    """Return ``nodes`` near each other, in one part if one of them names it; None when they cannot be."""
    names = {node.name for node in nodes if isinstance(node, Field)}
    clauses = tuple(node.node if isinstance(node, Field) else node for node in nodes)
    kinds = {_KINDS[name] for name in names}
    if len(names) > 1 or kinds - {FieldKind.PART} or not all(map(_is_spanned, clauses)):
        return None
    words = [clause.text for clause in clauses if isinstance(clause, Word)]
    is_plain = len(words) == len(clauses)
    if not is_plain and any(map(_is_ambiguous, clauses)):
        return None
    whole: Node = Phrase(" ".join(words), distance) if is_plain else Proximity(clauses, distance)
    return Field(names.pop(), whole) if names else whole


def _is_ambiguous(node: Node) -> bool:
    """Return whether ``node`` is a word that reads as an operator or a field where it does not stand alone."""
    return isinstance(node, Word) and (read_operator(node.text) is not None or ":" in node.text)


def _is_spanned(node: Node) -> bool:
    """Return whether ``node`` has places in a text: leaves that the words alone decide, and what is made of them."""
    if isinstance(node, Or | Proximity):
        return all(map(_is_spanned, node.clauses))
    return isinstance(node, Leaf) and not isinstance(node, Exact)


def _join(kind: type[And | Or], nodes: Sequence[Node]) -> Node | None:
    """Return nodes joined; those of the same kind are joined into one."""
    if len(nodes) < 2:
        return nodes[0] if nodes else None
    return kind(tuple(part for node in nodes for part in (node.clauses if isinstance(node, kind) else (node,))))


def _bool(items: Sequence[_Item]) -> Bool:
    clauses: dict[str, list[Node]] = {"": [], "+": [], "-": []}
    for item in items:
        node, sign = item.node, item.sign
        if sign != "-" and isinstance(node, Not):
            node, sign = node.node, "-"
        if node:
            clauses[sign or ("" if isinstance(node, PREFERRED) else "+")].append(node)
    return Bool(tuple(clauses[""]), tuple(clauses["+"]), tuple(clauses["-"]))


def is_elaborate(tree: Node) -> bool:
    """Return whether a query asks for more than words side by side."""
    if isinstance(tree, MatchAll):
        return False
    return not isinstance(tree, Bool) or tree != Bool(tuple(node for node in tree.should if isinstance(node, Word)))
