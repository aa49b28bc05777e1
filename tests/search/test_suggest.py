"""Suggestions while typing, over both engines, before and after a reindex."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.model import JOURNAL_FOLDER
from searchapp.search.service import SearchService

RECORDS = [
    {"title": "Grève à l’Assemblée nationale", "source": "L’Équipage", "author": ["Zoé Quéméner"], "tags": ["budget"]},
    {"title": "L'Assemblée nationale vote le budget", "source": "L’Équipage", "tags": ["Budget"]},
    {"title": "L’ASSEMBLÉE NATIONALE se tait", "source": "La Gazette", "tags": ["budget"]},
    {"title": "Un assassin s’assoupit avec lassitude", "source": "La Gazette"},
    {"title": "Coupe du monde : la coupe est pleine", "source": "La Gazette"},
]


@pytest.fixture(params=["whoosh", "tantivy"])
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def write(config: Config, records: list[dict[str, Any]]) -> None:
    lines = (json.dumps({"id": f"a/{number}", "text": "Texte.", **record}) for number, record in enumerate(records))
    (config.corpus / "articles.jsonl").write_text("\n".join(lines), "utf-8")


@pytest.fixture
def config(config: Config) -> Config:
    write(config, RECORDS)
    return config


@pytest.fixture
def typed(service: SearchService) -> Iterator[Any]:
    """The texts suggested for what is typed."""
    return lambda text: [suggestion.text for suggestion in service.suggest(text, 8)]


@pytest.mark.parametrize("text", ["l'ass", "l’ass", "L'ASS", "l ass", "l'àss", "l'assemblee n"])
def test_accents_capitals_and_elisions_make_no_difference(typed: Any, text: str) -> None:
    assert "l’Assemblée nationale" in typed(text)
    assert not any("lassitude" in suggestion for suggestion in typed(text))


def test_spellings_of_a_phrase_are_one_suggestion_with_all_its_articles(service: SearchService) -> None:
    found = {suggestion.text: suggestion.count for suggestion in service.suggest("assemblée na", 8)}
    assert found["Assemblée nationale"] == 3
    assert "ASSEMBLÉE NATIONALE" not in found


def test_names_are_suggested_with_their_kind(service: SearchService) -> None:
    found = [(entry.text, entry.kind.name, entry.count) for entry in service.suggest("équi", 8)]
    assert ("L’Équipage", "SOURCE", 2) in found
    assert [(entry.text, entry.kind.name) for entry in service.suggest("quem", 8)] == [("Zoé Quéméner", "AUTHOR")]
    assert [(entry.text, entry.count) for entry in service.suggest("budg", 1)] == [("budget", 3)]


def test_the_last_words_are_completed_where_nothing_begins_with_all(typed: Any) -> None:
    assert "scandale à l’Assemblée nationale" in typed("scandale à l'assem")
    assert typed("coupe du ")[0] == "Coupe du monde"


def test_an_elided_article_is_not_the_beginning_of_a_word(typed: Any) -> None:
    assert set(typed("l'")) == set(typed("l'a")) | {"L’Équipage"}
    assert all(text.startswith("l’Assemblée") for text in typed("l'a"))


@pytest.mark.parametrize("text", ["", " ", "'", "l'", "zzzz", "-", "%", "\0", "😀", "a" * 1000])
def test_any_text_is_fine(typed: Any, text: str) -> None:
    assert isinstance(typed(text), list)


def test_a_word_that_a_phrase_stands_for_is_left_out(typed: Any) -> None:
    assert "Assemblée nationale" in typed("assem")
    assert "Assemblée" not in typed("assem")


def test_suggestions_follow_the_articles(config: Config, service: SearchService, typed: Any) -> None:
    write(config, [*RECORDS[:1], {"title": "Pénurie de sel", "source": "La Gazette"}])
    bootstrap.reindex(config, options=bootstrap.ReindexOptions(yes=True))
    assert "Pénurie de sel" in typed("pénu")
    assert typed("coupe") == []
    assert [entry.count for entry in service.suggest("assemblée na", 1)] == [1]


def test_what_only_a_withdrawn_article_has_is_not_suggested(config: Config, service: SearchService, typed: Any) -> None:
    assert "Coupe du monde" in typed("coupe")
    withdrawal = {"id": "a/4", "title": "", "status": "withdrawn", "modified": "2026-11-20T10:00:00+01:00"}
    (config.corpus / JOURNAL_FOLDER).mkdir()
    (config.corpus / JOURNAL_FOLDER / "2026-11.jsonl").write_text(json.dumps(withdrawal) + "\n", "utf-8")
    opened = bootstrap.open_service(config)
    assert opened.suggest("coupe", 8) == []
    assert [entry.text for entry in opened.suggest("gazet", 8)] == ["La Gazette"]
    opened.close()
