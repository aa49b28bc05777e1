"""Filters that exclude, and every value of a facet, as pages and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from searchapp.bootstrap import open_service, reindex
from searchapp.config import load_config
from searchapp.web import create_app

SOURCES = [f"Feuille {number:03}" for number in range(150)]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A site with 150 sources of one article each, and three spellings of one more."""
    folder = tmp_path_factory.mktemp("crowd")
    (folder / "corpus").mkdir()
    sources = [*SOURCES, "Le Phare", "Le Phare", "LE PHARE", "Le phare"]
    records = [
        {"id": str(number), "title": f"Marée {number}", "text": "La mer monte.", "source": source, "date": "2024-05-01"}
        for number, source in enumerate(sources)
    ]
    (folder / "corpus" / "a.jsonl").write_text("\n".join(json.dumps(record) for record in records), "utf-8")
    config = load_config({"corpus": folder / "corpus", "index": folder / "index"})
    reindex(config)
    service = open_service(config)
    yield create_app(config, service=service).test_client()
    service.close()


def ask(client: FlaskClient, path: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(path).get_json()
    return answer


def links(html: str) -> list[str]:
    return [unescape(path) for path in re.findall(r'href="([^"]+)"', html)]


def shown(html: str) -> list[str]:
    return [unescape(value).strip() for value in re.findall(r'class="value">([^<]+)<', html)]


def test_an_excluded_value_has_no_result_and_can_be_taken_back(client: FlaskClient) -> None:
    answer = ask(client, "/api/v1/search?-source=agence+hexapresse&-section=%C3%89conomie")
    assert [hit["id"] for hit in answer["results"]] == ["ponant/maree"]
    page = client.get("/search?q=tomme&-source=Agence+Hexapresse").text
    assert "/search?q=tomme" in links(page)
    assert "<s>Agence Hexapresse</s>" in page


def test_excluding_a_chosen_value_unchooses_it(client: FlaskClient) -> None:
    page = client.get("/search?q=tomme&section=%C3%89conomie").text
    assert "/search?q=tomme&-section=%C3%89conomie#filters" in links(page)


def test_tags_years_and_languages_are_facets(client: FlaskClient) -> None:
    facets = ask(client, "/api/v1/search?q=")["facets"]
    assert {bucket["value"] for bucket in facets["tag"]} == {"marée", "mer"}
    assert {(bucket["value"], bucket["count"]) for bucket in facets["year"]} == {("2022", 12), ("2024", 2), ("2023", 1)}
    assert ask(client, "/api/v1/search?language=en")["total"] == 1
    assert ask(client, "/api/v1/search?year=2022&year=2023")["total"] == 13
    assert "anglais" in shown(client.get("/search").text)


def test_a_facet_is_cut_at_the_limit_and_says_so(crowd: FlaskClient) -> None:
    answer = ask(crowd, "/api/v1/search?facet_limit=2")
    assert answer["facets"]["source"] == [{"value": "Le Phare", "count": 4}, {"value": "Feuille 000", "count": 1}]
    assert (answer["facets_truncated"]["source"], answer["facets_truncated"]["year"]) == (True, False)
    assert len(ask(crowd, "/api/v1/search?facet_limit=1000")["facets"]["source"]) == 151
    assert crowd.get("/api/v1/search?facet_limit=many").status_code == 400


def test_every_value_is_reached_from_the_results(crowd: FlaskClient) -> None:
    path = "/facets/source?q=mer"
    assert path in links(crowd.get("/search?q=mer").text)
    first = crowd.get(path).text
    (following,) = [unescape(link) for link in re.findall(r'rel="next" href="([^"]+)"', first)]
    assert sorted([*shown(first), *shown(crowd.get(following).text)]) == sorted([*SOURCES, "Le Phare"])


def test_values_are_found_by_letters_and_sorted_by_name(crowd: FlaskClient) -> None:
    assert shown(crowd.get("/facets/source?find=PHÀRE").text) == ["Le Phare"]
    assert shown(crowd.get("/facets/source?order=name").text)[:2] == ["Feuille 000", "Feuille 001"]
    assert "Aucune valeur ne contient" in crowd.get("/facets/source?find=zzz").text


def test_values_of_a_search_are_those_of_its_results(client: FlaskClient) -> None:
    answer = ask(client, "/api/v1/facets/author?q=tomme")
    assert answer["values"] == [{"value": "Yvon Le Bihan", "count": 12}]
    assert client.get("/api/v1/facets/color").status_code == 404
    assert client.get("/facets/color").status_code == 404


def test_values_have_pages(crowd: FlaskClient) -> None:
    first = ask(crowd, "/api/v1/facets/source?order=name&per_page=60")
    last = ask(crowd, ask(crowd, first["links"]["next"])["links"]["next"])
    assert (first["total"], len(first["values"]), last["links"]["next"]) == (151, 60, None)
    assert [value["value"] for value in last["values"]][-2:] == ["Feuille 149", "Le Phare"]
    assert first["links"]["prev"] is None


def test_a_link_to_a_spelling_that_few_use_finds_all(crowd: FlaskClient) -> None:
    assert ask(crowd, "/api/v1/search?source=LE+PHARE")["total"] == 4
    page = crowd.get("/search?source=LE+PHARE").text
    assert re.search(r'aria-current="true">\s*<bdi class="value">Le Phare<', page)


def test_the_whole_span_stays_in_view_when_days_are_chosen(client: FlaskClient) -> None:
    answer = ask(client, "/api/v1/search?q=tomme&from=2022-03&to=2022-04")
    assert [bucket["date"] for bucket in answer["histogram"]] == ["2022-03", "2022-04"]
    assert answer["timeline"]["interval"] == "month"
    assert len(answer["timeline"]["buckets"]) == 12
    page = client.get("/search?q=tomme&from=2022-03&to=2022-04").text
    assert page.count('aria-current="true">\n      <title>') == 2


def test_a_list_of_values_is_not_modified_while_the_index_stays(client: FlaskClient) -> None:
    tag = client.get("/api/v1/facets/source").headers["ETag"]
    assert client.get("/api/v1/facets/source", headers={"If-None-Match": tag}).status_code == 304


def test_a_search_that_finds_nothing_names_its_facets_too(client: FlaskClient) -> None:
    answer = ask(client, "/api/v1/search?q=zzzzxqy+tomme&match=all")
    assert (answer["total"], answer["facets"]["year"], answer["facets_truncated"]["year"]) == (0, [], False)
