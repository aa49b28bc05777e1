"""Conventions of HTTP: methods, slashes, other origins, fields, searches in a body."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from searchapp.config import Config, load_config
from searchapp.errors import ConfigurationError
from searchapp.output.answer_json import ARTICLE_MEMBERS, RESULT_FIELDS
from searchapp.server.application import lane_of
from searchapp.server.lanes import Lane
from searchapp.web import create_app
from searchapp.web.api import LONGEST_LINK
from searchapp.web.json_body import LARGEST_BODY

SEARCH = "/api/v1/search"


# Methods


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        (SEARCH, "GET, HEAD, OPTIONS, POST"),
        ("/api/v1/msearch", "OPTIONS, POST"),
        ("/api/v1/export.csv", "GET, HEAD, OPTIONS"),
        ("/api/v1/articles/tide", "DELETE, GET, HEAD, OPTIONS, PUT"),
    ],
)
def test_options_and_refusals_name_the_methods_of_an_address(client: FlaskClient, path: str, methods: str) -> None:
    options, refused = client.options(path), client.patch(path)
    assert (options.status_code, options.data) == (204, b"")
    assert refused.status_code == 405
    for response in (options, refused):
        assert ", ".join(sorted(response.headers["Allow"].split(", "))) == methods


def test_options_of_an_unknown_address_is_not_found(client: FlaskClient) -> None:
    assert client.options("/nulle-part").status_code == 404


def test_options_waits_for_no_search() -> None:
    assert lane_of("OPTIONS", SEARCH) is Lane.QUICK
    assert lane_of("POST", SEARCH) is Lane.SEARCHING


@pytest.mark.parametrize("article_id", ["ponant/static/marée", "ponant/problems/marée", "metrics", "api/v1/export"])
def test_an_id_like_an_address_of_the_site_brings_no_request_before_others(article_id: str) -> None:
    assert lane_of("PUT", f"/api/v1/articles/{article_id}") is Lane.WRITING
    assert lane_of("GET", f"/presse/api/v1/similar/{article_id}") is Lane.SEARCHING
    assert lane_of("GET", "/presse/static/style.css") is Lane.QUICK


# Slashes


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/search/?q=mar%C3%A9e&q=%2F", "/search?q=mar%C3%A9e&q=%2F"),
        (f"{SEARCH}/", SEARCH),
        ("/api/v1/articles/ponant/maree/", "/api/v1/articles/ponant/maree"),
        ("/articles/tide//?q=x", "/articles/tide?q=x"),
    ],
)
def test_a_slash_too_many_leads_to_the_address_without(client: FlaskClient, path: str, location: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["Location"]) == (308, location)
    assert client.get(location).status_code == 200


def test_a_redirect_stays_under_the_path_of_the_site(config: Config) -> None:
    client = create_app(replace(config, url_prefix="/recherche")).test_client()
    assert client.get("/recherche/search/").headers["Location"] == "/recherche/search"


@pytest.mark.parametrize("path", ["/nulle-part/", "//example.org/", "/articles/none/", "/search.csv/x/"])
def test_a_slash_after_nothing_that_is_known_is_not_found(client: FlaskClient, path: str) -> None:
    response = client.get("/", environ_overrides={"PATH_INFO": path})
    assert response.status_code == 404
    assert "Location" not in response.headers


def test_what_is_sent_is_not_redirected(client: FlaskClient) -> None:
    assert client.post(f"{SEARCH}/", json={"q": "tomme"}).status_code == 404


# Other origins

ORIGIN = "https://lecteurs.example"
ALLOWED = "Access-Control-Allow-Origin"


def ask_from(config: Config, origins: tuple[str, ...], path: str = SEARCH, method: str = "GET", **fields: str) -> Any:
    site = create_app(replace(config, cors_origins=origins)).test_client()
    return site.open(path, method=method, headers={"Origin": ORIGIN, **fields})


def test_no_other_origin_may_read_answers_unless_the_setting_says_so(config: Config) -> None:
    for origins in ((), ("https://autre.example",), ("https://lecteurs.example.org",)):
        assert ALLOWED not in ask_from(config, origins).headers


@pytest.mark.parametrize("path", [SEARCH, f"{SEARCH}?page=x", "/search.csv", "/api/v1/articles/none"])
def test_a_named_origin_may_read_answers_and_errors(config: Config, path: str) -> None:
    response = ask_from(config, (ORIGIN, "https://autre.example"), path)
    assert response.headers[ALLOWED] == ORIGIN
    assert "Origin" in ", ".join(response.headers.getlist("Vary"))
    assert "ETag" in response.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_every_origin_may_read_answers_with_a_star_and_none_may_read_pages(config: Config) -> None:
    assert ask_from(config, ("*",)).headers[ALLOWED] == "*"
    assert ALLOWED not in ask_from(config, ("*",), "/search").headers


def test_a_preflight_names_methods_and_header_fields(config: Config) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type, authorization"}
    response = ask_from(config, (ORIGIN,), method="OPTIONS", **asked)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST"
    assert response.headers["Access-Control-Allow-Headers"].lower() == "authorization, content-type"
    assert response.headers["Access-Control-Max-Age"] == "3600"


@pytest.mark.parametrize("value", ["example.org", "https://a.example/path", "*, https://a.example", "https://*.a", 3])
def test_an_origin_is_a_scheme_and_a_host(value: object) -> None:
    with pytest.raises(ConfigurationError):
        load_config({"cors_origins": value})
    assert load_config({"cors_origins": "https://A.example:8443, http://b"}).cors_origins == (
        "https://a.example:8443",
        "http://b",
    )


# Fields


def test_results_have_the_fields_that_are_asked_for_and_so_have_the_next_ones(client: FlaskClient) -> None:
    answer = client.get(f"{SEARCH}?q=tomme&per_page=5&fields=title,id,date").get_json()
    assert [list(result) for result in answer["results"]] == [["id", "title", "date"]] * 5
    assert answer["total"] == 12
    following = client.get(answer["links"]["next"]).get_json()
    assert list(following["results"][0]) == ["id", "title", "date"]


def test_the_names_of_fields_are_those_of_a_result_and_of_an_article(client: FlaskClient) -> None:
    result = client.get(f"{SEARCH}?q=baignoire&explain=true").get_json()["results"][0]
    article = client.get("/api/v1/articles/ponant/maree?q=baignoire").get_json()
    assert tuple(result) == RESULT_FIELDS
    assert tuple(article) == ARTICLE_MEMBERS


def test_an_article_has_the_fields_that_are_asked_for_and_its_links(client: FlaskClient) -> None:
    assert list(client.get("/api/v1/articles/tide?fields=title,stub").get_json()) == ["title", "stub", "links"]


@pytest.mark.parametrize("path", [SEARCH, "/api/v1/articles/tide"])
def test_an_unknown_field_is_refused_with_the_names_there_are(client: FlaskClient, path: str) -> None:
    refused = client.get(f"{path}?fields=id,couleur")
    assert refused.status_code == 400
    assert "title" in refused.get_json()["errors"][0]["detail"]


# Searches in a body


def test_a_search_in_a_body_is_answered_as_one_in_an_address(client: FlaskClient) -> None:
    search = {"q": "tomme", "section": ["Économie", "Société"], "explain": True, "per_page": 3, "fields": "id,score"}
    posted = client.post(SEARCH, json=search)
    by_address = client.get(f"{SEARCH}?q=tomme&section=Économie&section=Société&explain=1&per_page=3&fields=id,score")
    assert {**posted.get_json(), "took_ms": 0} == {**by_address.get_json(), "took_ms": 0}
    assert posted.headers["Cache-Control"] == "no-store"
    assert "ETag" not in posted.headers


def test_a_body_too_long_for_an_address_goes_on_by_cursor(client: FlaskClient) -> None:
    authors = ["Yvon Le Bihan", *(f"Personne {number} {'x' * 300}" for number in range(40))]
    search: dict[str, Any] = {"q": "tomme", "author": authors, "per_page": 7}
    first = client.post(SEARCH, json=search).get_json()
    assert first["links"] == {"self": None, "next": None, "prev": None}
    second = client.post(SEARCH, json={**search, "cursor": first["next_cursor"]}).get_json()
    assert [one["rank"] for one in first["results"] + second["results"]] == list(range(1, 13))
    assert second["next_cursor"] is None
    assert len(str(authors)) > LONGEST_LINK


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'"grand"', b"[" * 100_000], ids=lambda body: body[:9])
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, body: bytes) -> None:
    refused = client.post(SEARCH, data=body)
    assert refused.status_code == 400
    assert refused.get_json()["errors"][0]["parameter"] == "body"


def test_wrong_parameters_of_a_body_are_named(client: FlaskClient) -> None:
    refused = client.post(SEARCH, json={"page": 0, "sort": ["x"], "from": {"an": 2024}}).get_json()
    assert {error["parameter"] for error in refused["errors"]} == {"page", "sort", "from"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("q", 5), ("page", "2"), ("page", True), ("page", 2.5), ("explain", "true"), ("source", [None]), ("fields", [1])],
)
def test_a_member_of_a_body_has_the_type_of_its_parameter(client: FlaskClient, name: str, value: object) -> None:
    refused = client.post(SEARCH, json={name: value})
    assert refused.status_code == 400
    assert [error["parameter"] for error in refused.get_json()["errors"]] == [name]


def test_null_leaves_a_parameter_out_and_a_whole_number_may_have_a_point(client: FlaskClient) -> None:
    answer = client.post(SEARCH, json={"q": "tomme", "sort": None, "source": None, "per_page": 3.0}).get_json()
    assert (answer["total"], len(answer["results"])) == (12, 3)


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/api/v1/export.csv?format=xml", "format"),
        ("/api/v1/facets/source?cursor=0.5", "cursor"),
        ("/api/v1/facets/source?order=size", "order"),
        ("/search.atom?cursor=%2B", "cursor"),
        ("/trends.csv?q=tomme&interval=week", "interval"),
    ],
)
def test_a_wrong_parameter_is_refused_also_where_it_does_not_count(
    client: FlaskClient, path: str, parameter: str
) -> None:
    refused = client.get(path)
    assert (refused.status_code, refused.mimetype) == (400, "application/problem+json")
    assert [error["parameter"] for error in refused.get_json()["errors"]] == [parameter]


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    assert client.post(SEARCH, data=b" " * (LARGEST_BODY + 1)).status_code == 413
