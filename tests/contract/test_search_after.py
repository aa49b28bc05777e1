"""Pages that go on after a sort key: the whole order, each candidate once, whatever the depth."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from searchapp.engines.port import (
    BooleanClause,
    Clause,
    DayClause,
    Engine,
    EngineRequest,
    MatchAllClause,
    Reader,
    SortKey,
    TermClause,
)
from searchapp.model import Article, Filters, Sort
from searchapp.schema import STEMS
from tests.contract.conftest import PARIS, Open, Write, article

VIN = TermClause(STEMS, (("vin", 1.0),))
EITHER = BooleanClause(should=(VIN, TermClause(STEMS, (("eau", 1.0),)), TermClause(STEMS, (("quai", 0.5),))))
SCORELESS_TOO = BooleanClause(must=(MatchAllClause(),), should=(TermClause(STEMS, (("quai", 1.0),)),))
CLAUSES = (
    MatchAllClause(),
    VIN,
    EITHER,
    SCORELESS_TOO,
    BooleanClause(must=(EITHER,), must_not=(DayClause(0, 20200110),)),
)
ABSURD = (10**9, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30)


def newsroom(count: int, first: int = 0, seed: int = 7) -> list[Article]:
    """Articles of which many have equal scores and dates, and a fifth no date."""
    draw = random.Random(seed)
    start = datetime(2020, 1, 1, tzinfo=PARIS)
    return [
        article(
            str(number),
            "vin",
            "vin " * draw.choice([0, 0, 1, 3]) + "eau " * draw.choice([0, 2, 2, 9]) + "quai " * (draw.random() < 0.1),
            (start + timedelta(days=draw.randrange(30))).strftime("%Y-%m-%dT%H:%M") if draw.random() < 0.8 else "",
        )
        for number in range(first, first + count)
    ]


@pytest.fixture
def segmented(engine: Engine, write: Write) -> Iterator[Reader]:
    """An index of several segments, some of whose documents are deleted or replaced."""
    folder: Path | None = None
    for number, size in enumerate((150, 40, 260, 7)):
        added = newsroom(size, first=number * 1000, seed=number)
        folder = write([*added, *newsroom(5, seed=number + 50)], folder, ["3", f"{number * 1000 + 5}"])
    assert folder is not None
    reader = engine.open(folder)
    yield reader
    reader.close()


def walk(reader: Reader, request: EngineRequest, limits: Iterator[int]) -> Iterator[int]:
    """Yield the documents of all pages, each going on after the last candidate of the one before."""
    after: SortKey | None = None
    while page := reader.search(replace(request, after=after, limit=next(limits))).candidates:
        yield from (candidate.document for candidate in page)
        after = page[-1].sort_key


def repeated(limit: int) -> Iterator[int]:
    while True:
        yield limit


def documents(reader: Reader, request: EngineRequest) -> list[int]:
    return [candidate.document for candidate in reader.search(request).candidates]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("clause", CLAUSES)
def test_pages_that_go_on_join_into_the_whole_order(segmented: Reader, clause: Clause, sort: Sort) -> None:
    request = EngineRequest(clause, sort=sort, limit=segmented.count)
    whole = documents(segmented, request)
    assert len(set(whole)) == len(whole) == segmented.search(request).total > 100
    for limit in (1, 7, 50, 64, 1000):
        assert list(walk(segmented, request, repeated(limit))) == whole


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("clause", CLAUSES)
def test_sort_keys_rise_and_scores_fall(segmented: Reader, clause: Clause, sort: Sort) -> None:
    candidates = segmented.search(EngineRequest(clause, sort=sort, limit=segmented.count)).candidates
    keys = [candidate.sort_key for candidate in candidates]
    assert keys == sorted(set(keys))
    if sort is Sort.RELEVANCE:
        scores = [candidate.score for candidate in candidates]
        assert scores == sorted(scores, reverse=True)


def test_a_thousand_equal_scores_go_on_in_the_order_of_adding(engine: Engine, write: Write) -> None:
    folder = write(article(f"{number:04}", "vin") for number in range(600))
    folder = write((article(f"{number:04}", "vin") for number in range(600, 1000)), folder, ["0007"])
    reader = engine.open(folder)
    found = list(walk(reader, EngineRequest(VIN), repeated(9)))
    assert [entry.id for entry in reader.articles(found)] == [f"{n:04}" for n in range(1000) if n != 7]
    reader.close()


def test_a_page_that_goes_on_counts_all_matches(segmented: Reader) -> None:
    request = EngineRequest(EITHER, facets=("source",), histogram=True)
    for sort in Sort:
        first = segmented.search(replace(request, sort=sort))
        later = segmented.search(replace(request, sort=sort, after=first.candidates[-1].sort_key))
        assert (later.total, later.facets, later.histogram) == (first.total, first.facets, first.histogram)
        assert not {entry.document for entry in first.candidates} & {entry.document for entry in later.candidates}


def test_a_deep_page_costs_what_an_early_one_does(open_index: Open) -> None:
    reader = open_index(newsroom(4000))

    def least(request: EngineRequest) -> float:
        """The least time of the processor that a search took; other processes only add to it."""
        times = []
        for _ in range(20):
            started = time.process_time()
            reader.search(request)
            times.append(time.process_time() - started)
        return min(times)

    for sort in Sort:
        request = EngineRequest(EITHER, sort=sort)
        candidates = reader.search(replace(request, limit=4000)).candidates
        early, deep = (replace(request, after=candidates[index].sort_key) for index in (10, 3900))
        assert least(deep) < 3 * least(early)


def test_an_offset_counts_from_the_sort_key(segmented: Reader) -> None:
    for sort in Sort:
        request = EngineRequest(EITHER, sort=sort, limit=90)
        candidates = segmented.search(request).candidates
        later = replace(request, after=candidates[29].sort_key, offset=20, limit=10)
        assert documents(segmented, later) == [candidate.document for candidate in candidates[50:60]]


def test_filters_narrow_pages_that_go_on(open_index: Open) -> None:
    reader = open_index(
        article(str(number), "vin", source="Écho" if number % 3 else "Phare", section="Ville") for number in range(90)
    )
    filtered = EngineRequest(VIN, Filters({"source": ("Phare",), "section": ("Ville",)}))
    for sort in Sort:
        found = reader.articles(walk(reader, replace(filtered, sort=sort), repeated(4)))
        assert [entry.id for entry in found] == [str(number) for number in range(0, 90, 3)]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("clause", [VIN, MatchAllClause()])
@pytest.mark.parametrize("number", ABSURD)
def test_an_offset_or_a_limit_beyond_the_end_takes_no_room(
    segmented: Reader, clause: Clause, sort: Sort, number: int
) -> None:
    request = EngineRequest(clause, sort=sort, limit=segmented.count)
    whole = segmented.search(request)
    tracemalloc.start()
    deep = segmented.search(replace(request, offset=number, limit=10))
    both = segmented.search(replace(request, offset=number, limit=number))
    long = segmented.search(replace(request, limit=number))
    tail = segmented.search(replace(request, after=whole.candidates[-1].sort_key, limit=number))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (deep.total, deep.candidates) == (both.total, both.candidates) == (whole.total, ())
    assert tail.candidates == ()
    assert long == whole
    assert peak < 10_000_000


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("clause", [VIN, EITHER, SCORELESS_TOO, MatchAllClause()])
def test_any_sort_key_is_a_position(segmented: Reader, clause: Clause, sort: Sort) -> None:
    request = EngineRequest(clause, sort=sort, limit=segmented.count)
    whole = segmented.search(request).candidates
    last = whole[-1].sort_key
    numbers = (0, 1, 2**28, 2**31, 2**32 - 2, 2**32 - 1, 2**32, 2**36, 2**63, 2**64 - 1, last[0], last[1])
    for key in ((first, second) for first in numbers for second in numbers):
        expected = [candidate.document for candidate in whole if candidate.sort_key > key]
        assert documents(segmented, replace(request, after=key)) == expected, key


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: EngineRequest(VIN, offset=-1),
        lambda: EngineRequest(VIN, limit=-1),
        lambda: EngineRequest(VIN, offset=-(2**64)),
        lambda: EngineRequest(VIN, after=(-1, 0)),
        lambda: EngineRequest(VIN, after=(0, 2**64)),
    ],
)
def test_a_request_below_0_or_beyond_64_bits_is_refused(wrong: Callable[[], EngineRequest]) -> None:
    with pytest.raises(ValueError, match=r"negative|sort key"):
        wrong()
