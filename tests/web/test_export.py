"""All results of a search in one answer: in the order of the search, on one generation, to be resumed by cursor."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp import bootstrap
from searchapp.config import Config, load_config
from searchapp.errors import OutOfTime
from searchapp.model import Grouping, SearchRequest
from searchapp.search.service import SearchService
from searchapp.server.application import lane_of
from searchapp.server.lanes import EXPORTING_THREADS, Lane
from searchapp.web import create_app
from searchapp.web.search_slots import EXPORTS_AT_ONCE
from searchapp.web.site import Site

EXPORT = "/api/v1/export"
ARTICLES = 260
export_module = import_module("searchapp.search.export")


def record(number: int) -> dict[str, Any]:
    """A report; every tenth one is printed by a second newspaper."""
    copied = number % 10 == 1
    subject = number - 1 if copied else number
    return {
        "id": f"halle/{number}",
        "title": f"La halle de Sarmane, journée {subject}" + (" : le poisson" if subject % 3 else ""),
        "text": f"Au jour {subject} le poisson arrive avant l’aube. " + f"La criée compte {subject} caisses. " * 12,
        "date": f"20{10 + number % 9}-05-{1 + number % 28:02}",
        "source": "Le Phare du Ponant" if copied else "La Gazette de Sarmane",
        "author": ["Yvon Le Bihan", "Anne Kermeur"],
    }


@pytest.fixture(scope="module", params=["whoosh", "tantivy"])
def halle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings of an indexed archive of reports, of which some are copies, for each engine."""
    if request.param == "tantivy":
        pytest.importorskip("tantivy")
    folder = tmp_path_factory.mktemp("halle")
    (folder / "corpus").mkdir()
    lines = [json.dumps(record(number)) for number in range(ARTICLES)]
    (folder / "corpus/halle.jsonl").write_text("\n".join(lines), "utf-8")
    settings = load_config({"corpus": folder / "corpus", "index": folder / "index", "engine": request.param})
    bootstrap.reindex(settings)
    return settings


