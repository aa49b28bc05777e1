"""Files made to hurt are rejected within 5 seconds and 300 MB each, and touch nothing outside."""

from __future__ import annotations

import contextlib
import gzip
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from searchapp.ingest import limits
from searchapp.ingest.formats.page_layout import record_of_text
from searchapp.model import Article, Reject
from tests.ingest.conftest import Corpus
from tests.ingest.hostile import BREVE, HOSTILE, write_gigabyte_line
from tests.ingest.samples import zip_of

ROOT = Path(__file__).parents[2]
LINES = ["line.txt", "line.jsonl", "line.csv", "line.html", "line.eml", "line.xml"]
# Odd, but articles all the same.
READ = ("between.xml", "brackets.md", "byline.txt", "cuts.txt", "map.zip", "scattered.pdf")
READ += ("blocks.alto.xml", "lines.alto.xml", "escaped.newsml1.xml", "lines.wire.txt")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The outcome of each file."""
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
    corpus.isolated = False
    monkeypatch.setattr("searchapp.ingest.limits._ALWAYS_ALLOWED", 1 << 20)
    corpus.write("a.jsonl.gz", gzip.compress(b'{"title": "a", "text": "%s"}\n' % (b"b" * 1000) * 10_000))
    assert "it unpacks to more than 250 times its size" in str(corpus.rejects()[0].reason)
    assert len(corpus.rejects()) == 1
    assert 1000 < len(corpus.articles()) < 10_000


def test_archive_that_unpacks_without_end_is_ended(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus.isolated = False
    monkeypatch.setattr("searchapp.ingest.limits._ALWAYS_ALLOWED", 1 << 20)
    corpus.write("a.zip", zip_of({f"{number}.txt": BREVE + b"\n" * 1_000_000 for number in range(10)}))
    assert "it unpacks to more than 250 times its size" in str(corpus.rejects()[0].reason)
    assert 1 <= len(corpus.articles()) < 5
    assert len(corpus.rejects()) <= 2


def test_file_without_a_name_in_an_archive_is_read(corpus: Corpus) -> None:
    corpus.write("a.zip", zip_of({"": BREVE}))
    assert corpus.only_article().title == "Le bac est à quai"


def forever() -> Iterator[int]:
    yield 1
    while True:
        pass


def stubborn() -> Iterator[int]:
    """Swallow what interrupts it, once, as a library with a bare ``except`` does."""
    with contextlib.suppress(BaseException):
        list(forever())
    yield from forever()


def given_up(values: Callable[[], Iterator[int]]) -> str:
    """Return how reading ``values`` ends."""
    try:
        list(limits.timed(values(), 0.05))
    except limits.OverBudgetError as error:
        return str(error)
    return "read"


@pytest.mark.parametrize("values", [forever, stubborn])
def test_article_that_takes_too_long_is_given_up_in_any_thread(values: Callable[[], Iterator[int]]) -> None:
    assert "takes too long" in given_up(values)
    with ThreadPoolExecutor(3) as threads:
        assert all("takes too long" in ending for ending in threads.map(given_up, [values] * 3))


def test_time_that_is_spent_elsewhere_does_not_count() -> None:
    taken = []
    for value in limits.timed(iter([1, 2]), 0.05):
        taken.append(value)
        start = time.process_time()
        while time.process_time() - start < 0.4:  # longer than from one look of the watch to the next
            pass
    assert taken == [1, 2]
    waiting = (time.sleep(0.4) for _ in range(1))
    assert list(limits.timed(waiting, 0.05)) == [None]


def test_reading_that_is_abandoned_leaves_no_alarm_behind() -> None:
    for _ in range(3):
        next(limits.timed(iter([1, 2]), 0.01))
    start = time.process_time()
    while time.process_time() - start < 0.4:
        pass


def test_file_that_takes_too_long_is_a_reject_and_the_rest_goes_on(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(content: str) -> Any:
        if "panne" in content:
            list(forever())
        return record_of_text(content)

    corpus.write("a.txt", BREVE)
    corpus.write("b.txt", BREVE.replace(b"panne", b"fanfare"))
    monkeypatch.setattr("searchapp.ingest.formats.text.record_of_text", slow)
    monkeypatch.setattr("searchapp.ingest.sources.corpus.timed", lambda values, seconds: limits.timed(values, 0.3))
    with ThreadPoolExecutor(1) as thread:
        reject, article = thread.submit(corpus.read).result()
    assert isinstance(reject, Reject)
    assert "takes too long" in str(reject.reason)
    assert isinstance(article, Article)
    assert article.id == "b"
