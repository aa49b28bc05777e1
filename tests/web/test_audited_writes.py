"""Changes over HTTP in the audit log: who, what, and how it ended; refused where they cannot be recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.model import Scope
from searchapp.operations.doctor import examine
from searchapp.web import create_app

MARE = {"title": "La mare du Ponant", "text": "Trois grenouilles y tiennent salon."}
Send = Callable[..., int]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


@pytest.fixture
def site_config(tmp_path: Path, log: Path) -> Config:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/articles.jsonl").write_text(json.dumps({"id": "phare", **MARE}), "utf-8")
    settings = {"corpus": tmp_path / "corpus", "index": tmp_path / "index", "tokens": tmp_path / "tokens.sqlite"}
    config = bootstrap.load_config({**settings, "audit_log": log, "judgments": tmp_path / "judgments"})
    bootstrap.reindex(config)
    return config


@pytest.fixture
def app(site_config: Config) -> Flask:
    bootstrap.open_tokens(site_config).add("agence", [Scope.WRITE])
    return create_app(site_config)


@pytest.fixture
def send(app: Flask, site_config: Config) -> Send:
    tokens = bootstrap.open_tokens(site_config)
    tokens.revoke("agence")
    _, secret = tokens.add("agence", [Scope.WRITE])

    def call(method: str, path: str, body: bytes = b"") -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        answer = app.test_client().open(f"/api/v1/articles{path}", method=method, data=body, headers=headers)
        return answer.status_code

    return call


def records(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()]


def test_a_withdrawal_names_the_token_the_article_and_the_outcome(send: Send, log: Path) -> None:
    assert send("DELETE", "/phare") == 202
    attempt, result = records(log)
    told = ("action", "who", "via", "client", "article")
    assert [attempt[name] for name in told] == ["withdraw", "agence", "http", "127.0.0.1", "phare"]
    assert (result["id"], result["status"], result["outcome"]) == (attempt["id"], 202, "withdrawn")


def test_an_article_in_a_parameter_is_named_too(send: Send, log: Path) -> None:
    send("PUT", "?id=x/../mare", json.dumps(MARE).encode())
    assert records(log)[0]["article"] == "x/../mare"


def test_a_list_of_articles_is_counted_and_its_first_ids_are_told(send: Send, log: Path) -> None:
    lines = [{"id": "mare", **MARE}, {"id": "quai", **MARE}, {"title": 5}]
    assert send("POST", "", b"\n".join(json.dumps(line).encode() for line in lines)) == 202
    attempt, result = records(log)
    assert attempt["action"] == "put-many"
    assert (result["created"], result["rejected"], result["first_articles"]) == (2, 1, ["mare", "quai"])


def test_a_write_that_fails_has_its_status_as_the_result(send: Send, log: Path) -> None:
    assert send("PUT", "/mare", b"{") == 422
    assert [record.get("status") for record in records(log)] == [None, 422]


def test_who_may_not_write_leaves_no_record(app: Flask, log: Path) -> None:
    assert app.test_client().delete("/api/v1/articles/phare").status_code == 401
    assert not log.exists()


def test_reading_and_searching_leave_no_record(app: Flask, log: Path) -> None:
    client = app.test_client()
    assert client.get("/api/v1/search?q=mare").status_code == client.get("/api/v1/articles/phare").status_code == 200
    assert not log.exists()


def test_without_a_record_nothing_is_written(send: Send, app: Flask, log: Path) -> None:
    log.mkdir()
    assert send("DELETE", "/phare") == 503
    assert app.test_client().get("/api/v1/articles/phare").status_code == 200
    log.rmdir()
    assert send("DELETE", "/phare") == 202


def test_a_refusal_says_why_and_shows_no_path(app: Flask, site_config: Config, log: Path) -> None:
    log.mkdir()
    _, secret = bootstrap.open_tokens(site_config).add("bureau", [Scope.WRITE])
    answer = app.test_client().delete("/api/v1/articles/phare", headers={"Authorization": f"Bearer {secret}"})
    assert answer.get_json()["type"] == "/problems/audit-unwritable"
    assert "audit_log" in answer.get_json()["detail"]
    assert str(log) not in answer.text


def test_the_doctor_finds_an_audit_log_that_cannot_be_written(site_config: Config, tmp_path: Path) -> None:
    wrong = replace(site_config, audit_log=tmp_path / "missing/audit.jsonl")
    assert any("audit" in finding.text.text for finding in examine(wrong) if finding.check == "permissions")
