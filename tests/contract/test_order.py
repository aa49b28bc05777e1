"""Scores, orders and pages."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from searchapp.engines.port import BooleanClause, EngineRequest, MatchAllClause, TermClause
from searchapp.model import Filters, Sort
from searchapp.schema import ID, STEMS, WORDS
from tests.contract.conftest import ANALYZER, PARIS, Open, article, found


def stems(*words: str, boost: float = 1.0) -> TermClause:
    return TermClause(STEMS, tuple((ANALYZER.terms(word)[0].stem, boost) for word in words))


def test_clear_cases_are_ranked(open_index: Open) -> None:
    """More often, in fewer words, and the rarer word: the three that BM25 is about."""
    filler = "une ligne sans rien de neuf "
    reader = open_index(
        [
            article("once", "Lettre", "Le phare. " + filler),
            article("often", "Lettre", "Le phare, le phare, le phare. " + filler),
            article("long", "Lettre", "Le phare. " + filler * 30),
            article("common", "Lettre", "Le port. " + filler),
            article("rare", "Lettre", "La criée. " + filler),
            article("other", "Lettre", "Le port. " + filler),
        ]
    )
    assert found(reader, stems("phare")) == ["often", "once", "long"]
    assert found(reader, stems("port", "criée")) == ["rare", "common", "other"]
    both = BooleanClause(should=(stems("phare"), stems("rien")))
    assert found(reader, both)[:2] == ["often", "once"]


def test_a_boost_multiplies(open_index: Open) -> None:
    reader = open_index([article("a", "vin"), article("b", "port")])
    once, twice = (reader.search(EngineRequest(stems("vin", boost=boost))).candidates[0] for boost in (1.0, 2.0))
    assert twice.score == pytest.approx(2 * once.score)


def test_only_stems_score(open_index: Open) -> None:
    reader = open_index([article("a", "vin", source="Écho"), article("b", "vin vin")])
    for clause in (
        MatchAllClause(),
        TermClause(WORDS["title"], (("vin", 9.0),)),
        TermClause("source", (("Écho", 9.0),)),
        TermClause(ID, (("a", 9.0),)),
    ):
        result = reader.search(EngineRequest(clause))
        assert {candidate.score for candidate in result.candidates} == {0.0}
    filtered = reader.search(EngineRequest(stems("vin"), Filters({"source": ("Écho",)}))).candidates[0]
    assert filtered.score == reader.search(EngineRequest(stems("vin"))).candidates[1].score


def test_what_must_and_what_should_both_score_what_must_not_does_not(open_index: Open) -> None:
    reader = open_index([article("a", "vin port"), article("b", "port"), article("c", "quai")])

    def score(clause: BooleanClause) -> float:
        return reader.search(EngineRequest(clause)).candidates[0].score

    must = score(BooleanClause(must=(stems("vin"),)))
    should = score(BooleanClause(should=(stems("port"),), must=(stems("vin"),)))
    assert should == pytest.approx(must + score(BooleanClause(must=(stems("port"),), should=())), rel=0.5)
    assert should > must
    assert score(BooleanClause(must=(stems("vin"),), must_not=(stems("quai"),))) == must


def test_deep_pages_join_whatever_the_order(open_index: Open) -> None:
    draw = random.Random(7)
    start = datetime(2020, 1, 1, tzinfo=PARIS)
    articles = [
        article(
            str(number),
            "vin",
            "vin " * draw.randrange(3) + "eau " * draw.randrange(60),
            (start + timedelta(days=draw.randrange(40))).strftime("%Y-%m-%dT%H:%M") if draw.random() < 0.8 else "",
        )
        for number in range(400)
    ]
    reader = open_index(articles)
    for sort in Sort:
        for clause in (stems("vin"), MatchAllClause()):
            whole = found(reader, clause, sort=sort, limit=400)
            assert sorted(map(int, whole)) == list(range(400))
            for offset in (0, 1, 137, 250, 390, 399, 400, 5000):
                assert found(reader, clause, sort=sort, offset=offset, limit=9) == whole[offset : offset + 9]


def test_equal_dates_and_missing_ones_keep_the_order_of_adding(open_index: Open) -> None:
    days = ["2024-02-01T08:00", "", "2024-01-01T08:00", "2024-02-01T08:00", "", "2024-01-01T08:00"]
    reader = open_index([article(str(number), "vin", date=day) for number, day in enumerate(days)])
    assert "".join(found(reader, stems("vin"), sort=Sort.NEWEST)) == "032514"
    assert "".join(found(reader, stems("vin"), sort=Sort.OLDEST)) == "250314"


def test_dates_before_1970_and_far_ahead_have_their_place(open_index: Open) -> None:
    days = ["1789-07-14T00:00", "2199-12-31T00:00", "1969-07-21T03:56", "1631-05-30T00:00"]
    reader = open_index([article(day[:4], date=day) for day in days])
    assert found(reader, MatchAllClause(), sort=Sort.OLDEST) == ["1631", "1789", "1969", "2199"]
    assert found(reader, MatchAllClause(), sort=Sort.NEWEST) == ["2199", "1969", "1789", "1631"]


def test_no_candidates_can_be_asked_for(open_index: Open) -> None:
    reader = open_index([article("a", "vin")])
    for sort in Sort:
        result = reader.search(EngineRequest(stems("vin"), sort=sort, limit=0))
        assert (result.total, result.candidates) == (1, ())
