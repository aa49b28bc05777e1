"""Clauses of thousands of words, as prefixes and families make them: every engine takes them."""

from __future__ import annotations

import pytest

from searchapp.engines.clauses import AnyWord, Close, Row
from searchapp.engines.port import (
    BooleanClause,
    Clause,
    EngineRequest,
    SpanClause,
    TermClause,
)
from searchapp.schema import STEMS, WORDS
from tests.contract.conftest import Open, article

WORDS_OF_EACH = 1500
ARTICLES = 15
LETTERS = str.maketrans("0123456789", "bcdfghjkmn")
TEXT = WORDS["text"]


def words(kind: str) -> list[str]:
    return [kind + str(number).translate(LETTERS) for number in range(WORDS_OF_EACH)]


def scored(kind: str) -> TermClause:
    return TermClause(STEMS, tuple((word, 1.0) for word in words(kind)))


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        (scored("quai"), ARTICLES),
        (BooleanClause(must=(scored("quai"), scored("mole"))), ARTICLES),
        (BooleanClause(should=(scored("quai"), scored("mole"))), ARTICLES),
        (BooleanClause(must=(scored("quai"),), must_not=(scored("mole"),)), 0),
        (BooleanClause(should=(scored("quai"),), must_not=(scored("absent"),)), ARTICLES),
        (SpanClause(TEXT, Close(AnyWord(("port",)), AnyWord(tuple(words("quai"))), 1)), ARTICLES),
        (SpanClause(TEXT, Row((AnyWord(("port",)), AnyWord(tuple(words("quai")))))), ARTICLES),
        (TermClause(TEXT, tuple((word, 0.0) for word in words("quai"))), ARTICLES),
    ],
)
def test_clauses_of_thousands_of_words_are_answered(open_index: Open, clause: Clause, found: int) -> None:
    reader = open_index(
        article(
            f"n{number}",
            text="port " + " ".join([*words("quai")[number::ARTICLES], *words("mole")[number::ARTICLES]]),
        )
        for number in range(ARTICLES)
    )
    result = reader.search(EngineRequest(clause, limit=5))
    assert (result.total, result.complete) == (found, True)
