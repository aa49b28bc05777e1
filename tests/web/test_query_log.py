"""Searches are logged if the settings say so, and what many searched for is suggested."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

from searchapp.cli import cli
from searchapp.config import Config
from searchapp.search.query_log import FILE_NAME
from searchapp.web import create_app


def test_nothing_is_logged_by_default(indexed: Config) -> None:
    create_app(indexed).test_client().get("/search?q=cheval")
    assert not (indexed.index / FILE_NAME).exists()


def test_first_pages_are_logged_without_an_address(indexed: Config) -> None:
    client = create_app(replace(indexed, query_log=30)).test_client()
    for path in ("/search?q=cheval", "/api/v1/search?q=cheval", "/search?q=cheval&page=2", "/search", "/search?q=zzqx"):
        client.get(path, environ_base={"REMOTE_ADDR": "192.0.2.77"})
    content = b"".join(file.read_bytes() for file in indexed.index.glob(f"{FILE_NAME}*"))
    assert b"cheval" in content
    assert b"192.0.2.77" not in content
    printed = CliRunner().invoke(cli, ["queries", "--index", str(indexed.index)]).output
    assert next(line.split()[:2] for line in printed.splitlines() if line.startswith("cheval")) == ["cheval", "2"]


def test_what_many_searched_for_is_suggested(indexed: Config) -> None:
    client = create_app(replace(indexed, query_log=30)).test_client()
    for _ in range(5):
        client.get("/search?q=marché+couvert")
    answer = client.get("/api/v1/suggest?q=march").get_json()["suggestions"]
    assert {key: answer[0][key] for key in ("text", "kind")} == {"text": "marché couvert", "kind": "query"}


def test_without_a_log_the_command_says_how_to_have_one(tmp_path: Path) -> None:
    printed = CliRunner().invoke(cli, ["queries", "--index", str(tmp_path)])
    assert "query_log" in printed.output
