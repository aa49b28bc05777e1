"""The journal index: the last entry of an id, also after damage and changes by other programs."""

from __future__ import annotations

import json

import pytest

from searchapp.ingest.journal.journal import Journal, Outcome
from searchapp.ingest.journal.written_articles import (
    line_of,
    tombstone,
)
from tests.ingest.journal.conftest import TIDE, append, lines


def test_a_journal_changed_by_hand_is_read_anew(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    append(journal, TIDE, {**TIDE, "id": "quai"})
    (file,) = journal.folder.glob("*.jsonl")
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[1])
    assert append(journal, {**TIDE, "id": "quai"}).outcome is Outcome.UNCHANGED
    assert append(journal, TIDE).outcome is Outcome.CREATED
    assert "modified externally" in caplog.text


def damage(journal: Journal, article_id: str, new: bytes = b"") -> None:
    """Overwrite the last line on an article, its length kept."""
    (file,) = journal.folder.glob("*.jsonl")
    kept = file.read_bytes().splitlines(keepends=True)
    place = max(number for number, line in enumerate(kept) if f'"{article_id}"'.encode() in line)
    kept[place] = (new or b"#").ljust(len(kept[place]) - 1, b" ") + b"\n"
    file.write_bytes(b"".join(kept))


def test_what_a_damaged_line_lost_is_written_anew(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    append(journal, TIDE, {**TIDE, "id": "quai"})
    damage(journal, "maree")
    assert append(journal, TIDE, {**TIDE, "id": "quai"}).counts == {Outcome.CREATED: 1, Outcome.UNCHANGED: 1}
    assert "not as it was written" in caplog.text
    assert append(journal, TIDE).outcome is Outcome.UNCHANGED
    (file,) = journal.folder.glob("*.jsonl")
    assert json.loads(file.read_bytes().splitlines()[-1])["id"] == "maree"


def test_a_line_that_says_something_else_by_now_is_not_taken_for_the_one_that_was_written(journal: Journal) -> None:
    append(journal, TIDE)
    damage(journal, "maree", line_of({**TIDE, "text": "Rien."}).rstrip())
    assert append(journal, TIDE).outcome is Outcome.REPLACED
    assert [line["text"] for line in lines(journal)] == ["Rien.", TIDE["text"]]


def test_the_word_before_a_damaged_one_counts_again(journal: Journal) -> None:
    append(journal, TIDE)
    append(journal, {**TIDE, "text": "Autre chose."})
    damage(journal, "maree")
    assert append(journal, TIDE).outcome is Outcome.UNCHANGED
    assert append(journal, {**TIDE, "text": "Autre chose."}).outcome is Outcome.REPLACED


def test_a_withdrawal_that_a_damaged_line_lost_is_none(journal: Journal) -> None:
    append(journal, TIDE)
    append(journal, tombstone("maree"))
    damage(journal, "maree")
    word = journal.last_entry("maree")
    assert word is not None
    assert not word.withdrawn
    assert append(journal, tombstone("maree")).outcome is Outcome.WITHDRAWN


def test_damage_is_found_amid_an_append_whose_first_lines_are_not_yet_on_the_disk(journal: Journal) -> None:
    append(journal, TIDE)
    damage(journal, "maree")
    fresh = {**TIDE, "id": "quai"}
    written = append(journal, fresh, TIDE, fresh, TIDE)
    assert written.counts == {Outcome.CREATED: 2, Outcome.UNCHANGED: 2}
    (file,) = journal.folder.glob("*.jsonl")
    assert [json.loads(line)["id"] for line in file.read_bytes().splitlines()[1:]] == ["quai", "maree"]
    assert append(journal, fresh, TIDE).counts == {Outcome.UNCHANGED: 2}


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
