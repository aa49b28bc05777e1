#!/usr/bin/env python3
"""Build the packages into ``dist/``: ``make dist``. The same tree gives the same bytes.

Wheel and source archive are made by hatchling, which writes files in order, with one date and without owners. The list
of components (CycloneDX) names every dependency of ``requirements.lock`` with its digests.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent


def main() -> None:
    build(ROOT, ROOT / "dist")
    components(ROOT, ROOT / "dist/searchapp.cdx.json")


def build(tree: Path, folder: Path) -> None:
    """Build wheel and source archive of a tree with the installed hatchling."""
    command = [TOOLS / "uv", "build", "--quiet", "--no-build-isolation", "--python", sys.executable]
    subprocess.run([*command, "--out-dir", folder, tree], check=True)


def components(tree: Path, file: Path) -> None:
    """Write the software bill of materials of what the program runs with."""
    command = [TOOLS / "cyclonedx-py", "requirements", "--output-reproducible", "--pyproject", tree / "pyproject.toml"]
    subprocess.run([*command, "--output-file", file, tree / "requirements.lock"], check=True)


if __name__ == "__main__":
    main()
