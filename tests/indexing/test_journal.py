"""The journal: what is on the disk after an append, and after everything that may go wrong with one."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.errors import CorpusUnwritable, StorageFull
from searchapp.ingest.cleaning.record import article_from
from searchapp.ingest.journal.journal import Journal, Outcome, Written
from searchapp.ingest.journal.written_articles import (
    InvalidRecordError,
    line_of,
    parse_line,
    record_of,
    tombstone,
    validate,
)
from searchapp.ingest.reader_protocol import FileContext
from searchapp.ingest.sources.walk import JOURNAL_FOLDER
from searchapp.model import Article, ArticleStatus

PARIS = ZoneInfo("Europe/Paris")
TIDE = {"id": "maree", "title": "La grande marée", "text": "Une baignoire a quitté le quai."}


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    (tmp_path / "corpus").mkdir()
    opened = Journal(tmp_path / "corpus", tmp_path / "index" / "journal.sqlite", PARIS)
    yield opened
    opened.close()


def nothing_served(_article_id: str) -> Article | None:
    return None


def append(journal: Journal, *records: dict[str, Any]) -> Written:
    return journal.append(records, nothing_served)


def lines(journal: Journal) -> list[dict[str, Any]]:
    files = sorted(journal.folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


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
    word = journal.last_word("maree")
    assert word is not None
    assert word.withdrawn


def test_another_process_and_a_lost_cache_change_nothing(journal: Journal, tmp_path: Path) -> None:
    append(journal, TIDE)
    other = Journal(tmp_path / "corpus", tmp_path / "elsewhere" / "journal.sqlite", PARIS)
    other.append([{**TIDE, "text": "Autre."}], nothing_served)
    other.close()
    assert append(journal, {**TIDE, "text": "Autre."}).outcome is Outcome.UNCHANGED
    journal.close()
    for path in (tmp_path / "index").iterdir():
        path.write_bytes(b"no database at all" * 500)
    assert append(journal, {**TIDE, "text": "Autre."}).outcome is Outcome.UNCHANGED
    assert append(journal, TIDE).outcome is Outcome.REPLACED


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
    word = journal.last_word("maree")
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


def test_a_torn_line_of_an_earlier_month_is_cut_off_once(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    journal.folder.mkdir()
    (journal.folder / "2026-01.jsonl").write_bytes(line_of(TIDE) + line_of({**TIDE, "id": "quai"})[:-9])
    with caplog.at_level(logging.WARNING):
        assert append(journal, TIDE, {**TIDE, "id": "phare"}).counts == {Outcome.UNCHANGED: 1, Outcome.CREATED: 1}
        append(journal, {**TIDE, "id": "port"})
    assert len(caplog.records) == 1
    assert [line["id"] for line in lines(journal)] == ["maree", "phare", "port"]


def test_an_accent_in_two_signs_is_the_same_id(journal: Journal) -> None:
    apart = "e\u0301te"
    journal.folder.mkdir()
    (journal.folder / "2026-01.jsonl").write_bytes(line_of({**TIDE, "id": apart}))
    assert append(journal, {**TIDE, "id": "éte"}).outcome is Outcome.UNCHANGED
    assert append(journal, {**TIDE, "id": apart}).outcome is Outcome.UNCHANGED
    word = journal.last_word(apart)
    assert word is not None
    assert word == journal.last_word("éte")


def test_an_append_tells_how_far_a_generation_must_have_read_to_hold_it(journal: Journal) -> None:
    written = append(journal, TIDE, {**TIDE, "id": "quai"}, tombstone("quai"))
    (file,) = journal.folder.glob("*.jsonl")
    assert written.extent.ends == {file.name: file.stat().st_size}
    assert written.extent.withdrawn == {"maree": False, "quai": True}
    again = append(journal, TIDE)
    assert again.extent.ends == {file.name: len(file.read_bytes().splitlines(keepends=True)[0])}


def test_a_line_that_a_crash_tore_is_cut_off_and_logged(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    append(journal, TIDE)
    (file,) = journal.folder.glob("*.jsonl")
    with file.open("ab") as tail:
        tail.write(line_of({**TIDE, "id": "quai", "text": "é" * 3_000_000})[:-9])
    with caplog.at_level(logging.WARNING):
        append(journal, {**TIDE, "id": "phare"})
    assert [line["id"] for line in lines(journal)] == ["maree", "phare"]
    assert "cut short" in caplog.text


def test_a_last_line_that_lacks_its_end_only_is_kept(journal: Journal) -> None:
    append(journal, TIDE)
    (file,) = journal.folder.glob("*.jsonl")
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    append(journal, {**TIDE, "id": "phare"})
    assert [line["id"] for line in lines(journal)] == ["maree", "phare"]


def test_the_cache_does_not_count_a_torn_line_as_read(journal: Journal) -> None:
    append(journal, TIDE)
    (file,) = journal.folder.glob("*.jsonl")
    with file.open("ab") as tail:
        tail.write(line_of({**TIDE, "id": "quai"})[:-5])
    assert journal.last_word("quai") is None
    assert append(journal, {**TIDE, "id": "quai"}).outcome is Outcome.CREATED
    assert append(journal, {**TIDE, "id": "quai"}).outcome is Outcome.UNCHANGED


def test_an_append_that_fails_halfway_leaves_no_line(journal: Journal) -> None:
    append(journal, TIDE)

    def records() -> Iterator[dict[str, Any]]:
        for number in range(3000):  # more than is written at once
            yield {**TIDE, "id": f"n{number}", "text": "mot " * 200}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        journal.append(records(), nothing_served)
    assert [line["id"] for line in lines(journal)] == ["maree"]
    assert append(journal, {**TIDE, "id": "n7"}).outcome is Outcome.CREATED


def test_a_write_that_the_system_refuses_halfway_leaves_no_line(journal: Journal) -> None:
    """It takes files of three megabytes only; the cache has no place at all, and memory does."""
    append(journal, TIDE)
    no_place = journal.folder.parent / "file" / "x"
    no_place.parent.touch()
    code = f"""
        import resource, signal
        from pathlib import Path
        from zoneinfo import ZoneInfo
        from searchapp.ingest.journal.journal import Journal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, -1))
        journal = Journal(Path({str(journal.folder.parent)!r}), Path({str(no_place)!r}), ZoneInfo("UTC"))
        records = ({{"id": f"n{{number}}", "title": "x", "text": "mot " * 200}} for number in range(9000))
        try:
            journal.append(records, lambda article_id: None)
        except Exception as error:
            print(type(error).__name__)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["CorpusUnwritable"]
    assert [line["id"] for line in lines(journal)] == ["maree"]


