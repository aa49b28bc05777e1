"""``search`` on the command line: excluded words, filters, tables, pages, and messages that can be pasted."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from searchapp.cli import cli
from searchapp.cli.group import OnDemandCommand
from searchapp.config import Config
from searchapp.indexing import Generations
from tests.cli.conftest import Run


def titles(run: Run, indexed: Config, *arguments: str) -> list[str]:
    """Return the titles that a search prints."""
    outcome = run("search", "--index", indexed.index, *arguments, SEARCHAPP_QUERY_SECONDS="60")
    assert outcome.returncode == 0, outcome.stderr
    return [line.partition(". ")[2] for line in outcome.stdout.splitlines() if line[:3].strip().isdigit()]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["marché"], 2),
        (["marché", "-vin"], 1),
        (["marché", "-hiver", "--sort", "newest"], 2),
        (["marché", "-source:vallombre"], 0),
        (["-vin chaud", "marché"], 2),
        (["marché", "-(vin OU climat)"], 0),
        (["--sort", "newest", "marché", "-vin"], 1),
        (["--", "marché", "-vin"], 1),
        (["marché", "-k"], 2),
    ],
)
def test_a_word_is_excluded_without_quotation_marks(
    run: Run, indexed: Config, arguments: list[str], found: int
) -> None:
    assert len(titles(run, indexed, *arguments)) == found


def test_what_looks_like_an_option_and_is_none_is_told(run: Run, indexed: Config) -> None:
    outcome = run("search", "--index", indexed.index, "marché", "--sourc", "x")
    assert (outcome.returncode, "--source" in outcome.stderr) == (2, True)
    assert run("search", "-h").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--from", "2020"], ["ingérence", "urgence", "Noël"]),
        (["--to", "2019-03"], ["lycée"]),
        (["--from", "03/12/2022", "--to", "2022-12-03"], ["Noël"]),
        (["--source", "Agence Hexapresse", "--author", "Noël Çatal"], ["ingérence"]),
        (["--section", "Santé", "--section", "Environnement"], ["urgence", "lycée"]),
    ],
)
def test_options_narrow_a_search(run: Run, indexed: Config, arguments: list[str], found: list[str]) -> None:
    shown = " ".join(titles(run, indexed, *arguments))
    assert [word for word in ("ingérence", "urgence", "lycée", "Noël", "cheval") if word in shown] == sorted(
        found, key=["ingérence", "urgence", "lycée", "Noël", "cheval"].index
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "jamais"], "“jamais” is not a date. Give one such as 2024-11-06"),
        (["--from", "2024", "--to", "2020"], "The last day is before the first one."),
        (["--json", "--csv", "x"], "Give --json or --csv, not both."),
        ([], "Missing argument"),
    ],
)
def test_wrong_options_are_told(run: Run, indexed: Config, arguments: list[str], said: str) -> None:
    outcome = run("search", "--index", indexed.index, *arguments)
    assert (outcome.returncode, said in outcome.stderr) == (2, True), outcome.stderr


def test_a_page_is_a_table(run: Run, indexed: Config) -> None:
    rows = list(csv.DictReader(io.StringIO(run("search", "--index", indexed.index, "--csv", "marché").stdout)))
    assert {row["id"]: row["date"] for row in rows} == {
        "noel": "2022-12-03T11:05:00+01:00",
        "marche": "2019-03-16T18:10:00+01:00",
    }


def test_a_page_behind_the_last_is_not_told_as_nothing_found(run: Run, indexed: Config) -> None:
    outcome = run("search", "--index", indexed.index, "marché", "--page", "99", "--per-page", "1")
    assert outcome.stdout == "There are not that many pages. The last one: --page 2\n"


def test_a_day_without_an_hour_shows_none(run: Run, indexed: Config) -> None:
    assert "· 24 March 2020\n" in run("search", "--index", indexed.index, "urgence").stdout


@pytest.mark.parametrize("command", [["ingest", "--show"], ["ingest", "--report"], ["add"]])
@pytest.mark.parametrize(
    ("language", "said"), [("C.UTF-8", "it does not exist"), ("fr_FR.UTF-8", "« rien.txt » ne peut pas être lu")]
)
def test_a_missing_file_is_not_told_as_a_missing_corpus(run: Run, command: list[str], language: str, said: str) -> None:
    outcome = run(*command, "rien.txt", language=language)
    assert outcome.returncode == 2
    assert said in outcome.stderr.replace("\u202f", " ")
    assert "corpus" not in outcome.stderr


@pytest.mark.parametrize("missing", ["--queries", "--qrels", "--docs"])
def test_a_missing_file_of_judgments_is_a_sentence(run: Run, indexed: Config, tmp_path: Path, missing: str) -> None:
    files = {}
    for name in ("--queries", "--qrels"):
        files[name] = tmp_path / name.strip("-")
        files[name].write_text("q1\tmarché\n" if name == "--queries" else "q1 0 noel 1\n", "utf-8")
    files[missing] = tmp_path / "rien"
    options = [part for pair in files.items() for part in pair]
    outcome = run("evaluate", "--index", indexed.index, *options, language="fr_FR.UTF-8")
    assert (outcome.returncode, "[Errno" in outcome.stderr) == (2, False)
    assert "il n’existe pas" in outcome.stderr
    assert "corpus" not in outcome.stderr


def test_the_command_that_a_message_names_has_the_arguments_of_this_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "réglages.toml").write_text("jobs = 1\n", "utf-8")
    outcome = run("search", "phare", "--index", "mon index", "--config", "réglages.toml", "--page", "2")
    assert outcome.stderr.endswith("Run: searchapp reindex --index 'mon index' --config 'réglages.toml'\n")


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_placeholders_of_values_are_french_in_a_french_terminal(run: Run, name: str) -> None:
    stub = cli.commands[name]
    assert isinstance(stub, OnDemandCommand)
    words = run(name, "--help", language="fr_FR.UTF-8").stdout.split()
    assert not {"FILE", "DIR", "FOLDER", "SECONDS", "ENGINE", "TEXT...", "QUERY...", "ADDRESS", "GENERATION"} & set(
        words
    )


def test_a_command_of_another_process_is_named_as_it_is(run: Run, indexed: Config) -> None:
    with Generations(indexed.index).locked():
        outcome = run("reindex", indexed.corpus, "--index", indexed.index)
    assert f"(process {os.getpid()}, since " in outcome.stderr
    assert str(indexed.index) not in outcome.stderr
