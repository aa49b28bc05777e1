"""The advanced form as a page: filled in from a query, and back to the results."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient


def fields(client: FlaskClient, **parameters: str) -> dict[str, str]:
    """Name -> value of the form's fields that are filled in, and of what it carries along."""
    page = client.get("/advanced", query_string=parameters).text
    form = page[page.index("data-advanced") : page.index("</form>", page.index("data-advanced"))]
    found = re.findall(r'<input[^>]*? name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found if value and name != "distance"}


def query_of(client: FlaskClient, **parameters: str) -> str:
    """The query that the results of a filled form are for."""
    response = client.get("/advanced", query_string={**parameters, "go": "1"})
    assert response.status_code == 303
    return parse_qs(urlsplit(response.headers["Location"]).query).get("q", [""])[0]


def ids(client: FlaskClient, query: str) -> set[str]:
    answer = client.get("/api/v1/search", query_string={"q": query, "per_page": 100, "group": "none"}).get_json()
    return {hit["id"] for hit in answer["results"]}


def test_a_query_fills_the_fields(client: FlaskClient) -> None:
    typed = 'tomme +marché "grande marée" -chien titre:quai source:"Le Phare du Ponant" date:2024-11'
    assert fields(client, q=typed) == {
        "words": "tomme",
        "all": "marché",
        "phrase": "grande marée",
        "none": "chien",
        "title": "quai",
        "paper": "Le Phare du Ponant",
        "first": "2024-11-01",
        "last": "2024-11-30",
    }


def test_filled_fields_lead_to_the_results_of_their_query(client: FlaskClient) -> None:
    assert query_of(client, all="tomme marché", paper="La Gazette de Sarmane", first="2022-03-01") == (
        '+tomme +marché source:"La Gazette de Sarmane" depuis:2022-03'
    )


@pytest.mark.parametrize(
    "typed", ["tomme", "marée -baignoire", "marée OU tomme", "titre:tomme avant:2022-06", '"la tomme coûte" ET chien']
)
def test_a_query_that_went_through_the_form_finds_the_same_articles(client: FlaskClient, typed: str) -> None:
    assert ids(client, query_of(client, **fields(client, q=typed))) == ids(client, typed) != set()


def test_filters_order_and_language_stay_on_the_way_through_the_form(client: FlaskClient) -> None:
    asked = {"q": "tomme", "section": "Économie", "sort": "newest", "from": "2022-02-01", "lang": "en"}
    carried = fields(client, **asked)
    location = client.get("/advanced", query_string={**carried, "go": "1"}).headers["Location"]
    kept = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    assert kept == asked


def test_what_no_field_holds_is_told_and_kept(client: FlaskClient) -> None:
    page = client.get("/advanced", query_string={"q": "tomme atleast2 marché"}).text
    assert "Aucun champ ne peut contenir" in page
    assert fields(client, q="tomme atleast2 marché")["rest"] == "atleast2 marché"


def test_a_wrong_date_is_told_and_the_rest_searched(client: FlaskClient) -> None:
    assert "Indiquez une date" in client.get("/advanced", query_string={"all": "tomme", "first": "demain"}).text
    assert query_of(client, all="tomme", first="demain", distance="x") == "+tomme"


def test_days_that_the_query_language_does_not_read_are_told(client: FlaskClient) -> None:
    page = client.get("/advanced?all=tomme&last=5000-01-01").text
    assert "n’est pas une date et a été ignoré" in page[page.index('class="remarks"') :]


def test_the_last_day_that_there_is_means_no_end(client: FlaskClient) -> None:
    assert query_of(client, all="tomme", first="2022-03-01", last="9999-12-31") == "+tomme depuis:2022-03"
    assert client.get("/advanced?all=tomme&last=9999-12-31").status_code == 200


def test_the_form_without_script_shows_its_query_in_the_box(client: FlaskClient) -> None:
    page = client.get("/advanced", query_string={"any": "tomme marée", "distance": "5"}).text
    assert 'name="q" value="tomme OU marée"' in page
    assert fields(client, any="tomme marée") == {"any": "tomme marée"}


def test_sources_and_authors_can_be_chosen(client: FlaskClient) -> None:
    page = client.get("/advanced").text
    assert '<option value="Agence Hexapresse">' in page
    assert '<option value="Yvon Le Bihan">' in page


def test_the_form_needs_no_index(empty_site: FlaskClient) -> None:
    assert empty_site.get("/advanced?q=tomme").status_code == 200


@pytest.mark.parametrize("query", ["((((", '"' * 900, "a ET " * 300, "\ud800 \x00 <b>", "titre:" * 150])
def test_any_query_opens_the_form(client: FlaskClient, query: str) -> None:
    page = client.get("/advanced", query_string={"q": query.encode("utf-8", "replace").decode()})
    assert page.status_code == 200
    assert "<b>" not in page.text


def test_each_page_leads_to_the_form_with_its_search(client: FlaskClient) -> None:
    assert (
        'href="/advanced?q=tomme&amp;section=%C3%89conomie"'
        in client.get("/search?q=tomme&section=Économie&page=2").text
    )
