"""Several searches in one request: each as it would be answered alone, within limits."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from searchapp.server.application import lane_of
from searchapp.server.lanes import Lane
from searchapp.web.json_body import LARGEST_BODY
from searchapp.web.multi_search import MOST_SEARCHES
from tests.web.test_batch import no_time as no_time

PATH = "/api/v1/msearch"


def answers(client: FlaskClient, *searches: Any, **body: Any) -> list[dict[str, Any]]:
    response = client.post(PATH, json={"searches": searches, **body})
    assert response.status_code == 200, response.text
    answer = response.get_json()
    assert answer["complete"]
    return list(answer["answers"])


def problems(client: FlaskClient, **request: Any) -> set[str]:
    response = client.post(PATH, **request)
    assert response.status_code == 400
    return {field["parameter"] for field in response.get_json()["errors"]}


def test_each_search_is_answered_as_it_would_be_alone(client: FlaskClient) -> None:
    by_address = client.get("/api/v1/search?q=tomme&from=2022-03&section=Économie&per_page=2").get_json()
    search = {"q": "tomme", "from": "2022-03", "section": ["Économie"], "per_page": 2}
    marée, tomme = answers(client, "marée", search)
    assert marée["total"] == 2
    assert {**tomme, "took_ms": 0} == {**by_address, "took_ms": 0}


def test_names_are_looked_for_as_they_are_written_if_that_is_asked_for(client: FlaskClient) -> None:
    assert [each["total"] for each in answers(client, "marée grande", "bagnoire", phrases=True)] == [0, 0]
    assert [each["total"] for each in answers(client, "marée grande", "bagnoire")] == [2, 1]


def test_a_wrong_parameter_is_named_with_its_search(client: FlaskClient) -> None:
    assert problems(client, json={"searches": ["un", {"q": "deux", "from": "hier soir"}]}) == {"searches[1].from"}
    assert problems(client, json={"searches": [{"per_page": 100}] * 11}) == {"per_page"}


@pytest.mark.parametrize("value", [{"a": 1}, [["a"]], ["a", {}]])
def test_an_object_is_no_value_of_a_parameter(client: FlaskClient, value: object) -> None:
    assert problems(client, json={"searches": ["un", {"q": value}]}) == {"searches[1].q"}
    answer = client.post("/api/v1/search", json={"source": value, "page": 0, "q": value})
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.get_json()["errors"]] == ["page", "q", "source"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"searches": []}',
        b'{"searches": "marie"}',
        b'{"searches": [1]}',
        b'{"searches": ["a"], "phrases": "yes"}',
        b'{"searches": [' + b'"a",' * MOST_SEARCHES + b'"a"]}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
    ids=lambda body: body[:30],
)
def test_a_body_that_is_no_list_of_searches_is_refused(client: FlaskClient, body: bytes) -> None:
    assert problems(client, data=body) == {"searches"}


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    assert client.post(PATH, data=b" " * (LARGEST_BODY + 1)).status_code == 413


@pytest.mark.usefixtures("no_time")
def test_searches_that_there_was_no_time_for_have_no_answer(client: FlaskClient) -> None:
    answer = client.post(PATH, json={"searches": ["un", "deux"]}).get_json()
    assert answer == {"complete": False, "answers": [None, None]}


def test_it_waits_with_the_searches_and_not_with_the_writes() -> None:
    assert lane_of("POST", PATH) is Lane.SEARCHING
    assert lane_of("POST", "/api/v1/articles") is Lane.WRITING
