"""The units of systemd in ``deploy/systemd``: read by systemd's own analyzer, and by the program that they start."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from searchapp.config import Config
from tests.cli.conftest import environment
from tests.deploy.conftest import ROOT, free_port, needs, serving

UNITS = ROOT / "deploy/systemd"
SERVICES = ("searchapp.service", "searchapp-reindex.service")


def analyze(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [needs("systemd-analyze", "systemd"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def lines_of(unit: str) -> list[tuple[str, str]]:
    text = (UNITS / unit).read_text("utf-8")
    return re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_is_exposed_below_three_of_ten(unit: str) -> None:
    told = analyze("security", "--offline=true", "--threshold=30", UNITS / unit)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Overall exposure level" in told.stdout


@pytest.mark.parametrize("unit", [*SERVICES, "searchapp-reindex.timer"])
def test_systemd_knows_every_line_of_a_unit(unit: str, tmp_path: Path) -> None:
    for name in (*SERVICES, "searchapp-reindex.timer"):
        text = (UNITS / name).read_text("utf-8").replace("/opt/searchapp/bin/searchapp", sys.executable)
        (tmp_path / name).write_text(text, "utf-8")
    told = analyze("verify", "--man=no", "--recursive-errors=no", tmp_path / unit)
    about_it = [line for line in told.stderr.splitlines() if str(tmp_path) in line or unit in line]
    assert (told.returncode, about_it) == (0, [])


def test_the_analyzer_notices_an_unknown_line(tmp_path: Path) -> None:
    (tmp_path / "wrong.service").write_text("[Service]\nExecStart=/bin/true\nProtectSystems=strict\n", "utf-8")
    assert "ProtectSystems" in analyze("verify", "--man=no", tmp_path / "wrong.service").stderr


def test_the_timer_starts_a_service_that_is_there() -> None:
    assert (UNITS / "searchapp-reindex.timer").with_suffix(".service").exists()


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_starts_a_command_with_options_that_exist(unit: str) -> None:
    _, *words = dict(lines_of(unit))["ExecStart"].split()
    told = subprocess.run(
        [sys.executable, "-m", "searchapp", *words[:-2], "--help"], capture_output=True, text=True, check=True
    )
    assert words[-2] in told.stdout


def test_the_server_tells_systemd_when_it_is_ready(indexed: Config, tmp_path: Path) -> None:
    """``Type=notify`` waits for this message."""
    port = free_port()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        variables = environment(NOTIFY_SOCKET=str(tmp_path / "notify"))
        command = [sys.executable, "-m", "searchapp", "serve", "--port", port, "--workers", 1]
        command += ["--corpus", indexed.corpus, "--index", indexed.index]
        with serving(command, port, env=variables, cwd=tmp_path):
            assert b"READY=1" in systemd.recv(4096)


def test_the_user_of_the_services_is_made() -> None:
    assert {dict(lines_of(unit))["User"] for unit in SERVICES} == {"searchapp"}
    assert "u searchapp " in (UNITS / "searchapp.sysusers").read_text("utf-8")
