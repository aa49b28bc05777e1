"""Query text -> tree. Any text gives a tree; what could not be read is a remark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from searchapp.analysis.tokenizer import PATTERN
from searchapp.i18n import Message
from searchapp.query.ast import Bag, Every, Node, Phrase, Word

__all__ = ["MAX_QUERY_LENGTH", "ParsedQuery", "parse"]

MAX_QUERY_LENGTH: Final = 1024
"""Code points; what is beyond is not read."""
MAX_CLAUSES: Final = 64

_QUOTES: Final = {'"': '"', "«": "»", "“": "”", "„": "“"}
_CLAUSE: Final = re.compile(
    r"""(?P<sign>[+-]?)(?:
        (?P<quote>["«“„])(?P<phrase>[^"»”“]*)(?P<close>["»”“]?)
      | (?P<word>[^\s"«“„»”]+)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A tree and what its reader should know of how it came about."""

    tree: Node
    remarks: tuple[Message, ...] = ()


def parse(text: str) -> ParsedQuery:
    """Return the tree of ``text``; never raises.

    Bare words and phrases: ``"suite exacte"`` or « suite exacte » must be there, ``+mot`` as well, ``-mot`` must not,
    other words are preferred. A text without a word asks for every article.
    """
    remarks: list[Message] = []
    if len(text) > MAX_QUERY_LENGTH:
        remarks.append(Message("Only the first {limit} characters of the query were read.", limit=MAX_QUERY_LENGTH))
        text = text[:MAX_QUERY_LENGTH]
    clauses = list(_clauses(text, remarks))
    if len(clauses) > MAX_CLAUSES:
        remarks.append(Message("Only the first {limit} words of the query were used.", limit=MAX_CLAUSES))
        del clauses[MAX_CLAUSES:]
    return ParsedQuery(_bag(clauses, remarks), tuple(remarks))


def _clauses(text: str, remarks: list[Message]) -> Iterator[tuple[str, Node]]:
    for match in _CLAUSE.finditer(text):
        if match["quote"]:
            if not match["close"]:
                remarks.append(
                    Message(
                        "A closing quotation mark was added at the end of “{phrase}”.",
                        phrase=match["phrase"].strip(),
                    )
                )
            words = " ".join(match["phrase"].split())
            if PATTERN.search(words):
                yield match["sign"] or "+", Phrase(words)
        elif PATTERN.search(match["word"]):
            yield match["sign"], Word(match["word"])


def _bag(clauses: list[tuple[str, Node]], remarks: list[Message]) -> Node:
    should = tuple(clause for sign, clause in clauses if not sign)
    must = tuple(clause for sign, clause in clauses if sign == "+")
    must_not = tuple(clause for sign, clause in clauses if sign == "-")
    if must_not and not should and not must:
        remarks.append(Message("A query of excluded words alone shows every other article."))
    if not clauses:
        return Every()
    return Bag(should, must, must_not)
