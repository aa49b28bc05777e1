"""Every command: what it prints, and what goes wrong with its exit code."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from searchapp.bootstrap import open_service
from searchapp.cli.search_command import print_result
from searchapp.config import ENGINES, Config
from searchapp.indexing import Generations
from searchapp.model import SearchRequest
from tests.cli.conftest import Run, environment


@pytest.mark.parametrize("engine", ENGINES)
def test_reindex_then_search_then_status(run: Run, corpus: Path, tmp_path: Path, engine: str) -> None:
    (tmp_path / "searchapp.toml").write_text(f'engine = "{engine}"', "utf-8")
    reindexed = run("reindex", corpus)
    assert reindexed.returncode == 0, reindexed.stderr
    assert "5 read, 5 indexed, 0 rejected" in reindexed.stdout
    found = run("search", "ingerence", "americaine")
    assert "  1. Moscou nie toute ingérence\n" in found.stdout
    assert "Agence Hexapresse · International · 6 November 2024, 16:49\n" in found.stdout
    assert "\x1b" not in found.stdout
    state = run("status")
    assert "Articles    5\n" in state.stdout
    assert engine in state.stdout


def test_a_search_that_was_cut_short_tells_a_least_number(indexed: Config, capsys: pytest.CaptureFixture[str]) -> None:
    service = open_service(indexed)
    service._query_seconds = -1.0
    print_result(service.search(SearchRequest("vin OU ingér*")), indexed)
    service.close()
    output = capsys.readouterr()
    assert output.out.startswith("at least 1 article · ")
    assert "cut short" in output.err


def test_search_answers_in_the_json_of_the_endpoint(run: Run, indexed: Config) -> None:
    output = run("search", "--json", "--index", indexed.index, "ingerence americaine").stdout
    answer = json.loads(output)
    (result,) = answer["results"]
    assert (result["rank"], result["date"]) == (1, "2024-11-06T16:49:00+01:00")
    assert result["highlights"]["title"] == "Moscou nie toute <mark>ingérence</mark>"
    assert result["spans"]["title"] == [[17, 26]]
    assert answer["links"] == {"self": "/api/v1/search?q=ingerence+americaine", "next": None, "prev": None}


def test_a_search_tells_of_all_words_and_names_those_that_are_missing(run: Run, indexed: Config) -> None:
    output = run("search", "--index", indexed.index, "journal climat introuvable")
    assert output.stdout.startswith("2 articles, none with all words · ")
    assert "without: introuvable\n" in output.stdout
    assert output.stderr == "No article holds “introuvable”.\n"
    assert run("search", "--index", indexed.index, "journal climat").stdout.startswith(
        "2 articles, of which 1 with all"
    )
    required = run("search", "--index", indexed.index, "--match", "all", "journal climat").stdout
    assert required.startswith("1 article · ")
    assert "without" not in required


def test_a_search_without_a_word_says_so(run: Run, indexed: Config) -> None:
    assert run("search", "--index", indexed.index, "(((").stderr == "“(((” holds no word and was left out.\n"


def test_a_search_explains_its_scores_when_asked(run: Run, indexed: Config) -> None:
    output = run("search", "--index", indexed.index, "--explain", "--recency", 30, "journal").stdout
    assert "     journal " in output
    assert " + title " in output or " + opening " in output
    assert "recency -" in output


def test_an_engine_that_is_not_installed_is_named_with_what_installs_it(run: Run, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "tantivy.py").write_text("raise ModuleNotFoundError(__name__)", "utf-8")
    outcome = run("reindex", corpus, "--engine", "tantivy")
    assert (outcome.returncode, "pip install 'tantivy" in outcome.stderr) == (4, True), outcome.stderr


def test_search_tells_beside_the_answer_how_the_query_was_understood(run: Run, indexed: Config) -> None:
    outcome = run("search", "--index", indexed.index, "title:cheval AND (caisse", language="fr_FR.UTF-8")
    assert outcome.stderr == ("Compris\u202f: titre:cheval ET caisse\nUne parenthèse fermante a été ajoutée.\n")
    assert "Un cheval à la station-service" in outcome.stdout
    assert run("search", "--index", indexed.index, "cheval").stderr == ""


def test_search_help_tells_of_the_language(run: Run) -> None:
    assert "NEAR/5" in run("search", "--help").stdout


def test_analyze_shows_each_step(run: Run) -> None:
    output = run("analyze", "l’État de siège").stdout
    assert [line.split() for line in output.splitlines()] == [
        ["text", "elision", "exact", "word", "stem"],
        ["2–6", "l’État", "État", "état", "etat", "etat"],
        ["7–9", "de", "de", "de", "de", "de", "stopword"],
        ["10–15", "siège", "siège", "siège", "siege", "siege"],
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["search", "phare"], 4, "Run: searchapp reindex"),
        (["status"], 4, "Run: searchapp reindex"),
        (["reindex", "nulle-part"], 2, "no readable corpus at “nulle-part”"),
        (["reindex", "--engine", "lucene"], 2, "--engine: “lucene” is not allowed; give one of whoosh"),
        (["serve", "--port", "x", "--workers", "0"], 2, "--workers: “0” is not allowed"),
        (["search"], 2, "Missing argument"),
        (["serch"], 2, "No such command"),
        (["analyze", "!?"], 0, "no word"),
    ],
)
def test_what_goes_wrong_is_told_with_its_exit_code(run: Run, arguments: list[str], code: int, said: str) -> None:
    outcome = run(*arguments)
    assert (outcome.returncode, said in outcome.stderr) == (code, True), outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_reindex_counts_the_remarks_and_names_the_first_articles(run: Run, tmp_path: Path) -> None:
    records = [{"id": f"mare-{number}", "title": "La mare", "text": "Rien.", "date": "hier"} for number in range(5)]
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/mare.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    named = "mare.jsonl: mare-0, mare.jsonl: mare-1, mare.jsonl: mare-2 …"
    expected = f"  remark: 5 articles: a date that is not understood, or lies in the future: {named}\n"
    assert expected in run("reindex", "--dry-run").stderr
    done = run("reindex")
    assert (done.returncode, expected in done.stderr) == (0, True)
    assert "remark" not in run("reindex").stderr
    refused = run("reindex", "--strict")
    assert refused.returncode == 2
    assert "“hier” is not a date" in refused.stderr


def test_a_second_reindex_at_the_same_time_is_told_so(run: Run, indexed: Config) -> None:
    with Generations(indexed.index).locked():
        outcome = run("reindex", indexed.corpus, "--index", indexed.index)
    assert outcome.returncode == 4
    assert f"process {os.getpid()}" in outcome.stderr


def test_rejects_are_named_with_file_and_line(run: Run, corpus: Path) -> None:
    (corpus / "cassé.jsonl").write_text('{"title": "Un"}\n{"lead": "Deux"}\n', "utf-8")
    outcome = run("reindex", corpus)
    assert outcome.returncode == 0
    assert "cassé.jsonl:2: the title is missing" in outcome.stderr


def test_a_french_terminal_is_spoken_to_in_french(run: Run) -> None:
    assert run("search", "phare", language="fr_FR.UTF-8").stderr.startswith("Erreur\u202f:")
    assert "Rechercher" in run("--help", language="fr_FR.UTF-8").stdout


@pytest.mark.parametrize("engine_name", ENGINES)
def test_serve_answers_on_the_address_it_prints_and_stops_when_told(indexed: Config) -> None:
    command = [sys.executable, "-m", "searchapp", "serve", "--index", str(indexed.index), "--port", "0"]
    chosen = {**environment(), "SEARCHAPP_ENGINE": indexed.engine}
    with subprocess.Popen(command, env=chosen, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            assert server.stdout.readline() == "5 articles are indexed.\n"
            address = server.stdout.readline().split()[2]
            with urllib.request.urlopen(address + "api/v1/search?q=cheval", timeout=20) as answer:
                assert json.load(answer)["total"] == 1
            with urllib.request.urlopen(address + "readyz", timeout=20) as answer:
                assert json.load(answer)["articles"] == 5
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0


def test_serve_says_when_the_port_is_taken(run: Run, indexed: Config) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = run("serve", "--index", indexed.index, "--port", port)
    assert outcome.returncode == 2
    assert f"searchapp serve --index {indexed.index} --port {port + 1}\n" in outcome.stderr


def test_a_file_of_queries_is_searched_line_by_line(run: Run, indexed: Config, tmp_path: Path) -> None:
    (tmp_path / "noms.txt").write_text("\ufeffingérence américaine\n\nabsent\n+33 6\n", "utf-8")
    outcome = run("search", "--batch", "noms.txt", "--index", indexed.index)
    assert [line.split(maxsplit=1) for line in outcome.stdout.splitlines()] == [
        ["0", "ingérence américaine"],
        ["0", "absent"],
        ["0", "+33 6"],
    ]
    table = run("search", "--batch", "noms.txt", "--csv", "--no-phrases", "--index", indexed.index).stdout
    best, _, formula = csv.DictReader(table.splitlines())
    assert (best["query"], best["articles"], best["best_title"]) == (
        "ingérence américaine",
        "1",
        "Moscou nie toute ingérence",
    )
    assert (formula["query"], formula["articles"]) == ("'+33 6", "0")


@pytest.mark.parametrize("arguments", [["search", "ingérence"], ["search", "ingérence", "--json"], ["status"]])
def test_a_reader_of_a_pipe_that_ends_is_no_error(indexed: Config, arguments: list[str]) -> None:
    assert _to_nobody(*arguments, "--index", str(indexed.index)) == (0, "")


def test_a_reader_of_a_pipe_that_ends_stops_no_writing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    for name in ("phare", "port"):
        (tmp_path / f"{name}.txt").write_text(f"Le {name} de Sarmane\n\nRien de plus.\n", "utf-8")
    assert _to_nobody("add", "phare.txt", "port.txt", folder=tmp_path) == (0, "")
    assert run("search", "sarmane").stdout.startswith("2 articles · ")


def _to_nobody(*arguments: str, folder: Path | None = None) -> tuple[int, str]:
    """Run a command whose output nobody reads; return its exit code and errors."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "searchapp", *arguments],
            cwd=folder,
            env=environment(),
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writing)
    return ended.returncode, ended.stderr
