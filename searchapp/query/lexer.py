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
from searchapp.query.ast import Field, Node, Phrase, Word
from searchapp.query.dates import DATE_WORDS, DateWords, Period
from searchapp.query.grammar import (
    GREATEST_SLOP,
    MOST_DATE_WORDS,
    FieldKind,
    FieldRow,
    Near,
    Operator,
    Times,
    field_names,
    field_of,
    read_operator,
    read_slop,
)
from searchapp.query.leaves import holds_no_word, read_id, read_leaf, read_phrase, read_range
from searchapp.schema import ID

__all__ = ["Kind", "Token", "tokens_of"]

# Word processors and phones make other dashes of the hyphen that somebody types.
_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2212"
_SIGNS: Final = re.compile(rf"[+\-!{_DASHES}]*")
# « mot–, » ends what a dash before a word began: both are brackets. Inside a word (« r-,2 ») it is none.
_CLOSING_DASH: Final = re.compile(rf"\w[-{_DASHES}](?=[,.;:!?)]*(?:\s|\Z))")
_QUOTE: Final = re.compile('["«“„]')
# What may follow the sign of an exclusion beside a letter.
_EXCLUDABLE: Final = frozenset('"«“„(=')
# « auteur(e)s » is one word, and so is a number whose groups stand between no-break spaces.
_WORD: Final = re.compile(
    r"""(?:(?<!\w)[^\W\d_]{2,40}\((?i:e|ne|le|te|ve|trice|rice|euse|[eè]re|i[eè]re)?[sx]?\)s?(?!\w)"""
    r"""|(?<!\d)\d{1,3}(?:[\u00a0\u202f\u2009]\d{3})+(?!\d)|[^\s"«»“”„()|])+"""
)
# Of signs beside words only pictures were meant to find something; the others are punctuation.
_PICTURE: Final = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")
_TELEPHONE: Final = re.compile(r"\+\d[\d ().\-]{6,24}\d")
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
    operator: Operator | Near | Times | None = None
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
        self._has_operand = False

    def tokens(self) -> Iterator[Token]:
        for token in self._tokens():
            self._has_operand |= token.kind is Kind.OPERAND or isinstance(token.operator, Times)
            yield token

    def _tokens(self) -> Iterator[Token]:
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
        if telephone := self._telephone():
            self._place += len(telephone)
            yield self._token(start, "", None, read_leaf(telephone, start, self._remarks))
            return
        signs = _match(_SIGNS, self._text, start)
        self._place += len(signs)
        yield from self._operand(start, signs[:1] if signs[:1] in ("", "+") else self._exclusion(start, signs), None)

    def _is_closed(self) -> bool:
        """Return whether a dash at the end of a word closes what the one before this place began."""
        quote = _QUOTE.search(self._text, self._place)
        end = quote.start() if quote else len(self._text)
        return _CLOSING_DASH.search(self._text, self._place, end) is not None

    def _telephone(self) -> str:
        """Return the number at this place that begins with « +33 », where + is no sign; else nothing."""
        number = _match(_TELEPHONE, self._text, self._place)
        first = raw_tokens(number)[:1] if number else []
        return first[0] if first and first[0].startswith("+") else ""

    def _exclusion(self, start: int, signs: str) -> str:
        """Return "-" if the sign before this place excludes, as it does after a word and before a letter; else nothing.

        Texts that are pasted have dashes and brackets too, so both ways are told.
        """
        following = self._text[self._place : self._place + 1]
        if not following or following.isspace():
            return ""
        excludes = self._has_operand and (following.isalpha() or following in _EXCLUDABLE)
        excludes = excludes and not (signs[0] != "!" and self._is_closed())
        word = _match(_WORD, self._text, self._place)
        if not excludes and word and (raw_tokens(word) or "*" in word):
            message = Message(
                "“{sign}{word}” was read as a word: a hyphen excludes after another word and before a letter."
                " SAUF {word} (NOT {word}) always excludes.",
                sign=signs,
                word=word,
            )
            self._remarks.append(Remark(message, start, self._place + len(word)))
        elif excludes and signs[0] in _DASHES and word:
            message = Message("“{sign}{word}” was read as -{word}, which excludes.", sign=signs, word=word)
            self._remarks.append(Remark(message, start, self._place + len(word)))
        return "-" if excludes else ""

    def _operand(self, start: int, sign: str, row: FieldRow | None) -> Iterator[Token]:
        """Read a group, a phrase or a word; ``row`` is the field that was named before it."""
        following = self._text[self._place : self._place + 1]
        if following == "(":
            self._place += 1
            yield Token(Kind.OPEN, start, self._place, sign, field=row)
        elif following and following in _OPENING:
            told = len(self._remarks)
            phrase = read_id(self._quoted()) if row and row.name == ID else self._phrase()
            if phrase is None:
                del self._remarks[told:]  # of a quotation that was closed, for example
                self._remark_on_empty(start)
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
                leaf = read_leaf(raw, place, self._remarks)
                if leaf is None and "*" not in raw:
                    self._remark_on_empty(start)
                if row and row.name == ID and isinstance(leaf, Word) and not leaf.text[-1].isalnum():
                    leaf = Phrase(leaf.text)
                yield self._token(start, sign, row, leaf)
            elif _PICTURE.search(raw):
                self._remark_on_empty(start)

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
        start = self._place
        text = self._quoted()
        slop = _SLOP.match(self._text, self._place)
        if slop:
            self._place = slop.end()
            self._remark_on_slop(slop.start(), slop[1])
        phrase = read_phrase(text, read_slop(slop[1]) if slop else 0, (start, self._place))
        if "*" in text and isinstance(phrase, Phrase):
            message = Message(
                "A star between quotation marks was left out: “{phrase}” was searched as it is written.", phrase=text
            )
            self._remark(start, message)
        return phrase

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

    def _remark_on_empty(self, start: int) -> None:
        asked = self._text[start : self._place]
        self._remark(start, holds_no_word(asked))

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
