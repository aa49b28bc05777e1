"""Answers to errors: pages and problem documents."""

from __future__ import annotations

import base64
import json
import logging
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp.engines.port import EngineResult
from searchapp.engines.whoosh_engine.reader import WhooshReader
from searchapp.errors import IndexMissing
from searchapp.model import SearchRequest, SearchResult
from searchapp.web import error_answers
from searchapp.web.problems import PROBLEMS
from searchapp.web.site import site

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}


def problem(client: FlaskClient, path: str, status: int, **options: Any) -> dict[str, Any]:
    response = client.get(path, **options)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    document: dict[str, Any] = response.get_json(force=True)
    assert list(document)[:5] == ["type", "title", "status", "detail", "instance"]
    assert document["status"] == status
    return document


def test_all_wrong_parameters_are_named_at_once(client: FlaskClient) -> None:
    path = "/api/v1/search?page=0&per_page=101&sort=best&from=31/02/2024&to=soon"
    document = problem(client, path, 400)
    assert {error["parameter"] for error in document["errors"]} == {"page", "per_page", "sort", "from", "to"}
    assert document["instance"] == path


def test_problems_speak_the_language_of_who_asks(client: FlaskClient) -> None:
    path = "/api/v1/search?per_page=101"
    assert problem(client, path, 400)["errors"][0]["detail"] == "Indiquez un nombre entier de 1 à 100."
    english = problem(client, path, 400, headers=ENGLISH)
    assert english["errors"][0]["detail"] == "Give a whole number from 1 to 100."


def test_an_unknown_api_address_is_a_problem_document(client: FlaskClient) -> None:
    assert problem(client, "/api/v2/nothing", 404)["type"] == "/problems/not-found"


def test_an_unknown_article_says_which(client: FlaskClient) -> None:
    document = problem(client, "/api/v1/articles/perdu", 404)
    assert document["type"] == "/problems/article-not-found"
    assert "perdu" in document["detail"]


def test_a_page_too_deep_points_to_the_cursor(client: FlaskClient) -> None:
    document = problem(client, "/api/v1/search?page=9999&per_page=100", 400)
    assert document["errors"][0]["parameter"] == "page"


@pytest.mark.parametrize("cursor", ["x", "W10", "%5B" * 40, "a" * 5000, "a" * 76, "%00", "é" * 76])
def test_a_cursor_that_is_none_is_refused(client: FlaskClient, cursor: str) -> None:
    assert problem(client, f"/api/v1/search?cursor={cursor}", 400)["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize("offset", [10**9, 2**63, 2**64])
def test_a_cursor_that_counts_results_is_refused(client: FlaskClient, offset: int) -> None:
    generation = client.get("/api/v1/search").get_json()["generation"]
    cursor = base64.urlsafe_b64encode(json.dumps([generation, offset]).encode()).decode().rstrip("=")
    document = problem(client, f"/api/v1/search?cursor={cursor}", 400)
    assert document["errors"] == [
        {
            "parameter": "cursor",
            "detail": "Ce n’est pas le curseur d’une réponse précédente. Enlevez-le pour commencer à la première page.",
        }
    ]


def test_a_cursor_of_another_search_is_refused_with_its_reason(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        cursor = site().service.search(SearchRequest("tomme")).next_cursor
    assert client.get(f"/api/v1/search?q=tomme&cursor={cursor}").status_code == 200
    document = problem(client, f"/api/v1/search?q=chien&cursor={cursor}", 400, headers=ENGLISH)
    assert "another search" in document["errors"][0]["detail"]


class Panic(BaseException):
    """Stand-in for a panic in Rust, which is no Exception in Python."""


@pytest.mark.parametrize("path", ["/search?q=mer", "/api/v1/search?q=mer", "/articles/ponant/maree"])
@pytest.mark.parametrize("fault", [Panic("index out of bounds"), MemoryError()], ids=["panic", "memory"])
def test_a_fault_of_an_engine_is_one_500_and_a_line_in_the_log(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str, fault: BaseException
) -> None:
    def fail(reader: WhooshReader, asked: object) -> EngineResult:
        raise fault

    monkeypatch.setattr(WhooshReader, "search", fail)
    monkeypatch.setattr(WhooshReader, "article", fail)
    with caplog.at_level(logging.ERROR):
        assert app.test_client().get(path).status_code == 500
    # The examples of the help page may be tried at the same time, and log a line of their own.
    (record,) = (line for line in caplog.records if "Unexpected error" in line.getMessage())
    assert record.exc_info
    monkeypatch.undo()
    assert app.test_client().get(path).status_code == 200


def test_every_kind_of_problem_is_explained(client: FlaskClient) -> None:
    for slug in PROBLEMS:
        assert client.get(f"/problems/{slug}").status_code == 200, slug
    assert client.get("/problems/none").status_code == 404


def test_an_unknown_page_is_a_calm_page(client: FlaskClient) -> None:
    response = client.get("/nulle-part")
    assert response.status_code == 404
    assert "Cette page n’existe pas" in response.text
    assert 'role="search"' in response.text


@pytest.mark.parametrize("path", ["/", "/search?q=mer", "/articles/x", "/api/v1/search", "/problems/no-index"])
def test_without_an_index_readers_are_told_to_come_back_and_the_operator_what_to_run(
    empty_site: FlaskClient, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.WARNING):
        response = empty_site.get(path)
    assert "Revenez dans quelques minutes" in response.text
    assert "searchapp reindex" not in response.text
    if response.status_code == 503:
        assert response.headers["Retry-After"]


def test_the_log_names_the_command_once_for_many_requests(
    empty_site: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(error_answers, "operator_log", error_answers.OperatorLog())
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            empty_site.get("/search")
    assert [record.getMessage() for record in caplog.records] == [str(IndexMissing())]


def test_without_an_index_the_help_is_there_all_the_same(empty_site: FlaskClient) -> None:
    assert empty_site.get("/aide").status_code == 200


def test_without_an_index_a_program_gets_503(empty_site: FlaskClient) -> None:
    for path in ("/api/v1/search", "/api/v1/articles/x", "/readyz"):
        assert problem(empty_site, path, 503)["type"] == "/problems/no-index"
    assert empty_site.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/search?q=mer", "/api/v1/search?q=mer"])
def test_an_unexpected_error_shows_a_reference_that_the_log_has_too(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    def fail(asked: SearchRequest) -> SearchResult:
        raise RuntimeError("secret of the house")

    with app.app_context():
        monkeypatch.setattr(site().service, "search", fail)
    with caplog.at_level(logging.ERROR):
        response = app.test_client().get(path)
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    reference = caplog.records[0].getMessage().split()[2]
    assert reference in response.text


def test_trying_again_leads_to_the_address_that_failed(empty_site: FlaskClient) -> None:
    assert 'href="/articles/quoi%3F%23?lang=fr">Réessayer</a>' in empty_site.get("/articles/quoi%3F%23?lang=fr").text


@pytest.mark.parametrize(("path", "body"), [("search", {"q": "marée"}), ("msearch", {"searches": ["marée"]})])
def test_a_search_by_post_is_told_no_command_and_no_path(
    empty_site: FlaskClient, path: str, body: dict[str, object]
) -> None:
    answer = empty_site.post(f"/api/v1/{path}", json=body)
    asked = empty_site.get("/api/v1/search?q=marée")
    assert (answer.status_code, asked.status_code) == (503, 503)
    assert answer.get_json(force=True)["detail"] == asked.get_json(force=True)["detail"]
