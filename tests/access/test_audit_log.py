"""The audit log: what is on the disk before a change and after it, over processes, rotation and full disks."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from searchapp.access.audit_log import AuditLog
from searchapp.errors import ArticleNotFound, AuditUnwritable

resource = pytest.importorskip("resource", reason="limits of files are those of POSIX")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


@pytest.fixture
def log(path: Path) -> Iterator[AuditLog]:
    audit_log = AuditLog(path)
    yield audit_log
    audit_log.close()


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@contextmanager
def no_room(path: Path, left: int) -> Iterator[None]:
    """Let files grow to ``left`` bytes more than this one has: the system then fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_attempt_is_on_the_disk_before_the_result(log: AuditLog, path: Path) -> None:
    number = log.attempt("withdraw", "agence", article="mare", client="192.0.2.1")
    (attempt,) = records(path)
    assert (attempt["event"], attempt["who"], attempt["article"]) == ("attempt", "agence", "mare")
    assert attempt["time"].endswith("+00:00")
    log.result(number, status=202)
    result = records(path)[1]
    assert (result["event"], result["id"], result["status"]) == ("result", attempt["id"], 202)


def test_without_a_file_nothing_is_recorded(tmp_path: Path) -> None:
    log = AuditLog(None)
    log.result(log.attempt("put", "agence"), status=202)
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_not_for_everybody(log: AuditLog, path: Path) -> None:
    log.attempt("put", "agence")
    assert path.stat().st_mode & 0o007 == 0


def test_hostile_names_stay_inside_their_line(log: AuditLog, path: Path) -> None:
    names = ['a"}\n{"event": "attempt"', "\u2028\x00\r\n", "\udcff"]
    for name in names:
        log.attempt("put", name, article=name)
    assert [json.loads(line)["who"] for line in path.read_bytes().split(b"\n")[:-1]] == names


def test_a_moved_file_is_left_alone_and_a_new_one_is_begun(log: AuditLog, path: Path) -> None:
    number = log.attempt("put", "agence")
    moved = path.rename(path.with_suffix(".1"))
    log.result(number, status=202)
    assert [record["event"] for record in records(moved)] == ["attempt"]
    assert [record["event"] for record in records(path)] == ["result"]


def test_a_change_that_cannot_be_recorded_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for wrong in (tmp_path / "folder", tmp_path / "missing/audit.jsonl"):
        with pytest.raises(AuditUnwritable, match="audit_log"):
            AuditLog(wrong).attempt("put", "agence")


def test_a_device_is_no_audit_log() -> None:
    with pytest.raises(AuditUnwritable):
        AuditLog(Path(os.devnull)).attempt("put", "agence")


def test_a_full_disk_leaves_no_half_record(log: AuditLog, path: Path) -> None:
    log.attempt("put", "agence")
    with no_room(path, 20), pytest.raises(AuditUnwritable):
        log.attempt("put", "agence")
    assert len(records(path)) == 1
    log.attempt("put", "agence")
    assert len(records(path)) == 2


def test_a_result_that_found_no_room_comes_before_the_next_attempt(
    log: AuditLog, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    number = log.attempt("withdraw", "agence", article="mare")
    with no_room(path, 20):
        log.result(number, status=200)
        with pytest.raises(AuditUnwritable):
            log.attempt("put", "agence")
    assert number in caplog.text
    log.attempt("put", "agence")
    assert [(record["event"], record["id"] == number) for record in records(path)] == [
        ("attempt", True),
        ("result", True),
        ("attempt", False),
    ]


def test_a_line_that_a_power_cut_left_half_spoils_no_other(log: AuditLog, path: Path) -> None:
    path.write_bytes(b'{"time": "2026-01-0')
    log.attempt("put", "agence")
    assert json.loads(path.read_bytes().split(b"\n")[1])["who"] == "agence"


def test_the_error_of_a_command_is_its_result(log: AuditLog, path: Path) -> None:
    with pytest.raises(ArticleNotFound), log.recorded("withdraw", article="mare"):
        raise ArticleNotFound("mare")
    attempt, result = records(path)
    assert attempt["who"]
    assert (result["status"], result["error"]) == ("failed", "article-not-found")


@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_processes_that_write_at_once_lose_no_record_when_the_file_is_moved(log: AuditLog, path: Path) -> None:
    children = []
    for number in range(3):
        if (pid := os.fork()) == 0:
            for _ in range(40):
                log.result(log.attempt("put", f"agence {number}"), status=202)
            os._exit(0)
        children.append(pid)
    moved = 0
    while children:
        if path.exists():
            path.rename(path.with_suffix(f".{moved}"))
            moved += 1
        children = [pid for pid in children if os.waitpid(pid, os.WNOHANG) == (0, 0)]
    files = path.parent.glob("audit.*")
    assert Counter(record["event"] for file in files for record in records(file)) == {"attempt": 120, "result": 120}


def test_a_command_is_recorded_under_the_user_of_its_process_whatever_the_environment_says(
    log: AuditLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "quelqu-un-d-autre")
    with log.recorded("rollback"):
        pass
    assert records(path)[0]["who"] != "quelqu-un-d-autre"
