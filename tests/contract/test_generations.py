"""Writers, readers and folders: what is seen when, and what is left after an accident."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from threading import Thread

import pytest

from searchapp.engines.port import Capabilities, Engine, EngineRequest, MatchAllClause, TermClause
from searchapp.errors import IndexDamaged
from searchapp.schema import STEMS
from tests.contract.conftest import Write, article, capabilities, document, found

VIN = TermClause(STEMS, (("vin", 1.0),))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".lock"}


def test_nothing_is_there_before_the_commit(engine: Engine, tmp_path: Path) -> None:
    with engine.create(tmp_path) as writer:
        writer.add(document(article("a", "vin")))
        with pytest.raises(IndexDamaged):
            engine.open(tmp_path)
    reader = engine.open(tmp_path)
    assert found(reader, VIN) == ["a"]
    reader.close()


def test_an_empty_folder_is_no_index(engine: Engine, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(IndexDamaged):
            engine.open(folder)


# Whoosh leaves files open when it cannot read them.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_emptied_files_are_damaged(engine: Engine, write: Write) -> None:
    folder = write([article("a", "vin")])
    for file in folder.iterdir():
        file.write_bytes(b"")
    with pytest.raises(IndexDamaged):
        engine.open(folder)


def test_a_reader_stays_on_its_generation(engine: Engine, write: Write) -> None:
    first = write([article("a", "vin")])
    reader = engine.open(first)
    second = write([article("b", "vin"), article("c", "vin")])
    assert found(reader, VIN) == ["a"]
    newer = engine.open(second)
    shutil.rmtree(first)
    assert (found(reader, VIN), found(newer, VIN)) == (["a"], ["b", "c"])
    assert reader.article("a") == article("a", "vin")
    for opened in (reader, newer):
        opened.close()


def test_a_new_generation_grows_out_of_its_base(engine: Engine, write: Write) -> None:
    base = write([article(name, "vin " + name) for name in ("a", "b", "c", "d")])
    before, reader = files(base), engine.open(base)
    grown = write([article("b", "nouveau vin"), article("e", "vin")], base=base, gone=("c", "absent"))
    newer = engine.open(grown)
    assert found(newer, MatchAllClause()) == ["a", "d", "b", "e"]
    assert sorted(found(newer, VIN)) == ["a", "b", "d", "e"]
    assert (newer.count, newer.search(EngineRequest(VIN)).total) == (4, 4)
    assert (newer.article("b"), newer.article("c")) == (article("b", "nouveau vin"), None)
    assert newer.article("a") == article("a", "vin a")
    assert found(reader, MatchAllClause()) == ["a", "b", "c", "d"]
    assert files(base) == before
    for opened in (reader, newer):
        opened.close()


def test_a_base_may_go_once_the_next_generation_is_there(engine: Engine, write: Write) -> None:
    base = write([article("a", "vin"), article("b", "vin")])
    grown = write([article("c", "vin")], base=base, gone=("a",))
    shutil.rmtree(base)
    reader = engine.open(grown)
    assert found(reader, VIN) == ["b", "c"]
    reader.close()


def test_an_added_document_can_be_deleted_and_added_again(engine: Engine, write: Write) -> None:
    base = write([article("a", "vin"), article("b", "vin")])
    folder = write([], base=base)
    again = folder.with_name("again")
    again.mkdir()
    with engine.create(again, folder) as writer:
        writer.add(document(article("c", "vin")))
        writer.delete("c")
        writer.delete("a")
        writer.add(document(article("a", "vin rouge")))
    reader = engine.open(again)
    assert found(reader, MatchAllClause()) == ["b", "a"]
    assert reader.article("a") == article("a", "vin rouge")
    reader.close()


def test_a_writer_that_fails_leaves_its_base_whole(engine: Engine, write: Write, tmp_path: Path) -> None:
    base = write([article("a", "vin")])
    before, folder = files(base), tmp_path / "failed"
    folder.mkdir()

    def write_and_fail() -> None:
        with engine.create(folder, base) as writer:
            writer.add(document(article("b", "vin")))
            writer.delete("a")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_and_fail()
    assert files(base) == before
    with pytest.raises(IndexDamaged):
        engine.open(folder)


def test_a_removed_generation_is_gone_and_others_go_on(engine: Engine, write: Write) -> None:
    base = write([article("a", "vin"), article("b", "vin")])
    grown = write([article("c", "vin")], base=base, gone=("a",))
    reader = engine.open(base)
    engine.remove(base)
    with pytest.raises(IndexDamaged):
        engine.open(base)
    assert not base.exists()
    newer = engine.open(grown)
    assert (found(reader, VIN), found(newer, VIN)) == (["a", "b"], ["b", "c"])
    for opened in (reader, newer):
        opened.close()


def test_removing_what_is_missing_or_incomplete_is_fine(engine: Engine, tmp_path: Path) -> None:
    failed = tmp_path / "failed"
    failed.mkdir()
    with suppress(OSError), engine.create(failed) as writer:
        writer.add(document(article("a", "vin")))
        raise OSError("disk full")
    for place in (failed, failed, tmp_path / "nowhere"):
        engine.remove(place)
        assert not place.exists()


def test_a_place_may_be_renamed_once_it_is_complete(engine: Engine, write: Write) -> None:
    first = write([article("a", "vin")])
    reader = engine.open(first.rename(first.with_name("renamed")))
    assert found(reader, VIN) == ["a"]
    reader.close()


def test_handles_are_hashable_and_one_a_document(engine: Engine, write: Write) -> None:
    reader = engine.open(write([article(name, "vin") for name in "abc"]))
    handles = [candidate.document for candidate in reader.search(EngineRequest(VIN)).candidates]
    again = [candidate.document for candidate in reader.search(EngineRequest(MatchAllClause())).candidates]
    assert len(set(handles)) == 3
    assert set(handles) == set(again)
    assert [entry.id for entry in reader.articles(reversed(handles))] == ["c", "b", "a"]
    reader.close()


def test_threads_share_a_reader(engine: Engine, write: Write) -> None:
    reader = engine.open(write([article(str(number), "vin", "eau " * (number % 9)) for number in range(200)]))
    whole = found(reader, VIN, limit=200)
    failures: list[object] = []

    def read_often() -> None:
        for offset in range(0, 200, 10):
            page = found(reader, VIN, offset=offset, limit=10)
            failures.extend([page] if page != whole[offset : offset + 10] else [])

    threads = [Thread(target=read_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    reader.close()


def test_what_departs_from_the_port_has_its_reason(engine: Engine) -> None:
    declared, usual = capabilities(engine), Capabilities()
    names = [entry.name for entry in fields(Capabilities) if entry.name != "reasons"]
    departing = {name for name in names if getattr(declared, name) != getattr(usual, name)}
    assert departing == declared.reasons.keys()
    assert all(declared.reasons.values())
