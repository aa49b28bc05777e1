"""``evaluate``: the measures, an earlier run beside them, and the reasons of an order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchapp.config import ENGINES
from tests.cli.conftest import Run

ARTICLES = {
    "phare": ("Le phare de Sarmane est à vendre", "La mairie cherche un gardien."),
    "port": ("Le port attend ses bateaux", "Le phare éclaire le port. Un phare, un gardien, et la neige."),
    "neige": ("La neige tombe sur Sarmane", "Aucun train ne part."),
}
QUERIES = {"1": "phare", "2": "neige sarmane", "3": "gardien du port"}
RELEVANT = {"1": "phare", "2": "neige", "3": "port"}


@pytest.fixture
def judged(tmp_path: Path) -> tuple[object, ...]:
    """The options of a small judged set."""
    articles = (json.dumps({"id": key, "title": title, "text": text}) for key, (title, text) in ARTICLES.items())
    (tmp_path / "articles.jsonl").write_text("\n".join(articles), "utf-8")
    (tmp_path / "queries.tsv").write_text("".join(f"{key}\t{text}\n" for key, text in QUERIES.items()), "utf-8")
    (tmp_path / "qrels.txt").write_text("".join(f"{key} 0 {one} 1\n" for key, one in RELEVANT.items()), "utf-8")
    return (
        "--docs",
        tmp_path / "articles.jsonl",
        "--queries",
        tmp_path / "queries.tsv",
        "--qrels",
        tmp_path / "qrels.txt",
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_the_measures_of_a_judged_set_are_printed(run: Run, judged: tuple[object, ...], engine: str) -> None:
    outcome = run("evaluate", *judged, "--engine", engine)
    assert outcome.returncode == 0, outcome.stderr
    assert "3 queries, 0 without a hit" in outcome.stdout
    assert "RR@10      1.0000" in outcome.stdout


def test_a_run_is_compared_with_itself_without_a_difference(
    run: Run, judged: tuple[object, ...], tmp_path: Path
) -> None:
    run("evaluate", *judged, "--run", tmp_path / "earlier.run")
    outcome = run("evaluate", *judged, "--compare", tmp_path / "earlier.run")
    line = next(line for line in outcome.stdout.splitlines() if line.startswith("RR@10"))
    assert line.split() == ["RR@10", "1.0000", "1.0000", "+0.0000", "+0.0000", "…", "+0.0000", "1.0000"]


def test_a_worse_run_is_compared_with_its_difference_and_interval(
    run: Run, judged: tuple[object, ...], tmp_path: Path
) -> None:
    worse = tmp_path / "worse.run"
    worse.write_text("".join(f"{key} Q0 {one} 1 1.0 before\n" for key, one in RELEVANT.items() if key != "2"), "utf-8")
    outcome = run("evaluate", *judged, "--compare", worse)
    line = next(line for line in outcome.stdout.splitlines() if line.startswith("RR@10"))
    assert line.split()[:4] == ["RR@10", "1.0000", "0.6667", "+0.3333"]
    low, _, high = line.split()[4:7]
    assert 0 <= float(low) <= 0.3333 <= float(high) <= 1


def test_each_query_is_explained_by_the_features_that_moved_its_articles(run: Run, judged: tuple[object, ...]) -> None:
    output = run("evaluate", *judged, "--explain").stdout
    first = output.split("\n\n")[0].splitlines()
    assert first[0] == "1  phare"
    assert first[1].split()[:4] == ["1", "(2)", "1", "phare"]
    assert first[2].split()[:4] == ["2", "(1)", "0", "port"]
    assert "exact_title 0." in first[1]
    assert "title" not in first[2]
