"""``compare``: the report of two indexes."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def index(run: Run, folder: Path, name: str, *titles: str) -> Path:
    rows = [{"id": title, "title": title, "text": "Le phare veille."} for title in titles]
    corpus = folder / f"{name}.jsonl"
    corpus.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    run("reindex", corpus, "--index", folder / name)
    return folder / name


def test_the_report_counts_equal_answers_and_shows_the_first_differences(run: Run, tmp_path: Path) -> None:
    one, other = index(run, tmp_path, "one", "Le bac", "La digue"), index(run, tmp_path, "other", "Le bac")
    (tmp_path / "queries.txt").write_text("bac\n\nphare\ndigue\n", "utf-8")
    outcome = run("compare", one, other, "--queries", tmp_path / "queries.txt", "--limit", "1")
    assert outcome.returncode == 0
    lines = outcome.stdout.splitlines()
    assert lines[:4] == [
        "3 queries",
        "Equal totals: 1 (33.33 %)",
        "Equal facets: 1 (33.33 %)",
        "Equal first ten articles: 1 (33.33 %)",
    ]
    assert [line for line in lines if line in ("bac", "phare", "digue")] == ["phare"]
    assert "  only the first index has the article “La digue”" in lines


def test_a_list_of_queries_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    one = index(run, tmp_path, "one", "Le bac")
    outcome = run("compare", one, one, "--queries", tmp_path / "nothing.txt")
    assert outcome.returncode == 2
    assert "nothing.txt" in outcome.stderr
