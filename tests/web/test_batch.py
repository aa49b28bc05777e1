"""A list of searches: on a page, as CSV, and within limits."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp.web.batch_pages import MOST_LINES
from searchapp.web.site import site
from tests.web.test_pages import links, read, words


def table(client: FlaskClient, **parameters: str) -> list[dict[str, str]]:
    response = client.get("/batch.csv", query_string=parameters)
    assert response.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.text)))


def test_each_line_has_its_articles_and_a_link_to_them(client: FlaskClient) -> None:
    page = read(client, "/batch?lines=Yvon+Le+Bihan%0Atomme%0A%0Atomme%0Agrande+marée&phrases=true")
    assert "tomme 12" in words(page)
    assert "grande marée 1 À Port-Ponant" in words(page)
    assert "/search?q=%22grande+mar%C3%A9e%22&correct=false" in links(page)
    assert words(page).count("tomme 12 ") == 1


def test_names_are_looked_for_as_they_are_written_unless_the_box_is_unchecked(client: FlaskClient) -> None:
    lines = "marée grande\ngrande marée\nmarée OU tomme\nmaré~"
    assert [row["articles"] for row in table(client, lines=lines, phrases="true")] == ["0", "1", "14", "2"]
    assert [row["articles"] for row in table(client, lines=lines)] == ["2", "2", "14", "2"]


def test_what_no_article_holds_is_neither_corrected_nor_relaxed(client: FlaskClient) -> None:
    (row,) = table(client, lines="bagnoire", phrases="true")
    assert (row["articles"], row["relation"], row["search"]) == ("0", "eq", "/search?q=bagnoire&correct=false")


def test_the_table_has_the_best_article_and_no_formulas(client: FlaskClient) -> None:
    best, formula = table(client, lines="baignoire\n=SOMME(A1:A9)")
    assert (best["best_article"], best["best_date"]) == ("/articles/ponant/maree", "2024-11-06T16:49:00+01:00")
    assert formula["query"] == "'=SOMME(A1:A9)"


def test_a_long_list_is_cut_and_the_rest_offered(client: FlaskClient) -> None:
    lines = "\n".join(f"mot{number}" for number in range(MOST_LINES + 3))
    assert "Chercher les 3 lignes qui restent" in words(client.get("/batch", query_string={"lines": lines}).text)
    assert len(table(client, lines=lines)) == MOST_LINES


@pytest.fixture
def no_time(app: Flask) -> Iterator[None]:
    """No second for a search of ``app``, whose settings other tests share."""
    with app.app_context():
        config = site().config
    before = config.query_seconds
    object.__setattr__(config, "query_seconds", -1.0)
    yield
    object.__setattr__(config, "query_seconds", before)


@pytest.mark.usefixtures("no_time")
def test_lines_that_there_is_no_time_for_are_left_for_another_search(client: FlaskClient) -> None:
    assert [row["articles"] for row in table(client, lines="tomme\nmarée")] == ["", ""]
    page = read(client, "/batch?lines=tomme%0Amar%C3%A9e")
    assert "Chercher les 2 lignes qui restent" in words(page)


def test_an_empty_page_shows_the_form_with_names_as_phrases(client: FlaskClient) -> None:
    page = read(client, "/batch")
    assert "checked" in page
    assert "<table" not in page
    assert "checked" not in read(client, "/batch?lines=a")
