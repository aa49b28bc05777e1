"""Every regular expression of the project takes time in proportion to its input."""

from __future__ import annotations

import unicodedata

import pytest

from searchapp.ingest.cleaning.normalize import composed
from searchapp.ingest.sources.patterns import NamePattern
from tests.patterns import found, timing


def test_every_pattern_of_the_project_is_linear() -> None:
    timings = timing.measure()
    slowest = max(timings, key=lambda one: one.ratio)
    print(f"slowest of {len(timings)}: {slowest}")  # noqa: T201 - pytest -s shows it
    assert len(timings) > 90
    assert slowest.ratio < timing.MOST, slowest


def test_a_pattern_that_is_not_linear_is_found() -> None:
    ratios = {one.place.rpartition(".")[2]: one.ratio for one in timing.measure("tests.patterns.planted")}
    assert min(ratios.values()) > timing.MOST, ratios


def test_a_function_that_builds_patterns_is_listed_with_examples() -> None:
    assert found.unlisted() == set()


@pytest.mark.parametrize("glob", ["*a*a*a*a*a*a*b", "**/a**/a**/a**/b", "**a**a**a**b"])
def test_a_glob_of_many_stars_comes_to_an_end(glob: str) -> None:
    assert not NamePattern(glob).matches("a/a" * 500)
    assert NamePattern(glob).matches("a/" * 20 + "b" if "**" in glob else "a" * 20 + "b")


def test_accents_without_end_on_one_letter_are_composed() -> None:
    text = "e" + "\u0301\u0323" * 1_000_000 + "e\u0301"
    assert composed(text).endswith("é")
    short = "e" + "\u0301\u0323" * 20
    assert composed(short) == unicodedata.normalize("NFC", short)
