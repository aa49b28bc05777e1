"""A write that fails, by a crash, a kill, a full disk or a refusal, leaves no line and loses none."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from searchapp.errors import CorpusUnwritable, StorageFull
from searchapp.ingest.journal.journal import Journal, Outcome
from searchapp.ingest.journal.written_articles import (
    line_of,
)
from tests.ingest.journal.conftest import PARIS, TIDE, append, lines, nothing_served


def test_a_torn_line_of_an_earlier_month_is_cut_off_once(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    journal.folder.mkdir()
    (journal.folder / "2026-01.jsonl").write_bytes(line_of(TIDE) + line_of({**TIDE, "id": "quai"})[:-9])
    with caplog.at_level(logging.WARNING):
        assert append(journal, TIDE, {**TIDE, "id": "phare"}).counts == {Outcome.UNCHANGED: 1, Outcome.CREATED: 1}
        append(journal, {**TIDE, "id": "port"})
    assert len(caplog.records) == 1
    assert [line["id"] for line in lines(journal)] == ["maree", "phare", "port"]


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
    assert journal.last_entry("quai") is None
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


def test_a_real_full_disk_is_told_with_what_is_left(tmp_path: Path, small_disk: Path) -> None:
    journal = Journal(small_disk, tmp_path / "journal.sqlite", PARIS)
    append(journal, TIDE)
    with pytest.raises(StorageFull, match=r"bytes are left.*make room") as caught:
        append(journal, *({**TIDE, "id": f"n{number}", "text": "mot " * 200} for number in range(9000)))
    assert (caught.value.http_status, caught.value.exit_code) == (507, 4)
    assert [line["id"] for line in lines(journal)] == ["maree"]
    assert append(journal, {**TIDE, "id": "phare"}).outcome is Outcome.CREATED
    journal.close()


def test_a_full_disk_of_the_index_in_the_middle_of_a_write_leaves_no_line(tmp_path: Path, small_disk: Path) -> None:
    (tmp_path / "corpus").mkdir()
    journal = Journal(tmp_path / "corpus", small_disk / "journal.sqlite", PARIS)
    append(journal, TIDE)
    with pytest.raises(StorageFull, match="disk of the index is full") as caught:
        append(journal, *({**TIDE, "id": f"{number:0500}"} for number in range(6000)))
    assert (caught.value.http_status, caught.value.exit_code) == (507, 4)
    assert [line["id"] for line in lines(journal)] == ["maree"]
    assert append(journal, TIDE).outcome is Outcome.UNCHANGED
    journal.close()


def test_an_index_that_fails_in_the_middle_of_a_write_leaves_no_line_and_is_rebuilt(journal: Journal) -> None:
    """The system takes files of three megabytes; ids in this order let the log of the index grow beyond that first."""
    append(journal, TIDE)
    code = f"""
        import resource, signal
        from pathlib import Path
        from zoneinfo import ZoneInfo
        from searchapp.ingest.journal.journal import Journal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, -1))
        corpus = Path({str(journal.folder.parent)!r})
        journal = Journal(corpus, corpus.parent / "index" / "journal.sqlite", ZoneInfo("UTC"))
        def records(count):
            for number in range(count):
                yield {{"id": f"{{number * 7919 % 10007:0500}}", "title": "x", "text": "mot"}}
        try:
            journal.append(records(10_000), lambda article_id: None)
        except Exception as error:
            print(type(error).__name__)
        print(journal.append(records(10), lambda article_id: None).counts.total())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["IndexUnwritable", "10"]
    assert len(lines(journal)) == 11


def test_a_corpus_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "corpus").write_text("a file", "utf-8")
    journal = Journal(tmp_path / "corpus", tmp_path / "journal.sqlite", PARIS)
    with pytest.raises(CorpusUnwritable, match="folder of the corpus"):
        append(journal, TIDE)


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