def test_a_real_full_disk_is_told_with_what_is_left(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)], check=False)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root: run the tests as root")
    try:
        journal = Journal(small, tmp_path / "journal.sqlite", PARIS)
        append(journal, TIDE)
        with pytest.raises(StorageFull, match=r"bytes are left.*make room") as caught:
            append(journal, *({**TIDE, "id": f"n{number}", "text": "mot " * 200} for number in range(9000)))
        assert (caught.value.http_status, caught.value.exit_code) == (507, 4)
        assert [line["id"] for line in lines(journal)] == ["maree"]
        assert append(journal, {**TIDE, "id": "phare"}).outcome is Outcome.CREATED
        journal.close()
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_corpus_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "corpus").write_text("a file", "utf-8")
    journal = Journal(tmp_path / "corpus", tmp_path / "journal.sqlite", PARIS)
    with pytest.raises(CorpusUnwritable, match="folder of the corpus"):
        append(journal, TIDE)


def _write(corpus: Path, last_words: Path, name: str) -> None:
    journal = Journal(corpus, last_words, PARIS)
    for number in range(40):
        journal.append([{**TIDE, "id": f"{name}-{number}"}, {**TIDE, "id": "tous", "text": name}], nothing_served)
    journal.close()


def test_processes_that_write_at_once_lose_and_mix_nothing(journal: Journal, tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    arguments = (tmp_path / "corpus", tmp_path / "index" / "journal.sqlite")
    started = [spawn.Process(target=_write, args=(*arguments, f"p{number}")) for number in range(4)]
    for process in started:
        process.start()
    for process in started:
        process.join()
        assert process.exitcode == 0
    ids = [line["id"] for line in lines(journal)]
    assert {f"p{process}-{number}" for process in range(4) for number in range(40)} == set(ids) - {"tous"}
    assert len(ids) - ids.count("tous") == 160


def test_a_writer_killed_at_any_moment_keeps_what_it_acknowledged(journal: Journal, tmp_path: Path) -> None:
    code = f"""
        from pathlib import Path
        from zoneinfo import ZoneInfo
        from searchapp.ingest.journal.journal import Journal
        import itertools, sys
        journal = Journal(Path({str(tmp_path / "corpus")!r}), Path({str(tmp_path / "j.sqlite")!r}), ZoneInfo("UTC"))
        for number in itertools.count(int(sys.argv[1])):
            records = [{{"id": f"{{number}}-{{part}}", "title": "x", "text": "mot " * 9000}} for part in range(4)]
            journal.append(records, lambda article_id: None)
            print(number, flush=True)
    """
    acknowledged: list[int] = []
    for turn in range(6):
        command = [sys.executable, "-c", textwrap.dedent(code), str(1000 * turn)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        acknowledged += [int(process.stdout.readline()) for _ in range(3 + turn)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout.read().split("\n") if line]
        process.stdout.close()
        process.wait()
    assert append(journal, TIDE).outcome is Outcome.CREATED
    written = {line["id"] for line in lines(journal)}
    assert {f"{number}-{part}" for number in acknowledged for part in range(4)} <= written


def test_memory_stays_flat_however_many_records_come(journal: Journal) -> None:
    def records(count: int) -> Iterator[dict[str, Any]]:
        return ({**TIDE, "id": f"n{number}", "text": "mot " * 200} for number in range(count))

    journal.append(records(2000), nothing_served)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert journal.append(records(30_000), nothing_served).counts == {Outcome.CREATED: 28_000, Outcome.UNCHANGED: 2000}
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 12 * 1024  # KiB; the records take 24 MiB


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"text": "x"}, "title"),
        ({"title": 3, "text": "x"}, "title"),
        ({"title": "x", "text": ["y"]}, "text"),
        ({"title": "x", "text": "y", "date": "hier"}, "date"),
        ({"title": "x", "text": "y", "modified": "31/02/2024"}, "modified"),
        ({"title": "x", "text": "y", "url": "javascript:alert(1)"}, "url"),
        ({"title": "x", "text": "y", "status": "draft"}, "status"),
        ({"title": "x", "text": "y", "author": [1]}, "author"),
        ({"title": "x", "text": "y", "id": "a\nb"}, "id"),
        ({"title": "x", "text": "y", "stub": "oui"}, "stub"),
        ({"title": "x", "text": "y", "autor": "Anne"}, "autor"),
        ({"title": "x", "text": "y", "auteur": "Anne"}, "auteur"),
        ({"titre": "x", "texte": "y", "brouillon": True}, "brouillon"),
        ({"articles": [{"title": "x", "text": "y", "date_quality": "day"}]}, "date_quality"),
        ({"status": "withdrawn", "id": "x", "reason": "erreur"}, "reason"),
        ([1], ""),
        ({"articles": [{"title": "x"}, {"title": "y"}]}, ""),
    ],
)
def test_a_record_that_is_wrong_is_told_by_its_field(record: object, field: str) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        validate(record, FileContext("x", PARIS, lenient=False))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("autor", "did you mean “author”"),
        ("auteur", "did you mean “author”"),
        ("Title", "did you mean “title”"),
        ("repairs", "leave it out"),
        ("brouillon", "there are id, title, text"),
        ("x" * 10_000, "there are id, title, text"),
    ],
)
def test_an_unknown_field_is_told_with_the_one_that_was_meant(field: str, said: str) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        validate({"title": "x", "text": "y", field: "z"}, FileContext("x", PARIS))
    assert said in str(caught.value.reason)
    assert len(str(caught.value.reason)) + len(caught.value.field) < 500


