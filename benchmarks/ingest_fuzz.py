"""Fuzz the readers, family by family: python -m benchmarks.ingest_fuzz [SECONDS] [FAMILY ...]

Each input is a sample of tests/ingest/samples.py changed at random: bits, pieces cut, doubled, swapped or taken from
another sample, signs of the format thrown in; of an archive also the files inside. It is read from the disk as the
reader process does, but in this process, so that time, memory and crashes are seen. Reported are the inputs, the
articles and rejects that came of them, exceptions (there must be none; a reject « reading it failed » hides one), the
slowest input, and how much memory grew after the first tenth. All seconds are those of the processor, which a busy
machine does not lengthen. Inputs that raise, or take more than 5 seconds, are kept in the folder for temporary files,
under searchapp-fuzz.
"""

from __future__ import annotations

import io
import logging
import random
import resource
import sys
import tempfile
import time
import traceback
import zipfile
from pathlib import Path
from zoneinfo import ZoneInfo

from searchapp.ingest.cleaning.language_detection import language_of
from searchapp.ingest.limits import timed
from searchapp.ingest.sources.file_reader import CorpusSettings, FileReader
from searchapp.ingest.sources.walk import CorpusFile, walk
from searchapp.model import Reject
from tests.ingest.samples import CONTAINERS, LEADLESS, SAMPLES, SINGLE, carrier, issue, marked_issue, zip_of

FAMILIES = {
    "text": ["a.txt", "a.md"],
    "json": ["a.jsonl", "array.json", "schema.json", "ninjs.json", "feed.json"],
    "table": ["a.csv", "a.tsv"],
    "html": ["a.html", "latin.html", "opengraph.html"],
    "agency": ["newsml1.xml", "newsml.xml", "nitf.xml", "sports.xml", "ninjs.json"],
    "wire": ["wire.txt"],
    "xml": ["a.rss", "rdf.xml", "atom.xml", "newsml.xml", "nitf.xml"],
    "scans": ["alto.xml", "page.xml", "issue.zip", "marked.zip"],
    "mail": ["a.eml", "a.mbox", "carrier.eml"],
    "pdf": ["a.pdf"],
    "office": ["a.docx", "a.odt"],
    "warc": ["a.warc", "a.arc"],
    "containers": [f"{SINGLE}{suffix}" for suffix in CONTAINERS],
}
SIGNS = [
    b"<",
    b">",
    b"&",
    b'"',
    b"'",
    b"{",
    b"[",
    b"]",
    b"}",
    b",",
    b";",
    b"\n\n",
    b"\0",
    b"\xff",
    b"---\n",
    b"<![CDATA[",
]
SIGNS += [b"]]>", b"<!DOCTYPE x [", b"&#0;", b"&eacute;", b"From a b\n", b"Content-Length: 99999999\r\n", b"\r\n\r\n"]
SIGNS += [
    b"<script type='application/ld+json'>",
    b"9" * 400,
    b"1/1/0001",
    b"\xe2\x80",
    b"<<" * 50,
    b"obj",
    b"stream",
    b"\x01",
    b"\x02",
    b"\x03",
    b"\x04",
]
SIGNS += [b"<NewsComponent>", b"<ContentItem>", b"<team>", b" =\r\n", b"ech026 3 eco 12\r\n\r\n"]
KEPT = Path(tempfile.gettempdir()) / "searchapp-fuzz"
SLOW = 5.0
told: set[str] = set()


class Tracebacks(logging.Handler):
    """Keeps the last traceback that the file reader logged."""

    last = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.last = "".join(traceback.format_exception(*record.exc_info))


tracebacks = Tracebacks()
logging.getLogger("searchapp.ingest.sources.file_reader").setLevel(logging.DEBUG)
logging.getLogger("searchapp.ingest.sources.file_reader").addHandler(tracebacks)
logging.getLogger("searchapp.ingest.sources.file_reader").propagate = False


