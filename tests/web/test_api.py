"""The JSON endpoints keep their contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp.bootstrap import load_config, reindex, rollback
from searchapp.web import create_app

SEARCH = "/api/v1/search"
ANSWER = [
    "query", "understood", "total", "total_groups", "total_relation", "total_all", "match", "facets_match", "recency",
    "took_ms", "generation", "page", "per_page", "suggestion", "suggestions", "neighbours", "replacements",
    "date_offer", "remarks", "results", "facets", "facets_truncated", "histogram", "timeline", "next_cursor", "links",
]  # fmt: skip
RESULT = [
    "id", "rank", "score", "title", "date", "source", "section", "author", "url", "highlights", "spans",
    "missing", "status", "modified", "copies",
]  # fmt: skip


def ask(client: FlaskClient, **parameters: Any) -> dict[str, Any]:
    response = client.get(SEARCH, query_string=parameters)
    assert response.status_code == 200, response.get_data(as_text=True)
    answer: dict[str, Any] = response.get_json()
    return answer


def first(client: FlaskClient, **parameters: Any) -> dict[str, Any]:
    result: dict[str, Any] = ask(client, **parameters)["results"][0]
    return result


def test_an_answer_has_the_promised_keys_in_the_promised_order(client: FlaskClient) -> None:
    answer = ask(client, q="baignoire")
    assert list(answer) == ANSWER
    assert list(answer["results"][0]) == RESULT
    assert list(answer["links"]) == ["self", "next", "prev"]
    assert answer["facets"]["source"] == [{"value": "Le Phare du Ponant", "count": 1}]
    assert answer["histogram"] == [{"date": "2024-11", "count": 1}]


def test_an_answer_counts_articles_with_all_words_and_a_result_names_those_it_lacks(client: FlaskClient) -> None:
    answer = ask(client, q="marée banque")
    assert (answer["total"], answer["total_all"], answer["match"], answer["facets_match"]) == (2, 1, "most", "all")
    assert {result["id"]: result["missing"] for result in answer["results"]} == {
        "ponant/maree": ["banque"],
        "script": [],
    }
    assert sum(bucket["count"] for bucket in answer["histogram"]) == 1
    newest = ask(client, q="marée banque", sort="newest")
    assert (newest["total"], newest["total_all"], newest["match"]) == (1, 1, "all")


def test_an_explanation_comes_on_request_and_its_parts_add_up_to_the_score(client: FlaskClient) -> None:
    assert "explanation" not in first(client, q="marée banque")
    result = first(client, q="marée banque", explain="true")
    contributions = [part["contribution"] for part in result["explanation"]["parts"]]
    assert sum(contributions) == pytest.approx(result["score"], abs=1e-4)
    assert [word["word"] for word in result["explanation"]["words"]] == ["marée", "banque"]
    assert result["explanation"]["words"][1]["forms"][0] == {
        "form": "banque", "kind": "word", "part": "title", "count": 1,
    }  # fmt: skip


def test_a_result_names_its_article_and_where_it_is_read(client: FlaskClient) -> None:
    result = first(client, q="baignoire")
    assert result["id"] == "ponant/maree"
    assert result["rank"] == 1
    assert result["date"] == "2024-11-06T16:49:00+01:00"
    assert (result["status"], result["modified"]) == ("corrected", "2024-12-01T09:30:00+01:00")
    assert result["author"] == ["Gaëlle L’Hostis", "Paul Vernet"]
    assert client.get(result["url"]).status_code == 200


def test_highlights_mark_the_words_that_were_found(client: FlaskClient) -> None:
    highlights = first(client, q="baignoire")["highlights"]
    assert highlights["title"] == "À Port-Ponant, la grande marée emporte une <mark>baignoire</mark>"
    assert "Une <mark>baignoire</mark> a quitté le quai" in highlights["text"][0]


def test_the_lead_is_highlighted_when_there_is_one(client: FlaskClient) -> None:
    assert "<mark>ville</mark>" in first(client, q="ville")["highlights"]["lead"]
    assert "lead" not in first(client, q="tomme")["highlights"]


def test_highlights_escape_everything_but_the_marks(client: FlaskClient) -> None:
    highlights = first(client, q="banque pirate")["highlights"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in highlights["title"]
    assert "<mark>banque</mark> &amp; ses clients" in highlights["title"]
    assert "&lt;b&gt;Robin&lt;/b&gt;" in highlights["text"][0]


def test_spans_count_code_points_of_the_stored_field(client: FlaskClient) -> None:
    result = first(client, q="baignoire")
    whole = client.get("/api/v1/articles/ponant/maree").get_json()
    for field in ("title", "text"):
        assert {whole[field][start:end] for start, end in result["spans"][field]} == {"baignoire"}


def test_links_lead_from_page_to_page(client: FlaskClient) -> None:
    response = client.get(SEARCH, query_string={"q": "tomme", "per_page": 5, "page": 2})
    links = response.get_json()["links"]
    assert links["prev"] == f"{SEARCH}?q=tomme&per_page=5"
    assert links["next"] == f"{SEARCH}?q=tomme&per_page=5&page=3"
    assert client.get(links["next"]).get_json()["results"][0]["rank"] == 11
    assert f'<{links["next"]}>; rel="next"' in response.headers.getlist("Link")


def test_the_last_page_has_no_next(client: FlaskClient) -> None:
    assert ask(client, q="tomme", per_page=5, page=3)["links"]["next"] is None


def test_filters_narrow_a_search(client: FlaskClient) -> None:
    answer = ask(client, **{"section": "Économie", "from": "2022-03", "to": "2022-04"})
    assert {result["id"] for result in answer["results"]} == {"marche/3", "marche/4"}


def test_values_of_one_filter_are_alternatives(client: FlaskClient) -> None:
    assert ask(client, source=["Agence Hexapresse", "Le Phare du Ponant"])["total"] == 3


def test_an_article_comes_whole(client: FlaskClient) -> None:
    article = client.get("/api/v1/articles/ponant/maree").get_json()
    assert article["url"] == "https://ponant.example/maree"
    assert article["tags"] == ["marée", "mer"]
    assert article["status"] == "corrected"
    assert article["generation"]
    assert "highlights" not in article


def test_an_article_is_marked_for_a_query(client: FlaskClient) -> None:
    article = client.get("/api/v1/articles/ponant/maree?q=quai").get_json()
    assert "le <mark>quai</mark>" in article["highlights"]["text"][0]
    assert [article["text"][start:end] for start, end in article["spans"]["text"]] == ["quai"]


def test_asking_again_with_the_etag_is_answered_304(client: FlaskClient) -> None:
    for path in (f"{SEARCH}?q=tomme", "/api/v1/articles/tide"):
        tag = client.get(path).headers["ETag"]
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")


def test_an_etag_ends_with_what_is_hidden_since(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    tide = {"id": "tide", "title": "La marée", "text": "Elle monte.", "date": "2026-01-01"}
    (corpus / "a.jsonl").write_text(json.dumps(tide) + "\n", "utf-8")
    config = load_config({"corpus": corpus, "index": tmp_path / "index"})
    reindex(config)
    client = create_app(config).test_client()
    paths = (f"{SEARCH}?q=marée", "/api/v1/articles/tide")
    tags = [client.get(path).headers["ETag"] for path in paths]
    (corpus / "b.jsonl").write_text(json.dumps(tide | {"status": "withdrawn"}) + "\n", "utf-8")
    reindex(config)
    rollback(config)
    answers = [client.get(path, headers={"If-None-Match": tag}) for path, tag in zip(paths, tags, strict=True)]
    assert [answer.status_code for answer in answers] == [200, 410]
    assert answers[0].get_json()["total"] == 0


def test_an_answer_that_was_cut_short_has_no_etag(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "ETag" in client.get(SEARCH, query_string={"q": "tom*"}).headers
    monkeypatch.setattr(app.extensions["searchapp"].service, "_query_seconds", -1.0)
    headers = client.get(SEARCH, query_string={"q": "tom*"}).headers
    assert ("ETag" in headers, headers["Cache-Control"]) == (False, "no-store")
    assert "Accept-Language" in headers["Vary"]


def test_another_language_has_another_etag(client: FlaskClient) -> None:
    tags = {client.get(SEARCH, headers={"Accept-Language": each}).headers["ETag"] for each in ("fr", "en")}
    assert len(tags) == 2


def test_a_search_is_only_read(client: FlaskClient) -> None:
    response = client.put(SEARCH)
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert response.mimetype == "application/problem+json"
