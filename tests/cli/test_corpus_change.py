"""Naming another corpus than the one that is indexed changes the corpus: asked, said and done."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from searchapp.bootstrap import load_config
from searchapp.config import Config
from tests.cli.conftest import Run, environment

ANSWERS = {"y": True, "oui": True, "n": False, "": False}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Another corpus, of two articles."""
    folder = tmp_path / "mes archives"
    folder.mkdir()
    for name in ("phare", "mare"):
        (folder / f"{name}.txt").write_text(f"Le titre de {name}\n\nDu texte.\n", "utf-8")
    return folder


def articles(run: Run, index: Path) -> str:
    lines = run("status", "--index", index).stdout.splitlines()
    return next(line.split()[-1] for line in lines if line.startswith("Articles"))


def test_another_corpus_is_refused_until_it_is_confirmed(run: Run, indexed: Config, archive: Path) -> None:
    refused = run("reindex", archive, "--index", indexed.index, "--jobs", "1")
    assert refused.returncode == 2
    assert f"The index holds the corpus “{indexed.corpus}”" in refused.stderr
    assert "lacks 5 of its 5 articles; nothing was changed" in refused.stderr
    assert f"searchapp reindex '{archive}' --index {indexed.index} --jobs 1 --yes" in refused.stderr
    assert articles(run, indexed.index) == "5"


def test_a_confirmed_change_is_said_and_can_be_undone(run: Run, indexed: Config, archive: Path) -> None:
    done = run("reindex", archive, "--index", indexed.index, "--yes")
    assert f"The corpus is “{archive}”; it replaces “{indexed.corpus}”." in done.stdout
    assert f"To go back to it: searchapp rollback --index {indexed.index}\n" in done.stdout
    assert articles(run, indexed.index) == "2"
    assert run("rollback", "--index", indexed.index).returncode == 0
    assert articles(run, indexed.index) == "5"


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_terminal_is_asked_before_anything_is_read(indexed: Config, archive: Path, answer: str) -> None:
    command = [sys.executable, "-m", "searchapp", "reindex", str(archive), "--index", str(indexed.index)]
    ours, terminal = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    outcome = subprocess.run(
        command, stdin=terminal, capture_output=True, text=True, env=environment(), check=False, timeout=60
    )
    os.close(ours)
    os.close(terminal)
    assert "The index holds 5 articles of" in outcome.stderr
    assert ("Nothing was changed." in outcome.stdout) is not ANSWERS[answer]
    assert ("2 indexed" in outcome.stdout) is ANSWERS[answer]
    assert outcome.returncode == 0


def test_a_corpus_that_is_not_named_is_the_one_that_is_indexed(
    run: Run, indexed: Config, archive: Path, tmp_path: Path
) -> None:
    run("reindex", archive, "--index", indexed.index, "--yes")
    (archive / "haie.txt").write_text("La haie\n\nUn mot.\n", "utf-8")
    assert "3 read, 3 indexed" in run("reindex", "--index", indexed.index).stdout
    config = load_config({"index": indexed.index})
    assert config.corpus == archive


def test_a_corpus_of_the_settings_takes_precedence_over_the_one_that_is_indexed(
    run: Run, indexed: Config, archive: Path, tmp_path: Path
) -> None:
    (tmp_path / "searchapp.toml").write_text(f'corpus = "{archive}"\n', "utf-8")
    assert run("reindex", "--index", indexed.index).returncode == 2


def test_the_same_corpus_under_another_name_is_no_change(run: Run, indexed: Config, tmp_path: Path) -> None:
    link = tmp_path / "lien"
    link.symlink_to(indexed.corpus)
    for name in (link, f"{indexed.corpus}/", indexed.corpus.relative_to(tmp_path)):
        outcome = run("reindex", name, "--index", indexed.index)
        assert (outcome.returncode, "replaces" in outcome.stdout) == (0, False), outcome.stderr


def test_a_corpus_that_moved_with_all_its_articles_needs_no_confirmation(
    run: Run, indexed: Config, tmp_path: Path
) -> None:
    moved = indexed.corpus.rename(tmp_path / "déménagé")
    outcome = run("reindex", moved, "--index", indexed.index)
    assert (outcome.returncode, "it replaces" in outcome.stdout) == (0, True), outcome.stderr
    assert "Nothing has changed." in run("reindex", "--index", indexed.index).stdout


def test_one_more_source_is_no_change_of_corpus(run: Run, indexed: Config, archive: Path, tmp_path: Path) -> None:
    tables = "".join(f'[[corpus]]\npath = "{folder}"\n' for folder in (indexed.corpus, archive))
    (tmp_path / "searchapp.toml").write_text(tables, "utf-8")
    outcome = run("reindex", "--index", indexed.index)
    assert (outcome.returncode, "replaces" in outcome.stdout) == (0, False), outcome.stderr


def test_a_dry_run_tells_of_the_change_and_changes_nothing(run: Run, indexed: Config, archive: Path) -> None:
    outcome = run("reindex", archive, "--index", indexed.index, "--dry-run")
    assert outcome.returncode == 0
    assert f"The corpus is “{archive}”; it replaces “{indexed.corpus}”." in outcome.stdout
    assert articles(run, indexed.index) == "5"


def test_a_corpus_that_shrank_is_told_as_before(run: Run, indexed: Config) -> None:
    (indexed.corpus / "articles.jsonl").write_text('{"id": "a", "title": "A", "text": "Seul."}\n', "utf-8")
    refused = run("reindex", indexed.corpus, "--index", indexed.index)
    assert "5 of 5 articles are gone from the corpus" in refused.stderr
    assert f"searchapp reindex {indexed.corpus} --index {indexed.index} --yes" in refused.stderr
