"""Suggestions while typing over HTTP."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

SUGGEST = "/api/v1/suggest"


def test_suggestions_have_text_kind_and_count(client: FlaskClient) -> None:
    answer = client.get(f"{SUGGEST}?q=agence").get_json()
    assert answer == {"suggestions": [{"text": "Agence Hexapresse", "kind": "source", "count": 2}]}
    assert client.get(f"{SUGGEST}?q=Yvon").get_json()["suggestions"][0]["kind"] == "author"


def test_browsers_get_the_opensearch_form(client: FlaskClient) -> None:
    response = client.get(f"{SUGGEST}?q=gazett&format=opensearch")
    assert response.mimetype == "application/x-suggestions+json"
    assert response.get_json(force=True) == ["gazett", ["La Gazette de Sarmane"]]


def test_no_more_are_given_than_asked_for(client: FlaskClient) -> None:
    assert len(client.get(f"{SUGGEST}?q=m&limit=2").get_json()["suggestions"]) == 2
    assert client.get(SUGGEST).get_json() == {"suggestions": []}


@pytest.mark.parametrize("wrong", ["limit=0", "limit=999", "format=xml"])
def test_a_wrong_parameter_is_refused(client: FlaskClient, wrong: str) -> None:
    response = client.get(f"{SUGGEST}?q=mar&{wrong}")
    assert response.status_code == 400
    assert [error["parameter"] for error in response.get_json()["errors"]] == [wrong.split("=")[0]]


def test_an_unchanged_index_has_unchanged_suggestions(client: FlaskClient) -> None:
    tag = client.get(f"{SUGGEST}?q=mar").headers["ETag"]
    assert client.get(f"{SUGGEST}?q=mar", headers={"If-None-Match": tag}).status_code == 304