@pytest.fixture
def service(halle: Config) -> Iterator[SearchService]:
    opened = bootstrap.open_service(halle)
    yield opened
    opened.close()


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows and batches that end among the reranked results, and behind them."""
    monkeypatch.setattr(export_module, "_WINDOW", 37)
    monkeypatch.setattr(export_module, "ARTICLES_AT_A_TIME", 8)


REQUESTS = [
    SearchRequest("poisson criée"),
    SearchRequest("poisson criée", group=Grouping.COPIES),
    SearchRequest(""),
    SearchRequest("", group=Grouping.COPIES),
    SearchRequest("halle", recency=30),
]


def ids_by_pages(service: SearchService, request: SearchRequest) -> list[str]:
    ids: list[str] = []
    cursor: str | None = None
    while True:
        result = service.search(replace(request, per_page=50, cursor=cursor))
        ids += [hit.article.id for hit in result.hits]
        cursor = result.next_cursor
        if cursor is None:
            return ids


def exported(service: SearchService, request: SearchRequest) -> list[tuple[str, str]]:
    with service.export(request) as export:
        return [(article.id, cursor) for batch in export for article, cursor in batch]


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
@pytest.mark.usefixtures("small_windows")
def test_an_export_has_the_results_of_all_pages_in_their_order(service: SearchService, request_: SearchRequest) -> None:
    expected = ids_by_pages(service, request_)
    assert [article_id for article_id, _ in exported(service, request_)] == expected
    assert len(expected) > 100


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
@pytest.mark.usefixtures("small_windows")
def test_an_export_goes_on_after_any_of_its_cursors(service: SearchService, request_: SearchRequest) -> None:
    whole = exported(service, request_)
    for place in (0, 36, 37, 98, 99, 100, 120, len(whole) - 1):
        rest = exported(service, replace(request_, cursor=whole[place][1]))
        assert [one for one, _ in rest] == [one for one, _ in whole[place + 1 :]], place


def lines_of(client: FlaskClient, query: str = "", **options: Any) -> list[dict[str, Any]]:
    response = client.get(f"{EXPORT}{query}", **options)
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


def test_a_line_is_the_record_of_an_article_and_its_cursor(client: FlaskClient) -> None:
    (line,) = lines_of(client, "?q=baignoire")
    assert (line["id"], line["author"]) == ("ponant/maree", ["Gaëlle L’Hostis", "Paul Vernet"])
    assert line["text"].startswith("La marée est montée")
    assert lines_of(client, f"?q=baignoire&cursor={line['cursor']}") == []


def test_a_cursor_of_an_export_is_one_of_the_search(client: FlaskClient) -> None:
    line = lines_of(client, "?q=tomme")[4]
    answer = client.get(f"/api/v1/search?q=tomme&cursor={line['cursor']}").get_json()
    assert answer["results"][0]["rank"] == 6


def test_a_table_has_a_line_of_headings_and_no_formula(client: FlaskClient) -> None:
    response = client.get(f"{EXPORT}.csv?q=marée&sort=oldest")
    assert response.mimetype == "text/csv"
    first, second = csv.DictReader(io.StringIO(response.text.lstrip("\ufeff")))
    assert (first["id"], second["author"]) == ("script", "Gaëlle L’Hostis; Paul Vernet")
    assert len(first["cursor"]) == 76


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("", "*/*", "application/jsonl"),
        ("", "text/csv", "text/csv"),
        ("", "text/csv;q=0.5, application/jsonl", "application/jsonl"),
        ("", "image/png", "application/jsonl"),
        ("?format=csv", "application/jsonl", "text/csv"),
        (".jsonl?format=csv", "text/csv", "application/jsonl"),
    ],
)
def test_suffix_then_parameter_then_header_choose_the_form(
    client: FlaskClient, query: str, accept: str, media_type: str
) -> None:
    with client.get(EXPORT + query, headers={"Accept": accept}) as response:
        assert (response.status_code, response.mimetype) == (200, media_type)
        assert "Accept" in response.vary


def test_records_have_the_fields_that_are_asked_for_in_that_order(client: FlaskClient) -> None:
    (line,) = lines_of(client, "?q=baignoire&fields=title,id&fields=tags")
    assert list(line) == ["title", "id", "tags"]
    assert client.get(f"{EXPORT}.csv?q=xyzzyq&fields=id,cursor").text == '\ufeff"id","cursor"\r\n'


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("?fields=id,colour", "fields"), ("?format=xml", "format"), ("?cursor=x", "cursor"), ("?from=jamais", "from")],
)
def test_a_wrong_parameter_is_refused_before_anything_is_sent(client: FlaskClient, query: str, parameter: str) -> None:
    refused = client.get(EXPORT + query)
    assert refused.status_code == 400
    assert [error["parameter"] for error in refused.get_json()["errors"]] == [parameter]


def test_a_client_that_has_the_export_is_told_so(client: FlaskClient) -> None:
    def status(path: str, tags: str) -> int:
        with client.get(path, headers={"If-None-Match": tags}) as response:
            return response.status_code

    with client.get(f"{EXPORT}.csv?q=tomme") as response:
        tag = response.headers["ETag"]
    assert status(f"{EXPORT}.csv?q=tomme", tag) == 304
    assert status(f"{EXPORT}?q=tomme", tag) == 200
    assert status(f"{EXPORT}?q=tomme", "*") == 304


def test_the_number_of_results_is_told_before_the_first_one(client: FlaskClient) -> None:
    with client.head(f"{EXPORT}?q=tomme") as response:
        assert response.headers["X-Total-Count"] == "12"


def slots(app: Flask) -> int:
    site: Site = app.extensions["searchapp"]
    return site.exports._running.total() + site.admission._running.total()


def test_every_way_to_end_gives_the_slot_back(app: Flask) -> None:
    client = app.test_client()
    client.get(EXPORT).close()
    client.head(EXPORT).close()
    client.get(f"{EXPORT}?cursor=x").close()
    client.get(EXPORT, headers={"If-None-Match": "*"}).close()
    abandoned = client.get(EXPORT, buffered=False)
    next(iter(abandoned.response))
    abandoned.close()
    assert slots(app) == 0


def address(number: int) -> dict[str, str]:
    return {"REMOTE_ADDR": f"192.0.2.{number}"}


def test_one_export_a_client_and_few_of_all_run_at_once(app: Flask) -> None:
    client = app.test_client()
    running = [client.get(EXPORT, environ_overrides=address(number)) for number in range(EXPORTS_AT_ONCE)]
    for number in (0, EXPORTS_AT_ONCE):
        refused = client.get(EXPORT, environ_overrides=address(number))
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    for response in running:
        response.close()
    assert client.get(EXPORT, environ_overrides=address(0)).status_code == 200


def test_exports_have_threads_of_their_own_and_one_that_refuses() -> None:
    assert {lane_of("GET", f"/site{EXPORT}{suffix}") for suffix in ("", ".csv", ".jsonl")} == {Lane.EXPORTING}
    assert EXPORTING_THREADS > EXPORTS_AT_ONCE


@pytest.mark.usefixtures("small_windows")
def test_an_export_stays_on_its_generation_and_leaves_out_what_is_withdrawn_meanwhile(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.jsonl").write_text("\n".join(json.dumps(record(number)) for number in range(60)), "utf-8")
    settings = load_config({"corpus": corpus, "index": tmp_path / "index"})
    bootstrap.reindex(settings)
    client = create_app(settings).test_client()
    body = iter(client.get(EXPORT, buffered=False).response)
    first = [json.loads(line)["id"] for line in next(body).splitlines()]
    gone = next(record(number) for number in range(60) if record(number)["id"] not in first)
    (corpus / "b.jsonl").write_text(json.dumps({**record(99), "id": "neuf"}), "utf-8")
    (corpus / "c.jsonl").write_text(json.dumps({**gone, "status": "withdrawn"}), "utf-8")
    bootstrap.reindex(settings)
    rest = [json.loads(line)["id"] for chunk in body for line in chunk.splitlines()]
    assert set(first + rest) == {record(number)["id"] for number in range(60)} - {gone["id"]}
    assert len(first + rest) == 59


def test_a_search_that_takes_too_long_is_refused_and_not_cut(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.extensions["searchapp"].service, "_query_seconds", -1.0)
    refused = app.test_client().get(f"{EXPORT}?q=tom*")
    assert (refused.status_code, refused.get_json()["type"]) == (503, "/problems/out-of-time")


@contextmanager
def no_time_after(window: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    ends = [60.0] * window
    real = export_module.Deadline.after
    monkeypatch.setattr(export_module.Export, "_end", lambda self: real(ends.pop() if ends else -1.0))
    yield


@pytest.mark.usefixtures("small_windows")
def test_an_export_that_cannot_be_completed_breaks_off(service: SearchService, monkeypatch: pytest.MonkeyPatch) -> None:
    with no_time_after(2, monkeypatch), service.export(SearchRequest("poisson criée")) as export:
        received: list[Any] = []
        with pytest.raises(OutOfTime):
            received.extend(batch for batch in export)
    assert 0 < len(received) < ARTICLES / 8
