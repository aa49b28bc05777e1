"""Kept filters of a Whoosh reader: the answer is that of a reader that keeps none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchapp.engines.port import EngineRequest, MatchAllClause, Reader
from searchapp.engines.whoosh_engine import WhooshEngine
from searchapp.measuring import Measurement, use
from searchapp.model import Filters
from tests.contract.conftest import article, document

NEWSROOMS = ("AFP", "Ouest-Éclair", "Sud")
CHOICES = st.lists(st.sampled_from((*NEWSROOMS, "afp", "inconnue")), max_size=3).map(tuple)
DAYS = st.none() | st.integers(1, 28).map(lambda day: date(2024, 2, day))
FILTERS = st.builds(
    lambda source, but, section, first, last: Filters(
        {"source": source, "section": section}, first, last, {"source": but}
    ),
    CHOICES,
    CHOICES,
    st.sampled_from(((), ("Sport",), ("Monde", "Sport"))),
    DAYS,
    DAYS,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filters")
    with WhooshEngine().create(folder) as writer:
        for number in range(24):
            writer.add(
                document(
                    article(
                        f"a{number}",
                        date=f"2024-02-{1 + number:02}" if number % 5 else "",
                        source=NEWSROOMS[number % 3],
                        section=("Monde", "Sport", "")[number // 8],
                    )
                )
            )
    return folder


@pytest.fixture(scope="module")
def keeping(folder: Path) -> Iterator[Reader]:
    reader = WhooshEngine().open(folder)
    yield reader
    reader.close()


def found(reader: Reader, filters: Filters) -> list[object]:
    result = reader.search(
        EngineRequest(MatchAllClause(), filters, limit=30, facets=("source", "section"), histogram=True, timeline=True)
    )
    return [result.total, [one.document for one in result.candidates], result.facets, result.histogram, result.timeline]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=FILTERS)
def test_filters_that_were_asked_before_change_no_answer(filters: Filters, folder: Path, keeping: Reader) -> None:
    fresh = WhooshEngine().open(folder)
    expected = found(fresh, filters)
    fresh.close()
    assert [found(keeping, filters), found(keeping, filters)] == [expected, expected]


def test_the_same_filters_are_found_again(folder: Path) -> None:
    reader = WhooshEngine().open(folder)
    filters = Filters({"source": ("AFP", "Sud")}, date(2024, 2, 1))
    again = Filters({"source": ("sud", "afp")}, date(2024, 2, 1))
    measurement = Measurement()
    use(measurement)
    try:
        assert found(reader, filters) == found(reader, again)
    finally:
        use(None)
    reader.close()
    assert (measurement.counts["filters", "miss"], measurement.counts["filters", "hit"]) == (2, 2)