def test_what_other_formats_define_beside_is_no_unknown_field() -> None:
    schema = {"@type": "NewsArticle", "headline": "La marée", "articleBody": "Elle monte.", "wordCount": 2}
    feed = {"id": "x", "title": "La marée", "content_html": "<p>Elle monte.</p>", "banner_image": "x.png"}
    for value in (schema, feed):
        assert validate(value, FileContext("x", PARIS))[1].text == "Elle monte."


def test_an_id_that_is_not_that_of_the_address_is_wrong() -> None:
    with pytest.raises(InvalidRecordError, match="another one"):
        validate(TIDE, FileContext("x", PARIS), "autre")
    assert validate({**TIDE, "id": 7}, FileContext("x", PARIS), "7")[0]["id"] == "7"
    assert validate({**TIDE, "id": ""}, FileContext("x", PARIS), "e\u0301te")[0]["id"] == "éte"


def test_a_record_without_an_id_gets_one_that_stays() -> None:
    unnamed = {"title": "La marée", "text": "Elle monte.", "url": "https://ponant.example/1"}
    record, article = validate(unnamed, FileContext("x", PARIS))
    assert record["id"] == article.id == validate(record, FileContext("x", PARIS))[1].id


def test_other_names_are_written_in_ours() -> None:
    schema = {"@type": "NewsArticle", "headline": "La marée", "articleBody": "Elle monte."}
    record, article = validate(schema, FileContext("x", PARIS), "maree")
    assert (record["title"], article.text, article.id) == ("La marée", "Elle monte.", "maree")


