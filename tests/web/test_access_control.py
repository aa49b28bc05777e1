"""Access: scopes of addresses, tokens of programs and browsers, users that a proxy names."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.errors import ConfigurationError
from searchapp.model import Scope
from searchapp.web import create_app
from searchapp.web.access_control import OPEN_ROOMS, OWN_CHECK
from searchapp.web.site import site

MakeSite = Callable[..., Flask]


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def basic(secret: str, user: str = "") -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{secret}".encode()).decode()}


@pytest.fixture
def make(config: Config, tmp_path: Path) -> Iterator[MakeSite]:
    """Make a site with other settings; its token file is empty."""
    apps = []

    def call(**settings: object) -> Flask:
        apps.append(create_app(replace(config, tokens=tmp_path / "tokens.sqlite", **settings)))  # type: ignore[arg-type]
        return apps[-1]

    yield call
    for app in apps:
        with app.app_context():
            site().service.close()


@pytest.fixture
def closed(make: MakeSite) -> Flask:
    """A site whose whole archive needs a token."""
    return make(anonymous_scopes=())


@pytest.fixture
def client(closed: Flask) -> FlaskClient:
    return closed.test_client()


@pytest.fixture
def secret_for(tmp_path: Path, config: Config) -> Callable[..., str]:
    """Make a token with these scopes."""
    file = bootstrap.open_tokens(replace(config, tokens=tmp_path / "tokens.sqlite"))
    return lambda *scopes: file.add(" ".join(["jeton", *scopes]), scopes)[1]


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield method and address of every route outside the open rooms, and an address that there is not."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] not in OPEN_ROOMS | OWN_CHECK:
            path = str(rule.rule).replace("<article_id:article_id>", "ponant/maree").replace("<facet>", "source")
            path = path.replace("<any(jsonl, csv):suffix>", "csv")
            yield from ((method, path) for method in sorted((rule.methods or set()) - {"OPTIONS"}))
    yield from (("GET", path) for path in ("/grande-maree-baignoire.html", "/articles/ponant/maree/", "/search/"))


def test_behind_tokens_no_address_shows_an_anonymous_client_anything_of_an_article(closed: Flask) -> None:
    client = closed.test_client()
    asked = list(addresses(closed))
    assert len(asked) > 20
    for method, path in asked:
        answer = client.open(path, method=method, query_string={"q": "marée", "id": "ponant/maree"})
        assert answer.status_code == 401, (method, path)
        assert "Phare du Ponant" not in answer.text
        assert "a quitté le quai" not in answer.text


def test_behind_tokens_a_lost_address_of_an_open_room_shows_no_article(
    client: FlaskClient, secret_for: Callable[..., str]
) -> None:
    for headers in ({}, bearer(secret_for(Scope.WRITE))):
        answer = client.get("/problems/maree-baignoire", headers=headers)
        assert (answer.status_code, "Phare du Ponant" in answer.text) == (404, False)


def test_in_an_open_archive_a_lost_address_of_any_room_shows_articles(make: MakeSite) -> None:
    assert "Phare du Ponant" in make().test_client().get("/problems/maree-baignoire").text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/robots.txt", "/favicon.svg", "/problems/scope-missing"])
def test_what_shows_no_article_stays_open(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_a_token_for_searching_opens_the_archive_to_programs_and_browsers(
    client: FlaskClient, secret_for: Callable[..., str]
) -> None:
    secret = secret_for(Scope.SEARCH)
    for headers in (bearer(secret), basic(secret), basic(secret, "Zoé"), {"Authorization": f"bearer  {secret} "}):
        assert client.get("/api/v1/search?q=baignoire", headers=headers).get_json()["total"] == 1
        assert "baignoire" in client.get("/articles/ponant/maree", headers=headers).text


def test_programs_are_asked_for_a_bearer_token_and_browsers_for_a_password(client: FlaskClient) -> None:
    assert client.get("/api/v1/search").headers["WWW-Authenticate"] == "Bearer realm=searchapp"
    wrong = client.get("/api/v1/search", headers=bearer("faux"))
    assert wrong.headers["WWW-Authenticate"] == "Bearer realm=searchapp, error=invalid_token"
    page = client.get("/", headers={"Accept-Language": "fr"})
    assert page.headers["WWW-Authenticate"] == "Basic realm=searchapp, charset=UTF-8"
    assert "réservée aux personnes qui ont un jeton" in page.text


def test_a_token_without_the_scope_is_told_which_one_it_lacks(
    client: FlaskClient, secret_for: Callable[..., str]
) -> None:
    answer = client.get("/api/v1/search", headers=bearer(secret_for(Scope.WRITE)))
    assert (answer.status_code, "search" in answer.get_json(force=True)["detail"]) == (403, True)


def test_a_revoked_token_ends_at_the_next_request(closed: Flask, secret_for: Callable[..., str]) -> None:
    client, secret = closed.test_client(), secret_for(Scope.SEARCH)
    assert client.get("/api/v1/search", headers=bearer(secret)).status_code == 200
    with closed.app_context():
        bootstrap.open_tokens(site().config).revoke("jeton search")
    assert client.get("/api/v1/search", headers=bearer(secret)).status_code == 401


def test_no_shared_cache_keeps_what_needed_a_token(client: FlaskClient, secret_for: Callable[..., str]) -> None:
    headers = bearer(secret_for(Scope.SEARCH))
    for path in (
        "/",
        "/search?q=mar%C3%A9e",
        "/api/v1/search?q=mar%C3%A9e",
        "/articles/ponant/maree",
        "/search.csv?q=a",
    ):
        answer = client.get(path, headers=headers)
        assert answer.cache_control.private or answer.cache_control.no_store, path
        assert "Authorization" in answer.vary
        tag = answer.headers.get("ETag", '"x"')
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 401, "a tag is no token"


def test_an_open_site_takes_no_notice_of_credentials_that_are_not_its_own(make: MakeSite) -> None:
    client = make().test_client()
    for headers in (basic("mot de passe du proxy"), bearer("autre"), {"Authorization": "Digest a=b"}):
        answer = client.get("/search?q=baignoire", headers=headers)
        assert (answer.status_code, "private" in answer.headers["Cache-Control"]) == (200, False)


def test_a_site_may_be_open_for_searching_and_closed_for_the_rest(
    make: MakeSite, secret_for: Callable[..., str]
) -> None:
    app = make(anonymous_scopes=(Scope.SEARCH,))
    client = app.test_client()
    assert client.get("/search?q=baignoire").status_code == 200
    reading, exporting = secret_for(Scope.SEARCH), secret_for(Scope.EXPORT)
    for path in ("/api/v1/export?q=baignoire", "/api/v1/export.csv?q=baignoire"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=bearer(reading)).status_code == 403
        with client.get(path, headers=bearer(exporting)) as answer:
            assert answer.status_code == 200


def test_metrics_need_the_scope_admin_from_elsewhere(closed: Flask, secret_for: Callable[..., str]) -> None:
    client = closed.test_client()
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=bearer(secret_for(Scope.SEARCH))).status_code == 403
    assert client.get("/metrics", headers=bearer(secret_for(Scope.ADMIN))).status_code == 200


def test_a_user_counts_only_when_a_trusted_proxy_names_them(make: MakeSite) -> None:
    networks = (ip_network("10.0.0.0/8"),)
    app = make(anonymous_scopes=(), trusted_proxies=networks, user_header="X-Remote-User")
    client, path = app.test_client(), "/api/v1/search?q=baignoire"

    def status(address: str, **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.get(path, headers=named, environ_base={"REMOTE_ADDR": address}).status_code

    assert status("10.0.0.1", X_Remote_User="zoe") == 200
    assert status("10.0.0.1", X_Remote_User=" ") == 401
    assert status("10.0.0.1", X_Other_User="zoe") == 401
    assert status("192.0.2.7", X_Remote_User="zoe") == 401, "a client that names itself"
    assert status("10.0.0.1") == 401


def test_a_user_of_a_proxy_cannot_write_since_another_site_could_make_their_browser_do_so(
    make: MakeSite, secret_for: Callable[..., str]
) -> None:
    secret_for(Scope.WRITE)
    app = make(trusted_proxies=(ip_network("127.0.0.1"),), user_header="X-Remote-User")
    answer = app.test_client().delete("/api/v1/articles/tide", headers={"X-Remote-User": "zoe"})
    assert (answer.status_code, "write" in answer.get_json(force=True)["detail"]) == (403, True)


def test_a_browser_that_repeats_a_password_writes_nothing_through_the_endpoint(
    make: MakeSite, secret_for: Callable[..., str]
) -> None:
    secret = secret_for(Scope.WRITE)
    client = make().test_client()
    assert client.delete("/api/v1/articles/inconnu", headers=basic(secret)).status_code == 401
    assert client.delete("/api/v1/articles/inconnu", headers=bearer(secret)).status_code == 404
    assert client.delete("/api/v1/articles/inconnu", headers=bearer(secret_for(Scope.SEARCH))).status_code == 403


def test_a_token_file_that_cannot_be_read_lets_nobody_in_and_is_logged(
    closed: Flask, secret_for: Callable[..., str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = secret_for(Scope.ADMIN)
    (tmp_path / "tokens.sqlite").write_bytes(b"abime " * 300)
    for method, path in (("GET", "/api/v1/search"), ("GET", "/")):
        answer = closed.test_client().open(path, method=method, headers=bearer(secret))
        assert answer.status_code == 503
        assert "tokens.sqlite" not in answer.text
    assert "tokens.sqlite" in caplog.text


def test_anonymous_scopes_never_include_writing() -> None:
    for wrong in ("write", "search, admin", 3, ["search", "write"]):
        with pytest.raises(ConfigurationError, match="search, export"):
            bootstrap.load_config({"anonymous_scopes": wrong})
    for value, scopes in (("", ()), ("export,search", ("search", "export")), (["search"], ("search",))):
        assert bootstrap.load_config({"anonymous_scopes": value}).anonymous_scopes == scopes
    with pytest.raises(ConfigurationError, match="X-Remote-User"):
        bootstrap.load_config({"user_header": "Authorization"})
