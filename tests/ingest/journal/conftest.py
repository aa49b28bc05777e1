"""A journal in an empty corpus, and short ways to write to it and read it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from searchapp.ingest.journal.journal import Journal, Written
from searchapp.model import Article

PARIS = ZoneInfo("Europe/Paris")
TIDE = {"id": "maree", "title": "La grande marée", "text": "Une baignoire a quitté le quai."}


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    (tmp_path / "corpus").mkdir()
    opened = Journal(tmp_path / "corpus", tmp_path / "index" / "journal.sqlite", PARIS)
    yield opened
    opened.close()


def nothing_served(_article_id: str) -> Article | None:
    return None


def append(journal: Journal, *records: dict[str, Any]) -> Written:
    return journal.append(records, nothing_served)


def lines(journal: Journal) -> list[dict[str, Any]]:
    files = sorted(journal.folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False).returncode:
        pytest.skip("mounting a small disk needs root: run the tests as root")
    yield folder
    subprocess.run(["umount", folder], check=True)
