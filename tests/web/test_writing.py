"""Writing over HTTP: what is answered, what is on the disk, and when it can be found."""

from __future__ import annotations

import io
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.web import create_app
from searchapp.web.site import site
from tests.web.conftest import opened

TOKEN = "un-jeton-assez-long-0123"  # noqa: S105
MARE = {"title": "La mare du Ponant", "text": "Trois grenouilles y tiennent salon.", "author": "Anne Le Bihan"}


class Writer:
    """A program that writes to the site."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self.get = client.get

    def send(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> TestResponse:
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {TOKEN}", "Accept-Language": "fr"} if headers is None else headers
        return self._client.open(f"/api/v1/articles{path}", method=method, data=content, headers=given)

    def put(self, article_id: str, body: object, wait: int = 10) -> TestResponse:
        return self.send("PUT", f"/{article_id}?wait={wait}", body)

    def delete(self, article_id: str) -> TestResponse:
        return self.send("DELETE", f"/{article_id}?wait=10")

    def post(self, records: list[object], parameters: str = "?wait=10") -> TestResponse:
        lines = (record if isinstance(record, bytes) else json.dumps(record).encode() for record in records)
        return self.send("POST", parameters, b"\n".join(lines))

    def total(self, query: str) -> int:
        return int(self.get("/api/v1/search", query_string={"q": query}).get_json()["total"])


@pytest.fixture
def config(corpus: Path, tmp_path: Path) -> Config:
    """Settings of a site of its own for each test; nothing is indexed yet."""
    return bootstrap.load_config({"corpus": corpus, "index": tmp_path / "index", "site_name": "L’Archive"})


@pytest.fixture
def site_config(indexed: Config) -> Config:
    """Settings of a site that takes articles and indexes them at once."""
    return replace(indexed, write_token=TOKEN, index_delay=0.0)


@pytest.fixture
def app(site_config: Config) -> Iterator[Flask]:
    yield from opened(site_config)


@pytest.fixture
def writer(app: Flask) -> Writer:
    return Writer(app.test_client())


def journal(config: Config) -> list[dict[str, Any]]:
    files = sorted((config.corpus / "_journal").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_a_new_article_is_created_and_found(writer: Writer, site_config: Config) -> None:
    response = writer.put("mare", MARE)
    answer = response.get_json()
    assert (response.status_code, answer["outcome"], answer["indexed"]) == (201, "created", True)
    assert response.headers["Location"] == answer["links"]["self"] == "/api/v1/articles/mare"
    assert answer["generation"] == writer.get("/api/v1/articles/mare").get_json()["generation"]
    assert writer.total("grenouilles") == 1
    assert [line["id"] for line in journal(site_config)] == ["mare"]


def test_an_article_that_is_not_yet_found_is_only_accepted(writer: Writer, site_config: Config) -> None:
    response = writer.put("mare", MARE, wait=0)
    answer = response.get_json()
    assert (response.status_code, answer["indexed"], answer["generation"]) == (202, False, None)
    assert response.headers["Location"] == "/api/v1/articles/mare"
    assert journal(site_config)[0]["title"] == MARE["title"]


def test_a_new_version_replaces_the_article_and_says_when(writer: Writer) -> None:
    writer.put("mare", MARE)
    response = writer.put("mare", {**MARE, "text": "Deux grenouilles y tiennent salon."})
    assert (response.status_code, response.get_json()["status"]) == (200, "corrected")
    article = writer.get("/api/v1/articles/mare").get_json()
    assert (article["status"], article["text"]) == ("corrected", "Deux grenouilles y tiennent salon.")
    assert article["modified"] == response.get_json()["modified"]
    assert "corrigé le" in writer.get("/articles/mare").text


def test_an_article_of_a_file_is_replaced_too(writer: Writer) -> None:
    response = writer.put("noel", {"title": "Le marché de Noël ferme", "text": "Il pleut."})
    assert (response.status_code, response.get_json()["status"]) == (200, "corrected")
    assert writer.total("ferme") == 1
    assert writer.total("vin chaud") == 0


def test_the_same_again_changes_nothing(writer: Writer, site_config: Config) -> None:
    writer.put("mare", MARE)
    generation = writer.get("/readyz").get_json()["generation"]
    response = writer.put("mare", MARE)
    assert (response.status_code, response.get_json()["outcome"]) == (200, "unchanged")
    assert response.get_json()["indexed"] is True
    assert writer.get("/readyz").get_json()["generation"] == generation
    assert len(journal(site_config)) == 1


def test_a_line_of_another_hand_with_a_wrong_moment_does_no_harm(writer: Writer, site_config: Config) -> None:
    (site_config.corpus / "_journal").mkdir()
    line = json.dumps({"id": "mare", **MARE, "modified": "31/02/2024"})
    (site_config.corpus / "_journal" / "2026-01.jsonl").write_text(line + "\n", "utf-8")
    response = writer.put("mare", MARE)
    assert (response.status_code, response.get_json()["outcome"]) == (200, "unchanged")
    assert writer.total("grenouilles") == 1


def test_a_deleted_article_is_gone_for_good(writer: Writer, site_config: Config) -> None:
    response = writer.delete("noel")
    assert (response.status_code, response.get_json()["outcome"]) == (200, "withdrawn")
    for path in ("/articles/noel", "/api/v1/articles/noel"):
        gone = writer.get(path)
        assert (gone.status_code, gone.headers["Cache-Control"]) == (410, "no-store")
        assert "Noël" not in gone.text
    assert "Cet article a été retiré" in writer.get("/articles/noel").text
    assert writer.get("/api/v1/articles/noel").mimetype == "application/problem+json"
    assert writer.delete("noel").status_code == 410
    assert [line["status"] for line in journal(site_config)] == ["withdrawn"]


def test_an_article_that_nobody_knows_cannot_be_deleted(writer: Writer, site_config: Config) -> None:
    assert writer.delete("perdu").status_code == 404
    assert writer.delete("x" * 300).status_code == 404
    assert journal(site_config) == []


def test_an_article_that_was_only_just_written_can_be_deleted(writer: Writer) -> None:
    writer.put("mare", MARE, wait=0)
    assert writer.delete("mare").status_code == 200
    assert writer.total("grenouilles") == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "sans titre"}, "title"),
        ({**MARE, "date": "31/02/2024"}, "date"),
        ({**MARE, "status": "brouillon"}, "status"),
        ({**MARE, "id": "autre"}, "id"),
        (b'{"title": ', None),
        (b"\xff\xfe", None),
        (b"", None),
        ([MARE, MARE], None),
        (b"[" * 100_000, None),
    ],
)
def test_a_wrong_article_is_told_by_its_field(
    writer: Writer, site_config: Config, body: object, field: str | None
) -> None:
    response = writer.put("mare", body)
    problem = response.get_json(force=True)
    assert (response.status_code, response.mimetype) == (422, "application/problem+json")
    assert problem["type"] == "/problems/invalid-record"
    assert problem["errors"][0]["field"] == field
    assert journal(site_config) == []


def test_many_articles_come_as_lines(writer: Writer, site_config: Config) -> None:
    records = [{**MARE, "id": "mare"}, b"", {"id": "noel", "title": "Noël", "text": "Rien."}, b"{", {"text": "x"}]
    answer = writer.post([*records, {**MARE, "id": "mare"}, {"id": "cheval", "status": "withdrawn"}]).get_json()
    counts = {name: answer[name] for name in ("accepted", "created", "replaced", "unchanged", "withdrawn", "rejected")}
    assert counts == {"accepted": 4, "created": 1, "replaced": 1, "unchanged": 1, "withdrawn": 1, "rejected": 2}
    assert [(reject["line"], reject["field"]) for reject in answer["rejects"]] == [(4, None), (5, "title")]
    assert answer["indexed"] is True
    assert [line["id"] for line in journal(site_config)] == ["mare", "noel", "cheval"]
    assert writer.get("/articles/cheval").status_code == 410


def test_strict_lines_are_written_all_or_none(writer: Writer, site_config: Config) -> None:
    records: list[object] = [{**MARE, "id": "mare"}, {"text": "sans titre"}]
    response = writer.post(records, "?strict=1")
    assert response.status_code == 422
    assert response.get_json(force=True)["errors"] == [{"line": 2, "field": "title", "detail": "le titre manque"}]
    assert journal(site_config) == []
    assert writer.post(records[:1], "?strict=1").status_code == 202


def test_lines_of_which_none_can_be_read_are_an_error(writer: Writer) -> None:
    response = writer.post([b"{"] * 250)
    problem = response.get_json(force=True)
    assert (response.status_code, problem["rejected"], len(problem["errors"])) == (422, 250, 100)


def test_a_line_too_long_costs_only_itself(writer: Writer, site_config: Config) -> None:
    long = json.dumps({**MARE, "id": "long", "text": "mot " * 5_000_000}).encode()
    answer = writer.post([long, {**MARE, "id": "mare"}], "").get_json()
    assert (answer["created"], [reject["line"] for reject in answer["rejects"]]) == (1, [1])
    assert [line["id"] for line in journal(site_config)] == ["mare"]


def test_without_a_token_in_the_settings_nothing_is_written(indexed: Config) -> None:
    for app in opened(indexed):
        response = Writer(app.test_client()).put("mare", MARE)
        assert response.status_code == 403
        assert "SEARCHAPP_WRITE_TOKEN" in response.get_json(force=True)["detail"]
    assert journal(indexed) == []


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        ("", 'Bearer realm="articles of searchapp"'),
        ("Bearer un-autre-jeton-0123", 'Bearer realm="articles of searchapp", error=invalid_token'),
        ("Basic dW46YXV0cmU=", 'Bearer realm="articles of searchapp", error=invalid_token'),
        ("Bearer é", 'Bearer realm="articles of searchapp", error=invalid_token'),
    ],
)
def test_a_wrong_token_is_asked_for_the_right_one(
    writer: Writer, site_config: Config, authorization: str, challenge: str
) -> None:
    for method, path in (("PUT", "/mare"), ("DELETE", "/noel"), ("POST", "")):
        headers = {"Authorization": authorization} if authorization else {}
        response = writer.send(method, path, MARE, headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == challenge
        assert TOKEN not in response.text
    assert journal(site_config) == []


def test_a_token_is_shown_nowhere(site_config: Config) -> None:
    assert TOKEN not in repr(site_config)
    with pytest.raises(Exception, match="16 to 512") as caught:
        bootstrap.load_config({"write_token": "mot de passe"})
    assert "mot de passe" not in str(caught.value)


def test_a_body_that_is_too_large_is_refused(site_config: Config) -> None:
    for app in opened(replace(site_config, write_largest=1)):
        writer = Writer(app.test_client())
        body = {**MARE, "text": "mot " * 300_000}
        assert writer.put("mare", body).status_code == 413
        assert writer.send("POST", "", body).status_code == 413
        told_no_length = app.test_client().open(
            "/api/v1/articles",
            method="POST",
            input_stream=io.BytesIO(json.dumps(body).encode()),
            headers={"Authorization": f"Bearer {TOKEN}", "Transfer-Encoding": "chunked"},
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert told_no_length.status_code == 413
    assert journal(site_config) == []


def test_a_body_that_breaks_off_is_not_written(app: Flask, site_config: Config) -> None:
    lines = b"".join(json.dumps({**MARE, "id": str(number)}).encode() + b"\n" for number in range(9))
    response = app.test_client().open(
        "/api/v1/articles",
        method="POST",
        input_stream=io.BytesIO(lines),
        headers={"Authorization": f"Bearer {TOKEN}"},
        environ_overrides={"CONTENT_LENGTH": str(len(lines) + 20)},
    )
    assert response.status_code == 400
    assert journal(site_config) == []


def test_a_packed_body_is_refused(writer: Writer) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Encoding": "gzip"}
    assert writer.send("PUT", "/mare", MARE, headers).status_code == 415


def test_a_part_of_an_article_is_refused_and_nothing_is_written(writer: Writer, site_config: Config) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Range": "bytes 0-10/64"}
    response = writer.send("PUT", "/mare", MARE, headers)
    assert response.status_code == 400
    assert "Content-Range" in response.get_json()["detail"]
    assert journal(site_config) == []


def test_a_content_range_means_nothing_outside_put(writer: Writer) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Range": "bytes 0-10/64"}
    assert writer.send("POST", "", {"id": "mare", **MARE}, headers).get_json()["accepted"] == 1


@pytest.mark.parametrize("parameters", ["?wait=11", "?wait=x", "?wait=-1", "?wait=nan", "?strict=peut-être"])
def test_a_wrong_parameter_is_named(writer: Writer, parameters: str) -> None:
    response = writer.send("POST", parameters, MARE)
    assert response.status_code == 400
    assert response.get_json(force=True)["errors"][0]["parameter"] in parameters


def test_without_an_index_the_first_article_makes_one(config: Config) -> None:
    for app in opened(replace(config, write_token=TOKEN, index_delay=0.0)):
        writer = Writer(app.test_client())
        assert writer.put("mare", MARE).status_code == 201
        assert writer.total("") == 6


def test_what_a_process_left_unindexed_the_next_one_indexes(site_config: Config) -> None:
    for app in opened(replace(site_config, index_delay=3600.0)):
        assert Writer(app.test_client()).put("mare", MARE, wait=0).status_code == 202
    for app in opened(site_config):
        app.test_client().get("/healthz")
        with app.app_context():
            writing = site().writing
        assert writing is not None
        while writing.indexing.pending:
            time.sleep(0.01)
        assert Writer(app.test_client()).total("grenouilles") == 1


def test_a_full_disk_is_told_and_nothing_is_written(site_config: Config) -> None:
    small = site_config.corpus / "_journal"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], check=False).returncode:
        pytest.skip("mounting a small disk needs root: run the tests as root")
    try:
        for app in opened(site_config):
            writer = Writer(app.test_client())
            for response in (
                writer.put("mare", {**MARE, "text": "mot " * 400_000}),
                writer.post([{**MARE, "id": str(number), "text": "mot " * 2000} for number in range(300)]),
            ):
                assert (response.status_code, response.mimetype) == (507, "application/problem+json")
                assert "octets" in response.get_json(force=True)["detail"]
            assert journal(site_config) == []
            assert writer.put("mare", MARE).status_code == 201
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_corpus_that_is_one_file_cannot_be_written(config: Config) -> None:
    one_file = replace(config, corpus=config.corpus / "articles.jsonl", write_token=TOKEN)
    with pytest.raises(Exception, match="only be written into a folder"):
        create_app(one_file)
