"""A date beside words leads to the articles of that time."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.web.test_pages import links


def test_a_page_offers_the_articles_of_that_time(client: FlaskClient) -> None:
    page = client.get("/search?q=marée+mars+2023").text
    path = "/search?q=mar%C3%A9e&from=2023-03-01&to=2023-03-31"
    assert path in links(page)
    assert "comme date" not in client.get(path).text


def test_the_endpoint_tells_it(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search?q=marée+mars+2023").get_json()
    assert answer["date_offer"] == {"words": "mars 2023", "query": "marée", "from": "2023-03-01", "to": "2023-03-31"}
    assert client.get("/api/v1/search?q=marée").get_json()["date_offer"] is None


def test_nothing_is_offered_where_the_days_are_chosen_or_the_query_has_operators(client: FlaskClient) -> None:
    for query in ("q=marée+mars+2023&from=2020", "q=marée+ET+mars+2023", 'q="marée+mars+2023"'):
        assert client.get(f"/api/v1/search?{query}").get_json()["date_offer"] is None
