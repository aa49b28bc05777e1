"""Tokens put in order before they are read: parentheses in pairs, operators that join something, not too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from searchapp.i18n import Message
from searchapp.model import Remark
from searchapp.query.ast import Field, Node, Phrase, PhrasePattern
from searchapp.query.grammar import MOST_CLAUSES, MOST_PROXIMITIES, Near, Operator, Times
from searchapp.query.lexer import Kind, Token

__all__ = ["UNCLOSED", "balance", "limit_clauses", "limit_proximities", "settle"]

UNCLOSED: Final = Message("A closing parenthesis was added.")
_BEGINS: Final = (Kind.OPERAND, Kind.OPEN)
_ENDS: Final = (Kind.OPERAND, Kind.CLOSE)


def balance(tokens: Sequence[Token], levels: int, remarks: list[Remark]) -> list[Token]:
    """Return the tokens with every parenthesis in a pair, and without those that are deeper than ``levels``."""
    kept: list[Token] = []
    opened: list[Token] = []
    for token in tokens:
        depth = len(opened) + (token.kind is Kind.OPEN)
        if token.kind is Kind.CLOSE and not opened:
            remarks.append(Remark(Message("A closing parenthesis without an opening one was left out."), *_at(token)))
            continue
        if token.kind is Kind.OPEN:
            opened.append(token)
        elif token.kind is Kind.CLOSE:
            opened.pop()
        if token.kind in (Kind.OPEN, Kind.CLOSE) and depth > levels:
            message = Message("Parentheses deeper than {limit} levels were left out.", limit=levels)
            remarks.append(Remark(message, *_at(token)))
        else:
            kept.append(token)
    if opened:
        remarks.append(Remark(UNCLOSED, *_at(opened[0])))
    return kept + [_closing(tokens)] * min(len(opened), levels)


def settle(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with each operator that has nothing to join made the word that it is, or left out."""
    settled = []
    for index, token in enumerate(tokens):
        if token.kind is not Kind.OPERATOR or _joins(tokens, index):
            settled.append(token)
        elif token.node:
            settled.append(replace(token, kind=Kind.OPERAND, operator=None))
    return settled


def limit_clauses(tokens: Sequence[Token], remarks: list[Remark]) -> list[Token]:
    """Return the tokens up to the last clause that is allowed, with its parentheses closed."""
    indexes = [index for index, token in enumerate(tokens) if token.kind is Kind.OPERAND and token.node]
    if len(indexes) <= MOST_CLAUSES:
        return list(tokens)
    end = indexes[MOST_CLAUSES]
    message = Message("Only the first {limit} words of the query were used.", limit=MOST_CLAUSES)
    remarks.append(Remark(message, tokens[end].start, tokens[-1].end))
    kept = list(tokens[:end])
    opened = sum((token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE) for token in kept)
    return kept + [_closing(kept)] * opened


def limit_proximities(tokens: Sequence[Token], remarks: list[Remark]) -> list[Token]:
    """Return the tokens with so many proximities; beyond, PROCHE is read as ET and « "…"~n » is left out."""
    indexes = [index for index, token in enumerate(tokens) if _is_proximity(token)][MOST_PROXIMITIES:]
    kept = list(tokens)
    for index in indexes:
        token = tokens[index]
        kept[index] = replace(token, operator=Operator.AND) if token.operator else replace(token, node=None)
    if indexes:
        message = Message(
            "Only the first {limit} of PROCHE (NEAR) and “…”~n were used; the other PROCHE were read as ET (AND).",
            limit=MOST_PROXIMITIES,
        )
        remarks.append(Remark(message, tokens[indexes[0]].start, tokens[indexes[-1]].end))
    return kept


def _is_proximity(token: Token) -> bool:
    return isinstance(token.operator, Near) or (token.kind is Kind.OPERAND and _has_slop(token.node))


def _has_slop(node: Node | None) -> bool:
    if isinstance(node, Field):
        return _has_slop(node.node)
    return isinstance(node, PhrasePattern) or (isinstance(node, Phrase) and bool(node.slop))


def _joins(tokens: Sequence[Token], index: int) -> bool:
    """Return whether the operator at ``index`` stands where it can join or exclude something."""
    if isinstance(tokens[index].operator, Times):
        return _kind(tokens, index + 1) is Kind.OPERAND
    if tokens[index].operator is not Operator.NOT:
        following = index + 2 if _is_not(tokens, index + 1) else index + 1
        return _kind(tokens, index - 1) in _ENDS and _begins(tokens, following)
    if not _begins(tokens, index + 1):
        return False
    return _kind(tokens, index - 1) is not Kind.OPERATOR or (
        not _is_not(tokens, index - 1) and _joins(tokens, index - 1)
    )


def _begins(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a clause begins at ``index``; « atleast3 » begins one with the word after it."""
    if index < len(tokens) and isinstance(tokens[index].operator, Times):
        return _joins(tokens, index)
    return _kind(tokens, index) in _BEGINS


def _is_not(tokens: Sequence[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].operator is Operator.NOT


def _kind(tokens: Sequence[Token], index: int) -> Kind | None:
    return tokens[index].kind if 0 <= index < len(tokens) else None


def _closing(tokens: Sequence[Token]) -> Token:
    end = tokens[-1].end if tokens else 0
    return Token(Kind.CLOSE, end, end)


def _at(token: Token) -> tuple[int, int]:
    return token.start, token.end
