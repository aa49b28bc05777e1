"""A terminal is spoken to in its language, by us and by the library of the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from searchapp.config import Config
from tests.cli.conftest import Run

FRENCH = "fr_FR.UTF-8"
ENGLISH = "en_GB.UTF-8"
COMMANDS = (
    "reindex",
    "add",
    "serve",
    "search",
    "status",
    "check",
    "rollback",
    "queries",
    "doctor",
    "analyze",
    "ingest",
    "alerts",
    "alerts add",
    "alerts list",
    "alerts remove",
    "alerts run",
    "alerts test",
    "embed",
    "evaluate",
    "compare",
    "token",
    "token add",
    "token list",
    "token revoke",
    "backup",
    "restore",
    "plan",
    "completion",
    "queries",
)
GROUPS = {"alerts", "token"}


def test_help_is_in_one_language(run: Run) -> None:
    said = run("--help", language=FRENCH).stdout
    assert said.startswith("Utilisation\u202f: searchapp [OPTIONS] COMMANDE [ARGUMENTS]...\n")
    assert "\nOptions\u202f:\n" in said
    assert "\nCommandes\u202f:\n" in said
    assert "-h, --help  Afficher cette aide.\n" in said
    said = run("--help", language=ENGLISH).stdout
    assert said.startswith("Usage: searchapp [OPTIONS] COMMAND [ARGS]...\n")
    assert "\nCommands:\n" in said
    assert "-h, --help  Show this message and exit.\n" in said


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in GROUPS])
def test_french_help_says_in_the_infinitive_what_a_command_does(run: Run, command: str) -> None:
    first = run(*command.split(), "--help", language=FRENCH).stdout.split("\n\n")[1].split()[0]
    assert first.endswith(("er", "ir", "re"))


@pytest.mark.parametrize("command", COMMANDS)
def test_what_to_fill_in_has_a_french_name(run: Run, command: str) -> None:
    said = run(*command.split(), "--help", language=FRENCH).stdout
    assert re.findall(r"\b(?:COMMAND|ARGS|INTEGER|FLOAT|RANGE|TEXT|PATH|FILE|FOLDER|QUERY|NAME|VALUE)\b", said) == []


@pytest.mark.parametrize(
    ("arguments", "french", "english"),
    [
        (
            ["statsu"],
            "La commande «\u202fstatsu\u202f» n’existe pas. Vouliez-vous dire 'status'\u202f?",
            "No such command",
        ),
        (["search"], "Il manque l’argument 'REQUÊTE...'.", "Missing argument 'QUERY...'."),
        (
            ["ingest"],
            "Indiquez ce qu’il faut lire\u00a0: --show FICHIER ou --report DOSSIER.",
            "Name what to read: --show FILE or --report FOLDER.",
        ),
        (
            ["search", "--prochaine"],
            "L’option «\u202f--prochaine\u202f» n’existe pas.",
            "No such option '--prochaine'.",
        ),
        (
            ["search", "--page"],
            "L’option «\u202f--page\u202f» attend une valeur.",
            "Option '--page' requires an argument.",
        ),
        (
            ["search", "--page", "deux", "phare"],
            "Valeur incorrecte pour '--page'\u202f: «\u202fdeux\u202f» n’est pas un nombre",
            "Invalid value for '--page': 'deux' is not a valid",
        ),
        (["check", "a", "b"], "Argument en trop (b)", "Got unexpected extra argument (b)"),
        (["check", "a", "b", "c"], "Arguments en trop (b c)", "Got unexpected extra arguments (b c)"),
    ],
)
def test_mistakes_are_told_in_one_language(run: Run, arguments: list[str], french: str, english: str) -> None:
    outcome = run(*arguments, language=FRENCH)
    assert outcome.returncode == 2
    assert f"Erreur\u202f: {french}" in outcome.stderr
    assert f"Error: {english}" in run(*arguments, language=ENGLISH).stderr


def test_a_mistake_is_told_with_where_to_read_on(run: Run) -> None:
    usage, hint, *_ = run("search", language=FRENCH).stderr.splitlines()
    assert usage == "Utilisation\u202f: searchapp search [OPTIONS] REQUÊTE..."
    assert hint == "Pour de l’aide\u202f: searchapp search --help"
    usage, hint, *_ = run("search", language=ENGLISH).stderr.splitlines()
    assert usage == "Usage: searchapp search [OPTIONS] QUERY..."
    assert hint == "Try 'searchapp search --help' for help."


@pytest.mark.parametrize(
    ("locale", "preferred", "usage"),
    [
        ("en_GB.UTF-8", "fr", "Utilisation"),
        ("fr_FR.UTF-8", "en", "Usage"),
        ("fr_FR.UTF-8", "en:fr", "Usage"),
        ("fr_FR.UTF-8", "br:fr:en", "Utilisation"),
        ("de_DE.UTF-8", "de", "Usage"),
        ("fr", "", "Utilisation"),
        ("C", "fr", "Usage"),
    ],
)
def test_a_list_of_preferred_languages_counts_for_all_that_is_said(
    run: Run, locale: str, preferred: str, usage: str
) -> None:
    said = run("--help", language=locale, LANGUAGE=preferred).stdout
    assert said.startswith(usage)
    assert ("Rechercher dans l’index." in said) == (usage == "Utilisation")


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """A corpus of one article."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "phare.jsonl").write_text(json.dumps({"title": "Le phare", "text": "Il luit."}) + "\n", "utf-8")
    return folder


def test_one_article_is_told_in_the_singular(run: Run, one: Path) -> None:
    assert run("reindex").stdout.startswith("Articles: 1 read, 1 indexed, 0 rejected, ")
    assert run("search", "phare").stdout.startswith("1 article · ")
    assert run("status").stdout.count(" · 1 article · ") == 1
    assert run("check").stdout.endswith(", 1 article\n")
    assert run("ingest", "--show", one).stdout.endswith("\n1 article, 0 rejected, 0 repaired\n")


def test_one_article_is_told_in_the_french_singular(run: Run, one: Path) -> None:
    assert run("reindex", language=FRENCH).stdout.startswith("Articles\u202f: 1 lu, 1 indexé, 0 rejeté, ")
    assert run("search", "phare", language=FRENCH).stdout.startswith("1 article · ")
    assert run("status", language=FRENCH).stdout.count(" · 1 article · ") == 1
    assert run("check", language=FRENCH).stdout.endswith(", 1 article\n")
    shown = run("ingest", "--show", one, language=FRENCH)
    assert shown.stdout.endswith("\n1 article, 0 rejeté, 0 réparé\n")


def test_several_articles_are_told_in_the_plural(run: Run, corpus: Path, indexed: Config) -> None:
    place = ("--index", indexed.index)
    assert run("status", *place).stdout.count(" · 5 articles · ") == 1
    with (corpus / "phares.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": name, "title": name, "text": "Il luit."}) + "\n" for name in "ab")
    told = run("reindex", corpus, *place, language=FRENCH).stdout
    assert told.startswith("Articles\u202f: 7 lus, 7 indexés, 0 rejeté, ")
    assert "Changements\u202f: 2 nouveaux, 0 modifié, 0 disparu\n" in told
    (corpus / "phares.jsonl").write_text('{"source": "Le Phare"}\n', "utf-8")
    refused = run("reindex", corpus, "--strict", *place, language=FRENCH).stderr
    assert "Un article a été rejeté\u202f; rien n’a été publié." in refused
