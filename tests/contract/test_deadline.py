"""A deadline that has passed: costly clauses are left out, the rest is answered, and the result says so."""

from __future__ import annotations

import pytest

from searchapp.engines.clauses import AnyWord, Close
from searchapp.engines.port import (
    BooleanClause,
    Clause,
    DayClause,
    EngineRequest,
    EngineResult,
    MatchAllClause,
    MinimumWeightClause,
    PhraseClause,
    Reader,
    SpanClause,
    TermClause,
)
from searchapp.model import Deadline
from searchapp.schema import FACET_FIELDS, STEMS, WORDS
from tests.contract.conftest import Open, article

PASSED = Deadline(0.0)
VIN = TermClause(STEMS, (("vin", 1.0),))
PHRASE = PhraseClause(WORDS["text"], ("le", "phare"))
NEAR = PhraseClause(WORDS["text"], ("phare", "vin"), 20)
SPAN = SpanClause(WORDS["text"], Close(AnyWord(("phare", "quai")), AnyWord(("vin",)), 20))
WORDS_NEAR = PhraseClause(WORDS["text"], ("vin", "port", "quai", "phare"), 5)
MOST_WORDS = MinimumWeightClause(STEMS, (("vin", 1.0), ("port", 1.0), ("quai", 1.0)), 2.0)
MANY_WORDS = TermClause(WORDS["text"], tuple((f"mot{number:04}", 1.0) for number in range(1_000)))
COSTLY = {"phrase": PHRASE, "pair": NEAR, "proximity": WORDS_NEAR, "span": SPAN, "weights": MOST_WORDS}
KINDS: dict[str, Clause] = {
    **COSTLY,
    "term": VIN,
    "many words": MANY_WORDS,
    "day": DayClause(20240101, 20241231),
    "every": MatchAllClause(),
    "all": BooleanClause(must=(VIN, WORDS_NEAR)),
    "any": BooleanClause(should=(VIN, WORDS_NEAR, MANY_WORDS)),
    "deep": BooleanClause(should=(BooleanClause(must=(PHRASE,), must_not=(BooleanClause(must_not=(NEAR,)),)),)),
}
ARTICLES = [
    article("all", text="Le phare, le quai, le port et le vin.", date="2024-05-01T09:00", source="Écho"),
    article("far", text="Le phare. " + "Rien. " * 20 + "Le quai, le port, le vin.", source="Écho"),
    article("one", text="Le vin.", date="2023-05-01T09:00"),
    article("many", text=" ".join(f"mot{number:04}" for number in range(1_000))),
]


def search(reader: Reader, clause: Clause, deadline: Deadline = Deadline()) -> tuple[EngineResult, set[str]]:
    result = reader.search(EngineRequest(clause, facets=FACET_FIELDS, histogram=True, deadline=deadline))
    return result, {entry.id for entry in reader.articles(found.document for found in result.candidates)}


@pytest.mark.parametrize("excluded", [False, True], ids=["asked for", "excluded"])
@pytest.mark.parametrize("clause", KINDS.values(), ids=KINDS)
def test_out_of_time_every_clause_finds_some_of_what_it_would_and_counts_what_it_found(
    open_index: Open, clause: Clause, excluded: bool
) -> None:
    reader = open_index(ARTICLES)
    asked = BooleanClause(must=(MatchAllClause(),), must_not=(clause,)) if excluded else clause
    # The late one first: what is read once is quick ever after.
    late, found = search(reader, asked, PASSED)
    whole, expected = search(reader, asked)
    assert whole.complete
    assert found <= expected
    assert late.complete <= (found == expected)
    assert late.total == len(found)
    assert sum(bucket.count for bucket in late.facets["source"]) == len(found & {"all", "far"})
    assert sum(bucket.count for bucket in late.histogram) == len(found & {"all", "one"})


@pytest.mark.parametrize("clause", COSTLY.values(), ids=COSTLY)
def test_out_of_time_a_costly_clause_says_that_there_may_be_more(open_index: Open, clause: Clause) -> None:
    reader = open_index(ARTICLES)
    others = BooleanClause(must=(MatchAllClause(),), must_not=(clause,))
    assert not search(reader, clause, PASSED)[0].complete
    assert not search(reader, others, PASSED)[0].complete


def test_what_costs_little_is_answered_whatever_the_time(open_index: Open) -> None:
    late, found = search(open_index(ARTICLES), VIN, PASSED)
    assert (found, late.complete) == ({"all", "far", "one"}, True)


def test_out_of_time_the_other_half_of_a_query_still_finds(open_index: Open) -> None:
    late, found = search(open_index(ARTICLES), BooleanClause(should=(WORDS_NEAR, VIN)), PASSED)
    assert (found, late.complete) == ({"all", "far", "one"}, False)
