"""Parsing is linear in the length of any query, and the work that a query asks for is bounded."""

from __future__ import annotations

import pytest

from searchapp.query import LONGEST_QUERY, And, Bool, Field, Fuzzy, Node, Not, Or, Phrase, parse
from searchapp.query.grammar import MOST_PROXIMITIES
from searchapp.query.leaves import read_leaf
from tests.query.texts import PIECES, SIGNS
from tests.work import is_linear

KINDS = [*SIGNS, "a", "é", "a*", "a~1", "~1", "*~", "_*", "1,", "A.", "l’", "\u200b", "½", "𝔘", "\u0301a"]
UNBROKEN = [kind for kind in KINDS if kind.strip() == kind and not set(kind) & set('"«»“”„()| \n\t\u00a0')]


@pytest.mark.parametrize("end", ["", "a", "*", "~", "~2-"])
@pytest.mark.parametrize("kind", UNBROKEN)
def test_an_operand_is_read_in_linear_time(kind: str, end: str) -> None:
    assert is_linear(lambda size: read_leaf(kind * size + end, 0, []), 8_000 // len(kind))


@pytest.mark.parametrize("kind", [*KINDS, *PIECES, "(a ", "((", "a ET ", '"a b"~9 ', "le PROCHE/50 la ", "date:1 "])
def test_a_query_of_one_kind_is_read_in_linear_time(kind: str) -> None:
    parse(kind)
    assert is_linear(lambda size: [parse((kind * size)[:size] + "a") for _ in range(4)], LONGEST_QUERY // 4)


def proximities(node: Node) -> int:
    match node:
        case Phrase(slop=slop):
            return bool(slop)
        case Bool(should, must, must_not):
            return sum(map(proximities, (*should, *must, *must_not)))
        case And(clauses) | Or(clauses):
            return sum(map(proximities, clauses))
        case Field(node=inner) | Not(inner):
            return proximities(inner)
    return 0


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"le PROCHE/{number} la " for number in range(9, 60)),
        "".join(f'"le la"~{number} ' for number in range(9, 60)),
        "".join(f'titre:"le la"~{number} ' for number in range(9, 60)),
        "".join(f'(-"le la"~{number} OU le PROCHE/{number} la) ET ' for number in range(9, 60)),
    ],
)
def test_a_query_has_few_proximities_and_says_what_was_left_out(text: str) -> None:
    parsed = parse(text)
    assert 0 < proximities(parsed.tree) <= MOST_PROXIMITIES
    assert any(f"first {MOST_PROXIMITIES} of PROCHE" in str(remark.message) for remark in parsed.remarks)


@pytest.mark.parametrize("text", ["pont PROCHE/500 vin", '"pont vin"~500'])
def test_a_proximity_reaches_so_far_at_most_and_says_so(text: str) -> None:
    parsed = parse(text)
    assert parsed.tree == Bool((), (Phrase("pont vin", 99),))
    assert "99 words between at most" in str(parsed.remarks[0].message)


@pytest.mark.parametrize("text", ["pont~1~2", "pont~1~1~2", "pont~1-~2"])
def test_of_several_distances_the_last_one_counts(text: str) -> None:
    assert parse(text).tree == Bool((Fuzzy("pont", 2),))
