"""The doctor finds what was broken on purpose, says what to do, and finds nothing in a sound installation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import Config, load_config
from searchapp.operations.doctor import examine, exit_code
from searchapp.operations.finding import Finding, Level
from searchapp.operations.machine_checks import check_clock, check_disk, check_fsync, check_memory
from tests.permissions import only_where_modes_count, without_privileges

TOKEN = 16 * "a"
MEMORY = Path("/dev/shm")  # noqa: S108 - its file system is asked for, nothing is written


def faults(config: Config, check: str, file: Path | None = None) -> list[Finding]:
    return [found for found in examine(config, file) if found.check == check and found.level is not Level.OK]


def run(config: Config, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the doctor as a user for whom the modes of files count."""
    options = ("--index", str(config.index), "--corpus", str(config.corpus), *arguments)
    return subprocess.run(
        [sys.executable, "-m", "searchapp", "doctor", *options],
        cwd=config.index.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=without_privileges,
    )


def test_a_sound_installation_has_no_errors(indexed: Config) -> None:
    findings = list(examine(indexed))
    checks = {finding.check for finding in findings if finding.level is Level.OK}
    assert checks >= {"settings", "versions", "permissions", "disk", "clock", "index", "corpus"}
    assert exit_code(findings) == 0


def test_every_fault_comes_with_advice(config: Config) -> None:
    broken = replace(config, corpus=config.corpus / "nowhere", host="192.0.2.1", write_token=TOKEN)
    (config.index.parent / "searchapp.toml").touch(0o644)
    findings = [*examine(broken, config.index.parent / "searchapp.toml")]
    wrong = [finding for finding in findings if finding.level is not Level.OK]
    assert {finding.check for finding in wrong} >= {"settings", "index", "corpus"}
    assert [str(finding.text) for finding in wrong if not finding.advice and ": " not in str(finding.text)] == []


def test_the_exit_code_is_that_of_the_gravest_error(config: Config) -> None:
    assert run(config).returncode == 0
    assert run(replace(config, corpus=config.corpus / "nowhere")).returncode == 2
    bootstrap.reindex(config)
    for manifest in config.index.glob("*/manifest.json"):
        manifest.write_text("{}", "utf-8")
    assert run(config).returncode == 5


def test_programs_read_the_findings_as_json(indexed: Config) -> None:
    findings = json.loads(run(indexed, "--json").stdout)
    assert {"check": "corpus", "level": "ok"}.items() <= findings[-1].items()


def test_an_index_that_is_a_file_is_a_finding_among_the_others(config: Config) -> None:
    config.index.write_text("", "utf-8")
    outcome = run(config, "--json")
    levels = {finding["check"]: finding["level"] for finding in json.loads(outcome.stdout)}
    assert levels["index"] == "error"
    assert levels["corpus"] == "ok"
    assert outcome.returncode == 4


@only_where_modes_count
def test_a_file_that_may_not_be_read_is_named(indexed: Config) -> None:
    secret = indexed.corpus / "secret.txt"
    secret.write_text("Le phare", "utf-8")
    secret.chmod(0)
    outcome = run(indexed)
    assert f"{secret} cannot be read" in outcome.stdout
    assert outcome.returncode == 4


@only_where_modes_count
def test_an_index_that_may_not_be_written_is_an_error(indexed: Config) -> None:
    indexed.index.chmod(0o500)
    assert f"{indexed.index} cannot be read and written" in run(indexed).stdout


@pytest.mark.skipif(os.name == "nt", reason="files have no such modes")
def test_a_secret_that_others_can_read_is_reported(indexed: Config) -> None:
    settings = indexed.index.parent / "searchapp.toml"
    settings.write_text('write_token = "0123456789abcdef"\n', "utf-8")
    settings.chmod(0o644)
    config = replace(load_config(file=settings), corpus=indexed.corpus, index=indexed.index)
    assert [str(found.advice) for found in faults(config, "settings", settings)] == [f"Run: chmod 600 {settings}"]
    settings.chmod(0o600)
    assert faults(config, "settings", settings) == []


def test_a_secret_is_never_printed(indexed: Config) -> None:
    config = replace(indexed, write_token=TOKEN)
    assert not [found for found in examine(config) if TOKEN in f"{found.text}{found.advice}"]


def test_a_disk_with_too_little_room_is_an_error(tmp_path: Path) -> None:
    assert [found.level for found in check_disk(tmp_path, 10)] == [Level.OK]
    assert [found.level for found in check_disk(tmp_path, 10**18)] == [Level.ERROR]


@pytest.mark.skipif(not MEMORY.is_dir(), reason="this system has no such folder")
def test_a_folder_in_memory_does_not_keep_an_index() -> None:
    assert [found.level for found in check_fsync(MEMORY)] == [Level.WARNING]


def test_a_clock_that_was_set_back_is_noticed_by_the_age_of_the_index(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    assert [found.level for found in check_clock(tmp_path, now, now)] == [Level.OK]
    assert [found.level for found in check_clock(tmp_path, now + timedelta(days=1), now)] == [Level.WARNING]


def test_a_clock_that_differs_from_that_of_the_disk_is_noticed(tmp_path: Path) -> None:
    assert [found.level for found in check_clock(tmp_path, None, datetime.now(UTC) + timedelta(hours=1))] == [
        Level.WARNING
    ]


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="this system does not say how much memory it has")
def test_more_processes_than_memory_allows_are_a_warning() -> None:
    assert [found.level for found in check_memory(10**6)] == [Level.WARNING]


def test_an_index_of_an_older_schema_is_announced_before_it_is_rebuilt(indexed: Config) -> None:
    other = replace(indexed, timezone=load_config({"timezone": "Europe/Brussels"}).timezone)
    assert [str(found.text) for found in faults(other, "index")] == [
        "The next reindex will be a full one: the time zone was Europe/Paris"
    ]
