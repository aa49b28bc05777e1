"""Paths that the system does not give, in every command: a sentence and an exit code, never a traceback."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.cli import main
from searchapp.config import Config
from tests.cli.conftest import environment
from tests.permissions import as_anybody, only_where_modes_count, without_privileges

pytestmark = only_where_modes_count

Place = Callable[[Path], Path]
Run = Callable[[tuple[str, ...]], tuple[int, str]]

COMMANDS: dict[str, tuple[str, ...]] = {
    "reindex": ("reindex", "--corpus", "{corpus}", "--index", "{index}"),
    "dry run": ("reindex", "--dry-run", "--corpus", "{corpus}", "--index", "{index}"),
    "add": ("add", "{file}", "--corpus", "{corpus}", "--index", "{index}"),
    "withdraw": ("add", "--withdraw", "cheval", "--corpus", "{corpus}", "--index", "{index}"),
    "search": ("search", "cheval", "--index", "{index}"),
    "status": ("status", "--index", "{index}"),
    "check": ("check", "--index", "{index}"),
    "check all": ("check", "--all", "--index", "{index}"),
    "rollback": ("rollback", "--index", "{index}"),
    "ingest": ("ingest", "--show", "{file}", "--corpus", "{corpus}"),
}


def locked(path: Path) -> Path:
    path.chmod(0)
    return path


def read_only(path: Path) -> Path:
    for each in [path, *path.rglob("*")]:
        if each.is_dir():
            each.chmod(0o555)
    return path


def locked_inside(path: Path) -> Path:
    for each in path.rglob("*"):
        if each.is_file():
            each.chmod(0)
    return path


def locked_generations(path: Path) -> Path:
    for each in path.iterdir():
        if each.is_dir():
            each.chmod(0)
    return path


def below_locked(path: Path) -> Path:
    path.chmod(0)
    return path / "deeper"


def file_in_its_place(path: Path) -> Path:
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    path.write_text("Un fichier.", "utf-8")
    return path


def below_a_file(path: Path) -> Path:
    return file_in_its_place(path) / "deeper"


def folder_in_its_place(path: Path) -> Path:
    path.unlink()
    path.mkdir()
    return path


def name_too_long(path: Path) -> Path:
    return path / ("n" * 300)


def link_to_itself(path: Path) -> Path:
    link = path.with_name("loop")
    link.symlink_to(link)
    return link


BAD_INDEX: list[Place] = [
    locked,
    locked_inside,
    locked_generations,
    below_locked,
    read_only,
    file_in_its_place,
    below_a_file,
    name_too_long,
    link_to_itself,
]
BAD_CORPUS: list[Place] = [
    locked,
    locked_inside,
    below_locked,
    read_only,
    below_a_file,
    name_too_long,
    link_to_itself,
]
BAD_FILE: list[Place] = [locked, below_a_file, name_too_long, link_to_itself]
BAD_SYNONYMS: list[Place] = [locked, folder_in_its_place, name_too_long, link_to_itself]
SUCCEEDS = {
    # What only reads needs no permission to write.
    *((command, "index", "read_only") for command in ("dry run", "search", "status", "check", "check all")),
    *((command, "corpus", "read_only") for command in ("reindex", "dry run", "ingest")),
    # An unreadable part of the index is rebuilt where the index can be written.
    *((command, "index", "locked_generations") for command in ("reindex", "dry run", "add")),
    ("dry run", "index", "locked_inside"),
    # What cannot be read of a corpus is told as rejects, and what is indexed of it stays.
    *((command, "corpus", "locked_inside") for command in ("reindex", "dry run", "ingest")),
    *(("ingest", "corpus", place.__name__) for place in BAD_CORPUS),
}


@pytest.fixture
def places(indexed: Config, tmp_path: Path) -> Iterator[dict[str, Path]]:
    """An index of two generations, a corpus with a journal, a file, and a list of synonyms."""
    bootstrap.reindex(indexed, options=bootstrap.ReindexOptions(full=True))
    file = tmp_path / "phare.txt"
    file.write_text("Le phare est vendu\n\nIl veillait sur la côte.", "utf-8")
    (indexed.corpus / "_journal").mkdir()
    (indexed.corpus / "_journal" / "2024-11.jsonl").write_text('{"id": "a", "title": "A"}\n', "utf-8")
    synonyms = tmp_path / "synonyms.txt"
    synonyms.write_text("ONU = Nations unies\n", "utf-8")
    yield {"index": indexed.index, "corpus": indexed.corpus, "file": file, "synonyms": synonyms}
    for folder, names, _ in os.walk(tmp_path, onerror=lambda error: None):
        for name in names:
            Path(folder, name).chmod(0o755)


@pytest.fixture
def run(
    places: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a command in this process, where file modes apply; return its exit code and its output."""

    def call(command: tuple[str, ...]) -> tuple[int, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SEARCHAPP_SYNONYMS", str(places["synonyms"]))
        monkeypatch.setenv("SEARCHAPP_JOBS", "1")
        monkeypatch.setattr("sys.argv", ["searchapp", *(part.format(**places) for part in command)])
        with pytest.raises(SystemExit) as ended, as_anybody():
            main()
        return int(str(ended.value.code)), capsys.readouterr().err

    return call


def assert_told(code: int, said: str) -> None:
    """Assert that a person can understand what went wrong and do something about it."""
    assert code in {2, 3, 4, 5}, (code, said)
    assert re.search(r"^(Error: |Erreur\u202f: )\S", said, re.MULTILINE), said
    for inside in ("Traceback", "[Errno", "PosixPath", "Error("):
        assert inside not in said


CASES = [
    *((command, "index", bad) for command, words in COMMANDS.items() if "{index}" in words for bad in BAD_INDEX),
    *((command, "corpus", bad) for command, words in COMMANDS.items() if "{corpus}" in words for bad in BAD_CORPUS),
    *((command, "file", bad) for command in ("add", "ingest") for bad in BAD_FILE),
    *((command, "synonyms", bad) for command in ("add", "search") for bad in BAD_SYNONYMS),
]


@pytest.mark.parametrize(
    ("command", "place", "bad"), CASES, ids=[f"{command}-{place}-{bad.__name__}" for command, place, bad in CASES]
)
def test_a_bad_path_is_told(run: Run, places: dict[str, Path], command: str, place: str, bad: Place) -> None:
    places[place] = bad(places[place])
    code, said = run(COMMANDS[command])
    if (command, place, bad.__name__) in SUCCEEDS:
        assert code == 0, said
    elif (command, place) == ("ingest", "file") and bad is locked:  # a file that gave only rejects
        assert (code, "there is no permission to read it" in said) == (2, True), said
    else:
        assert_told(code, said)


@pytest.mark.parametrize("command", ["search", "status", "check", "check all", "rollback", "reindex", "dry run"])
@pytest.mark.parametrize("bad", [locked, locked_inside])
def test_what_may_not_be_read_is_not_said_to_be_damaged(
    run: Run, places: dict[str, Path], command: str, bad: Place
) -> None:
    places["index"] = bad(places["index"])
    code, said = run(COMMANDS[command])
    if (command, bad) == ("dry run", locked_inside):  # it would make a generation that can be read
        return
    assert (code, "there is no permission" in said, "damaged" in said) == (4, True, False), said


def test_check_marks_nothing_that_it_may_not_read(run: Run, places: dict[str, Path]) -> None:
    locked_inside(places["index"])
    assert run(COMMANDS["check"])[0] == 4
    assert not list(places["index"].rglob("DAMAGED"))


def test_a_disk_that_can_only_be_read_is_told(run: Run, places: dict[str, Path]) -> None:
    mount = shutil.which("mount") or "mount"
    at = [*("-t", "tmpfs", "-o", "ro", "tmpfs"), str(places["index"])]
    if subprocess.run([mount, *at], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        code, said = run(COMMANDS["reindex"])
    finally:
        subprocess.run(["umount", str(places["index"])], check=True)
    assert (code, "The index cannot be written: the disk can only be read." in said) == (4, True), said


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("C.UTF-8", "Error: The index cannot be written: there is no permission. Give searchapp permission to write"),
        (
            "fr_FR.UTF-8",
            "Erreur\u202f: L’index ne peut pas être écrit\u202f: l’autorisation manque. Donnez à searchapp le droit",
        ),
    ],
)
def test_a_person_reads_it_in_their_language(places: dict[str, Path], tmp_path: Path, language: str, told: str) -> None:
    read_only(places["index"])
    outcome = subprocess.run(
        [sys.executable, "-m", "searchapp", "reindex", places["corpus"], "--index", places["index"]],
        cwd=tmp_path,
        env=environment(language),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=without_privileges,
    )
    assert (outcome.returncode, outcome.stderr.startswith(told)) == (4, True), outcome.stderr


def test_serve_says_that_it_may_not_read_the_index(places: dict[str, Path], tmp_path: Path) -> None:
    locked(places["index"])
    command = [sys.executable, "-m", "searchapp", "serve", "--index", str(places["index"]), "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True, preexec_fn=without_privileges
    ) as server:
        assert server.stderr is not None
        try:
            told = server.stderr.readline()
        finally:
            server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)
    assert told.startswith("The index cannot be read: there is no permission.")


def test_what_nobody_thought_of_is_a_sentence_too(
    run: Run, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), "/srv/disk")

    monkeypatch.setattr(bootstrap, "index_status", fail)
    code, said = run(COMMANDS["status"])
    assert code == 4
    assert said.startswith(f"Error: “/srv/disk” cannot be used: {os.strerror(errno.EIO)}. Correct that")


def test_a_fault_of_the_program_shows_as_one(
    run: Run, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise OSError("no number: not the system")

    monkeypatch.setattr(bootstrap, "index_status", fail)
    with pytest.raises(OSError, match="no number"):
        run(COMMANDS["status"])
