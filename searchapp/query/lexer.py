"""Query text -> tokens: operands with their signs, operators and parentheses, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from searchapp.analysis.tokenizer import raw_tokens
from searchapp.i18n import Message
from searchapp.model import Remark
from searchapp.query.ast import Field, Node
from searchapp.query.dates import DATE_WORDS, DateWords, Period
from searchapp.query.grammar import (
    GREATEST_SLOP,
    MOST_DATE_WORDS,
    FieldKind,
    FieldRow,
    Near,
    Operator,
    field_names,
    field_of,
    read_operator,
    read_slop,
)
from searchapp.query.leaves import read_id, read_leaf, read_phrase, read_range
from searchapp.schema import ID

__all__ = ["Kind", "Token", "tokens_of"]

_SIGNS: Final = re.compile(r"[+\-!]*")
# A no-break space between groups of digits is part of a number.
_WORD: Final = re.compile(r"""(?:(?<!\d)\d{1,3}(?:[\u00a0\u202f\u2009]\d{3})+(?!\d)|[^\s"«»“”„()|])+""")
_FIELD: Final = re.compile(r"(?!=)[\W_]*(?P<name>[^\W\d_][\w\-]*):")
_OPENING: Final = {'"': '"', "«": "»", "“": "”", "„": "“”"}
_CLOSING: Final = '"»”“'
_LONGEST_SLIP: Final = 16
_PATTERN_SIGNS: Final = frozenset("*~=")
_SLOP: Final = re.compile(r"~(\d*)")


class Kind(Enum):
    """The kinds of tokens that the parser distinguishes."""

    OPERAND = auto()
    OPERATOR = auto()
    OPEN = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its place; an operand without a node was read but means nothing (a remark says why).

    An operator's node is the word that it is when it has nothing to join; a sign such as & is none. ``field`` stands
    before an opening parenthesis: it holds for the whole group.
    """

    kind: Kind
    start: int
    end: int
    sign: str = ""
    node: Node | None = None
    operator: Operator | Near | None = None
    field: FieldRow | None = None


def tokens_of(text: str, words: DateWords | None, remarks: list[Remark]) -> Iterator[Token]:
    """Yield the tokens of ``text``; what is odd about them is added to ``remarks``."""
    return _Lexer(text, words, remarks).tokens()


class _Lexer:
    """One pass over one text. ``_place`` is what was read so far."""

    def __init__(self, text: str, words: DateWords | None, remarks: list[Remark]) -> None:
        self._text = text
        self._words = words
        self._words_left = MOST_DATE_WORDS
        self._remarks = remarks
        self._place = 0

    def tokens(self) -> Iterator[Token]:
        while self._place < len(self._text):
            sign = self._text[self._place]
            if sign == "|":
                yield self._bars()
            elif sign == ")":
                self._place += 1
                yield Token(Kind.CLOSE, self._place - 1, self._place)
            elif sign.isspace() or sign in "»”":
                self._place += 1
            else:
                yield from self._clause()

    def _bars(self) -> Token:
        start = self._place
        while self._text.startswith("|", self._place):
            self._place += 1
        return Token(Kind.OPERATOR, start, self._place, operator=Operator.OR)

    def _clause(self) -> Iterator[Token]:
        start = self._place
        signs = _match(_SIGNS, self._text, start)
        self._place += len(signs)
        yield from self._operand(start, signs[:1].replace("!", "-"), None)

    def _operand(self, start: int, sign: str, row: FieldRow | None) -> Iterator[Token]:
        """Read a group, a phrase or a word; ``row`` is the field that was named before it."""
        following = self._text[self._place : self._place + 1]
        if following == "(":
            self._place += 1
            yield Token(Kind.OPEN, start, self._place, sign, field=row)
        elif following and following in _OPENING:
            phrase = read_id(self._quoted()) if row and row.name == ID else self._phrase()
            yield self._token(start, sign, row, phrase)
        elif raw := _match(_WORD, self._text, self._place):
            yield from self._word(start, sign, row, raw)

    def _word(self, start: int, sign: str, row: FieldRow | None, raw: str) -> Iterator[Token]:
        operator = read_operator(raw) if not sign and not row else None
        named = None if row else _FIELD.match(raw)
        if operator:
            self._place += len(raw)
            self._remark_on_slop(start, raw.rpartition("/")[2])
            yield Token(Kind.OPERATOR, start, self._place, node=read_leaf(raw, start, self._remarks), operator=operator)
        elif named and (known := field_of(named["name"])):
            self._place += named.end()
            yield from self._named(start, sign, known, named["name"])
        else:
            if named:
                self._unknown(named["name"], raw[named.end() :])
            place = self._place
            self._place += len(raw)
            if row and row.name == ID and not _PATTERN_SIGNS & set(raw) and not (raw[0] + raw[-1]).isalnum():
                yield self._token(start, sign, row, read_id(raw))
            elif row or raw_tokens(raw) or "*" in raw:
                yield self._token(start, sign, row, read_leaf(raw, place, self._remarks))

    def _named(self, start: int, sign: str, row: FieldRow, name: str) -> Iterator[Token]:
        """Read what follows the name of a known field and its colon."""
        self._place += len(_match(_SIGNS, self._text, self._place))
        if row.kind is FieldKind.DATE:
            yield Token(Kind.OPERAND, start, self._place, sign, self._dates(start, row))
            return
        before = self._place
        yield from self._operand(start, sign, row)
        if self._place == before:
            message = Message("Write what to look for right after the colon, without a space: {name}:…", name=name)
            self._remark(start, message)
            yield Token(Kind.OPERAND, start, self._place, sign, read_leaf(name, start, self._remarks))

    def _dates(self, start: int, row: FieldRow) -> Node | None:
        following = self._text[self._place : self._place + 1]
        if following and following in _OPENING:
            value = self._quoted()
        else:
            value = _match(DATE_WORDS, self._text, self._place) or _match(_WORD, self._text, self._place)
            self._place += len(value)
        node = read_range(row.name, value.rstrip(",;!?"), self._read_words)
        if node is None:
            message = Message(
                "“{value}” is no date and was left out. Write 2024, 2024-11, 08/11/2024, 2020..2024 or words such as"
                " “last month”.",
                value=value.strip(),
            )
            self._remark(start, message)
        return node

    def _read_words(self, text: str) -> Period | None:
        """Ask for the meaning of words, a few times only: each takes a millisecond or more."""
        self._words_left -= 1
        return self._words(text) if self._words and self._words_left >= 0 else None

    def _phrase(self) -> Node | None:
        text = self._quoted()
        slop = _SLOP.match(self._text, self._place)
        if slop:
            self._place = slop.end()
            self._remark_on_slop(slop.start(), slop[1])
        return read_phrase(text, read_slop(slop[1]) if slop else 0)

    def _quoted(self) -> str:
        """Read up to the sign that closes this quotation, failing that any sign that closes one, or to the end."""
        start = self._place
        mates = _OPENING[self._text[start]]
        for closing in (mates, _CLOSING):
            places = [place for sign in closing if (place := self._text.find(sign, start + 1)) >= 0]
            if places:
                self._place = min(places) + 1
                return self._text[start + 1 : min(places)]
        self._place = len(self._text)
        text = self._text[start + 1 :]
        message = Message("A closing quotation mark was added at the end of “{phrase}”.", phrase=text.strip())
        self._remark(start, message)
        return text

    def _token(self, start: int, sign: str, row: FieldRow | None, node: Node | None) -> Token:
        if row and node:
            node = Field(row.name, node, (start, self._place))
        return Token(Kind.OPERAND, start, self._place, sign, node)

    def _unknown(self, name: str, value: str) -> None:
        """Remark on what looks like a field; « http://… » does not, nor does a colon at the end of a word."""
        if len(name) < 2 or value.startswith("//"):
            return
        near = _field_like(name.lower())
        if near:
            message = Message("Unknown field “{name}”: did you mean {near}?", name=name, near=near)
        elif value:
            message = Message("Unknown field “{name}”: it was searched as a word.", name=name)
        else:
            return
        self._remarks.append(Remark(message, self._place, self._place + len(name)))

    def _remark_on_slop(self, start: int, digits: str) -> None:
        if digits.isdecimal() and int(digits) > GREATEST_SLOP:
            message = Message(
                "PROCHE (NEAR) and “…”~n allow {limit} words between at most; more was read as {limit}.",
                limit=GREATEST_SLOP,
            )
            self._remark(start, message)

    def _remark(self, start: int, message: Message) -> None:
        self._remarks.append(Remark(message, start, self._place))


@lru_cache(maxsize=256)
def _field_like(name: str) -> str:
    """Return the name of a field that ``name`` may be a slip for, or nothing."""
    near = get_close_matches(name, field_names(), n=1) if len(name) <= _LONGEST_SLIP else []
    return near[0] if near else ""


def _match(pattern: re.Pattern[str], text: str, place: int) -> str:
    found = pattern.match(text, place)
    return found[0] if found else ""
