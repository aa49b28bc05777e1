"""Similar articles in every engine: by subject, without copies and withdrawn articles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import ENGINES, Config, load_config
from searchapp.errors import ArticleNotFound
from searchapp.search.service import SearchService
from tests.derived.test_near_duplicates import prose

CRIEE = prose(1, 3)
TRAINS = "La grève des cheminots bloque les trains. Les syndicats de cheminots votent la grève."
RECORDS = [
    {"id": "depeche", "title": "La criée de Port-Ponant ferme", "text": CRIEE},
    {"id": "reprise", "title": "Fermeture d’une criée", "text": f"(AFP) {CRIEE}"},
    {"id": "criee", "title": "Une criée rouvre", "text": "La criée de Port-Ponant rouvre, et le mareyeur aussi."},
    {"id": "mareyeur", "title": "Le mareyeur de la criée", "text": "Le mareyeur achète à la criée de Port-Ponant."},
    {"id": "greve", "title": "Les trains en grève", "text": TRAINS},
    {"id": "syndicats", "title": "Les cheminots votent", "text": "Les cheminots reprennent la grève des trains."},
    {"id": "vide", "title": "", "text": "Le la les."},
]


@pytest.fixture(params=ENGINES)
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    (tmp_path / "corpus").mkdir()
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS)
    (tmp_path / "corpus" / "a.jsonl").write_text("".join(lines), "utf-8")
    config = load_config({"corpus": tmp_path / "corpus", "index": tmp_path / "index", "engine": request.param})
    bootstrap.reindex(config)
    return config


@pytest.fixture
def service(config: Config) -> Iterator[SearchService]:
    opened = bootstrap.open_service(config)
    yield opened
    opened.close()


def similar(service: SearchService, article_id: str, size: int = 10) -> list[str]:
    return [article.id for article in service.similar(article_id, size)]


def test_articles_on_the_same_subject_come_first(service: SearchService) -> None:
    assert similar(service, "greve", 1) == ["syndicats"]
    assert similar(service, "mareyeur", 1) == ["criee"]


def test_neither_an_article_nor_its_copies_are_similar_to_it(service: SearchService) -> None:
    found = similar(service, "depeche")
    assert found
    assert not {"depeche", "reprise"} & set(found)


def test_of_copies_among_the_similar_articles_one_is_shown(service: SearchService) -> None:
    assert len({"depeche", "reprise"} & set(similar(service, "criee"))) == 1


def test_an_article_without_key_terms_has_no_similar_ones(service: SearchService) -> None:
    assert similar(service, "vide") == []


def test_an_article_that_is_not_there_is_not_found(service: SearchService) -> None:
    with pytest.raises(ArticleNotFound):
        service.similar("nulle-part", 5)


def test_a_withdrawn_article_is_neither_similar_nor_a_copy(config: Config, service: SearchService) -> None:
    writing = bootstrap.open_writing(config, service)
    writing.withdraw("criee")
    writing.withdraw("reprise")
    assert "criee" not in similar(service, "mareyeur")
    stored = service.stored("depeche")
    assert stored
    assert service.copies(stored, 5) == ((), 0)
