"""A newcomer who runs every command of the READMEs and of the tutorial sees what is written there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.config import Config
from tests.cli.conftest import environment
from tests.console import Session, commands, same

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LANGUAGES = {"README.md": "C.UTF-8", "README.fr.md": "fr_FR.UTF-8", "docs/tutoriel.md": "fr_FR.UTF-8"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with a folder of two articles."""
    (tmp_path / "home/archives").mkdir(parents=True)
    for name in ("phare", "mare"):
        (tmp_path / f"home/archives/{name}.txt").write_text(f"Le titre de {name}\n\nDu texte.\n", "utf-8")
    return tmp_path / "home"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout whose environment is that of this test, installed a moment ago."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    for name in ("Makefile", "synonyms.txt", "requirements.lock", "pyproject.toml", "scripts/environment.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(BIN)
    (folder / ".venv/.running").touch()
    return folder


@pytest.fixture(params=LANGUAGES)
def page(request: pytest.FixtureRequest) -> str:
    """The name of a page that has commands."""
    return str(request.param)


@pytest.fixture
def session(page: str, home: Path, checkout: Path) -> Iterator[Session]:
    """A terminal in the checkout, or for the tutorial in an empty folder, in the page's language."""
    folder = home if page == "docs/tutoriel.md" else checkout
    variables = environment(LANGUAGES[page], HOME=str(home), PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if page == "docs/tutoriel.md":
        shutil.rmtree(home / "archives")
    opened = Session(folder, variables)
    yield opened
    opened.close()


def test_every_command_shows_what_the_page_says(page: str, session: Session) -> None:
    for command, expected in commands((ROOT / page).read_text("utf-8")):
        output = session.run(command, expected)
        end = time.monotonic() + 30
        # A server shows what was indexed a moment later.
        while command.startswith("curl") and not same(expected, output) and time.monotonic() < end:
            time.sleep(0.2)
            output = session.run(command, expected)
        assert same(expected, output), f"{page}: $ {command}\n{output}"


def test_a_server_of_another_kind_serves_the_pages(indexed: Config) -> None:
    """The READMEs name waitress-serve for systems without gunicorn."""
    variables = {**environment(), "SEARCHAPP_INDEX": str(indexed.index), "SEARCHAPP_CORPUS": str(indexed.corpus)}
    command = [BIN / "waitress-serve", "--listen=127.0.0.1:0", "--call", "searchapp:create_app"]
    with subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            address = server.stderr.readline().split()[-1]
            with urllib.request.urlopen(f"{address}/search?q=cheval", timeout=30) as answer:
                assert "station-service" in answer.read().decode()
        finally:
            server.terminate()


def test_without_a_corpus_make_run_serves_what_is_indexed(checkout: Path, home: Path) -> None:
    variables = environment(HOME=str(home), PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    opened = Session(checkout, variables)
    try:
        opened.run('searchapp reindex "$HOME/archives"', "")
        shutil.rmtree(home / "archives")
        output = opened.run("make run", "\n".join("12345"))
    finally:
        opened.close()
    assert "There is no readable corpus at" in output
    assert "2 articles are indexed.\nSearching at http" in output


@pytest.mark.parametrize("page", ["README.md", "README.fr.md"])
def test_the_readmes_name_every_command(page: str) -> None:
    from searchapp.cli import cli

    text = (ROOT / page).read_text("utf-8")
    assert [name for name in cli.commands if f"`searchapp {name}" not in text] == []
