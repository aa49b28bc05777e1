"""Which share of a query's weight is asked for, and what is done when there is no time to count."""

from __future__ import annotations

import pytest

from searchapp.derived.rerank_features import make_evidence
from searchapp.engines.port import BooleanClause, Clause, TermClause, WeightClause
from searchapp.model import Deadline
from searchapp.search.matching import alternative_should_match, minimum_should_match
from searchapp.search.ranking import rerank_scores
from searchapp.search.scored_terms import ScoredTerm
from searchapp.search.synonyms import Alternative
from tests.contract.conftest import ANALYZER

WORDS = [(f"mot{number}", float(1 + number)) for number in range(30)]
HEAVIEST = sum(weight for _, weight in WORDS[-10:])


@pytest.mark.parametrize(("counted", "share"), [([50], 0.4), ([49, 50], 0.3), ([0, 9, 50], 0.2), ([0, 0, 0, 50], 0.1)])
def test_the_highest_share_that_fifty_articles_reach_is_asked_for(counted: list[int], share: float) -> None:
    counts = iter(counted)
    clause, complete = minimum_should_match(WORDS, lambda _: next(counts))
    assert complete
    assert isinstance(clause, WeightClause)
    assert clause.minimum == pytest.approx(share * HEAVIEST)


@pytest.mark.parametrize(("counted", "share"), [([None], 0.4), ([0, None], 0.3), ([0, 0, 0, None], 0.1)])
def test_without_time_to_count_the_last_share_looked_at_is_asked_for(counted: list[int | None], share: float) -> None:
    counts = iter(counted)
    clause, complete = minimum_should_match(WORDS, lambda _: next(counts))
    assert not complete
    assert isinstance(clause, WeightClause)
    assert clause.minimum == pytest.approx(share * HEAVIEST)


def test_when_no_share_is_reached_any_word_will_do() -> None:
    any_word = TermClause("stems", tuple((stem, 0.0) for stem, _ in WORDS))
    assert minimum_should_match(WORDS, lambda _: 0) == (any_word, True)


def weighed(clause: Clause) -> list[WeightClause]:
    parts = clause.must if isinstance(clause, BooleanClause) else ()
    return [part for part in parts if isinstance(part, WeightClause)]


def test_however_long_the_query_few_words_are_weighed_beside_a_synonym() -> None:
    (beside,) = weighed(alternative_should_match(WORDS, Alternative(0, 1, tuple(ANALYZER.terms("autre")))))
    assert [stem for stem, _ in beside.terms] == [stem for stem, _ in WORDS[:19:-1]]
    assert beside.minimum == pytest.approx(0.4 * (HEAVIEST + 1) - 1)


def test_a_ranking_that_there_is_no_time_for_is_none() -> None:
    word = ScoredTerm("phar", "phare", 1.0, 1.0)
    evidence = [make_evidence(ANALYZER.terms("Le phare"), ANALYZER.terms("Le phare brille."))]
    assert rerank_scores([word], evidence, Deadline(0.0)) is None
    assert rerank_scores([word], evidence)
