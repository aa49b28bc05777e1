#!/usr/bin/env python3
"""Release a version: ``scripts/release.py 1.2.3`` shows what would be done, ``--really`` does it.

It wants a clean tree on ``main``, a version above the present one and something under “Unreleased” in CHANGELOG.md.
It sets the version in ``searchapp/__init__.py``, dates the section, builds the packages into ``dist/``
(``make dist``), commits and tags. It pushes and publishes nothing. When a step fails, it says how to go back.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHANGELOG = ROOT / "CHANGELOG.md"
VERSION = ROOT / "searchapp/__init__.py"
_VERSION_LINE = re.compile(r'^__version__ = "(\d+)\.(\d+)\.(\d+)"$', re.MULTILINE)
_UNRELEASED = re.compile(r"^## Unreleased\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("version", help="major.minor.patch")
    options.add_argument("--really", action="store_true", help="do it; without this it is only shown")
    given = options.parse_args()
    if problems := find_problems(given.version):
        sys.exit("\n".join(problems))
    today = datetime.now(UTC).date().isoformat()
    changelog, version = dated(CHANGELOG.read_text("utf-8"), given.version, today), versioned(given.version)
    message = f"Version {given.version}"
    commands = [
        ["make", "--no-print-directory", "dist"],
        ["git", "commit", "--quiet", "--message", message, str(CHANGELOG), str(VERSION)],
        ["git", "tag", "--annotate", f"v{given.version}", "--message", message],
    ]
    say(f"CHANGELOG.md: Unreleased becomes {given.version} - {today}")
    say(f"searchapp/__init__.py: version {'.'.join(map(str, present_version()))} becomes {given.version}")
    if given.really:
        CHANGELOG.write_text(changelog, "utf-8")
        VERSION.write_text(version, "utf-8")
    for command in commands:
        say(" ".join(part.replace(f"{ROOT}/", "") for part in command))
        if given.really and subprocess.run(command, cwd=ROOT, check=False).returncode:
            sys.exit("That failed. Before the commit, git checkout CHANGELOG.md searchapp/__init__.py goes back.")
    say("Now: git push --follow-tags" if given.really else "Nothing was done. With --really it is.")


def find_problems(version: str) -> list[str]:
    """Return why this version cannot be released now."""
    problems = []
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        return [f"{version} is no version: give three numbers, such as 1.2.3"]
    if tuple(map(int, version.split("."))) <= present_version():
        problems.append(f"{version} is not above the present version; see searchapp/__init__.py")
    if git("status", "--porcelain"):
        problems.append("The tree is not clean: commit or remove what git status shows")
    if git("branch", "--show-current") != "main":
        problems.append("This is not the branch main")
    if git("tag", "--list", f"v{version}"):
        problems.append(f"The tag v{version} is there already")
    unreleased = _UNRELEASED.search(CHANGELOG.read_text("utf-8"))
    if not unreleased or not unreleased[1].strip():
        problems.append("CHANGELOG.md has nothing under Unreleased")
    return problems


def present_version() -> tuple[int, ...]:
    found = _VERSION_LINE.search(VERSION.read_text("utf-8"))
    if not found:
        sys.exit('searchapp/__init__.py has no line __version__ = "…"')
    return tuple(map(int, found.groups()))


def versioned(version: str) -> str:
    """Return the text of ``searchapp/__init__.py`` with another version."""
    return _VERSION_LINE.sub(f'__version__ = "{version}"', VERSION.read_text("utf-8"))


def dated(changelog: str, version: str, day: str) -> str:
    """Return the changelog with an empty Unreleased above what was unreleased."""
    return changelog.replace("## Unreleased\n", f"## Unreleased\n\n## {version} - {day}\n", 1)


def git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
