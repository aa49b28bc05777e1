"""Suggestions while typing, over both engines, before and after a reindex."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from searchapp import bootstrap
from searchapp.config import Config, load_config
from searchapp.model import JOURNAL_FOLDER
from searchapp.search.service import SearchService

RECORDS = [
    {"title": "Grève à l’Assemblée nationale", "source": "L’Équipage", "author": ["Zoé Quéméner"], "tags": ["budget"]},
    {"title": "L'Assemblée nationale vote le budget", "source": "L’Équipage", "tags": ["Budget"]},
    {"title": "L’ASSEMBLÉE NATIONALE se tait", "source": "La Gazette", "tags": ["budget"]},
    {"title": "Un assassin s’assoupit avec lassitude", "source": "La Gazette"},
    {"title": "Coupe du monde : la coupe est pleine", "source": "La Gazette"},
]


def write(config: Config, records: list[dict[str, Any]]) -> None:
    lines = (json.dumps({"id": f"a/{number}", "text": "Texte.", **record}) for number, record in enumerate(records))
    config.corpus.mkdir(exist_ok=True)
    (config.corpus / "articles.jsonl").write_text("\n".join(lines), "utf-8")


def index(folder: Path, engine: str) -> Config:
    """Index the articles with one engine."""
    config = load_config({"corpus": folder / "corpus", "index": folder / "index", "engine": engine})
    write(config, RECORDS)
    bootstrap.reindex(config)
    return config


@pytest.fixture(scope="module", params=["whoosh", "tantivy"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    opened = bootstrap.open_service(index(tmp_path_factory.mktemp("suggest"), request.param))
    yield opened
    opened.close()


def texts(service: SearchService, typed: str) -> list[str]:
    return [suggestion.text for suggestion in service.suggest(typed, 8)]


@pytest.mark.parametrize("text", ["l'ass", "l’ass", "L'ASS", "l ass", "l'àss", "l'assemblee n"])
def test_accents_capitals_and_elisions_make_no_difference(service: SearchService, text: str) -> None:
    assert "l’Assemblée nationale" in texts(service, text)
    assert not any("lassitude" in suggestion for suggestion in texts(service, text))


def test_spellings_of_a_phrase_are_one_suggestion_with_all_its_articles(service: SearchService) -> None:
    found = {suggestion.text: suggestion.count for suggestion in service.suggest("assemblée na", 8)}
    assert found["Assemblée nationale"] == 3
    assert "ASSEMBLÉE NATIONALE" not in found


def test_names_are_suggested_with_their_kind(service: SearchService) -> None:
    found = [(entry.text, entry.kind.name, entry.count) for entry in service.suggest("équi", 8)]
    assert ("L’Équipage", "SOURCE", 2) in found
    assert [(entry.text, entry.kind.name) for entry in service.suggest("quem", 8)] == [("Zoé Quéméner", "AUTHOR")]
    assert [(entry.text, entry.count) for entry in service.suggest("budg", 1)] == [("budget", 3)]


def test_the_last_words_are_completed_where_nothing_begins_with_all(service: SearchService) -> None:
    assert "scandale à l’Assemblée nationale" in texts(service, "scandale à l'assem")
    assert texts(service, "coupe du ")[0] == "Coupe du monde"


def test_an_elided_article_is_not_the_beginning_of_a_word(service: SearchService) -> None:
    assert set(texts(service, "l'")) == set(texts(service, "l'a")) | {"L’Équipage"}
    assert all(text.startswith("l’Assemblée") for text in texts(service, "l'a"))


@pytest.mark.parametrize("text", ["", " ", "'", "l'", "zzzz", "-", "%", "\0", "😀", "a" * 1000])
def test_any_text_is_fine(service: SearchService, text: str) -> None:
    assert isinstance(texts(service, text), list)


def test_a_word_that_a_phrase_stands_for_is_left_out(service: SearchService) -> None:
    assert "Assemblée nationale" in texts(service, "assem")
    assert "Assemblée" not in texts(service, "assem")


@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_suggestions_follow_the_articles(tmp_path: Path, engine: str) -> None:
    config = index(tmp_path, engine)
    write(config, [*RECORDS[:1], {"title": "Pénurie de sel", "source": "La Gazette"}])
    bootstrap.reindex(config, options=bootstrap.ReindexOptions(yes=True))
    service = bootstrap.open_service(config)
    assert "Pénurie de sel" in texts(service, "pénu")
    assert texts(service, "coupe") == []
    assert [entry.count for entry in service.suggest("assemblée na", 1)] == [1]
    service.close()


@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_what_only_a_withdrawn_article_has_is_not_suggested(tmp_path: Path, engine: str) -> None:
    config = index(tmp_path, engine)
    withdrawal = {"id": "a/4", "title": "", "status": "withdrawn", "modified": "2026-11-20T10:00:00+01:00"}
    (config.corpus / JOURNAL_FOLDER).mkdir()
    (config.corpus / JOURNAL_FOLDER / "2026-11.jsonl").write_text(json.dumps(withdrawal) + "\n", "utf-8")
    service = bootstrap.open_service(config)
    assert texts(service, "coupe") == []
    assert texts(service, "gazet") == ["La Gazette"]
    service.close()


@pytest.mark.parametrize(("typed", "completed"), [("-assembl", "-assemblée"), ("grève +assembl", "grève +assemblée")])
def test_the_sign_of_a_word_stays_and_only_that_word_is_completed(
    service: SearchService, typed: str, completed: str
) -> None:
    found = texts(service, typed)
    assert completed in [text.lower() for text in found]
    assert {len(text.split()) for text in found} == {len(typed.split())}
