"""Articles withdrawn since a generation was published are hidden from it, however many they are."""

from __future__ import annotations

import pytest

from searchapp.engines.port import EngineRequest, MatchAllClause, Reader, TermClause
from searchapp.schema import STEMS
from searchapp.search.exclude_withdrawn import exclude
from tests.contract.conftest import Open, article, found

ALL = [f"a{number:02}" for number in range(30)]


@pytest.fixture
def reader(open_index: Open) -> Reader:
    return open_index(article(article_id, "Le phare", date="2024-01-02", source="Écho") for article_id in ALL)


@pytest.mark.parametrize("hidden", [1, 10, 11, 29, 30])
def test_every_hidden_article_is_nowhere(reader: Reader, hidden: int) -> None:
    shown = exclude(reader, frozenset(ALL[:hidden]))
    for clause in (MatchAllClause(), TermClause(STEMS, (("phar", 1.0),))):
        assert sorted(found(shown, clause, limit=99)) == ALL[hidden:]
    answer = shown.search(EngineRequest(MatchAllClause(), facets=("source",), histogram=True))
    assert answer.total == sum(bucket.count for bucket in answer.facets["source"]) == 30 - hidden
    assert sum(bucket.count for bucket in answer.histogram) == 30 - hidden
    assert [shown.article(article_id) is None for article_id in ALL] == [True] * hidden + [False] * (30 - hidden)


def test_thousands_of_withdrawals_hide_those_that_the_index_holds(reader: Reader) -> None:
    shown = exclude(reader, frozenset([*ALL[:25], *(f"autre{number}" for number in range(2500))]))
    assert sorted(found(shown, MatchAllClause(), limit=99)) == ALL[25:]


def test_hiding_leaves_scores_and_the_order_as_they_are(reader: Reader) -> None:
    def scores(one: Reader) -> list[float]:
        return [hit.score for hit in one.search(EngineRequest(TermClause(STEMS, (("phar", 1.0),)), limit=5)).candidates]

    assert scores(exclude(reader, frozenset(ALL[:3]))) == scores(reader)


def test_withdrawals_that_the_index_does_not_hold_cost_its_searches_nothing(reader: Reader) -> None:
    assert exclude(reader, frozenset()) is reader
    assert exclude(reader, frozenset(["ailleurs"])) is reader


def test_what_is_searched_instead_hides_them_too(reader: Reader) -> None:
    absent = TermClause(STEMS, (("absent", 1.0),))
    request = EngineRequest(absent, instead=(absent, MatchAllClause()), limit=99)
    result = exclude(reader, frozenset(ALL[:3])).search(request)
    assert (result.total, len(result.candidates), result.instead) == (27, 27, 2)
