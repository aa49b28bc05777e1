"""The tables of docs/francais.md, run as tests."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.analysis import FrenchAnalyzer
from searchapp.model import SearchRequest

ANALYZER = FrenchAnalyzer()
PAGE = (Path(__file__).parents[2] / "docs/francais.md").read_text("utf-8")


def rows(heading: str) -> Iterator[tuple[str, str, str]]:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    for line in section.splitlines():
        cells = [html.unescape(cell.strip()) for cell in line.strip("|").split("|")]
        if line.startswith("|") and not line.startswith(("|---", "| recherche", "| mot")):
            for start in range(0, len(cells) - 2, 3):
                yield cells[start], cells[start + 1], cells[start + 2]


def found(tmp_path: Path, query: str, *texts: str, correct: bool = True) -> list[str]:
    """Return which of the texts a search finds, best first."""
    lines = (json.dumps({"id": text, "title": "Brève", "text": text}) + "\n" for text in texts)
    (tmp_path / "articles.jsonl").write_text("".join(lines), "utf-8")
    config = bootstrap.load_config({"corpus": tmp_path / "articles.jsonl", "index": tmp_path / "index"})
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    try:
        return [hit.article.id for hit in service.search(SearchRequest(query, correct=correct)).hits]
    finally:
        service.close()


def test_the_page_has_about_a_hundred_pairs() -> None:
    assert len(list(rows("Trouvé ou non"))) >= 95
    assert len(list(rows("Qui d’abord"))) >= 15


@pytest.mark.parametrize(("query", "text", "expected"), list(rows("Trouvé ou non")))
def test_a_pair_is_found_or_not_as_told(tmp_path: Path, query: str, text: str, expected: str) -> None:
    assert found(tmp_path, query, text, correct=False) == ([text] if expected == "oui" else [])


@pytest.mark.parametrize(("query", "first", "second"), list(rows("Qui d’abord")))
def test_the_exact_form_comes_first(tmp_path: Path, query: str, first: str, second: str) -> None:
    assert found(tmp_path, query, second, first) == [first, second]


@pytest.mark.parametrize(("query", "text", "expected"), list(rows("Plusieurs graphies")))
def test_a_spelling_finds_another_or_not_as_told(tmp_path: Path, query: str, text: str, expected: str) -> None:
    assert found(tmp_path, query, text) == ([text] if expected == "oui" else [])


def test_pairs_drawn_by_frequency_meet_or_not_as_told() -> None:
    """Two words find each other when they have one stem, whatever the engine."""
    pairs = list(rows("Paires tirées au sort"))
    exceptions = {(one, two) for one, two, _ in rows("Exceptions connues")}
    wrong = {
        (one, two)
        for one, two, expected in pairs
        if (ANALYZER.term(one).stem == ANALYZER.term(two).stem) is not (expected == "oui")
    }
    assert len(pairs) >= 400
    assert wrong == exceptions
