"""Completion, by the shells themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run, environment
from tests.deploy.conftest import needs

Complete = Callable[[str], set[str]]
BASH = """
source <(searchapp completion bash)
COMP_WORDS=($1); [[ $1 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt() { :; }
_searchapp_completion searchapp; printf '%s\\n' "${COMPREPLY[@]}"
"""
FISH = "searchapp completion fish | source; complete -C $argv[1]"


@pytest.fixture(params=["bash", "fish"])
def complete(request: pytest.FixtureRequest, tmp_path: Path) -> Complete:
    """Ask a shell to complete the beginning of a command line."""
    shell = needs(request.param, request.param)
    command = [shell, "-c", BASH, "bash"] if request.param == "bash" else [shell, "-c", FISH]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def offered(line: str) -> set[str]:
        variables = environment(PATH=path, HOME=str(tmp_path))
        told = subprocess.run(
            [*command, line], env=variables, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
        )
        return {text.partition("\t")[0] for text in told.stdout.splitlines()}

    return offered


def test_a_shell_completes_commands(complete: Complete) -> None:
    assert complete("searchapp re") == {"reindex", "restore"}


def test_a_shell_completes_options(complete: Complete) -> None:
    assert complete("searchapp serve --po") == {"--port"}


def test_a_shell_completes_values_of_a_setting(complete: Complete) -> None:
    assert complete("searchapp reindex --engine ") == {"whoosh", "tantivy", "opensearch"}


def test_zsh_reads_its_script_and_gets_its_answers(run: Run, tmp_path: Path) -> None:
    (tmp_path / "_searchapp").write_text(run("completion", "zsh").stdout, "utf-8")
    subprocess.run([needs("zsh", "zsh"), "-n", tmp_path / "_searchapp"], check=True)
    asked = run(_SEARCHAPP_COMPLETE="zsh_complete", COMP_WORDS="searchapp che", COMP_CWORD="1")
    assert asked.stdout.splitlines()[:2] == ["plain", "check"]


def test_the_lines_of_its_help_can_be_copied(run: Run) -> None:
    told = run("completion", "--help").stdout
    assert "searchapp completion bash > ~/.local/share/bash-completion/completions/searchapp\n" in told


def test_a_shell_without_a_script_is_told_which_have_one(run: Run) -> None:
    told = run("completion", "csh")
    assert told.returncode == 2
    assert all(shell in told.stderr for shell in ("bash", "zsh", "fish"))
