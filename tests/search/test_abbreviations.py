"""Abbreviations that articles write out: they find what they stand for, and nothing else does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import ENGINES
from searchapp.model import SearchRequest

ARTICLES = {
    "accord": ("Accord à la fonderie", "La NAO (négociation annuelle obligatoire) s’achève. La NAO a duré un mois."),
    "patience": ("Salaires au Gué", "La négociation annuelle obligatoire commence, et la négociation sera longue."),
    "ordre": ("Une annuelle négociation", "Il est obligatoire de se taire en négociation."),
    "epidemie": ("La grippe recule", "L’Organisation mondiale de la santé (OMS) se réjouit."),
    "geneve": ("Genève reçoit", "L’Organisation mondiale de la santé tient sa session."),
    "enfant": ("Un débat", "La gestation pour autrui (GPA) divise."),
    "loi": ("Une loi", "Elle interdit la gestation pour autrui."),
    "police": ("La BAC intervient", "La brigade anti-criminalité (BAC) arrive."),
    "nuit": ("Une nuit", "La brigade anti-criminalité patrouille."),
    "lycee": ("Le bac approche", "Les lycéens révisent le bac."),
    "faux": ("La mairie (RAS) se tait", "Rien à signaler au conseil."),
}
Ids = Callable[[str], list[str]]


@pytest.fixture(scope="module", params=ENGINES)
def ids(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ids]:
    """A search that returns the ids of its results."""
    folder = tmp_path_factory.mktemp("sigles")
    lines = (json.dumps({"id": key, "title": title, "text": text}) for key, (title, text) in ARTICLES.items())
    (folder / "articles.jsonl").write_text("\n".join(lines), "utf-8")
    options = {"corpus": folder / "articles.jsonl", "index": folder / "index", "engine": request.param}
    config = bootstrap.load_config(options)
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    yield lambda query: [hit.article.id for hit in service.search(SearchRequest(query)).hits]
    service.close()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("NAO", ["accord", "patience", "ordre"]),
        ("OMS", ["epidemie", "geneve"]),
        ("GPA", ["enfant", "loi"]),
        ("gpa", ["enfant"]),
        ("BAC", ["police", "lycee", "nuit"]),
        ("bac", ["lycee", "police"]),
        ("RAS", ["faux"]),
    ],
)
def test_an_abbreviation_finds_what_it_stands_for(ids: Ids, query: str, expected: list[str]) -> None:
    assert sorted(ids(query)) == sorted(expected)


def test_the_abbreviation_and_its_words_in_a_row_come_first(ids: Ids) -> None:
    assert ids("NAO") == ["accord", "patience", "ordre"]


def test_words_beside_an_abbreviation_count_with_what_it_stands_for(ids: Ids) -> None:
    assert ids("session OMS")[0] == "geneve"


def test_in_a_query_all_in_capitals_words_are_no_abbreviations(ids: Ids) -> None:
    assert "nuit" not in ids("LE BAC APPROCHE")


def test_an_excluded_abbreviation_excludes_itself_alone(ids: Ids) -> None:
    assert ids("gestation -GPA") == ["loi"]


def test_an_abbreviation_that_many_articles_hold_stands_for_itself(tmp_path: Path) -> None:
    written = {"id": "premier", "title": "La GPA", "text": "La gestation pour autrui (GPA) divise."}
    others = [{"id": f"{number}", "title": "Un débat", "text": f"La GPA, {number} avis."} for number in range(50)]
    spelled = {"id": "loi", "title": "Une loi", "text": "Elle interdit la gestation pour autrui."}
    found = []
    for articles in ([written, *others[:49], spelled], [written, *others, spelled]):
        folder = tmp_path / str(len(articles))
        folder.mkdir()
        (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, articles)), "utf-8")
        config = bootstrap.load_config({"corpus": folder / "articles.jsonl", "index": folder / "index"})
        bootstrap.reindex(config)
        service = bootstrap.open_service(config)
        found.append("loi" in [hit.article.id for hit in service.search(SearchRequest("GPA", per_page=100)).hits])
        service.close()
    assert found == [True, False]
