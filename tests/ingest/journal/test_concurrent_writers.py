"""Processes and threads that write at once, and many records."""

from __future__ import annotations

import multiprocessing
import resource
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from searchapp.ingest.journal.journal import Journal, Outcome
from tests.ingest.journal.conftest import PARIS, TIDE, append, lines, nothing_served


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


def _write(corpus: Path, index: Path, name: str) -> None:
    journal = Journal(corpus, index, PARIS)
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


def test_memory_stays_flat_however_many_records_come(journal: Journal) -> None:
    def records(count: int) -> Iterator[dict[str, Any]]:
        return ({**TIDE, "id": f"n{number}", "text": "mot " * 200} for number in range(count))

    journal.append(records(2000), nothing_served)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert journal.append(records(30_000), nothing_served).counts == {Outcome.CREATED: 28_000, Outcome.UNCHANGED: 2000}
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 12 * 1024  # KiB; the records take 24 MiB


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
