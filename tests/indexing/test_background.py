"""The thread that indexes what was written."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from searchapp.errors import CorpusMissing, IndexLocked
from searchapp.i18n import Message
from searchapp.indexing import background
from searchapp.indexing.background import BackgroundIndexer, IndexingStatus


class Rounds:
    """A fake reindex that waits for a signal and fails a given number of times."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.count = 0
        self.started = threading.Semaphore(0)
        self.allowed = threading.Semaphore(0)

    def __call__(self) -> str:
        self.started.release()
        assert self.allowed.acquire(timeout=30)
        self.count += 1
        if self.failures:
            raise self.failures.pop(0)
        return f"g{self.count}"


@contextmanager
def indexing(rounds: Rounds) -> Iterator[BackgroundIndexer]:
    indexer = BackgroundIndexer(rounds, delay=0.0)
    yield indexer
    rounds.allowed.release(100)
    indexer.close()


def test_nothing_runs_before_something_was_written() -> None:
    before = threading.active_count()
    with indexing(Rounds()) as indexer:
        assert threading.active_count() == before
        assert indexer.status == IndexingStatus(pending=False, last_error="", last_generation="")


def test_what_was_written_before_a_round_is_in_it() -> None:
    rounds = Rounds()
    with indexing(rounds) as indexer:
        ticket = indexer.wake()
        rounds.allowed.release()
        assert indexer.wait(ticket, 30) == "g1"
        assert indexer.status == IndexingStatus(pending=False, last_error="", last_generation="g1")


def test_what_comes_during_a_round_is_the_next_ones_and_all_of_it_together() -> None:
    rounds = Rounds()
    with indexing(rounds) as indexer:
        first = indexer.wake()
        assert rounds.started.acquire(timeout=30)
        late = [indexer.wake() for _ in range(5)]
        assert indexer.wait(late[0], 0.0) == ""
        rounds.allowed.release()
        assert indexer.wait(first, 30) == "g1"
        rounds.allowed.release()
        assert {indexer.wait(ticket, 30) for ticket in late} == {"g2"}
        assert rounds.count == 2
        assert not indexer.status.pending


def test_a_round_that_fails_is_tried_again_and_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(background, "_FIRST_PAUSE", 0.01)
    rounds = Rounds(CorpusMissing(Message("Mount the disk.")), ValueError("broken"))
    with indexing(rounds) as indexer:
        ticket = indexer.wake()
        rounds.allowed.release()
        assert rounds.started.acquire(timeout=30)
        assert rounds.started.acquire(timeout=30)
        assert indexer.status == IndexingStatus(pending=True, last_error="Mount the disk.", last_generation="")
        rounds.allowed.release(2)
        assert indexer.wait(ticket, 30) == "g3"
    assert indexer.status.last_error == ""
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.ERROR]
    assert "safe in the corpus" in caplog.records[0].getMessage()
    assert "Mount the disk." in caplog.records[0].getMessage()


def test_another_reindex_is_no_failure_to_be_alarmed_by(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(background, "_FIRST_PAUSE", 0.01)
    rounds = Rounds(IndexLocked(Message("Another reindex is running.")))
    with indexing(rounds) as indexer, caplog.at_level(logging.INFO):
        ticket = indexer.wake()
        rounds.allowed.release(2)
        assert indexer.wait(ticket, 30) == "g2"
    assert [record.levelno for record in caplog.records] == [logging.INFO]


def test_closing_lets_a_round_finish_and_nobody_wait() -> None:
    rounds = Rounds()
    indexer = BackgroundIndexer(rounds, delay=0.0)
    indexer.wake()
    assert rounds.started.acquire(timeout=30)
    late = indexer.wake()
    closing = threading.Thread(target=indexer.close)
    closing.start()
    assert indexer.wait(late, 30) == ""
    rounds.allowed.release()
    closing.join()
    assert rounds.count == 1
    assert indexer.wake() == late + 1
    assert indexer.status.pending


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system makes no processes by fork; nothing to install")
def test_a_process_made_after_the_indexer_has_a_thread_of_its_own() -> None:
    """As gunicorn makes its workers: the parent never wakes it, each child does."""
    indexer = BackgroundIndexer(lambda: "g1", delay=0.0)
    child = os.fork()
    if child == 0:
        os._exit(0 if indexer.wait(indexer.wake(), 30) == "g1" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
