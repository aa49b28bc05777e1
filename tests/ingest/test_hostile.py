"""Files made to hurt are rejected within 5 seconds and 300 MB each, and touch nothing outside."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from searchapp.ingest import limits
from tests.ingest.conftest import Corpus
from tests.ingest.hostile import BREVE, HOSTILE, write_gigabyte_line
from tests.ingest.samples import zip_of

ROOT = Path(__file__).parents[2]
LINES = ["line.txt", "line.jsonl", "line.csv", "line.html", "line.eml", "line.xml"]
# Odd, but articles all the same.
READ = ("between.xml", "brackets.md", "byline.txt")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What came of each file."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, content in HOSTILE.items():
        (folder / name).write_bytes(content())
    write_gigabyte_line(folder)
    (folder / "loop").symlink_to("loop")
    command = [sys.executable, "-m", "tests.ingest.limited", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (folder / "line.txt").unlink()
    for name in LINES[1:]:
        (folder / name).unlink()
    return {answer["name"]: answer for answer in map(json.loads, result.stdout.splitlines())}


@pytest.mark.parametrize("name", [*HOSTILE, *LINES])
def test_hostile_file_is_rejected_within_the_limits(answers: dict[str, dict[str, Any]], name: str) -> None:
    answer = answers[name]
    assert "error" not in answer, answer["error"]
    if name in READ:
        assert answer["articles"] > 0
    else:
        assert answer["articles"] == 0
        assert answer["first"][0].startswith(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("laughs.xml", "declares entities"),
        ("outside.xml", "declares entities"),
        ("slip.zip", "leads out of the archive"),
        ("slip.tar", "leads out of the archive"),
        ("links.tar", "a link"),
        ("nested.zip", "an archive inside 3 archives"),
        ("many.zip", "too many files"),
        ("header.tar.gz", "a header that is too long"),
        ("deep.json", "lists and objects"),
        ("line.jsonl", "longer than 16 MiB"),
        ("nul.txt", "binary"),
    ],
)
def test_reason_says_what_is_wrong(answers: dict[str, dict[str, Any]], name: str, reason: str) -> None:
    assert reason in answers[name]["first"][1]


def test_nothing_is_written_outside() -> None:
    assert not Path("/tmp/searchapp-slip.txt").exists()  # noqa: S108


def test_link_to_itself_is_rejected(corpus: Corpus) -> None:
    (corpus.root / "a").mkdir()
    (corpus.root / "a" / "b").symlink_to(corpus.root / "a")
    assert corpus.only_reject().file == "a/b"


def test_compressed_file_that_unpacks_without_end_is_ended(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchapp.ingest.limits._ALWAYS_ALLOWED", 1 << 20)
    corpus.write("a.jsonl.gz", gzip.compress(b'{"title": "a", "text": "%s"}\n' % (b"b" * 1000) * 10_000))
    assert "it unpacks to more than 250 times its size" in str(corpus.rejects()[0].reason)
    assert len(corpus.rejects()) == 1
    assert 1000 < len(corpus.articles()) < 10_000


def test_archive_that_unpacks_without_end_is_ended(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchapp.ingest.limits._ALWAYS_ALLOWED", 1 << 20)
    corpus.write("a.zip", zip_of({f"{number}.txt": BREVE + b"\n" * 1_000_000 for number in range(10)}))
    assert "it unpacks to more than 250 times its size" in str(corpus.rejects()[0].reason)
    assert 1 <= len(corpus.articles()) < 5
    assert len(corpus.rejects()) <= 2


def test_article_that_takes_too_long_is_given_up() -> None:
    def forever() -> Any:
        while True:
            pass
        yield

    with pytest.raises(limits.OverBudgetError, match="takes too long"):
        list(limits.timed(forever(), 0.05))
    assert list(limits.timed(iter([1, 2]), 0.05)) == [1, 2]
