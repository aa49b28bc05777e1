"""Groups of near duplicates among the matches: counted once, and told with each candidate, beside a count by hand."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator

import pytest

from searchapp.engines.port import BooleanClause, Clause, Engine, EngineRequest, MatchAllClause, Reader, TermClause
from searchapp.model import Article, Filters, Groups, Sort
from searchapp.schema import STEMS, article_key
from tests.contract.conftest import Write, article

VIN = TermClause(STEMS, (("vin", 1.0),))
CLAUSES = (MatchAllClause(), VIN, BooleanClause(must=(VIN,), must_not=(TermClause(STEMS, (("eau", 1.0),)),)))
SIZE = 120


def cellar(count: int, first: int = 0) -> list[Article]:
    draw = random.Random(first)
    return [
        article(
            str(number),
            text="vin " * draw.choice([0, 1, 3]) + "eau " * draw.choice([0, 1]),
            source=draw.choice(["Écho", "Phare"]),
        )
        for number in range(first, first + count)
    ]


@pytest.fixture
def reader(engine: Engine, write: Write) -> Iterator[Reader]:
    """An index of several segments, some of whose documents are deleted."""
    base = write(cellar(SIZE // 2))
    opened = engine.open(write(cellar(SIZE // 2, SIZE // 2), base, gone=["3", "7", "50"]))
    yield opened
    opened.close()


def grouped(seed: int) -> dict[str, int]:
    """Groups of two to five articles, deleted ones and one that never was among them."""
    draw = random.Random(seed)
    names = [str(number) for number in range(SIZE + 1)]
    draw.shuffle(names)
    groups: dict[str, int] = {}
    while len(names) > SIZE // 2:
        members = [names.pop() for _ in range(draw.randint(2, 5))]
        groups |= dict.fromkeys(members, article_key(members[0]))
    return groups


def as_groups(groups: dict[str, int]) -> Groups:
    rows = sorted((article_key(name), number) for name, number in groups.items())
    return Groups(array("q", (key for key, _ in rows)), array("q", (number for _, number in rows)))


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("clause", CLAUSES, ids=["all", "vin", "vin without eau"])
@pytest.mark.parametrize("filters", [Filters(), Filters({"source": ("Écho",)})], ids=["", "filtered"])
def test_the_matches_of_a_group_count_once(reader: Reader, clause: Clause, filters: Filters, sort: Sort) -> None:
    groups = grouped(1)
    request = EngineRequest(clause, filters, sort, limit=SIZE, groups=as_groups(groups))
    result = reader.search(request)
    ids = [found.id for found in reader.articles(candidate.document for candidate in result.candidates)]
    assert [candidate.group for candidate in result.candidates] == [groups.get(name, 0) for name in ids]
    assert result.groups == len({groups.get(name, name) for name in ids})


def test_groups_change_neither_matches_nor_their_order(reader: Reader) -> None:
    plain = reader.search(EngineRequest(VIN, limit=SIZE, facets=("source",)))
    told = reader.search(EngineRequest(VIN, limit=SIZE, facets=("source",), groups=as_groups(grouped(2))))
    assert [one[:3] for one in told.candidates] == [one[:3] for one in plain.candidates]
    assert (told.total, told.facets) == (plain.total, plain.facets)


def test_other_groups_are_asked_for_on_the_same_reader(reader: Reader) -> None:
    for seed in range(3, 6):
        groups = grouped(seed)
        result = reader.search(EngineRequest(MatchAllClause(), limit=SIZE, groups=as_groups(groups)))
        ids = [found.id for found in reader.articles(candidate.document for candidate in result.candidates)]
        assert result.groups == len({groups.get(name, name) for name in ids})


def test_without_groups_nothing_is_counted(reader: Reader) -> None:
    assert reader.search(EngineRequest(VIN)).groups is None
    assert reader.search(EngineRequest(VIN, groups=Groups())).groups == reader.search(EngineRequest(VIN)).total
