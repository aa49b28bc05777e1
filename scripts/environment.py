#!/usr/bin/env python3
"""Install the locked packages and this checkout into ``.venv``: ``python scripts/environment.py requirements.lock``.

``make`` runs it; where there is no make, as on Windows, it is run by hand. It needs nothing but Python, shows each
package that it fetches, and leaves what fails to pip's own words.
"""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
OLDEST = (3, 11)
_COLLECTING = re.compile(r"Collecting ([\w.-]+)")
_INSTALLING = re.compile(r"Installing collected packages")


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit(
            f"searchapp needs Python 3.11 or newer; this is {sys.version.split()[0]}. "
            "Name another: make run PYTHON=python3.12"
        )
    lock = ROOT / (sys.argv[1] if len(sys.argv) > 1 else "requirements.lock")
    say(f"Setting up the environment in {ENVIRONMENT.name} ({lock.name}, once) ...")
    if not python().exists():
        venv.create(ENVIRONMENT, with_pip=True, symlinks=sys.platform != "win32")
    install("--require-hashes", "--requirement", str(lock), packages=count(lock))
    install("--no-deps", "--no-build-isolation", "--editable", str(ROOT))


def python() -> Path:
    """Return the interpreter of the environment, which has its folder by the habit of the system."""
    return ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def count(lock: Path) -> int:
    """Return the number of packages that a lock pins; one may have a version for each Python."""
    return len(set(re.findall(r"^([\w.-]+)==", lock.read_text("utf-8"), re.MULTILINE)))


def install(*arguments: str, packages: int = 0) -> None:
    """Run pip, show its progress in one line, and end with its words when it fails."""
    command = [str(python()), "-m", "pip", "--disable-pip-version-check", "install", "--no-compile"]
    # Not compiled: Python does that for the modules that are used, when they are.
    with subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        lines = []
        for progress in steps(remember(pip.stdout or (), lines), packages):
            show(progress)
    show("")
    if pip.returncode:
        sys.exit("".join(lines[-20:]) + "The packages could not be installed. Correct that, then run this again.")


def remember(stream: Iterable[str], lines: list[str]) -> Iterator[str]:
    """Yield the lines of ``stream`` and keep them in ``lines``."""
    for line in stream:
        lines.append(line)
        yield line


def steps(lines: Iterable[str], packages: int) -> Iterator[str]:
    """Yield the progress that lines of pip's output tell of."""
    done = 0
    for line in lines:
        if found := _COLLECTING.match(line.strip()):
            done += 1
            yield f"  {min(done, packages)}/{packages} {found[1]}" if packages else f"  {found[1]}"
        elif _INSTALLING.match(line.strip()) and packages:
            yield f"  {packages} packages are here; unpacking them ..."


def show(progress: str) -> None:
    """Show progress in one line of a terminal that is written over; elsewhere the steps are left out."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\x1b[K{progress}")
        sys.stdout.flush()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
