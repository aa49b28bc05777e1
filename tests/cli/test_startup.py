"""Commands start with what they need, and with nothing else."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from searchapp.cli import cli
from searchapp.cli.group import OnDemandCommand, OnDemandGroup
from searchapp.config import Config
from tests.cli.conftest import Run

HEAVY = {
    "babel",
    "dateparser",
    "flask",
    "importlib.metadata",
    "ftfy",
    "gunicorn",
    "lxml",
    "markdown_it",
    "numpy",
    "rapidfuzz",
    "rich",
    "searchapp.indexing.reindex",
    "searchapp.ingest",
    "searchapp.search.service",
    "tantivy",
    "trafilatura",
    "watchfiles",
    "whoosh",
    "yaml",
}
SHOWN = {"babel", "rich"}


def loaded(run: Run, *arguments: object, language: str = "C.UTF-8") -> set[str]:
    """Return the heavy modules that a command loads."""
    outcome = run(*arguments, language=language, options=("-X", "importtime"))
    assert outcome.returncode == 0, outcome.stderr
    lines = (line for line in outcome.stderr.splitlines() if line.startswith("import time:"))
    return HEAVY & {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_telling_about_itself_loads_nothing(run: Run, argument: str) -> None:
    assert loaded(run, argument) == set()
    assert loaded(run, argument, language="fr_FR.UTF-8") == {"babel"}


def test_status_loads_no_engine_and_no_format(run: Run, indexed: Config) -> None:
    # It names the release of the engine.
    assert loaded(run, "status", "--index", indexed.index) == SHOWN | {"importlib.metadata"}


def test_search_loads_its_engine_but_nothing_that_indexes(run: Run, indexed: Config) -> None:
    needed = {"numpy", "searchapp.search.service"}
    assert loaded(run, "search", "--index", indexed.index, "12345") == needed | SHOWN


def test_a_word_that_may_be_a_slip_is_compared_with_others(run: Run, indexed: Config) -> None:
    assert "rapidfuzz" in loaded(run, "search", "--index", indexed.index, "chevla")


def test_a_reindex_that_finds_nothing_new_loads_no_engine_and_no_server(run: Run, indexed: Config) -> None:
    unneeded = {"numpy", "whoosh", "markdown_it", "yaml", "ftfy", "trafilatura", "watchfiles", "flask", "dateparser"}
    assert not unneeded & loaded(run, "reindex", indexed.corpus, "--index", indexed.index)


def test_each_name_in_the_help_is_a_command_of_that_name() -> None:
    stubs = [command for command in cli.commands.values() if isinstance(command, OnDemandCommand)]
    assert len(stubs) == len(cli.commands)
    for stub in stubs:
        command = stub.load()
        assert (command.name, bool(command.help)) == (stub.name, True)
        assert not isinstance(command, OnDemandCommand)


def test_the_help_lists_all_commands_and_what_they_do(run: Run) -> None:
    lines = run("--help").stdout.partition("Commands:\n")[2].splitlines()
    assert lines[0].split(maxsplit=1) == ["add", "Write articles into the corpus and index them."]
    assert [line.split()[0] for line in lines[: len(cli.commands)]] == sorted(cli.commands)


def test_a_slip_of_the_pen_is_told_which_commands_are_near(run: Run) -> None:
    assert "Did you mean 'status'?" in run("statsu").stderr
    assert "(Did you mean one of: 'search', 'serve'?)" in run("serch").stderr


def test_names_are_completed_for_a_shell(run: Run) -> None:
    completion = {"_SEARCHAPP_COMPLETE": "bash_complete", "COMP_CWORD": "1"}
    assert run(COMP_WORDS="searchapp rei", **completion).stdout.split() == ["plain,reindex"]
    completion["COMP_CWORD"] = "2"
    assert "plain,--per-page" in run(COMP_WORDS="searchapp search --p", **completion).stdout.split()


def test_a_group_runs_commands_of_its_own_as_well() -> None:
    group = OnDemandGroup(commands=[click.Command("hello", callback=lambda: click.echo("Bonjour"))])
    assert CliRunner().invoke(group, ["hello"]).output == "Bonjour\n"
