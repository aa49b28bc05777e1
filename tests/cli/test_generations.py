"""``status``, ``check`` and ``rollback`` as a person meets them, the lock between processes, and a server's workers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from searchapp import bootstrap
from searchapp.bootstrap import ReindexOptions
from searchapp.config import ENGINES, Config
from searchapp.indexing import Generations
from searchapp.indexing.durability import write_durably
from searchapp.indexing.generation_layout import MANIFEST
from searchapp.indexing.locking import Holder
from searchapp.indexing.manifest import to_text
from tests.cli.conftest import Run, environment

FULL = ReindexOptions(full=True)


@pytest.fixture
def run(config: Config) -> Run:
    """Run searchapp on the index of the test."""

    def call(*arguments: object, language: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "searchapp", *map(str, arguments), "--index", str(config.index)]
        return subprocess.run(
            command,
            cwd=config.index.parent,
            env=environment(language),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return call


@pytest.fixture
def two(config: Config) -> tuple[str, str]:
    """The names of two generations."""
    first, second = (bootstrap.reindex(config, options=FULL).generation for _ in range(2))
    return first, second


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def test_status_tells_a_newcomer_what_is_there(run: Run, config: Config, two: tuple[str, str]) -> None:
    bootstrap.rollback(config)
    said = run("status").stdout
    assert f"Generation  {two[0]}\n" in said
    assert "Articles    5\n" in said
    assert f"Kept        {two[1]} · " in said
    assert said.rstrip().endswith("· in use")
    french = run("status", language="fr_FR.UTF-8").stdout
    assert f"Conservées  {two[1]} · " in french
    assert "(il y a " in french


def test_status_hides_a_password_that_an_earlier_version_recorded(run: Run, config: Config) -> None:
    published = Generations(config.index)
    manifest = published.manifest(bootstrap.reindex(config).generation)
    old = replace(manifest, corpus="/srv/press, postgresql://anne:secret@base.example/archives")
    write_durably(published.path(manifest.generation) / MANIFEST, to_text(old))
    assert "Corpus      /srv/press, postgresql://anne@base.example/archives\n" in run("status").stdout
    assert "secret" not in run("status", "--json").stdout


def test_status_tells_programs_the_same(run: Run, config: Config, two: tuple[str, str]) -> None:
    cut(config.index / two[1] / "lexicon.sqlite")
    (config.index / "20990101T000000.000000Z-0000").mkdir()
    (config.index / "20990101T000000.000000Z-0000" / "CHECKPOINT").write_text("{}", "utf-8")
    state = json.loads(run("status", "--json").stdout)
    assert (state["generation"], state["current"], state["degraded"]) == (*two, True)
    assert (state["articles"], state["withdrawn"], state["writing"]) == (5, 0, None)
    assert [kept["generation"] for kept in state["kept"]] == [two[1], two[0]]
    assert [damage["file"] for kept in state["kept"] for damage in kept["damages"]] == ["lexicon.sqlite"]
    assert state["unfinished"] == "20990101T000000.000000Z-0000"


def test_status_says_what_is_wrong_and_what_to_do(run: Run, config: Config, two: tuple[str, str]) -> None:
    cut(config.index / two[1] / "lexicon.sqlite")
    said = run("status").stderr
    assert f"damaged: {two[1]}/lexicon.sqlite: it has " in said
    assert f"The current generation ({two[1]}) is damaged; searches use the previous one." in said
    assert re.search(r"Run: searchapp reindex .*--full", said)
    cut(config.index / two[0] / "lexicon.sqlite")
    outcome = run("status")
    assert (outcome.returncode, bool(re.search(r"reindex .*--full", outcome.stderr))) == (5, True)


def test_status_says_who_is_writing_and_that_another_engine_rebuilds(
    run: Run, config: Config, two: tuple[str, str]
) -> None:
    with Generations(config.index).locked():
        outcome = run("status", "--engine", "tantivy")
    assert f"(process {os.getpid()}, since " in outcome.stdout
    assert "The next reindex will be a full one: the engine was whoosh3" in outcome.stderr


def test_check_of_a_whole_index_says_so(run: Run, two: tuple[str, str]) -> None:
    outcome = run("check", "--all")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    lines = outcome.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"{name} is intact" for name in two]
    assert lines[0].endswith("5 articles")


def test_check_names_the_damage_and_what_repairs_it(run: Run, config: Config, two: tuple[str, str]) -> None:
    cut(config.index / two[1] / "register.sqlite")
    outcome = run("check")
    assert outcome.returncode == 5
    assert outcome.stderr.splitlines()[0] == f"{two[1]} is damaged:"
    assert f"  damaged: {two[1]}/register.sqlite: it has " in outcome.stderr
    assert f"Meanwhile searches use {two[0]}. To make it the current one, run: searchapp rollback" in outcome.stderr
    assert re.search(r"searchapp reindex .*--full$", outcome.stderr.rstrip())
    reports = json.loads(run("check", two[1], "--json").stdout)
    assert [(report["whole"], [damage["file"] for damage in report["damages"]]) for report in reports] == [
        (False, ["register.sqlite"])
    ]
    french = run("check", language="fr_FR.UTF-8").stderr
    assert f"{two[1]} est endommagée\u202f:" in french
    assert run("check", two[0]).returncode == 0
    cut(config.index / two[0] / "register.sqlite")
    assert "Every kept generation is damaged" in run("check", "--all").stderr


def test_check_says_what_to_do_when_there_is_nothing(run: Run, config: Config) -> None:
    assert run("check").returncode == 4
    bootstrap.reindex(config)
    outcome = run("check", "20200101T000000.000000Z-0000")
    assert (outcome.returncode, "List them: searchapp status" in outcome.stderr) == (3, True)
    (config.index / "CURRENT").write_bytes(b"\0\xff")
    outcome = run("check")
    assert (outcome.returncode, bool(re.search(r"reindex .*--full", outcome.stderr))) == (5, True)


def test_rollback_says_what_it_did(run: Run, config: Config, two: tuple[str, str]) -> None:
    outcome = run("rollback")
    assert outcome.returncode == 0, outcome.stderr
    first, second = outcome.stdout.splitlines()
    assert first.startswith(f"The current generation is now {two[0]}: 5 articles, indexed on ")
    assert second == f"Before, it was {two[1]}. The next reindex publishes a new generation."
    assert run("rollback").returncode == 3
    assert run("rollback", two[1]).returncode == 0
    assert Generations(config.index).current() == two[1]


def test_rollback_refuses_a_damaged_generation(run: Run, config: Config, two: tuple[str, str]) -> None:
    cut(config.index / two[0] / "lexicon.sqlite")
    outcome = run("rollback")
    assert (outcome.returncode, "lexicon.sqlite: it has " in outcome.stderr) == (5, True)
    assert Generations(config.index).current() == two[1]


@contextmanager
def held(config: Config) -> Iterator[Holder]:
    """Hold the lock; yields the description of its holder that other processes print."""
    generations = Generations(config.index)
    with generations.locked():
        holder = generations.holder()
        assert holder is not None
        yield holder


def test_rollback_waits_for_whoever_is_writing(run: Run, config: Config, two: tuple[str, str]) -> None:
    with held(config) as holder:
        outcome = run("rollback")
        assert (outcome.returncode, f"process {os.getpid()}" in outcome.stderr) == (4, True)
        outcome = run("rollback", "--wait", "0.2")
        assert (outcome.returncode, f"Waiting for {holder.command}" in outcome.stderr) == (4, True)
    assert "--wait: “x” is not allowed" in run("rollback", "--wait", "x").stderr


# A server


@contextmanager
def serving(config: Config) -> Iterator[str]:
    """Serve in two processes; give the address."""
    command = [sys.executable, "-m", "searchapp", "serve", "--index", str(config.index), "--port", "0"]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            server.stdout.readline()
            yield server.stdout.readline().split()[2]
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0


def ask(address: str, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(address + path, timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def eventually(address: str, path: str, **expected: object) -> None:
    """Ask until twenty answers in a row, from either process, hold what is expected."""
    in_a_row = 0
    for _ in range(3000):
        try:
            answer = ask(address, path)
        except (urllib.error.URLError, ConnectionError):  # a process died over the damage; another takes its place
            answer = {}
        in_a_row = in_a_row + 1 if expected.items() <= answer.items() else 0
        if in_a_row == 20:
            return
        time.sleep(0.01)
    raise AssertionError(answer)


@pytest.mark.parametrize("engine_name", ENGINES)
def test_server_processes_move_on_fall_back_and_heal(config: Config, two: tuple[str, str]) -> None:
    with serving(config) as address:
        assert ask(address, "readyz") == {"status": "ready", "generation": two[1], "articles": 5, "degraded": False}
        third = bootstrap.reindex(config, options=FULL).generation
        eventually(address, "readyz", generation=third, degraded=False)
        cut(config.index / third / "lexicon.sqlite")
        assert next(iter(bootstrap.check_index(config))).damages
        eventually(address, "readyz", generation=two[1], degraded=True, damaged=third, run="searchapp reindex --full")
        eventually(address, "api/v1/search?q=cheval", generation=two[1], total=1)
        fourth = bootstrap.reindex(config).generation
        eventually(address, "readyz", generation=fourth, degraded=False)


@pytest.mark.skipif(sys.platform != "linux", reason="what a shortened file does to who has it mapped differs")
@pytest.mark.parametrize("engine_name", ENGINES)
def test_a_server_survives_files_that_are_cut_under_its_feet(config: Config, two: tuple[str, str]) -> None:
    with serving(config) as address:
        assert ask(address, "api/v1/search?q=cheval")["generation"] == two[1]
        for file in (config.index / two[1] / "engine").iterdir():
            os.truncate(file, 0)
        eventually(address, "api/v1/search?q=marche", generation=two[0])
        eventually(address, "readyz", degraded=True, damaged=two[1])


def test_a_reindex_waits_for_another_one_to_end(run: Run, config: Config) -> None:
    with held(config) as holder:
        command = [sys.executable, "-m", "searchapp", "reindex", config.corpus, "--index", config.index, "--wait", "50"]
        waiting = subprocess.Popen(
            command, env=environment(), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert waiting.stderr is not None
        told = waiting.stderr.readline()
        assert told.startswith(f"Waiting for {holder.command} (process {os.getpid()}, since ")
        assert Generations(config.index).names() == []
    assert "5 indexed" in waiting.communicate(timeout=60)[0]
    assert waiting.returncode == 0
    assert bootstrap.index_status(config).holder is None
