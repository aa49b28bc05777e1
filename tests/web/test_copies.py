"""Near duplicates on pages and in JSON: one result, copies unfolded, two versions side by side, similar articles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from searchapp import bootstrap
from searchapp.config import load_config
from searchapp.web import create_app
from tests.derived.test_near_duplicates import prose

VOTE = prose(21, 4)
ADDED = "Des filets ont été déposés devant la mairie dans la nuit."
RECORDS = [
    {"id": "depeche", "title": "La criée ferme", "text": VOTE, "source": "Hexapresse", "date": "2024-03-04"},
    {"id": "echo/1", "title": "La criée ferme", "text": f"{VOTE}\n\n{ADDED}", "source": "L’Écho", "date": "2024-03-05"},
    {"id": "phare", "title": "Colère au port : la criée", "text": VOTE, "source": "Le Phare", "date": "2024-03-06"},
    {"id": "criee", "title": "Une criée rouvre", "text": "La criée rouvre à Sarmane.", "source": "Le Phare"},
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder: Path = tmp_path_factory.mktemp("copies")
    (folder / "corpus").mkdir()
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS)
    (folder / "corpus" / "a.jsonl").write_text("".join(lines), "utf-8")
    config = load_config({"corpus": folder / "corpus", "index": folder / "index"})
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    yield create_app(config, service=service).test_client()
    service.close()


def page(client: FlaskClient, path: str) -> str:
    response = client.get(path, headers={"Accept-Language": "fr"})
    assert response.status_code == 200, path
    return " ".join(response.text.split())


def test_a_page_shows_one_article_of_a_group_and_unfolds_the_others(client: FlaskClient) -> None:
    shown = page(client, "/search?q=criée")
    assert "2 articles (4 avec les reprises)" in shown
    assert "<summary>2 reprises</summary>" in shown
    assert shown.count('<article class="hit"') == 2


def test_an_unfolded_copy_says_what_differs(client: FlaskClient) -> None:
    shown = page(client, "/articles/depeche")
    assert "11 mots ajoutés" in shown
    assert ADDED.rstrip(".") in shown
    assert "même texte" in shown
    assert "Colère au port" in shown
    assert "/versions?id=depeche&amp;with=echo/1" in shown or "with=echo%2F1" in shown


def test_copies_are_shown_one_by_one_on_request(client: FlaskClient) -> None:
    shown = page(client, "/search?q=criée&group=none")
    assert "<summary>2 reprises</summary>" not in shown
    assert shown.count('<article class="hit"') == 4
    assert "Regrouper les reprises" in shown


def test_the_next_page_stays_ungrouped(client: FlaskClient) -> None:
    assert "page=2" in page(client, "/search?q=criée&group=none&per_page=2")
    assert "group=none" in page(client, "/search?q=criée&group=none&per_page=2")


def test_two_versions_stand_side_by_side_with_their_differences_marked(client: FlaskClient) -> None:
    shown = page(client, "/versions?id=depeche&with=echo/1")
    assert f"<mark>{ADDED.rstrip('.')}</mark>" in shown
    assert shown.count("<mark>") == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [("/versions", 400), ("/versions?id=depeche", 400), ("/versions?id=depeche&with=nulle-part", 404)],
)
def test_versions_that_are_not_there_are_refused(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_the_endpoint_leaves_nothing_out_unless_asked(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search?q=criée").json
    assert answer
    assert (answer["total"], answer["total_groups"], len(answer["results"])) == (4, None, 4)
    assert {result["copies"] for result in answer["results"]} == {None}


def test_the_endpoint_groups_on_request(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search?q=criée&group=copies&sort=oldest").json
    assert answer
    assert (answer["total"], answer["total_groups"]) == (4, 2)
    assert [(result["id"], result["copies"]) for result in answer["results"]] == [
        ("depeche", {"count": 2, "ids": ["echo/1", "phare"]}),
        ("criee", {"count": 0, "ids": []}),
    ]
    assert "group=copies" in answer["links"]["self"]


def test_another_grouping_is_refused_with_what_is_allowed(client: FlaskClient) -> None:
    response = client.get("/api/v1/search?group=alike")
    assert response.status_code == 400
    assert response.json
    assert response.json["errors"][0]["parameter"] == "group"


def test_the_endpoint_of_similar_articles_leaves_out_copies(client: FlaskClient) -> None:
    answer = client.get("/api/v1/similar/echo/1").json
    assert answer
    assert [result["id"] for result in answer["results"]] == ["criee"]
    assert answer["results"][0]["url"] == "/articles/criee"
    assert client.get("/api/v1/similar?id=echo/1").json == answer
    assert client.get("/api/v1/similar/nulle-part").status_code == 404


@pytest.mark.parametrize("form", ["csv", "ris", "bib", "jsonl", "rss", "atom", "json"])
def test_exports_and_feeds_have_one_article_of_a_group_if_that_is_asked_for(client: FlaskClient, form: str) -> None:
    every, one = (client.get(f"/search.{form}?q=criée{group}").text for group in ("", "&group=copies"))
    assert sum(map(every.count, ("La criée ferme", "Colère au port"))) == 3
    assert sum(map(one.count, ("La criée ferme", "Colère au port"))) == 1
    assert "Une criée rouvre" in one
