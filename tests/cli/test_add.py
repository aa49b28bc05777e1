"""``add`` as a person meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from searchapp.config import Config
from searchapp.indexing import Generations
from tests.cli.conftest import environment

Add = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def add(indexed: Config, tmp_path: Path) -> Add:
    """Run ``searchapp add`` on the corpus of the five articles."""
    places = ["--corpus", str(indexed.corpus), "--index", str(indexed.index)]

    def call(
        *arguments: object, command: str = "add", given: bytes = b"", language: str = "C.UTF-8"
    ) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "searchapp", command, *map(str, arguments), *places[2 * (command != "add") :]]
        done = subprocess.run(
            line, cwd=tmp_path, env=environment(language), input=given, capture_output=True, check=False, timeout=60
        )
        return subprocess.CompletedProcess(line, done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


def test_who_added_and_withdrew_articles_is_in_the_audit_log(add: Add, tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    (tmp_path / "searchapp.toml").write_text(f'audit_log = "{log}"', "utf-8")
    assert (
        add("-", given=json.dumps({"id": "mare", "title": "Mare", "text": "Trois grenouilles."}).encode()).returncode
        == 0
    )
    assert add("--withdraw", "mare").returncode == 0
    records = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [record.get("action") for record in records] == ["put-many", None, "withdraw", None]
    assert (records[1]["created"], records[1]["first_articles"]) == (1, ["mare"])
    assert (records[2]["article"], records[3]["outcome"]) == ("mare", "withdrawn")


def journal(config: Config) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for file in sorted((config.corpus / "_journal").glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]


def test_a_text_file_is_added_and_found(add: Add, indexed: Config, tmp_path: Path) -> None:
    (tmp_path / "mare.txt").write_text("La mare du Ponant\n\nTrois grenouilles y tiennent salon.\n", "utf-8")
    done = add("mare.txt")
    assert done.returncode == 0, done.stderr
    assert "  added: mare\n" in done.stdout
    assert "Articles: 1 added, 0 replaced, 0 withdrawn, 0 as before, 0 rejected\n" in done.stdout
    assert f"Published: {Generations(indexed.index).current()}\n" in done.stdout
    assert "La mare du Ponant" in add("grenouilles", command="search").stdout
    assert journal(indexed)[0]["text"] == "Trois grenouilles y tiennent salon."


def test_the_same_again_publishes_nothing(add: Add, indexed: Config, tmp_path: Path) -> None:
    (tmp_path / "mare.txt").write_text("La mare du Ponant\n\nTrois grenouilles y tiennent salon.\n", "utf-8")
    add("mare.txt")
    done = add("mare.txt")
    assert "0 added, 0 replaced, 0 withdrawn, 1 as before, 0 rejected" in done.stdout
    assert "Published" not in done.stdout
    (tmp_path / "mare.txt").write_text("La mare du Ponant\n\nDeux grenouilles y tiennent salon.\n", "utf-8")
    assert "  replaced: mare\n" in add("mare.txt").stdout
    assert [line.get("status") for line in journal(indexed)] == [None, "corrected"]


def test_lines_come_through_a_pipe_and_rejects_are_named(add: Add, indexed: Config) -> None:
    records = [{"id": "mare", "title": "La mare", "text": "Rien."}, {"lead": "sans titre"}]
    given = b"\n".join(json.dumps(record).encode() for record in records)
    done = add("-", given=given)
    assert done.returncode == 0
    assert "1 added" in done.stdout
    assert "1 rejected" in done.stdout
    assert "  rejected: stdin:2: the title is missing\n" in done.stderr


def test_strictly_nothing_of_a_file_with_a_reject_is_written(add: Add, indexed: Config) -> None:
    given = b'{"id": "mare", "title": "La mare", "text": "Rien."}\n{"text": "x"}\n'
    done = add("--strict", "-", given=given)
    assert done.returncode == 2
    assert "Nothing was written: one article cannot be read." in done.stderr
    assert journal(indexed) == []


def test_an_unknown_field_is_a_reject_here_and_none_in_the_corpus(add: Add, indexed: Config) -> None:
    record = {"id": "mare", "title": "La mare", "text": "Rien.", "autor": "Anne"}
    done = add("-", given=json.dumps(record).encode())
    assert "rejected: stdin:1: there is no field “autor”; did you mean “author”?" in done.stderr
    assert done.returncode == 2
    (indexed.corpus / "mare.jsonl").write_text(json.dumps(record), "utf-8")
    assert "there is no field “autor”" in add(indexed.corpus / "mare.jsonl").stderr
    assert journal(indexed) == []
    assert "1 rejected" not in add(command="reindex").stdout
    assert "La mare" in add("id:mare", command="search").stdout


def test_what_an_earlier_add_could_not_index_the_next_one_does(add: Add, indexed: Config, tmp_path: Path) -> None:
    article = {"id": "mare", "title": "La mare", "text": "Trois grenouilles.", "language": "fr"}
    article["modified"] = "2024-03-03T14:05:00+01:00"
    (indexed.corpus / "_journal").mkdir()
    (indexed.corpus / "_journal" / "2026-01.jsonl").write_text(json.dumps(article) + "\n", "utf-8")
    done = add("-", given=json.dumps(article).encode())
    assert "1 as before" in done.stdout
    assert "Published" in done.stdout
    assert "La mare" in add("grenouilles", command="search").stdout


def test_a_file_whose_name_is_a_pattern_is_added_alone(add: Add, indexed: Config) -> None:
    for name in ("a?.txt", "ab.txt"):
        (indexed.corpus / name).write_text(f"Le fichier {name}\n\nTexte.\n", "utf-8")
    add(indexed.corpus / "a?.txt")
    assert [line["id"] for line in journal(indexed)] == ["a?"]


def test_a_file_name_that_is_no_utf8_can_be_added_and_withdrawn(add: Add, indexed: Config) -> None:
    name = os.fsdecode(b"p\xeacheur.txt")
    (indexed.corpus / name).write_text("Un pêcheur\n\nIl attend.\n", "utf-8")
    assert "  added: pêcheur~cp1252\n" in add(indexed.corpus / name).stdout
    assert "  withdrawn: pêcheur~cp1252\n" in add("--withdraw", "pe\u0302cheur~cp1252").stdout


def test_an_article_is_withdrawn_by_its_id(add: Add, indexed: Config) -> None:
    done = add("--withdraw", "noel", language="fr_FR.UTF-8")
    assert done.returncode == 0, done.stderr
    assert "  retiré\u202f: noel\n" in done.stdout
    assert "No article" in add("vin chaud", command="search").stdout
    assert add("--withdraw", "perdu").returncode == 3
    assert add("--withdraw", "noel").returncode == 3
    assert [line["id"] for line in journal(indexed)] == ["noel"]


def test_what_was_written_is_indexed_although_a_later_file_is_missing(add: Add, indexed: Config) -> None:
    (indexed.corpus.parent / "mare.txt").write_text("La mare\n\nTrois grenouilles.\n", "utf-8")
    done = add("mare.txt", "perdu.txt")
    assert done.returncode == 2
    assert "Published" in done.stdout
    assert "La mare" in add("grenouilles", command="search").stdout


def test_without_a_file_it_asks_for_one(add: Add) -> None:
    done = add()
    assert done.returncode == 2
    assert "--withdraw ID" in done.stderr
