"""The query log: what it counts, what it suggests, what it forgets."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from searchapp.errors import Corrupt
from searchapp.search.query_log import FILE_NAME, QueryLog, report

TODAY = date(2026, 11, 25)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


def log_of(path: Path, today: date = TODAY, days: int = 30) -> QueryLog:
    return QueryLog(path, days, lambda: today)


def test_searches_are_counted_by_query_and_day(path: Path) -> None:
    for query, articles, ms in (("grève", 3, 10.0), ("grève  ", 3, 30.0), ("zzz", 0, 5.0), (" ", 9, 1.0)):
        log_of(path).add(query, articles, ms)
    found = report(path, TODAY, 10)
    assert [(each.query, each.searches, each.articles, each.ms) for each in found.frequent] == [
        ("grève", 2, 3, 20.0),
        ("zzz", 1, 0, 5.0),
    ]
    assert [each.query for each in found.without_hit] == ["zzz"]
    assert [each.query for each in found.slow] == ["grève", "zzz"]
    assert [(day.day, day.searches, day.queries, day.without_hit) for day in found.days] == [("2026-11-25", 3, 2, 1)]


def test_days_that_are_too_old_are_forgotten(path: Path) -> None:
    log_of(path, TODAY - timedelta(days=7), days=7).add("vieux", 1, 1.0)
    log_of(path, days=7).add("neuf", 1, 1.0)
    assert [each.query for each in report(path, date.min, 10).frequent] == ["neuf"]


def test_queries_that_several_searches_found_something_by_are_suggested(path: Path) -> None:
    log = log_of(path)
    for query, articles, times in (("Élections locales", 4, 6), ("élection ratée", 0, 9), ("élu rare", 2, 1)):
        for _ in range(times):
            log.add(query, articles, 1.0)
    assert [(each.text, each.count) for each in log.starting_with("elec", 5)] == [("Élections locales", 4)]
    assert log.starting_with("élu", 5) == log.starting_with("", 5) == []


def test_a_log_that_cannot_be_written_fails_no_search(tmp_path: Path) -> None:
    log = log_of(tmp_path / "rien" / FILE_NAME)
    log.add("grève", 1, 1.0)
    assert log.starting_with("gr", 5) == []


def test_a_log_that_was_removed_is_made_again(path: Path) -> None:
    log = log_of(path)
    log.add("phare", 1, 2.0)
    for file in path.parent.iterdir():
        file.unlink()
    log.add("phare", 1, 2.0)  # lost
    log.add("tomme", 1, 2.0)
    assert [each.query for each in report(path, TODAY, 5).frequent] == ["tomme"]


def damage(path: Path) -> None:
    """Damage the file of a log, pages and all."""
    log_of(path).add("phare", 1, 2.0)
    for file in path.parent.iterdir():
        file.unlink() if file != path else file.write_bytes(b"\xff" * 8192)


def test_a_damaged_log_is_not_taken_for_an_empty_one(path: Path) -> None:
    damage(path)
    with pytest.raises(Corrupt, match=r"queries\.sqlite.*damaged.*remove it"):
        report(path, date.min, 5)


def test_a_damaged_log_fails_no_search_and_is_reported_once(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    damage(path)
    log = log_of(path)
    for _ in range(3):
        log.add("grève", 1, 1.0)
        assert log.starting_with("gr", 5) == []
    assert ["is damaged" in record.message for record in caplog.records if record.levelname == "WARNING"] == [True]


def test_a_log_whose_table_is_about_to_be_made_is_empty(path: Path) -> None:
    path.touch()
    assert report(path, date.min, 5).days == []
