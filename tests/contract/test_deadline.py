"""A deadline that has passed: costly clauses are left out, the rest is answered, and the result says so."""

from __future__ import annotations

import time

import pytest

from searchapp.engines.port import (
    BooleanClause,
    Clause,
    EngineRequest,
    EveryClause,
    PhraseClause,
    TermClause,
    WeightClause,
)
from searchapp.schema import STEMS, WORDS
from tests.contract.conftest import Open, article

WORDS_NEAR = PhraseClause(WORDS["text"], ("vin", "port", "quai", "phare"), 5)
MOST_WORDS = WeightClause(STEMS, (("vin", 1.0), ("port", 1.0), ("quai", 1.0)), 2.0)
ARTICLES = [
    article("all", text="Le phare, le quai, le port et le vin."),
    article("far", text="Le phare. " + "Rien. " * 20 + "Le quai, le port, le vin."),
    article("one", text="Le vin."),
]


@pytest.mark.parametrize("clause", [WORDS_NEAR, MOST_WORDS], ids=["proximity", "weights"])
def test_out_of_time_a_costly_clause_finds_what_is_sure_and_excludes_what_may_be(
    open_index: Open, clause: Clause
) -> None:
    reader = open_index(ARTICLES)
    others = BooleanClause(must=(EveryClause(),), must_not=(clause,))
    # The late ones first: what is read once is quick ever after.
    late, late_others = (reader.search(EngineRequest(asked, deadline=0.0)) for asked in (clause, others))
    in_time = time.monotonic() + 600
    whole, whole_others = (reader.search(EngineRequest(asked, deadline=in_time)) for asked in (clause, others))
    assert (late.complete, late_others.complete) == (False, False)
    assert (whole.complete, whole_others.complete) == (True, True)
    assert late.total <= whole.total
    assert late_others.total <= whole_others.total


def test_what_costs_little_is_answered_whatever_the_time(open_index: Open) -> None:
    reader = open_index(ARTICLES)
    late = reader.search(EngineRequest(TermClause(STEMS, (("vin", 1.0),)), deadline=0.0))
    assert (late.total, late.complete) == (3, True)


def test_out_of_time_the_other_half_of_a_query_still_finds(open_index: Open) -> None:
    reader = open_index(ARTICLES)
    either = BooleanClause(should=(WORDS_NEAR, TermClause(STEMS, (("vin", 1.0),))))
    late = reader.search(EngineRequest(either, deadline=0.0))
    assert (late.total, late.complete) == (3, False)