def samples() -> dict[str, bytes]:
    """Return all samples, the containers around a page among them."""
    plain = {name: sample() for name, sample in (SAMPLES | LEADLESS).items()} | {
        "carrier.eml": carrier(),
        "issue.zip": issue(),
        "marked.zip": marked_issue(),
    }
    return plain | {f"{SINGLE}{suffix}": wrap(plain[SINGLE]) for suffix, wrap in CONTAINERS.items()}


def changed(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Return ``content`` with one to eight changes."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(data) + 1)
        length = chance.choice((1, 2, 8, 64, 512))
        kind = chance.randrange(6)
        if kind == 0 and data:
            data[place % len(data)] = chance.randrange(256)
        elif kind == 1:
            del data[place : place + length]
        elif kind == 2:
            data[place:place] = data[place : place + length] * chance.choice((1, 2, 50))
        elif kind == 3:
            data[place:place] = chance.choice(SIGNS)
        elif kind == 4:
            other = chance.choice(others)
            start = chance.randrange(len(other))
            data[place : place + length] = other[start : start + length]
        else:
            del data[place:]
    return bytes(data)


def changed_inside(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Return the ZIP archive ``content`` with its files changed, so that something besides the archive is tried."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return zip_of(
        {name: changed(part, others, chance) if chance.random() < 0.7 else part for name, part in files.items()}
    )


def memory() -> float:
    """Return the resident megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def keep(name: str, content: bytes, reason: str) -> None:
    """Keep an input for later study."""
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{time.time_ns()}-{name}").write_bytes(content)
    if (last := reason.strip().rpartition("\n")[2]) not in told:
        told.add(last)
        print(f"  {name}: {reason}", flush=True)


def read(path: Path) -> tuple[int, int]:
    """Return the numbers of articles and of rejects of a file; raises RuntimeError where an exception became one."""
    counts = [0, 0]
    reader = FileReader(CorpusSettings(path.parent, ZoneInfo("Europe/Paris")), timed)
    for file in walk(path):
        assert isinstance(file, CorpusFile)
        for entry in reader.read(file, []):
            if isinstance(entry, Reject) and entry.reason.text.startswith("reading it failed"):
                raise RuntimeError(tracebacks.last)
            counts[isinstance(entry, Reject)] += 1
    return counts[0], counts[1]


def fuzz(family: str, seconds: float, seed: int = 1) -> None:
    """Fuzz one family and print a line about it."""
    chance = random.Random(seed)
    everything = samples()
    others = list(everything.values())
    counts = dict.fromkeys(("inputs", "articles", "rejects", "exceptions"), 0)
    slowest, early, start, wall = 0.0, 0.0, time.process_time(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        while (elapsed := time.process_time() - start) < seconds:
            if elapsed < seconds / 10:
                early = memory()
            name = chance.choice(FAMILIES[family])
            inside = everything[name].startswith(b"PK") and chance.random() < 0.7
            content = (changed_inside if inside else changed)(everything[name], others, chance)
            path = Path(folder) / name
            path.write_bytes(content)
            before = time.process_time()
            try:
                articles, rejects = read(path)
                counts["articles"] += articles
                counts["rejects"] += rejects
            except Exception:
                counts["exceptions"] += 1
                keep(name, content, traceback.format_exc())
            took = time.process_time() - before
            slowest = max(slowest, took)
            if took > SLOW:
                keep(name, content, f"{took:.1f} s")
            counts["inputs"] += 1
    summary = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    times = f"{seconds:.0f} s of processor time ({time.monotonic() - wall:.0f} s on the wall)"
    print(f"{family}: {times}, {summary}, slowest {slowest:.2f} s, grew {memory() - early:.0f} MB", flush=True)


if __name__ == "__main__":
    language_of("A model that is loaded once is no leak, and no slow input either: so it is loaded before.")
    given = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    for each in sys.argv[2:] or FAMILIES:
        fuzz(each, given)
