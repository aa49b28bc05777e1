"""Appending to the journal: the lines that a write adds, and its result."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import pytest

from searchapp.errors import PreconditionFailed
from searchapp.ingest.cleaning.record import article_from
from searchapp.ingest.journal.journal import Journal, Outcome
from searchapp.ingest.journal.written_articles import (
    line_of,
    tombstone,
)
from searchapp.ingest.reader_protocol import FileContext
from searchapp.ingest.sources.walk import JOURNAL_FOLDER
from searchapp.model import Article
from tests.ingest.journal.conftest import PARIS, TIDE, append, lines


def test_a_record_is_written_as_it_was_received_with_its_moment(journal: Journal) -> None:
    written = append(journal, {**TIDE, "unknown": [1, {"a": None}]})
    assert (written.outcome, written.counts) == (Outcome.CREATED, {Outcome.CREATED: 1})
    (line,) = lines(journal)
    assert datetime.fromisoformat(line.pop("modified")).tzinfo
    assert line == {**TIDE, "unknown": [1, {"a": None}]}


def test_the_moment_that_a_record_gives_is_kept(journal: Journal) -> None:
    append(journal, {**TIDE, "modified": "2024-03-03T14:05:00+01:00"})
    assert lines(journal)[0]["modified"] == "2024-03-03T14:05:00+01:00"


def test_the_same_again_is_not_written(journal: Journal) -> None:
    append(journal, TIDE)
    assert append(journal, {"text": TIDE["text"], **TIDE}).outcome is Outcome.UNCHANGED
    assert append(journal, TIDE, TIDE).counts == {Outcome.UNCHANGED: 2}
    assert len(lines(journal)) == 1


def test_the_same_with_another_moment_or_status_is_written(journal: Journal) -> None:
    append(journal, TIDE)
    append(journal, {**TIDE, "modified": "2024-03-03T14:05:00+01:00"})
    append(journal, {**TIDE, "status": "corrected"})
    assert append(journal, TIDE).outcome is Outcome.UNCHANGED
    assert [line.get("status") for line in lines(journal)] == [None, None, "corrected"]


def test_other_words_are_a_correction_and_another_section_is_none(journal: Journal) -> None:
    append(journal, TIDE)
    assert append(journal, {**TIDE, "section": "Mer"}).outcome is Outcome.REPLACED
    append(journal, {**TIDE, "section": "Mer", "text": "La baignoire est revenue."})
    append(journal, {**TIDE, "section": "Port", "text": "La baignoire est revenue."})
    found = lines(journal)
    assert [line.get("status") for line in found] == [None, None, "corrected", "corrected"]
    assert found[3]["modified"] == found[2]["modified"]


def test_a_status_that_is_given_is_left_alone(journal: Journal) -> None:
    append(journal, TIDE)
    append(journal, {**TIDE, "text": "Autre chose.", "status": "published"})
    assert lines(journal)[1]["status"] == "published"


def test_what_files_say_counts_for_an_id_that_the_journal_does_not_know(journal: Journal) -> None:
    served = article_from({**TIDE, "text": "Le quai est vide."}, FileContext("x", PARIS))
    written = journal.append([TIDE], lambda _id: served)
    assert written.outcome is Outcome.REPLACED
    assert lines(journal)[0]["status"] == "corrected"


def test_a_withdrawal_is_a_line_and_a_second_one_none(journal: Journal) -> None:
    append(journal, TIDE)
    assert append(journal, tombstone("maree")).outcome is Outcome.WITHDRAWN
    assert append(journal, tombstone("maree")).outcome is Outcome.UNCHANGED
    assert append(journal, TIDE).outcome is Outcome.CREATED
    assert [(line["id"], line.get("status")) for line in lines(journal)] == [
        ("maree", None),
        ("maree", "withdrawn"),
        ("maree", None),
    ]


def test_within_one_append_the_later_line_follows_the_earlier(journal: Journal) -> None:
    written = append(journal, TIDE, {**TIDE, "text": "Rien."}, tombstone("maree"))
    assert written.counts == {Outcome.CREATED: 1, Outcome.REPLACED: 1, Outcome.WITHDRAWN: 1}
    word = journal.last_entry("maree")
    assert word is not None
    assert word.withdrawn


def test_an_accent_in_two_signs_is_the_same_id(journal: Journal) -> None:
    apart = "e\u0301te"
    journal.folder.mkdir()
    (journal.folder / "2026-01.jsonl").write_bytes(line_of({**TIDE, "id": apart}))
    assert append(journal, {**TIDE, "id": "éte"}).outcome is Outcome.UNCHANGED
    assert append(journal, {**TIDE, "id": apart}).outcome is Outcome.UNCHANGED
    word = journal.last_entry(apart)
    assert word is not None
    assert word == journal.last_entry("éte")


def test_an_append_tells_how_far_a_generation_must_have_read_to_hold_it(journal: Journal) -> None:
    written = append(journal, TIDE, {**TIDE, "id": "quai"}, tombstone("quai"))
    (file,) = journal.folder.glob("*.jsonl")
    assert written.extent.ends == {file.name: file.stat().st_size}
    assert written.extent.withdrawn == {"maree": False, "quai": True}
    again = append(journal, TIDE)
    assert again.extent.ends == {file.name: len(file.read_bytes().splitlines(keepends=True)[0])}


def test_the_journal_lies_in_the_folder_that_reading_knows(journal: Journal) -> None:
    append(journal, TIDE)
    assert journal.folder.name == JOURNAL_FOLDER
    assert all(name.startswith((".", "20")) for name in os.listdir(journal.folder))  # noqa: PTH208


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