def test_a_field_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(InvalidRecordError) as caught:
        parse_line(b'{"title": "x", "text": "y", "title": "z"}')
    assert "“title” stands there twice" in str(caught.value.reason)


def test_half_a_surrogate_pair_is_written_all_the_same(journal: Journal) -> None:
    value = parse_line(b'{"id": "x", "title": "La mer \\ud83d", "text": "y"}')
    record, _ = validate(value, journal.context())
    append(journal, record)
    assert lines(journal)[0]["title"] == "La mer \ud83d"


texts = st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    st.builds(
        dict,
        title=st.sampled_from(["La marée", "L’été à l’île", "« Non ! »"]),
        text=texts,
        date=st.sampled_from(["", "2024-11-06", "2024-11-06 16:49", "2024-11-06T16:49:00+02:00", "6/11/24"]),
        author=st.lists(st.sampled_from(["Anne Le Bihan", "Noël Çatal"]), unique=True),
        tags=st.lists(st.sampled_from(["mer", "marée, forte"]), unique=True),
        status=st.sampled_from([status.value for status in ArticleStatus]),
        stub=st.booleans(),
    )
)
def test_an_article_and_the_record_of_it_are_the_same(fields: dict[str, Any]) -> None:
    context = FileContext("x", PARIS)
    article = article_from({**fields, "id": "x"}, context)
    again = article_from(json.loads(line_of(record_of(article))), context)
    names = ("id", "title", "lead", "text", "date", "authors", "tags", "status", "stub", "language")
    assert [getattr(again, name) for name in names] == [getattr(article, name) for name in names]


def test_the_journal_lies_in_the_folder_that_reading_knows(journal: Journal) -> None:
    append(journal, TIDE)
    assert journal.folder.name == JOURNAL_FOLDER
    assert all(name.startswith((".", "20")) for name in os.listdir(journal.folder))  # noqa: PTH208
