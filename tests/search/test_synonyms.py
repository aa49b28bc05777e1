"""Words that mean the same, from a file that people edit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.analysis import FrenchAnalyzer
from searchapp.errors import ConfigurationError
from searchapp.model import SearchRequest
from searchapp.search.service import SearchService
from searchapp.search.synonyms import MOST_ALTERNATIVES, Synonyms

ANALYZER = FrenchAnalyzer()
TEXTS = {
    "long": "L’Organisation des Nations unies siège à Genève.",
    "court": "L’O.N.U. siège à New York.",
    "autre": "Une organisation de quartier siège au café.",
}


def open_with(tmp_path: Path, synonyms: str) -> SearchService:
    (tmp_path / "synonyms.txt").write_text(synonyms, "utf-8")
    lines = (json.dumps({"id": name, "title": "Brève", "text": text}) + "\n" for name, text in TEXTS.items())
    (tmp_path / "a.jsonl").write_text("".join(lines), "utf-8")
    options = {"corpus": tmp_path / "a.jsonl", "index": tmp_path / "index", "synonyms": tmp_path / "synonyms.txt"}
    config = bootstrap.load_config(options)
    bootstrap.reindex(config)
    return bootstrap.open_service(config)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[SearchService]:
    opened = open_with(tmp_path, "# sigles\nONU = Organisation des Nations unies # et non OTAN\n")
    yield opened
    opened.close()


def found(service: SearchService, query: str) -> list[str]:
    return [hit.article.id for hit in service.search(SearchRequest(query)).hits]


def test_an_acronym_finds_its_long_form_and_is_found_by_it(service: SearchService) -> None:
    assert sorted(found(service, "ONU")) == ["court", "long"]
    assert found(service, "organisation des nations unies")[:2] in (["long", "court"], ["court", "long"])
    assert found(service, "ONU Genève")[0] == "long"


def test_the_other_form_is_marked(service: SearchService) -> None:
    view = service.article("long", "onu")
    assert [view.article.text[start:end] for start, end in view.text.spans] == ["Organisation des Nations unies"]


@pytest.mark.parametrize("line", ["ONU", "ONU =", "= ONU", "ONU = !"])
def test_a_line_that_says_nothing_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigurationError, match="line 2"):
        open_with(tmp_path, f"PME = petites entreprises\n{line}\n")


def test_a_query_has_so_many_alternatives_at_most() -> None:
    words = [(ANALYZER.term(f"mot{chr(97 + number)}"),) for number in range(20)]
    synonyms = Synonyms([words])
    assert len(list(synonyms.of([term.stem for (term,) in words]))) == MOST_ALTERNATIVES
