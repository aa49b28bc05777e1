"""The journal's last words: what a write changes, what it is compared with, and what is looked up of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from searchapp.errors import PreconditionFailed
from searchapp.ingest.journal.journal import Journal, Outcome, Written
from searchapp.ingest.journal.written_articles import line_of, tombstone
from searchapp.model import Article

TIDE = {"id": "maree", "title": "La grande marée", "text": "Une baignoire a quitté le quai."}


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    (tmp_path / "corpus").mkdir()
    opened = Journal(tmp_path / "corpus", tmp_path / "index" / "journal.sqlite", ZoneInfo("Europe/Paris"))
    yield opened
    opened.close()


def append(journal: Journal, *records: dict[str, Any]) -> Written:
    return journal.append(records, lambda _: None)


def lines(journal: Journal) -> list[dict[str, Any]]:
    files = sorted(journal.folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_of_many_articles_of_one_write_a_hundred_are_looked_for_by_their_ids(journal: Journal) -> None:
    written = append(journal, *({**TIDE, "id": f"a{number:03}"} for number in range(102)), tombstone("a000"))
    assert sorted(written.extent.withdrawn) == [f"a{number:03}" for number in range(100)]
    assert written.extent.withdrawn["a000"]
    (file,) = journal.folder.glob("*.jsonl")
    assert written.extent.ends == {file.name: file.stat().st_size}


def test_a_clock_that_went_back_a_month_lets_the_last_file_go_on(journal: Journal) -> None:
    journal.folder.mkdir()
    (journal.folder / "2999-12.jsonl").write_bytes(line_of(TIDE))
    assert append(journal, {**TIDE, "text": "Autre."}).file == "2999-12.jsonl"
    assert [line["text"] for line in lines(journal)] == [TIDE["text"], "Autre."]


def test_a_correction_keeps_its_moment_when_its_words_come_again(journal: Journal) -> None:
    append(journal, TIDE)
    append(journal, {**TIDE, "text": "Autre.", "modified": "2024-05-05T10:00:00+02:00"})
    append(journal, {**TIDE, "text": "Autre.", "section": "Mer"})
    (_, first, second) = lines(journal)
    assert (first["status"], second["status"]) == ("corrected", "corrected")
    assert second["modified"] == first["modified"]


@pytest.mark.parametrize(
    ("record", "unchanged"),
    [
        ({}, True),
        ({"status": "published"}, True),
        ({"status": " Published "}, True),
        ({"status": "corrected"}, False),
        ({"text": "Autre."}, False),
        ({"modified": "2024-05-05T10:00:00+02:00"}, True),
        ({"modified": "2024-05-05T10:00:01+02:00"}, False),
    ],
)
def test_what_a_record_leaves_open_is_as_it_was(journal: Journal, record: dict[str, Any], unchanged: bool) -> None:
    append(journal, {**TIDE, "modified": "2024-05-05T10:00:00+02:00"})
    assert (append(journal, {**TIDE, **record}).outcome is Outcome.UNCHANGED) == unchanged
    assert len(lines(journal)) == (1 if unchanged else 2)


@pytest.mark.parametrize(
    ("must_exist", "ids", "failed"),
    [
        (True, ["maree"], False),
        (False, ["maree"], True),
        (True, ["quai"], True),
        (False, ["quai"], False),
        (True, ["gone"], True),
        (False, ["gone"], False),
        (True, ["served"], False),
        (False, ["served"], True),
        (False, ["quai", "quai"], True),
    ],
)
def test_a_condition_is_checked_against_what_is_there(
    journal: Journal, must_exist: bool, ids: list[str], failed: bool
) -> None:
    append(journal, TIDE, {**TIDE, "id": "gone"}, tombstone("gone"))
    before = lines(journal)

    def served(article_id: str) -> Article | None:
        return Article("served", "Titre", "Texte.") if article_id == "served" else None

    records = [{**TIDE, "id": article_id, "text": "Autre."} for article_id in ids]
    if failed:
        with pytest.raises(PreconditionFailed):
            journal.append(records, served, must_exist=must_exist)
        assert lines(journal) == before
    else:
        journal.append(records, served, must_exist=must_exist)
        assert len(lines(journal)) == len(before) + 1


def test_a_line_of_a_file_by_hand_that_grows_in_an_earlier_month_is_read_too(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    journal.folder.mkdir()
    early = journal.folder / "2024-01.jsonl"
    early.write_bytes(line_of({**TIDE, "id": "quai"}))
    append(journal, TIDE)
    with early.open("ab") as file:
        file.write(line_of({**TIDE, "id": "phare"}))
    assert append(journal, {**TIDE, "id": "phare"}, {**TIDE, "id": "quai"}, TIDE).counts == {Outcome.UNCHANGED: 3}
    assert "modified externally" in caplog.text


def test_lines_that_are_no_record_of_an_article_are_no_words(journal: Journal) -> None:
    journal.folder.mkdir()
    lost = [b"[1]\n", b'{"id": ""}\n', b'{"id": null}\n', b'{"title": "sans id"}\n', b"\n", b"[" * 9999 + b"\n"]
    (journal.folder / "2024-01.jsonl").write_bytes(b"".join([*lost, line_of(TIDE)]))
    assert append(journal, TIDE).outcome is Outcome.UNCHANGED
    word = journal.last_entry("maree")
    assert word is not None
    assert word.offset == sum(map(len, lost))


def test_the_last_of_several_words_counts_also_across_months(journal: Journal) -> None:
    journal.folder.mkdir()
    (journal.folder / "2024-01.jsonl").write_bytes(line_of(TIDE) + line_of({**TIDE, "text": "Deux."}))
    (journal.folder / "2024-02.jsonl").write_bytes(line_of({**TIDE, "text": "Trois."}))
    assert append(journal, {**TIDE, "text": "Trois."}).outcome is Outcome.UNCHANGED
    word = journal.last_entry("maree")
    assert word is not None
    assert (word.file, word.offset) == ("2024-02.jsonl", 0)


def test_threads_may_write_to_one_journal_by_turns(journal: Journal) -> None:
    with ThreadPoolExecutor(2) as pool:
        outcomes = [pool.submit(append, journal, {**TIDE, "id": f"a{number % 3}"}) for number in range(9)]
        counts = sum((outcome.result().counts for outcome in outcomes), Counter[Outcome]())
    assert counts == {Outcome.CREATED: 3, Outcome.UNCHANGED: 6}


def test_what_another_process_wrote_is_no_change_by_another_hand(
    journal: Journal, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    append(journal, TIDE)
    other = Journal(tmp_path / "corpus", tmp_path / "elsewhere" / "journal.sqlite", ZoneInfo("Europe/Paris"))
    other.append([{**TIDE, "id": "quai"}], lambda _: None)
    other.close()
    assert append(journal, {**TIDE, "id": "quai"}).outcome is Outcome.UNCHANGED
    assert caplog.records == []
