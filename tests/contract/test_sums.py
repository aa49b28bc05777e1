"""Scores and weights of several words add up, however many documents hold them."""

from __future__ import annotations

import pytest

from searchapp.engines.port import (
    BooleanClause,
    Clause,
    DayClause,
    EngineRequest,
    MinimumWeightClause,
    Reader,
    TermClause,
)
from searchapp.schema import STEMS
from tests.contract.conftest import Open, article, found

# Of many documents, few hold these words: sums over few and over many are made in different ways.
RARE = {"a00": "phare", "a31": "phare port", "a63": "port vent vent"}


def reader_of(open_index: Open, size: int) -> Reader:
    ids = [f"a{number:02}" for number in range(size)]
    return open_index(
        article(each, "Brève", RARE.get(each, "rien"), f"2024-01-{int(each[1:]) % 28 + 1:02}") for each in ids
    )


def word(stem: str) -> TermClause:
    return TermClause(STEMS, ((stem, 1.0),))


def scores(reader: Reader, clause: Clause) -> dict[str, float]:
    candidates = reader.search(EngineRequest(clause, limit=99)).candidates
    articles = reader.articles(candidate.document for candidate in candidates)
    return {each.id: hit.score for each, hit in zip(articles, candidates, strict=True)}


@pytest.mark.parametrize("size", [64, 70, 99])
@pytest.mark.parametrize("stems", [["phar", "port"], ["phar", "port", "vent"], ["phar", "absent"], ["rien", "phar"]])
def test_the_score_of_several_words_is_the_sum_of_theirs(open_index: Open, size: int, stems: list[str]) -> None:
    reader = reader_of(open_index, size)
    single = [scores(reader, word(stem)) for stem in stems]
    sums = {each: sum(own.get(each, 0.0) for own in single) for own in single for each in own}
    for clause in (
        BooleanClause(should=tuple(map(word, stems))),
        TermClause(STEMS, tuple((stem, 1.0) for stem in stems)),
    ):
        assert scores(reader, clause) == pytest.approx(sums, rel=1e-5)


def test_what_must_be_there_adds_to_what_should(open_index: Open) -> None:
    reader = reader_of(open_index, 64)
    phare, port = scores(reader, word("phar")), scores(reader, word("port"))
    assert scores(reader, BooleanClause(must=(word("port"),), should=(word("phar"),))) == pytest.approx(
        {"a31": port["a31"] + phare["a31"], "a63": port["a63"]}, rel=1e-5
    )


@pytest.mark.parametrize(
    ("minimum", "expected"),
    [(0.05, {"a00", "a31", "a63"}), (0.2, {"a31", "a63"}), (0.3, {"a31"}), (0.3001, set()), (0.2999, {"a31"})],
)
def test_an_article_matches_from_the_very_weight_on_that_is_asked_for(
    open_index: Open, minimum: float, expected: set[str]
) -> None:
    clause = MinimumWeightClause(STEMS, (("phar", 0.1), ("port", 0.2)), minimum)
    assert set(found(reader_of(open_index, 64), clause)) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(20240101, 20240101, ["a00", "a28"]), (20240128, 20240128, ["a27"]), (0, 20231231, []), (20240127, 0, [])],
)
def test_days_are_included_at_both_ends(open_index: Open, first: int, last: int, expected: list[str]) -> None:
    assert found(reader_of(open_index, 40), DayClause(first, last)) == expected


def test_an_article_without_a_date_is_of_no_day(open_index: Open) -> None:
    reader = open_index([article("jour", date="2024-01-02"), article("jamais")])
    assert found(reader, DayClause(0, 99999999)) == ["jour"]
