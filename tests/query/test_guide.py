"""The guide of the query language: every example finds something, and the documentation equals the table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import load_config
from searchapp.i18n import translator
from searchapp.model import SearchRequest
from searchapp.query.guide import GUIDE
from searchapp.search.service import SearchService

ROOT = Path(__file__).parents[2]
EXAMPLES = [example for section in GUIDE for example in section.examples]


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    """A search service over the articles that come with the program."""
    config = load_config({"corpus": ROOT / "corpus", "index": tmp_path_factory.mktemp("demonstration")})
    bootstrap.reindex(config)
    service = bootstrap.open_service(config, clock=lambda: date(2026, 11, 25))
    yield service
    service.close()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.french)
def test_an_example_finds_something_without_a_remark(demonstration: SearchService, example, language: str) -> None:  # type: ignore[no-untyped-def]
    result = demonstration.search(SearchRequest(example.said_in(language)))
    assert result.total > 0
    assert result.remarks == ()


def test_french_and_english_examples_mean_the_same(demonstration: SearchService) -> None:
    for example in EXAMPLES:
        french, english = (demonstration.search(SearchRequest(example.said_in(each))) for each in ("fr", "en"))
        assert french.understood == english.understood


def in_a_cell(text: str) -> str:
    """Return text in which no sign ends the cell of a Markdown table."""
    return text.replace("|", r"\|")


def test_the_documentation_is_the_table() -> None:
    said = translator("fr")
    rows = [f"| `{in_a_cell(each.french)}` | {in_a_cell(each.help.render(said))} |" for each in EXAMPLES]
    page = (ROOT / "docs" / "recherche.md").read_text("utf-8")
    assert [line for line in page.splitlines() if line.startswith("| `") and "`" in line] == rows
