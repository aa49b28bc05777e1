"""The release script, in a repository of its own with a builder that only leaves a file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts/release.py"
CHANGELOG = "# Changelog\n\n## Unreleased\n\n### Added\n- Les marées.\n"

Release = Callable[..., "subprocess.CompletedProcess[str]"]


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Zoé", "-c", "user.email=zoe@echo-vallombre.example")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree at version 0.1.0, committed."""
    if not shutil.which("git"):
        pytest.skip("git is not installed: apt-get install git")
    files = {
        "CHANGELOG.md": CHANGELOG,
        "searchapp/__init__.py": '__version__ = "0.1.0"\n',
        ".gitignore": "/dist/\n",
        "Makefile": "dist:\n\tmkdir -p dist && touch dist/searchapp.whl\n",
        "scripts/release.py": SCRIPT.read_text("utf-8"),
    }
    for name, content in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "config", "user.name", "Zoé")
    git(tmp_path, "config", "user.email", "zoe@echo-vallombre.example")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Début")
    return tmp_path


@pytest.fixture
def release(tree: Path) -> Release:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(tree / "scripts/release.py"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


def test_a_release_is_only_shown_unless_it_is_really_meant(tree: Path, release: Release) -> None:
    outcome = release("0.2.0")
    assert (outcome.returncode, outcome.stdout.splitlines()[-1]) == (0, "Nothing was done. With --really it is.")
    assert git(tree, "status", "--porcelain") == git(tree, "tag") == ""
    assert (tree / "CHANGELOG.md").read_text("utf-8") == CHANGELOG


def test_a_release_dates_the_changelog_sets_the_version_builds_commits_and_tags(tree: Path, release: Release) -> None:
    assert release("0.2.0", "--really").returncode == 0
    lines = (tree / "CHANGELOG.md").read_text("utf-8").splitlines()
    assert lines[2] == "## Unreleased"
    assert lines[4].startswith("## 0.2.0 - 20")
    assert lines[6:] == ["### Added", "- Les marées."]
    assert (tree / "searchapp/__init__.py").read_text("utf-8") == '__version__ = "0.2.0"\n'
    assert (tree / "dist/searchapp.whl").exists()
    assert (git(tree, "status", "--porcelain"), git(tree, "tag"), git(tree, "log", "-1", "--format=%s")) == (
        "",
        "v0.2.0\n",
        "Version 0.2.0\n",
    )


def test_a_release_is_refused_with_every_reason_at_once(tree: Path, release: Release) -> None:
    (tree / "brouillon.txt").write_text("Un mot.", "utf-8")
    (tree / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n", "utf-8")
    git(tree, "switch", "--quiet", "--create", "essai")
    told = release("0.1.0", "--really").stderr
    for reason in ("not above the present version", "not clean", "not the branch main", "nothing under Unreleased"):
        assert reason in told
    assert "is no version" in release("1.2", "--really").stderr
