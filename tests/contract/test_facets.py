"""Facets and timelines: one value for all its spellings, the largest values first, days for a short span."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from searchapp.analysis.value_keys import value_key
from searchapp.engines.port import Engine, EngineRequest, MatchAllClause, Reader
from searchapp.model import FacetBucket, Filters, HistogramBucket
from tests.contract.conftest import Open, Write, article, found


def buckets(reader: Reader, name: str, **request: Any) -> list[tuple[str, int]]:
    result = reader.search(EngineRequest(MatchAllClause(), facets=(name,), limit=0, **request))
    return [(bucket.value, bucket.count) for bucket in result.facets[name]]


def months(reader: Reader, **request: Any) -> list[str]:
    result = reader.search(EngineRequest(MatchAllClause(), timeline=True, limit=0, **request))
    return [bucket.date for bucket in result.timeline]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Le Phare", "LE PHARE"),
        ("L’Équipage", "L'Equipage"),
        ("Ouest-Ponant", "Ouest Ponant"),
        ("Le\u00a0Phare", "Le  Phare."),
        ("« Le Phare »", "Le Phare"),
        ("Cœur de ville", "COEUR DE VILLE"),
    ],
)
def test_spellings_of_a_value_have_one_key(one: str, other: str) -> None:
    assert value_key(one) == value_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("C", "C++"), ("Le Phare", "Le Phare du soir"), ("…", "-"), ("R&D", "RD"), ("Éole 1", "Éole 11")]
)
def test_other_values_have_other_keys(one: str, other: str) -> None:
    assert value_key(one) != value_key(other)


def test_a_value_is_shown_as_most_write_it(open_index: Open) -> None:
    sources = ["Le Phare", "Le Phare", "LE PHARE", "Le phare", "Écho"]
    reader = open_index([article(str(number), source=source) for number, source in enumerate(sources)])
    assert buckets(reader, "source") == [("Le Phare", 4), ("Écho", 1)]
    assert len(found(reader, MatchAllClause(), filters=Filters({"source": ("le phare",)}))) == 4


def test_an_article_with_two_spellings_counts_once(open_index: Open) -> None:
    reader = open_index([article("un", tags=("Sport", "sport", "SPORT")), article("deux", tags=("sport",))])
    assert buckets(reader, "tag") == [("sport", 2)]


def test_the_shown_spelling_follows_the_articles_that_are_left(engine: Engine, write: Write) -> None:
    first = [article(str(number), source="LE PHARE" if number < 3 else "Le Phare") for number in range(5)]
    folder = write([*first, *(article(f"autre/{number}") for number in range(20))])
    grown = write([], folder, gone=["0", "1"])
    reader = engine.open(grown)
    assert buckets(reader, "source") == [("Le Phare", 3)]
    reader.close()


def test_the_largest_values_come_first_and_the_rest_is_told(open_index: Open) -> None:
    counts = {"ancre": 1, "barque": 3, "cale": 2, "dock": 3, "étai": 2}
    articles = [article(f"{tag}/{number}", tags=(tag,)) for tag, count in counts.items() for number in range(count)]
    result = open_index(articles).search(EngineRequest(MatchAllClause(), facets=("tag", "language"), facet_limit=3))
    assert result.facets["tag"] == (FacetBucket("barque", 3), FacetBucket("dock", 3), FacetBucket("cale", 2))
    assert result.truncated == {"tag"}


def test_of_many_equal_values_the_first_by_key_are_given(open_index: Open) -> None:
    reader = open_index([article(str(number), tags=(f"Mot {number:04}",)) for number in range(700, 0, -1)])
    assert buckets(reader, "tag", facet_limit=2) == [("Mot 0001", 1), ("Mot 0002", 1)]
    assert len(buckets(reader, "tag")) == 700


def test_an_excluded_value_stays_in_sight_in_its_own_facet(open_index: Open) -> None:
    reader = open_index([article("un", source="Écho"), article("deux", source="Phare"), article("trois")])
    filters = Filters(excluded={"source": ("Écho",)})
    assert set(found(reader, MatchAllClause(), filters=filters)) == {"deux", "trois"}
    assert buckets(reader, "source", filters=filters) == [("Écho", 1), ("Phare", 1)]


def test_the_timeline_keeps_the_span_that_the_days_narrow(open_index: Open) -> None:
    dates = ["2022-01-05", "2022-02-06", "2024-03-07"]
    reader = open_index([article(day, date=day) for day in dates])
    narrowed = Filters(date_from=date(2022, 2, 1), date_to=date(2022, 2, 28))
    assert months(reader, filters=narrowed) == ["2022-01", "2022-02", "2024-03"]


def test_a_short_span_is_counted_by_day(open_index: Open) -> None:
    reader = open_index([article(day, date=day) for day in ("2023-12-30", "2024-01-02", "2024-01-02T18:00")])
    request = EngineRequest(MatchAllClause(), timeline=True, months_by_day=2)
    assert reader.search(request).timeline == (HistogramBucket("2023-12-30", 1), HistogramBucket("2024-01-02", 2))
    assert months(reader, months_by_day=1) == ["2023-12", "2024-01"]
