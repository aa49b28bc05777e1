"""A backup that is taken while others write, restored elsewhere: the same answers, and what was withdrawn is hidden."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import IO, Any

import pytest

from searchapp import bootstrap
from searchapp.access.token_file import TokenFile
from searchapp.config import ENGINES, Config
from searchapp.errors import ArticleNotFound, ArticleWithdrawn, BackupDamaged, BackupRefused, IndexMissing
from searchapp.indexing import Generations
from searchapp.indexing.durability import write_durably
from searchapp.indexing.generation_layout import MANIFEST
from searchapp.indexing.manifest import to_text
from searchapp.ingest.journal import Journal, tombstone
from searchapp.model import JOURNAL_FOLDER, Scope, SearchRequest
from searchapp.operations.backup import back_up
from searchapp.operations.restore import restore

QUERIES = ("ingérence", "marche", '"état d’urgence"', "journal", "chevaux")
FORMS = ("copy.tar", "copy.tar.gz", "copy")


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def elsewhere(config: Config, tmp_path: Path) -> Config:
    """Settings of another machine, whose folders are not there yet."""
    return replace(config, corpus=tmp_path / "other" / "corpus", index=tmp_path / "other" / "index")


def saved(config: Config, target: Path) -> Path:
    back_up(Generations(config.index), config.corpus, {"synonyms.txt": config.synonyms}, target)
    return target


def brought_back(backup: Path, config: Config) -> None:
    restore(backup, Generations(config.index), config.corpus, {"synonyms.txt": config.synonyms})


def answers(config: Config) -> list[list[tuple[str, float]]]:
    service = bootstrap.open_service(config)
    try:
        found = [service.search(SearchRequest(query)) for query in QUERIES]
        return [[(hit.article.id, hit.score) for hit in result.hits] for result in found]
    finally:
        service.close()


def write(config: Config, *records: Any) -> None:
    journal = Journal(config.corpus, config.index / "journal.sqlite", config.timezone)
    journal.append(records, lambda article_id: None)
    journal.close()


def numbered(number: int) -> dict[str, Any]:
    return {"id": f"phare-{number}", "title": f"Le phare {number}", "text": "Un journal de la côte."}


def withdrawn(config: Config, article_id: str) -> bool:
    service = bootstrap.open_service(config)
    try:
        service.article(article_id)
    except (ArticleWithdrawn, ArticleNotFound):
        found = {hit.article.id for hit in service.search(SearchRequest("ingérence")).hits}
        return article_id not in found
    finally:
        service.close()
    return False


@pytest.mark.parametrize("form", FORMS)
def test_a_restored_index_gives_the_same_answers(indexed: Config, elsewhere: Config, form: str, tmp_path: Path) -> None:
    before = answers(indexed)
    backup = saved(indexed, tmp_path / form)
    shutil.rmtree(indexed.index)
    brought_back(backup, elsewhere)
    assert answers(elsewhere) == before
    assert [report.damages for report in bootstrap.check_index(elsewhere, every=True)] == [()]


@pytest.mark.parametrize("with_corpus", [True, False])
def test_what_was_withdrawn_after_the_index_was_made_stays_hidden(
    indexed: Config, elsewhere: Config, tmp_path: Path, with_corpus: bool
) -> None:
    write(indexed, tombstone("ingerence"))
    backup = saved(indexed, tmp_path / "copy.tar")
    restore(backup, Generations(elsewhere.index), elsewhere.corpus if with_corpus else None, {})
    assert withdrawn(elsewhere, "ingerence")


def test_the_next_reindex_of_a_restored_corpus_makes_the_same_index(
    indexed: Config, elsewhere: Config, tmp_path: Path
) -> None:
    write(indexed, numbered(1), tombstone("cheval"))
    brought_back(saved(indexed, tmp_path / "copy.tar"), elsewhere)
    for file in indexed.corpus.glob("*.jsonl"):
        shutil.copy(file, elsewhere.corpus)
    for config in (indexed, elsewhere):
        bootstrap.reindex(config)
    assert answers(elsewhere) == answers(indexed)
    assert withdrawn(elsewhere, "cheval")


def test_backups_that_are_taken_while_others_write_and_reindex_are_whole(
    indexed: Config, elsewhere: Config, tmp_path: Path
) -> None:
    """Each holds all that was confirmed before it began, and nothing of a write that was under way in part."""
    confirmed, stop = [0], Event()

    def write_on() -> None:
        while not stop.is_set():
            first = confirmed[0]
            write(indexed, *(numbered(first + step) for step in range(3)))
            confirmed[0] = first + 3
            bootstrap.reindex(indexed)

    writer = Thread(target=write_on)
    writer.start()
    try:
        backups = []
        for number in range(6):
            known = confirmed[0]
            backups.append((known, saved(indexed, tmp_path / f"copy-{number}.tar")))
    finally:
        stop.set()
        writer.join()
    for number, (known, backup) in enumerate(backups):
        folder = tmp_path / f"restored-{number}"
        config = replace(elsewhere, corpus=folder / "corpus", index=folder / "index")
        brought_back(backup, config)
        assert len(answers(config)[3]) >= 1
        files = (config.corpus / JOURNAL_FOLDER).glob("*.jsonl")
        lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
        assert len(lines) >= known
        assert len(lines) % 3 == 0
        assert all(json.loads(line)["id"] == f"phare-{index}" for index, line in enumerate(lines))


@pytest.mark.parametrize("form", FORMS)
def test_a_backup_replaces_nothing(indexed: Config, form: str, tmp_path: Path) -> None:
    backup = saved(indexed, tmp_path / form)
    with pytest.raises(BackupRefused, match="Choose a new name"):
        saved(indexed, backup)


def test_a_restore_replaces_no_index_and_no_journal(indexed: Config, elsewhere: Config, tmp_path: Path) -> None:
    write(indexed, numbered(1))
    backup = saved(indexed, tmp_path / "copy.tar")
    with pytest.raises(BackupRefused, match="There is an index already"):
        brought_back(backup, indexed)
    with pytest.raises(BackupRefused, match="has a journal already"):
        brought_back(backup, replace(elsewhere, corpus=indexed.corpus))
    assert not (elsewhere.index / "CURRENT").exists()


@pytest.mark.parametrize("member", ["CURRENT", "WITHDRAWN", "manifest.json", "lexicon.sqlite", "backup.json"])
def test_a_damaged_backup_restores_nothing(indexed: Config, elsewhere: Config, tmp_path: Path, member: str) -> None:
    backup = saved(indexed, tmp_path / "copy.tar")
    with tarfile.open(backup) as tar:
        entry = next(entry for entry in tar if entry.name.endswith(member))
    data = bytearray(backup.read_bytes())
    data[entry.offset_data + entry.size // 2] ^= 1
    backup.write_bytes(data)
    with pytest.raises(BackupDamaged):
        brought_back(backup, elsewhere)
    with pytest.raises(IndexMissing):
        Generations(elsewhere.index).current()


@pytest.mark.parametrize("form", ["copy.tar", "copy.tar.gz"])
def test_a_truncated_backup_restores_nothing(indexed: Config, elsewhere: Config, tmp_path: Path, form: str) -> None:
    backup = saved(indexed, tmp_path / form)
    os.truncate(backup, backup.stat().st_size // 2)
    with pytest.raises(BackupDamaged):
        brought_back(backup, elsewhere)


def test_a_file_that_is_missing_from_a_folder_is_noticed(indexed: Config, elsewhere: Config, tmp_path: Path) -> None:
    backup = saved(indexed, tmp_path / "copy")
    next(backup.rglob("manifest.json")).unlink()
    with pytest.raises(BackupDamaged, match="is missing or differs"):
        brought_back(backup, elsewhere)


def as_link(entry: tarfile.TarInfo) -> None:
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"


@pytest.mark.parametrize("name", ["../escaped", "/escaped", "index/../../escaped", "index/..", "elsewhere/x"])
def test_no_file_of_a_backup_leads_out_of_its_folder(elsewhere: Config, tmp_path: Path, name: str) -> None:
    hostile(tmp_path / "hostile.tar", name, lambda entry: None)
    with pytest.raises(BackupDamaged):
        brought_back(tmp_path / "hostile.tar", elsewhere)
    assert not list(tmp_path.rglob("escaped"))


def test_a_link_in_a_backup_is_refused(elsewhere: Config, tmp_path: Path) -> None:
    hostile(tmp_path / "hostile.tar", "index/CURRENT", as_link)
    with pytest.raises(BackupDamaged):
        brought_back(tmp_path / "hostile.tar", elsewhere)


@pytest.mark.parametrize("names", [("index/a", "index/a"), ("index/a", "index/a/b"), ("index/a/b", "index/a")])
def test_a_backup_with_two_files_of_one_name_is_refused(
    elsewhere: Config, tmp_path: Path, names: tuple[str, str]
) -> None:
    with tarfile.open(tmp_path / "twice.tar", "w") as tar:
        for name in names:
            tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(BackupDamaged):
        brought_back(tmp_path / "twice.tar", elsewhere)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"form": Infinity, "files": {}}', "[]", '{"form": 1, "files": 3}'])
def test_a_backup_whose_table_of_contents_is_none_is_refused(elsewhere: Config, tmp_path: Path, text: str) -> None:
    backup = tmp_path / "folder"
    backup.mkdir()
    (backup / "backup.json").write_text(text)
    with pytest.raises(BackupDamaged):
        brought_back(backup, elsewhere)


def hostile(path: Path, name: str, change: Callable[[tarfile.TarInfo], None]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = 1
    change(entry)
    with tarfile.open(path, "w") as tar:
        tar.addfile(entry, io.BytesIO(b"x"))


@pytest.mark.skipif(os.name == "nt", reason="files have no such modes")
@pytest.mark.parametrize("form", ["copy.tar", "copy"])
def test_a_backup_is_readable_by_its_owner_only(indexed: Config, tmp_path: Path, form: str) -> None:
    assert saved(indexed, tmp_path / form).stat().st_mode & 0o077 == 0


def test_settings_are_restored_where_there_are_none(indexed: Config, elsewhere: Config, tmp_path: Path) -> None:
    here = replace(indexed, synonyms=tmp_path / "synonyms.txt")
    here.synonyms.write_text("phare, fanal\n", "utf-8")
    there = replace(elsewhere, synonyms=tmp_path / "other" / "synonyms.txt")
    brought_back(saved(here, tmp_path / "copy.tar"), there)
    assert there.synonyms.read_text("utf-8") == "phare, fanal\n"


def test_a_backup_without_an_index_says_what_to_do(config: Config, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="searchapp reindex"):
        saved(config, tmp_path / "copy.tar")
    assert not list(tmp_path.glob("copy*"))


def test_an_index_of_an_older_schema_answers_restored_until_it_is_rebuilt(
    indexed: Config, elsewhere: Config, tmp_path: Path
) -> None:
    generations = Generations(indexed.index)
    manifest = generations.manifest(generations.current())
    older = to_text(replace(manifest, schema=manifest.schema - 1))
    write_durably(generations.path(manifest.generation) / MANIFEST, older)
    before = answers(indexed)
    brought_back(saved(indexed, tmp_path / "copy.tar"), elsewhere)
    assert answers(elsewhere) == before
    there = replace(elsewhere, corpus=indexed.corpus)
    assert "the schema of the index has changed" in map(str, bootstrap.index_status(there).rebuild)
    assert bootstrap.reindex(there).full
    assert bootstrap.index_status(there).rebuild == ()
    assert answers(there) == before


def command(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run searchapp in ``folder``."""
    program = [sys.executable, "-m", "searchapp", *map(str, arguments)]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_the_commands_tell_what_was_kept_and_what_is_brought_back(indexed: Config, tmp_path: Path) -> None:
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "alerts.toml").write_text("# mine\n", "utf-8")
    there = tmp_path / "there"
    there.mkdir()
    kept = command(tmp_path, "backup", there / "copy.tar.gz", "--index", indexed.index, "--corpus", indexed.corpus)
    assert kept.stdout.startswith("Backed up: ")
    restored = command(there, "restore", "copy.tar.gz", "--corpus", "corpus")
    assert (restored.returncode, "5 articles" in restored.stdout) == (0, True)
    assert "Un cheval à la station-service" in command(there, "search", "cheval").stdout
    assert (there / "alerts" / "alerts.toml").read_text("utf-8") == "# mine\n"
    again = command(there, "restore", "copy.tar.gz", "--corpus", "corpus")
    assert (again.returncode, "There is an index already" in again.stderr) == (2, True)


