"""If-None-Match: what a client has is not sent again, and what is not there stays 404."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from searchapp.config import Config
from searchapp.web import create_app
from searchapp.web.conditional import version_tag
from searchapp.web.site import site

SEARCH = "/api/v1/search?q=tomme"
ARTICLE = "/api/v1/articles/tide"


def status(client: FlaskClient, path: str, tags: str, method: str = "GET") -> int:
    return client.open(path, method=method, headers={"If-None-Match": tags}).status_code


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path", [SEARCH, ARTICLE, f"{ARTICLE}?q=tide", "/", "/search", "/articles/tide", "/favicon.svg"]
)
def test_a_star_stands_for_what_is_there(client: FlaskClient, path: str, method: str) -> None:
    response = client.open(path, method=method, headers={"If-None-Match": "*"})
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/api/v1/articles/none", "/articles/none", "/nulle-part", "/api/v2", "/problems/none"]
)
def test_a_star_does_not_make_up_what_is_not_there(client: FlaskClient, path: str) -> None:
    assert status(client, path, "*") == 404


@pytest.mark.parametrize("path", ["/api/v1/search?page=0", "/api/v1/search?cursor=x", "/api/v1/search?page=9999"])
def test_a_wrong_request_stays_wrong(client: FlaskClient, path: str) -> None:
    assert status(client, path, "*") == 400


def test_a_tag_of_an_address_of_no_article_is_nothing(client: FlaskClient) -> None:
    # A tag is made of the address and the generation, so anybody can make one.
    with client.application.test_request_context("/api/v1/articles/none"):
        tag = version_tag(site().service.version())
    assert status(client, "/api/v1/articles/none", f'W/"{tag}"') == 404


@pytest.mark.parametrize("path", [SEARCH, ARTICLE])
def test_tags_are_compared_weakly_and_may_be_many(client: FlaskClient, path: str) -> None:
    tag = client.get(path).headers["ETag"]
    strong = tag.removeprefix("W/")
    for tags in (tag, strong, f'"a", {tag}, W/"b"', f'"a",{strong}', f"  {tag}  ", f"junk, {tag}"):
        assert status(client, path, tags) == 304, tags


@pytest.mark.parametrize(
    "tags", ["", '"', '""', 'W/"', "*, *", '"*"', "W/*", '"a" "b"', "\xff", ",,,", '"' * 999, " " * 9999]
)
def test_what_is_no_tag_of_ours_is_answered_in_full(client: FlaskClient, tags: str) -> None:
    for path in (SEARCH, ARTICLE, "/"):
        assert client.get(path, environ_overrides={"HTTP_IF_NONE_MATCH": tags}).status_code == 200


def test_a_tag_without_its_quotation_marks_is_none(client: FlaskClient) -> None:
    assert status(client, SEARCH, client.get(SEARCH).headers["ETag"].removeprefix("W/").strip('"')) == 200


def test_other_methods_than_reading_are_not_answered_304(client: FlaskClient) -> None:
    assert status(client, "/search", "*", "POST") == 405


def test_an_answer_under_another_path_has_another_tag(client: FlaskClient, config: Config) -> None:
    mounted = create_app(replace(config, url_prefix="/recherche")).test_client()
    assert status(mounted, SEARCH, client.get(SEARCH).headers["ETag"]) == 200


PAGES = ["/", "/search?q=tomme", "/articles/tide", "/aide", "/facets/source", "/trends?q=tomme"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_a_browser_has_is_not_sent_again(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["Cache-Control"] == "no-cache"
    assert status(client, path, response.headers["ETag"]) == 304
    assert status(client, path, response.headers["ETag"], "HEAD") == 304


@pytest.mark.parametrize("path", PAGES)
def test_a_page_in_another_language_is_another_page(client: FlaskClient, path: str) -> None:
    english = client.get(path, headers={"Accept-Language": "en", "If-None-Match": client.get(path).headers["ETag"]})
    assert english.status_code == 200
    assert "Accept-Language" in english.headers["Vary"]


def test_a_page_is_sent_again_when_a_setting_changed(client: FlaskClient, config: Config) -> None:
    renamed = create_app(replace(config, site_name="Le Phare")).test_client()
    for path in PAGES:
        assert status(renamed, path, client.get(path).headers["ETag"]) == 200, path


def test_results_that_were_cut_short_are_not_kept(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.application.extensions["searchapp"].service, "_query_seconds", -1.0)
    response = client.get("/search?q=tom*")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert "ETag" not in response.headers


def test_an_error_is_not_kept(client: FlaskClient) -> None:
    response = client.get("/nulle-part")
    assert (response.headers["Cache-Control"], "ETag" in response.headers) == ("no-store", False)
