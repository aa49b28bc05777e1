"""Forwarded headers of trusted proxies, and the site below a path prefix."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from ipaddress import ip_network
from typing import Any

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from searchapp.bootstrap import open_service
from searchapp.config import Config
from searchapp.errors import ConfigurationError
from searchapp.web import create_app

PREFIX = "/recherche"
ADDRESSES = [
    "/",
    "/search?q=tomme&page=2&per_page=3&lang=en",
    "/search?q=xyzzy&section=Soci%C3%A9t%C3%A9&from=2022",
    "/search?q=tomes",
    "/articles/ponant/maree?q=mar%C3%A9e",
    "/aide",
    "/help",
    "/facets/source?q=tomme&find=g&lang=en",
    "/trends?q=tomme&from=2022",
    "/advanced?q=tomme",
    "/nulle-part",
    "/api/v1/search?q=tomme&page=2&per_page=3",
    "/api/v1/search?page=0",
    "/api/v1/articles/ponant/maree",
    "/api/v1/facets/source?q=tomme&per_page=1",
    "/api/v1/trends?q=tomme",
    "/api/v1/articles/none",
    "/api/v1/none",
    "/problems/no-index",
]
SPOOFED = {
    "X-Forwarded-For": "198.51.100.7",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "4444",
    "X-Script-Name": "/evil",
    "X-Original-URL": "/articles/tide",
    "X-Rewrite-URL": "/articles/tide",
    "X-HTTP-Method-Override": "DELETE",
    "X-Real-IP": "198.51.100.7",
    "Forwarded": "for=198.51.100.7;host=evil.example;proto=https",
    "Script-Name": "/evil",
    "Path-Info": "/articles/tide",
}


def app_with(config: Config, **settings: Any) -> Flask:
    app = create_app(replace(config, **settings))

    @app.get("/seen")
    def seen() -> dict[str, object]:
        return {"from": request.remote_addr, "root": request.url_root, "method": request.method}

    return app


@pytest.fixture
def mounted(config: Config) -> FlaskClient:
    """A site under a path of its settings."""
    return create_app(replace(config, url_prefix=PREFIX)).test_client()


@pytest.fixture
def behind(config: Config) -> FlaskClient:
    """A site behind proxies in 10.0.0.0/8."""
    return app_with(config, trusted_proxies=(ip_network("10.0.0.0/8"), ip_network("127.0.0.2/32"))).test_client()


def links_of(response: TestResponse) -> Iterator[str]:
    """Yield every address of this site that an answer holds: attributes, values of JSON, headers."""
    for name in ("Location", "Content-Location"):
        yield from response.headers.getlist(name)
    for link in response.headers.getlist("Link"):
        yield from re.findall(r"<([^>]*)>", link)
    if response.mimetype == "text/html":
        found = re.findall(r'\s(?:href|src|action|formaction|data|poster|srcset|content)="([^"]*)"', response.text)
        yield from (unescape(link) for link in found if link.startswith("/"))
    elif response.mimetype.endswith("json"):
        yield from (text for text in _texts(response.get_json(force=True)) if text.startswith("/"))
    elif response.mimetype == "text/css":
        yield from re.findall(r"url\(['\"]?(/[^)]*)", response.text)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def crawl(client: FlaskClient, prefix: str, headers: Mapping[str, str], most: int = 150) -> dict[str, TestResponse]:
    """Follow every link of the site from its known addresses on."""
    answers: dict[str, TestResponse] = {}
    queue = deque(prefix + address for address in ADDRESSES)
    while queue and len(answers) < most:
        address = queue.popleft()
        if address not in answers:
            path, _, query = address.partition("?")
            answers[address] = client.get(path, query_string=query, headers=headers)
            queue.extend(link for link in links_of(answers[address]) if link not in answers)
    return answers


def check_prefixed(answers: Mapping[str, TestResponse]) -> None:
    wrong = {link: address for address, answer in answers.items() for link in links_of(answer) if _is_bare(link)}
    assert wrong == {}
    assert len(answers) > 100
    assert {answer.status_code for address, answer in answers.items() if "none" not in address} <= {200, 303, 400, 404}


def _is_bare(link: str) -> bool:
    return not (link == PREFIX or link.startswith(PREFIX + "/"))


def test_every_link_begins_with_the_prefix_of_the_settings(mounted: FlaskClient) -> None:
    check_prefixed(crawl(mounted, PREFIX, {}))


def test_every_link_begins_with_the_prefix_of_a_trusted_proxy_that_strips_it(config: Config) -> None:
    app = create_app(replace(config, trusted_proxies=(ip_network("127.0.0.1"),)))
    strip = app.wsgi_app

    def proxied(environ: dict[str, Any], start_response: Any) -> Any:
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(PREFIX) or "/"
        return strip(environ, start_response)

    app.wsgi_app = proxied  # type: ignore[method-assign]
    check_prefixed(crawl(app.test_client(), PREFIX, {"X-Forwarded-Prefix": PREFIX}))


def test_the_crawl_notices_a_bare_link(config: Config) -> None:
    app = create_app(replace(config, url_prefix=PREFIX))
    app.add_url_rule("/bare", "bare", lambda: Response('<a href="/search?q=x">x</a>', mimetype="text/html"))
    assert list(filter(_is_bare, links_of(app.test_client().get(PREFIX + "/bare")))) == ["/search?q=x"]


@pytest.mark.parametrize("path", ["/recherche", "/recherche/", "/", "/recherche/search", "/search"])
def test_a_proxy_may_strip_the_prefix_or_leave_it(mounted: FlaskClient, path: str) -> None:
    response = mounted.get(path)
    assert response.status_code == 200
    assert f'action="{PREFIX}/search"' in response.text


def test_a_path_that_only_begins_like_the_prefix_is_another_one(mounted: FlaskClient) -> None:
    assert mounted.get("/recherches").status_code == 404


def test_what_is_written_is_found_under_the_prefix(config: Config, tmp_path: Any) -> None:
    token = "un-jeton-assez-long-0123"  # noqa: S105
    settings = replace(config, corpus=tmp_path, index=tmp_path / "index", url_prefix=PREFIX, write_token=token)
    client = create_app(settings).test_client()
    body = json.dumps({"title": "La mare", "text": "Trois grenouilles."})
    answer = client.put(f"{PREFIX}/api/v1/articles/a/b", data=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.headers["Location"] == "/recherche/api/v1/articles/a/b"
    assert answer.get_json()["links"]["page"] == "/recherche/articles/a/b"


def test_a_prefix_that_is_an_address_of_the_site_is_refused(config: Config) -> None:
    for prefix in ("/search", "/api", "/articles/presse"):
        with pytest.raises(ConfigurationError, match="url_prefix"):
            create_app(replace(config, url_prefix=prefix))


@pytest.mark.parametrize("path", ["/", "/search?q=tomme", "/api/v1/search?q=tomme", "/articles/tide", "/nulle-part"])
def test_what_a_stranger_says_of_the_way_changes_nothing(config: Config, path: str) -> None:
    client = create_app(config, service=open_service(config)).test_client()
    plain, spoofed = client.get(path), client.get(path, headers=SPOOFED)
    taken = re.compile(r'"took_ms": ?[0-9.]+|· [0-9,]+\s+m?s')
    assert (spoofed.status_code, taken.sub("", spoofed.text)) == (plain.status_code, taken.sub("", plain.text))
    assert [*links_of(spoofed)] == [*links_of(plain)]


@pytest.mark.parametrize("name", ["/evil", "//evil.example", "https://evil.example", "é", "/search"])
def test_a_script_name_that_a_server_took_from_a_client_is_dropped(client: FlaskClient, name: str) -> None:
    for path in ("/search?q=tomme", "/api/v1/search?q=tomme", "/api/v1/none"):
        plain, named = client.get(path), client.get(path, environ_overrides={"SCRIPT_NAME": name})
        assert named.status_code == plain.status_code
        assert [*links_of(named)] == [*links_of(plain)]


def seen(client: FlaskClient, peer: str, **headers: str) -> dict[str, object]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    answer: dict[str, object] = client.get("/seen", headers=names, environ_overrides={"REMOTE_ADDR": peer}).get_json()
    return answer


def test_a_trusted_proxy_is_believed(behind: FlaskClient) -> None:
    said = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "https", "X_Forwarded_Host": "presse.example"}
    answer = seen(behind, "10.1.2.3", **said, X_Forwarded_Prefix="/recherche/")
    assert (answer["from"], answer["root"]) == ("203.0.113.9", "https://presse.example/recherche/")
    stranger = seen(behind, "192.0.2.1", **said, X_Forwarded_Prefix="/recherche/")
    assert (stranger["from"], stranger["root"]) == ("192.0.2.1", "http://localhost/")


@pytest.mark.parametrize(
    ("hops", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.7, 203.0.113.9", "203.0.113.9"),
        ("198.51.100.7, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        ("10.0.0.5", "10.0.0.5"),
        ("203.0.113.9:5555", "203.0.113.9"),
        ('"[2001:db8::1]:80"', "2001:db8::1"),
        ("unknown", "10.1.2.3"),
        ("203.0.113.9, <script>", "10.1.2.3"),
        ("", "10.1.2.3"),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_trusted_proxy(
    behind: FlaskClient, hops: str, client: str
) -> None:
    assert seen(behind, "10.1.2.3", X_Forwarded_For=hops)["from"] == client


def test_an_ipv4_proxy_that_reaches_an_ipv6_socket_is_known(behind: FlaskClient) -> None:
    assert seen(behind, "::ffff:10.1.2.3", X_Forwarded_For="203.0.113.9")["from"] == "203.0.113.9"


@pytest.mark.parametrize("prefix", ["//evil.example", "https://evil.example", "/a/../b", "/é", "/a b", "/a?b", "/%2e"])
def test_a_prefix_that_is_no_path_is_left_out(behind: FlaskClient, prefix: str) -> None:
    environ = {"REMOTE_ADDR": "10.1.2.3", "HTTP_X_FORWARDED_PREFIX": prefix.encode().decode("latin-1")}
    assert behind.get("/seen", environ_overrides=environ).get_json()["root"] == "http://localhost/"


def test_of_several_values_the_one_of_the_nearest_proxy_counts(behind: FlaskClient) -> None:
    said = {"X_Forwarded_Host": "evil.example, presse.example", "X_Forwarded_Proto": "gopher, https"}
    assert seen(behind, "10.1.2.3", **said)["root"] == "https://presse.example/"


def test_a_trusted_prefix_that_begins_like_an_address_is_never_cut_off(behind: FlaskClient) -> None:
    environ = {"REMOTE_ADDR": "10.1.2.3", "HTTP_X_FORWARDED_PREFIX": "/search"}
    page = behind.get("/search?q=tomme", environ_overrides=environ).text
    assert 'action="/search/search"' in page
    assert "12 articles" in re.sub(r"\s+", " ", page)


def test_a_host_that_a_trusted_proxy_passes_on_has_to_be_one_too(behind: FlaskClient) -> None:
    answer = behind.get("/seen", headers={"X-Forwarded-Host": "a..b"}, environ_overrides={"REMOTE_ADDR": "10.1.2.3"})
    assert answer.status_code == 400
