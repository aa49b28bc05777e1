"""Light or dark: chosen without a script, remembered, and never a way to another site."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from searchapp.config import Config
from searchapp.web import create_app


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_written_into_every_later_page(client: FlaskClient, theme: str) -> None:
    response = client.get(f"/theme?theme={theme}&back=/search?q=tomme")
    assert (response.status_code, response.headers["Location"]) == (303, "/search?q=tomme")
    for path in ("/search?q=tomme", "/articles/tide", "/nulle-part"):
        assert f'<html lang="fr" data-theme="{theme}">' in client.get(path).text


@pytest.mark.parametrize("theme", ["auto", "", "<script>"])
def test_without_a_theme_the_page_follows_the_system(client: FlaskClient, theme: str) -> None:
    client.get("/theme?theme=dark")
    client.get("/theme", query_string={"theme": theme})
    page = client.get("/").text
    assert "data-theme=" not in page
    assert page.count('media="(prefers-color-scheme') == 2


@pytest.mark.parametrize(
    "back",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\r\nX: y", "", "/é"],
)
def test_the_switch_leads_to_no_other_site(client: FlaskClient, back: str) -> None:
    response = client.get("/theme", query_string={"theme": "dark", "back": back})
    assert response.headers["Location"] == "/"


def test_below_a_prefix_the_cookie_is_that_of_the_site_alone(config: Config) -> None:
    mounted = create_app(replace(config, url_prefix="/recherche")).test_client()
    response = mounted.get("/recherche/theme?theme=dark&back=/recherche/search?q=tomme")
    assert "Path=/recherche/;" in response.headers["Set-Cookie"]
    assert response.headers["Location"] == "/recherche/search?q=tomme"
    assert mounted.get("/recherche/theme?theme=dark&back=/else").headers["Location"] == "/recherche/"


def test_pages_of_two_themes_are_different_to_a_cache(client: FlaskClient) -> None:
    assert "Cookie" in client.get("/").headers["Vary"]
