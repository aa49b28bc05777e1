"""The query language as people meet it: on pages, in JSON, on the help page."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from flask.testing import FlaskClient


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


@pytest.mark.parametrize("query", ["*", "a*", "-x", "(", "date:2024-99-99", "titre:"])
def test_an_odd_query_shows_a_helpful_remark(client: FlaskClient, query: str) -> None:
    page = client.get("/search", query_string={"q": query})
    assert page.status_code == 200
    assert '<ul class="remarks">' in page.text
    answer = client.get("/api/v1/search", query_string={"q": query})
    assert answer.status_code == 200
    remarks = answer.get_json()["remarks"]
    assert remarks
    for remark in remarks:
        assert list(remark) == ["message", "start", "end"]
        assert 0 <= remark["start"] <= remark["end"] <= len(query)


def test_an_unknown_field_is_corrected_in_french(client: FlaskClient) -> None:
    page = words(client.get("/search?q=autuer:dupont").text)
    assert "Champ inconnu « autuer » : voulez-vous dire auteur ?" in page


@pytest.mark.parametrize(
    ("query", "understood"),
    [
        ("title:marché AND tomme", "titre:marché ET tomme"),
        ("tomme NOT chien", "tomme -chien"),
        ('"la tomme"', '"la tomme"'),
    ],
)
def test_the_page_shows_how_a_query_was_understood(client: FlaskClient, query: str, understood: str) -> None:
    page = client.get("/search", query_string={"q": query}).text
    assert f"Compris : {understood}" in words(page)
    assert client.get("/api/v1/search", query_string={"q": query}).get_json()["understood"] == understood


@pytest.mark.parametrize("query", ["tomme", "La tomme, au marché !", ""])
def test_plain_words_need_no_explanation(client: FlaskClient, query: str) -> None:
    assert 'class="understood"' not in client.get("/search", query_string={"q": query}).text


def test_what_is_typed_never_becomes_markup(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": 'titre:<script>alert(1)</script> OU "<b>'}).text
    assert "<script>" not in page
    assert "<b>" not in page


@pytest.mark.parametrize("path", ["/aide", "/help", "/aide?lang=en"])
def test_the_help_page_tells_the_language(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert "date:2022" in page.text


def test_examples_lead_to_searches_that_find_something(client: FlaskClient) -> None:
    paths: list[str] = []
    end = time.monotonic() + 30
    while not paths and time.monotonic() < end:  # they are tried in the background
        page = client.get("/aide").text
        paths = [unescape(path) for path in re.findall(r'<dt><a href="([^"]+)"', page)]
    assert "/search?q=date:2022" in [path.replace("%3A", ":") for path in paths]
    assert all("Aucun article" not in client.get(path).text for path in paths)
    assert "<dt><kbd>chapo:" in page or "chapo:ville" in page


def test_help_is_one_link_away(client: FlaskClient) -> None:
    for path in ("/", "/search?q=tomme", "/search?q=xyzzy", "/articles/tide"):
        assert 'href="/aide"' in client.get(path).text
    assert 'href="/help?lang=en"' in client.get("/?lang=en").text
