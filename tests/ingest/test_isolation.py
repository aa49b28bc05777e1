"""A file that hangs or crashes the code that reads it, in C, costs that file only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from searchapp.ingest import CorpusReader
from searchapp.ingest.limits import ReadingLimits
from searchapp.ingest.sources.reader_process import decoded, encoded
from searchapp.ingest.sources.reader_processes import close_idle
from searchapp.model import Article, Reject
from tests.ingest.conftest import PARIS, Corpus

PAGE = (
    "<html><head><title>Le bac {0}</title></head><body><article><h1>Le bac {0}</h1>"
    "<p>Le bac {0} est à quai depuis ce matin, à cause du vent qui souffle sur la rade.</p></article></body></html>"
)
# Python runs it at its start, in the process that reads as in any other: it adds a format that does as a file says.
HOSTILE = """
import ctypes, os, re, signal, sys
from searchapp.ingest.formats import registry
from searchapp.model import Article

class Hostile:
    name = "hostile"
    def sniff(self, head, filename):
        return filename.endswith(".hostile")
    def read(self, stream, context):
        for number, line in enumerate(stream.read().decode().splitlines()):
            if line == "regex":
                re.match(r"(?:a+)+$", "a" * 60 + "b")
            elif line == "sleep":
                ctypes.PyDLL(None).sleep(600)
            elif line == "crash":
                ctypes.string_at(0)
            elif line == "memory":
                bytearray(1 << 31)
            elif line == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            elif line == "fault":
                raise RuntimeError("a fault of the reader")
            yield Article(f"{context.name}-{number}", line, line)

registry.READERS = (Hostile(), *registry.READERS)
"""
QUICK = ReadingLimits(seconds=3.0, patience=60.0)
ENDINGS = {
    "regex": "takes too long",
    "crash": "crashed (SIGSEGV)",
    "memory": "takes too much memory",
    "killed": "the system ended the process",
    "fault": "reading it failed (RuntimeError)",
}


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "sitecustomize.py").write_text(HOSTILE)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'start'}{os.pathsep}{Path(__file__).parents[2]}")
    close_idle()
    yield
    close_idle()


def read(corpus: Corpus, limits: ReadingLimits = QUICK) -> list[Article | Reject]:
    return list(CorpusReader(corpus.root, PARIS, limits=limits))


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("what", ENDINGS)
def test_what_was_read_before_is_kept_and_the_rest_goes_on(corpus: Corpus, what: str) -> None:
    corpus.write("a.html", PAGE.format("un"))
    corpus.write("b.hostile", f"first\nsecond\n{what}\nlost")
    corpus.write("c.html", PAGE.format("deux"))
    one, first, second, reject, two = read(corpus)
    assert [entry.id for entry in (one, first, second, two) if isinstance(entry, Article)] == [
        "a",
        "b.hostile-0",
        "b.hostile-1",
        "c",
    ]
    assert isinstance(reject, Reject)
    assert reject.file == "b.hostile"
    assert ENDINGS[what] in str(reject.reason)


@pytest.mark.usefixtures("hostile")
def test_a_file_that_sleeps_for_ever_in_c_is_given_up(corpus: Corpus) -> None:
    corpus.write("b.hostile", "sleep")
    (reject,) = read(corpus, ReadingLimits(patience=2.0))
    assert "takes too long" in str(reject.reason if isinstance(reject, Reject) else reject)


@pytest.mark.usefixtures("hostile")
def test_a_file_that_crashes_while_it_is_read_ahead_costs_no_other(corpus: Corpus) -> None:
    for number in range(20):
        corpus.write(f"{number:02}.html", PAGE.format(number))
    corpus.write("10.hostile", "crash")
    found = read(corpus)
    assert [entry.file for entry in found if isinstance(entry, Reject)] == ["10.hostile"]
    assert sum(isinstance(entry, Article) for entry in found) == 20


def test_a_file_that_is_written_anew_after_it_was_read_ahead_is_read_anew(corpus: Corpus) -> None:
    for number in range(8):
        corpus.write(f"{number}.html", PAGE.format(number))
    texts = []
    for entry in CorpusReader(corpus.root, PARIS):
        assert isinstance(entry, Article)
        texts.append(entry.text)
        if len(texts) == 5:
            time.sleep(0.2)
            corpus.write("5.html", PAGE.format("nouveau"))
    assert "nouveau" in texts[5]


def test_reading_that_is_abandoned_does_not_harm_the_next(corpus: Corpus) -> None:
    for number in range(8):
        corpus.write(f"{number}.html", PAGE.format(number))
    for wanted in range(6):
        entries = iter(CorpusReader(corpus.root, PARIS))
        assert [entry.id for _, entry in zip(range(wanted), entries, strict=False) if isinstance(entry, Article)] == [
            str(number) for number in range(wanted)
        ]
        del entries
    assert len(corpus.articles()) == 8


def test_small_files_of_own_formats_start_no_process(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchapp.ingest.sources.isolation.take_process", lambda: pytest.fail("a process was started"))
    corpus.write("a.txt", "Le bac\n\nIl est à quai.")
    corpus.write("b.jsonl", '{"title": "Le bac", "text": "à quai"}')
    assert len(corpus.articles()) == 2


READING = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever this process was started from
from pathlib import Path
from zoneinfo import ZoneInfo
from searchapp.ingest import CorpusReader
from searchapp.ingest.sources import reader_processes
for entry in CorpusReader(Path(sys.argv[1]), ZoneInfo("Europe/Paris")):
    print(*[process.number for process in reader_processes._alive], flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with the pipe that it holds")
@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_its_parent(corpus: Corpus, number: signal.Signals) -> None:
    corpus.write("a.hostile", "first\nsleep")
    command = [sys.executable, "-c", READING, str(corpus.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(number)
        parent.wait(60)
    for _ in range(200):
        if not Path(f"/proc/{child}").exists() or " Z " in Path(f"/proc/{child}/stat").read_text():
            return
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the process that reads is still there")


@pytest.mark.parametrize("zone", [PARIS, UTC, timezone(timedelta(hours=1)), ZoneInfo("Asia/Tokyo")])
def test_a_moment_means_the_same_after_the_pipe_whatever_its_zone(zone: tzinfo) -> None:
    moment = datetime(2019, 10, 27, 2, 30, 15, 250, tzinfo=zone)
    sent = Article(id="a", title="Quai", text="Le quai.", date=moment, modified=moment)
    received = decoded(encoded(sent, 0, PARIS), PARIS)
    assert received == sent
    assert isinstance(received, Article)
    assert received.date
    assert received.date.isoformat() == moment.isoformat()
