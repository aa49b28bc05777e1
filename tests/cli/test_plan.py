"""Estimates of growth: they meet the measurements, grow with the corpus, and are those of the page."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from searchapp.config import ENGINES
from searchapp.operations.growth import Estimate, best_engine, estimate, interpolated, uncertainty
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
SIZES = [10**power for power in range(3, 10)]


def row(articles: int) -> str:
    """A row of the table of docs/scaling.md."""
    each = estimate(best_engine(articles), articles, daily=articles / 1000)
    times = f"{shown(each.index_seconds)} s | {shown(each.daily_seconds)} s"
    memory = f"{shown(each.index_memory_mb)} MB | {shown(each.search_memory_mb)} MB | {shown(each.disk_mb)} MB"
    rest = f"{shown(each.search_p95_ms)} ms | {uncertainty(articles):.0f}"
    return f"| {articles:,} | {each.engine} | {times} | {memory} | {rest} |"


def shown(value: float) -> str:
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 10 else f"{value:.1f}"


def test_the_page_has_the_figures_of_the_command() -> None:
    page = (ROOT / "docs/scaling.md").read_text("utf-8")
    table = page[page.index("| articles | engine |") :].partition("\n\n")[0]
    assert table.splitlines()[2:] == [row(articles) for articles in SIZES]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_estimate_of_a_measured_size_is_the_measurement(engine: str) -> None:
    rows = json.loads((ROOT / "searchapp/operations/growth.json").read_text("utf-8"))
    largest = next(each for each in rows if (each["engine"], each["articles"]) == (engine, 1_000_000))
    told = estimate(engine, 1_000_000)
    assert told.index_seconds == pytest.approx(largest["index_seconds"])
    assert told.search_p95_ms == pytest.approx(largest["search_p95_ms"])
    assert told.disk_mb == pytest.approx(2 * largest["index_mb"])


@pytest.mark.parametrize("engine", ENGINES)
def test_more_articles_never_take_less(engine: str) -> None:
    told = [figures(estimate(engine, size, daily=100)) for size in SIZES]
    for fewer, more in pairwise(told):
        assert all(low <= high * 1.0001 for low, high in zip(fewer, more, strict=True))


def figures(each: Estimate) -> list[float]:
    return [each.index_seconds, each.index_memory_mb, each.search_memory_mb, each.disk_mb, each.search_p95_ms]


def test_between_and_beyond_two_points_a_quantity_follows_their_power_law() -> None:
    square = [(10.0, 100.0), (100.0, 10_000.0)]
    assert [interpolated(square, at) for at in (1, 30, 1000)] == pytest.approx([1, 900, 10**6])


def test_longer_articles_take_more_time_and_disk() -> None:
    short, long = estimate("whoosh", 10**5, kb=2.2), estimate("whoosh", 10**5, kb=22)
    assert long.index_seconds == pytest.approx(10 * short.index_seconds)
    assert long.disk_mb == pytest.approx(10 * short.disk_mb)


def test_the_uncertainty_grows_beyond_what_was_measured() -> None:
    assert [uncertainty(size) for size in (10**3, 10**6, 10**7, 10**9)] == [2, 2, 4, 16]


def test_the_command_recommends_an_engine_and_states_its_uncertainty(run: Run) -> None:
    told = run("plan", "--articles", "3e6", "--daily", "5000")
    assert told.stdout.startswith("tantivy (recommended)\n")
    assert "may be 3 times" in told.stdout
    figures = json.loads(run("plan", "--articles", "3e6", "--json").stdout)
    assert [each["engine"] for each in figures["engines"]] == ["tantivy", "whoosh"]


def test_far_beyond_what_was_measured_the_command_says_so(run: Run) -> None:
    assert "Try a tenth of it first" in run("plan", "--articles", "1e9").stdout
    assert run("plan", "--articles", "1e12").returncode == 2


def test_help_has_the_decimal_sign_of_the_language(run: Run) -> None:
    assert "2.2" in run("plan", "--help", language="en_GB.UTF-8").stdout
    assert "2,2" in run("plan", "--help", language="fr_FR.UTF-8").stdout