def test_a_backup_that_was_killed_is_in_the_way_of_nothing(indexed: Config, tmp_path: Path) -> None:
    (tmp_path / "copy.tar.partial").write_bytes(b"x")
    (tmp_path / "copy.partial").mkdir()
    for name in ("copy.tar", "copy"):
        saved(indexed, tmp_path / name)
    assert not list(tmp_path.glob("*.partial"))


def test_a_restore_that_was_killed_may_be_given_again(indexed: Config, elsewhere: Config, tmp_path: Path) -> None:
    backup = saved(indexed, tmp_path / "copy.tar")
    generation = Generations(indexed.index).current()
    shutil.copytree(indexed.index / generation, elsewhere.index / generation)
    next((elsewhere.index / generation).rglob("*.sqlite")).write_bytes(b"half")
    brought_back(backup, elsewhere)
    assert answers(elsewhere) == answers(indexed)


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on another disk than ``tmp_path``."""
    memory = Path("/dev/shm")  # noqa: S108
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("this system has no second disk at /dev/shm")
    with TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_settings_restored_to_another_disk_are_private_while_they_are_copied(
    indexed: Config, elsewhere: Config, tmp_path: Path, other_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "searchapp.toml", other_disk / "searchapp.toml"
    here.write_text('write_token = "un-jeton-de-test"\n', "utf-8")
    back_up(Generations(indexed.index), None, {here.name: here}, tmp_path / "copy.tar")
    modes, copy = [], shutil.copyfileobj

    def watched(source: IO[bytes], target: IO[bytes]) -> None:
        modes.append(os.fstat(target.fileno()).st_mode & 0o777)
        copy(source, target)

    monkeypatch.setattr(shutil, "copyfileobj", watched)
    restore(tmp_path / "copy.tar", Generations(elsewhere.index), None, {here.name: there})
    assert modes == [0o600]
    assert [(path.name, path.stat().st_mode & 0o777) for path in other_disk.iterdir()] == [(there.name, 0o600)]
    assert there.read_text("utf-8") == here.read_text("utf-8")


def test_tokens_are_kept_and_restored(indexed: Config, tmp_path: Path) -> None:
    _, secret = TokenFile(tmp_path / "tokens.sqlite").add("agence", [Scope.SEARCH])
    there = tmp_path / "there"
    there.mkdir()
    command(tmp_path, "backup", there / "copy.tar", "--index", indexed.index, "--corpus", indexed.corpus)
    command(there, "restore", "copy.tar", "--corpus", "corpus")
    found = TokenFile(there / "tokens.sqlite").find(secret)
    assert found is not None
    assert found.name == "agence"
    assert (there / "tokens.sqlite").stat().st_mode & 0o777 == 0o600
