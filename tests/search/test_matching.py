"""Minimum should match: the required share of a query's weight, also after the deadline."""

from __future__ import annotations

import pytest

from searchapp.derived.rerank_features_writer import make_rerank_features
from searchapp.engines.port import BooleanClause, Clause, FirstOfClause, MinimumWeightClause, TermClause
from searchapp.model import Deadline
from searchapp.query import Bool, Phrase, Word, parse
from searchapp.search.matching import alternative_should_match, minimum_should_match
from searchapp.search.plan import _prefer_quotes
from searchapp.search.rerank_score import rerank_scores
from searchapp.search.scored_terms import ScoredTerm
from searchapp.search.synonyms import Alternative
from tests.contract.conftest import ANALYZER

WORDS = [(f"mot{number}", float(1 + number)) for number in range(30)]
HEAVIEST = sum(weight for _, weight in WORDS[-10:])


def test_an_article_must_match_the_highest_share_of_the_weight_that_fifty_reach() -> None:
    clause = minimum_should_match(WORDS)
    assert isinstance(clause, FirstOfClause)
    *levels, any_word = clause.clauses
    minimums = [level.minimum for level in levels if isinstance(level, MinimumWeightClause)]
    assert minimums == [pytest.approx(share * HEAVIEST) for share in (0.4, 0.3, 0.2, 0.1)]
    assert any_word == TermClause("stems", tuple((stem, 0.0) for stem, _ in WORDS))
    assert clause.least == 50


def weighed(clause: Clause) -> list[MinimumWeightClause]:
    parts = clause.must if isinstance(clause, BooleanClause) else ()
    return [part for part in parts if isinstance(part, MinimumWeightClause)]


def test_however_long_the_query_few_words_are_weighed_beside_a_synonym() -> None:
    (beside,) = weighed(alternative_should_match(WORDS, Alternative(0, 1, tuple(ANALYZER.terms("autre")))))
    assert [stem for stem, _ in beside.terms] == [stem for stem, _ in WORDS[:19:-1]]
    assert beside.minimum == pytest.approx(0.4 * (HEAVIEST + 1) - 1)


def test_a_ranking_that_there_is_no_time_for_is_none() -> None:
    word = ScoredTerm("phar", "phare", 1.0, 1.0)
    features = [make_rerank_features(ANALYZER.terms("Le phare"), ANALYZER.terms("Le phare brille."))]
    assert rerank_scores([word], features, Deadline(0.0)) is None
    assert rerank_scores([word], features)


def test_of_two_words_the_heavier_one_is_enough() -> None:
    clause = minimum_should_match([("phar", 3.0), ("port", 1.0)])
    assert isinstance(clause, FirstOfClause)
    assert clause.clauses[0] == MinimumWeightClause("stems", (("phar", 3.0), ("port", 1.0)), 0.4 * 4.0)


def test_a_single_word_needs_no_count() -> None:
    assert minimum_should_match([("phar", 2.0)]) == TermClause("stems", (("phar", 0.0),))


@pytest.mark.parametrize(
    ("weights", "missing"),
    [((1.0, 9.0), 0.4 * 10 - 1), ((4.0, 6.0), None), ((3.9, 6.1), 0.4 * 10 - 3.9), ((9.0, 1.0), None)],
)
def test_a_synonym_is_enough_by_itself_when_it_has_the_highest_share(
    weights: tuple[float, float], missing: float | None
) -> None:
    words = [("onu", weights[0]), ("vot", weights[1])]
    clause = alternative_should_match(words, Alternative(0, 1, tuple(ANALYZER.terms("Nations unies"))))
    assert isinstance(clause, BooleanClause)
    assert clause.must[:2] == (TermClause("stems", (("nation", 0.0),)), TermClause("stems", (("unir", 0.0),)))
    assert [part.minimum for part in weighed(clause)] == ([] if missing is None else [pytest.approx(missing)])
    assert [part.terms for part in weighed(clause)] == ([] if missing is None else [(("vot", weights[1]),)])


@pytest.mark.parametrize(
    ("query", "preferred"),
    [
        ('"le bac reprend du service" passeur retraite', True),  # seven words, two of them beside
        ('"le bac reprend du" passeur retraite', False),
        ('"le bac reprend du service demain" passeur', False),
        ('"le bac" "du service" passeur retraite estuaire', True),
        ('"le bac" passeur retraite estuaire brennec pont', True),
        ('"le bac reprend du service"~3 passeur retraite', False),
        ('"le bac reprend du service" passeur retraite +pont', False),
        ('"le bac reprend du service" passeur retraite date:2023', False),
        ("le bac reprend du service passeur retraite", False),
        ('"le bac reprend du service passeur retraite"', False),
    ],
)
def test_in_a_pasted_headline_quotations_are_preferred_and_in_a_typed_query_required(
    query: str, preferred: bool
) -> None:
    tree = parse(query).tree
    read, remarks = _prefer_quotes(tree)
    assert bool(remarks) == (read != tree) == preferred


def test_what_a_pasted_headline_excludes_stays_excluded() -> None:
    read, _ = _prefer_quotes(parse('"le bac reprend du service" passeur retraite -pont').tree)
    assert isinstance(read, Bool)
    assert (read.must, read.must_not) == ((), (Word("pont"),))
    assert set(read.should) == {Word("passeur"), Word("retraite"), Phrase("le bac reprend du service")}
