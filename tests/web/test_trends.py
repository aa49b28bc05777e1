"""Trends as JSON, as a table and as a page."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from flask.testing import FlaskClient

TRENDS = "/api/v1/trends"


def test_trends_have_the_promised_keys(client: FlaskClient) -> None:
    answer = client.get(TRENDS, query_string={"q": ["tomme", "marée"], "interval": "year"}).get_json()
    assert answer["periods"] == ["2022", "2023", "2024"]
    assert answer["totals"] == [12, 1, 2]
    assert [series["query"] for series in answer["series"]] == ["tomme", "marée"]
    assert answer["series"][0]["counts"] == [12, 0, 0]
    assert answer["series"][0]["shares"] == [1.0, 0.0, 0.0]
    assert answer["series"][0]["low"][1] == 0.0
    assert answer["series"][0]["high"][1] == pytest.approx(0.7935, abs=1e-4)


def test_filters_narrow_all_articles_too(client: FlaskClient) -> None:
    answer = client.get(TRENDS, query_string={"q": "tomme", "section": "Économie"}).get_json()
    assert answer["interval"] == "month"
    assert sum(answer["totals"]) == 13


@pytest.mark.parametrize(
    "wrong",
    ["", "q=a&q=b&q=c&q=d&q=e&q=f", "q=a&q=&q=&q=&q=&q=", "q=a&interval=hour", "q=a&interval=day", "q=a&from=x"],
)
def test_wrong_parameters_are_refused(client: FlaskClient, wrong: str) -> None:
    response = client.get(f"{TRENDS}?{wrong}")
    assert response.status_code == 400
    assert response.get_json()["errors"]


def test_the_table_has_a_row_for_each_query_and_period(client: FlaskClient) -> None:
    response = client.get("/trends.csv?q=tomme&q=%3Dmar%C3%A9e&interval=year")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert response.mimetype == "text/csv"
    assert [(row["query"], row["period"], row["count"]) for row in rows][2:4] == [
        ("tomme", "2024", "0"),
        ("'=marée", "2022", "0"),
    ]


def test_the_page_shows_a_picture_and_the_table_beside_it(client: FlaskClient) -> None:
    page = client.get("/trends?q=tomme&q=mar%C3%A9e").text
    assert page.count('class="line series-') == 4  # two in the picture, two in its legend
    assert "style=" not in page
    links = [unescape(path) for path in re.findall(r'href="([^"]+)"', page)]
    assert "/search?q=tomme&from=2022-03-01&to=2022-03-31" in links
    assert "/trends.csv?q=tomme&q=mar%C3%A9e" in links


def test_the_page_asks_for_queries_and_tells_wrong_ones(client: FlaskClient) -> None:
    assert "Comparer" in client.get("/trends").text
    page = client.get("/trends?q=tomme&interval=day")
    assert page.status_code == 200
    assert "Les jours se comptent sur 24 mois au plus" in page.text


def test_a_search_leads_to_its_trend(client: FlaskClient) -> None:
    assert "/trends?q=tomme" in unescape(client.get("/search?q=tomme").text)


def test_an_index_without_articles_of_these_days_has_no_picture(client: FlaskClient) -> None:
    assert "aucun article daté" in client.get("/trends?q=tomme&from=2090").text
