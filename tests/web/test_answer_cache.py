"""Kept answers: sent again while nothing that they depend on has changed, and only then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.search.query_log import FILE_NAME, read_queries
from searchapp.web.kept_answers import LARGEST_SHARE, AnswerCache, KeptAnswer
from searchapp.web.site import site
from tests.web.conftest import opened

TOKEN = "un-jeton-assez-long-0123"  # noqa: S105
MARE = {"id": "mare", "title": "La mare du Ponant", "text": "Trois grenouilles y tiennent salon."}
SEARCH = "/api/v1/search?q=grenouilles"
PAGE = "/search?q=grenouilles"


@pytest.fixture
def site_config(tmp_path: Path) -> Config:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/articles.jsonl").write_text(json.dumps(MARE), "utf-8")
    settings = {"corpus": tmp_path / "corpus", "index": tmp_path / "index", "write_token": TOKEN, "query_log": 30}
    config = bootstrap.load_config(settings)
    bootstrap.reindex(config)
    return config


@pytest.fixture
def app(site_config: Config) -> Iterator[Flask]:
    yield from opened(site_config)


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    return app.test_client()


def hits(app: Flask) -> int:
    with app.app_context():
        return site().answers.hits


@pytest.mark.parametrize("path", [SEARCH, PAGE, "/api/v1/facets/source?q=mare", "/api/v1/trends?q=mare"])
def test_a_repeated_request_gets_the_very_same_answer(app: Flask, reader: FlaskClient, path: str) -> None:
    first, second = reader.get(path), reader.get(path)
    assert hits(app) == 1
    assert (first.status_code, first.data) == (second.status_code, second.data)
    assert dict(first.headers) == dict(second.headers)


def test_a_kept_answer_is_not_sent_to_who_has_it(app: Flask, reader: FlaskClient) -> None:
    tag = [reader.get(SEARCH) for _ in range(2)][1].headers["ETag"]
    assert reader.get(SEARCH, headers={"If-None-Match": tag}).status_code == 304
    assert hits(app) == 1


@pytest.mark.parametrize("headers", [{"Accept-Language": "en"}, {"Host": "archives.example"}])
def test_another_language_or_host_is_another_answer(app: Flask, reader: FlaskClient, headers: dict[str, str]) -> None:
    reader.get(PAGE)
    answer = reader.get(PAGE, headers=headers)
    assert hits(app) == 0
    assert answer.data == reader.get(PAGE, headers=headers).data
    assert hits(app) == 1


def test_another_theme_is_another_answer(app: Flask, reader: FlaskClient) -> None:
    light = reader.get(PAGE).text
    reader.set_cookie("theme", "dark")
    assert reader.get(PAGE).text != light
    assert hits(app) == 0


def test_a_withdrawn_article_is_in_no_kept_answer(reader: FlaskClient) -> None:
    for path in (SEARCH, PAGE):
        assert [MARE["title"] in reader.get(path).text for _ in range(2)] == [True, True]
    reader.delete("/api/v1/articles/mare", headers={"Authorization": f"Bearer {TOKEN}"})
    for path in (SEARCH, PAGE):
        assert MARE["title"] not in reader.get(path).text


def test_a_new_generation_is_answered_at_once(reader: FlaskClient) -> None:
    assert [reader.get(SEARCH).get_json()["total"] for _ in range(2)] == [1, 1]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    reader.put("/api/v1/articles/quai?wait=10", json={**MARE, "id": "quai"}, headers=headers)
    assert reader.get(SEARCH).get_json()["total"] == 2


def test_a_partial_answer_is_not_kept(site_config: Config) -> None:
    slow = " ".join(f'"la {letter}"~50' for letter in "abcdefghijklmnopqrstuvwxyz" * 6)
    for app in opened(replace(site_config, query_seconds=0.0)):
        reader = app.test_client()
        answers = [reader.get("/api/v1/search", query_string={"q": slow}).get_json() for _ in range(3)]
        partial = [answer for answer in answers if answer["total_relation"] != "eq"]
        assert partial
        assert hits(app) == 0


@pytest.mark.parametrize("path", [f"{SEARCH}&explain=1", f"{SEARCH}&sort=sideways", "/api/v1/suggest?q=gre"])
def test_explanations_errors_and_suggestions_are_not_kept(app: Flask, reader: FlaskClient, path: str) -> None:
    for _ in range(3):
        reader.get(path)
    assert hits(app) == 0


def test_a_kept_answer_counts_as_a_search_in_the_query_log(reader: FlaskClient, site_config: Config) -> None:
    for _ in range(4):
        reader.get(SEARCH)
    (logged,) = read_queries(site_config.index / FILE_NAME, date.min, 10)
    assert (logged.query, logged.searches, logged.articles) == ("grenouilles", 4, 1)


def test_a_closed_archive_gives_kept_answers_to_nobody_else(site_config: Config) -> None:
    for app in opened(replace(site_config, anonymous_scopes=())):
        reader = app.test_client()
        right = {"Authorization": f"Bearer {TOKEN}"}
        assert [reader.get(SEARCH, headers=right).status_code for _ in range(2)] == [200, 200]
        assert reader.get(SEARCH).status_code == 401
        answer = reader.get(SEARCH, headers=right)
        assert hits(app) == 2
        assert answer.cache_control.private


def test_a_kept_answer_counts_against_the_rate(site_config: Config) -> None:
    for app in opened(replace(site_config, search_rate=2)):
        answers = [app.test_client().get(SEARCH) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert [answer.headers["RateLimit"].partition(";t")[0] for answer in answers[:2]] == [
            '"searches";r=1',
            '"searches";r=0',
        ]


def test_without_room_nothing_is_kept(site_config: Config) -> None:
    for app in opened(replace(site_config, answer_cache=0)):
        for _ in range(3):
            assert app.test_client().get(SEARCH).status_code == 200
        assert hits(app) == 0


def test_header_fields_count_in_the_size_of_an_answer() -> None:
    long = KeptAnswer(b"a", (("Link", "b" * 5000),))
    assert long.size >= kept(1).size + 5000


def kept(size: int) -> KeptAnswer:
    return KeptAnswer(b"a" * size, ())


def test_the_least_used_answers_leave_when_the_bytes_are_full() -> None:
    cache = AnswerCache(20 * kept(1000).size)
    cache.get("g1", "")
    for number in range(20):
        cache.put("g1", f"answer {number}", kept(1000))
    cache.get("g1", "answer 0")
    cache.put("g1", "new", kept(1000))
    assert [bool(cache.get("g1", key)) for key in ("answer 0", "answer 1", "new")] == [True, False, True]
    assert cache.size <= 20 * kept(1000).size


def test_one_large_answer_does_not_displace_all_others() -> None:
    cache = AnswerCache(100_000)
    cache.get("g1", "")
    cache.put("g1", "small", kept(1000))
    cache.put("g1", "large", kept(100_000 // LARGEST_SHARE))
    assert (cache.get("g1", "small") is None, cache.get("g1", "large") is None) == (False, True)


def test_an_answer_of_an_older_generation_is_not_taken() -> None:
    cache = AnswerCache(100_000)
    cache.get("g1", "")
    cache.get("g2", "")
    cache.put("g1", "late", kept(10))
    assert cache.get("g2", "late") is None
    assert cache.size == 0
