"""The packages of ``make dist``: the same bytes of the same tree, with what the program needs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from scripts.packages import ROOT, build, components
from searchapp import __version__

IGNORED = shutil.ignore_patterns(".*", "__pycache__", "index", "dist", "environments", "node_modules")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Folders of packages of two copies of the tree, whose files differ in date and mode."""
    folders = []
    for number, mode in enumerate((0o644, 0o600)):
        work = tmp_path_factory.mktemp(f"build{number}")
        shutil.copytree(ROOT, work / "tree", ignore=IGNORED)
        for path in (work / "tree").rglob("*"):
            if path.is_file():
                path.chmod(mode)
                os.utime(path, (10**9 + number, 10**9 + number))
        build(work / "tree", work / "dist")
        folders.append(work / "dist")
    return folders


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.iterdir() if not path.name.startswith("."))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_two_builds_of_a_tree_are_equal_byte_for_byte(built: list[Path]) -> None:
    first, second = map(digests, built)
    assert first == second
    assert [Path(name).suffix for name in sorted(first)] == [".whl", ".gz"]


def test_the_wheel_has_the_data_of_the_program_and_its_manual(built: list[Path]) -> None:
    with zipfile.ZipFile(next(built[0].glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    kept = (path for path in (ROOT / "searchapp").rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert {path.relative_to(ROOT).as_posix() for path in kept} <= names
    assert {name.partition(".data/")[2] for name in names} >= {
        "data/share/man/man1/searchapp.1",
        "data/share/man/fr/man1/searchapp.1",
    }


def test_the_source_archive_builds_the_same_wheel(built: list[Path], tmp_path: Path) -> None:
    with tarfile.open(next(built[0].glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    build(next(tmp_path.iterdir()), tmp_path / "dist")
    name = next(built[0].glob("*.whl")).name
    assert digests(tmp_path / "dist")[name] == digests(built[0])[name]


def test_the_wheel_installs_a_command_that_runs(built: list[Path], tmp_path: Path) -> None:
    """The dependencies are those of this environment, so that nothing is downloaded."""
    uv = Path(sys.executable).parent / "uv"
    wheel = next(built[0].glob("*.whl"))
    installed = tmp_path / "installed"
    subprocess.run([uv, "pip", "install", "--quiet", "--no-deps", "--prefix", installed, wheel], check=True)
    packages = next(installed.rglob("site-packages"))
    variables = {**os.environ, "PYTHONPATH": str(packages)}
    command = [sys.executable, installed / "bin/searchapp", "--version"]
    told = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout == f"searchapp {__version__}\n"


def test_the_list_of_components_names_every_pin_and_is_the_same_each_time(tmp_path: Path) -> None:
    components(ROOT, tmp_path / "sbom.json")
    text = (tmp_path / "sbom.json").read_text("utf-8")
    listed = {(each["name"], each["version"]) for each in json.loads(text)["components"]}
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pins = {tuple(line.split(" ")[0].split("==")) for line in lines if "==" in line and not line.startswith(" ")}
    assert listed == pins
    components(ROOT, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text("utf-8") == text
