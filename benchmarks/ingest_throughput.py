"""Speed and memory of reading each format: python -m benchmarks.ingest_throughput [ARTICLES ...]

For formats of many articles, a file of so many (1,000, 10,000 and 100,000 by default) of some 3 kB each; for formats of
one article, 100 and 1,000 files of it. Each measure runs in a process of its own, with its reader process. Printed is
JSON: megabytes are those of the files, speeds are by the clock and by processor time of both, memory is the most that
either ever had. How far it has come stands on the standard error.

``--table FILE`` prints the table of benchmarks/README.md from the JSON instead.
"""

from __future__ import annotations

import json
import platform
import resource
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from searchapp.ingest import read_corpus
from searchapp.ingest.sources.reader_processes import close_idle
from searchapp.model import Article
from tests.ingest.samples import PARAGRAPHS, SAMPLES

LONG = "\n\n".join(PARAGRAPHS * 5)
MANY = ("jsonl", "json", "csv", "rss", "atom", "newsml", "newsml1", "wire", "mbox")
SINGLE = (
    "a.txt",
    "a.md",
    "a.html",
    "nitf.xml",
    "a.eml",
    "a.pdf",
    "a.docx",
    "a.odt",
    "alto.xml",
    "page.xml",
    "a.warc",
    "a.arc",
)
COUNTS = (1_000, 10_000, 100_000)
FILES = (100, 1_000)
SUFFIXES = {"rss": "xml", "atom": "xml", "newsml": "xml", "newsml1": "xml", "wire": "txt"}


def pieces(kind: str, count: int) -> Iterator[str]:
    """Yield a file of ``count`` articles, piece by piece."""
    opening, template, between, closing = LAYOUTS[kind]
    yield opening
    for number in range(count):
        yield template.replace("@", str(number)) + (between if number < count - 1 else "")
    yield closing


RECORD = json.dumps({"id": "@", "title": "Le bac @ est à quai", "text": LONG, "date": "2024-11-06"}, ensure_ascii=False)
BODY = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in PARAGRAPHS * 5)
WIRE = "\r\n".join(f"   {line}" for part in PARAGRAPHS * 5 for line in (*textwrap.wrap(part, 69), ""))
LAYOUTS = {
    "jsonl": ("", RECORD, "\n", "\n"),
    "json": ("[", RECORD, ",\n", "]"),
    "csv": ("id;titre;texte;date\n", f'@;Le bac @ est à quai;"{LONG}";06/11/2024', "\n", "\n"),
    "rss": (
        "<rss version='2.0'><channel><title>L’Écho</title>",
        f"<item><guid>@</guid><title>Le bac @ est à quai</title><description>{escape(BODY)}</description></item>",
        "\n",
        "</channel></rss>",
    ),
    "atom": (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>L’Écho</title>",
        f"<entry><id>@</id><title>Le bac @ est à quai</title><content type='html'>{escape(BODY)}</content></entry>",
        "\n",
        "</feed>",
    ),
    "newsml": (
        "<newsMessage xmlns='http://iptc.org/std/nar/2006-10-01/'><itemSet>",
        "<newsItem guid='@'><contentMeta><headline>Le bac @ est à quai</headline></contentMeta><contentSet><inlineXML>"
        f"<html xmlns='http://www.w3.org/1999/xhtml'><body>{BODY}</body></html></inlineXML></contentSet></newsItem>",
        "\n",
        "</itemSet></newsMessage>",
    ),
    "newsml1": (
        "<NewsML>",
        "<NewsItem><Identification><NewsIdentifier><ProviderId>echo.example</ProviderId><DateId>20241106</DateId>"
        "<NewsItemId>n@</NewsItemId></NewsIdentifier></Identification><NewsManagement><Status FormalName='Usable'/>"
        "</NewsManagement><NewsComponent><NewsLines><HeadLine>Le bac @ est à quai</HeadLine></NewsLines><ContentItem>"
        f"<DataContent>{BODY}</DataContent></ContentItem></NewsComponent></NewsItem>",
        "\n",
        "</NewsML>",
    ),
    "wire": (
        "",
        f"\x01ech001 4 eco 121 bac 007\r\n\r\nbac-Orle\r\n\r\n\x02Le bac @ est à quai =\r\n\r\n{WIRE}\r\n\r\n"
        "\x03061649 nov 24\r\n\x04",
        "\n",
        "\n",
    ),
    "mbox": (
        "",
        "From a@b.example Wed Nov  6 16:49:00 2024\nSubject: Le bac @\nFrom: L <a@b.example>\nMessage-ID: <@>\n"
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{LONG}\n",
        "\n",
        "\n",
    ),
}


def measure(path: Path) -> None:
    """Read ``path`` and print as JSON: articles, seconds by the clock and of processors, the most MB of a process."""
    start, processor = time.perf_counter(), time.process_time()
    articles = sum(isinstance(entry, Article) for entry in read_corpus(path, ZoneInfo("Europe/Paris")))
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    close_idle()  # the reader process, whose figures the system tells when it has ended
    reader = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = max(reader.ru_maxrss, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    print(json.dumps([articles, seconds, processor + reader.ru_utime + reader.ru_stime, peak / 1000]))


def row(name: str, path: Path, wanted: int, size: int) -> dict[str, object]:
    """Return the figures of one measure; a number of articles other than ``wanted`` would make them worthless."""
    command = [sys.executable, "-m", "benchmarks.ingest_throughput", "--measure", str(path)]
    output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    articles, seconds, processor, peak = json.loads(output)
    if articles != wanted:
        sys.exit(f"{name}: {articles} articles of {wanted}")
    figures = {
        "format": name,
        "articles": articles,
        "megabytes": round(size / 1e6, 1),
        "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
        "mb_per_second": round(size / 1e6 / seconds, 2),
        "mb_per_processor_second": round(size / 1e6 / processor, 2),
        "articles_per_second": round(articles / seconds),
        "peak_mb": round(peak),
    }
    print(json.dumps(figures), file=sys.stderr, flush=True)
    return figures


def rows(counts: list[int]) -> Iterator[dict[str, object]]:
    """Measure every format and yield its figures."""
    with tempfile.TemporaryDirectory() as folder:
        for kind in MANY:
            for count in counts:
                path = Path(folder) / f"a.{SUFFIXES.get(kind, kind)}"
                with path.open("w", encoding="utf-8") as file:
                    file.writelines(pieces(kind, count))
                yield row(kind, path, count, path.stat().st_size)
                path.unlink()
        for name in SINGLE:
            content = SAMPLES[name]()
            for count in FILES:
                with tempfile.TemporaryDirectory(dir=folder) as files:
                    for number in range(count):
                        (Path(files) / f"{number}-{name}").write_bytes(content)
                    yield row(name, Path(files), count, count * len(content))


def table(figures: dict[str, list[dict[str, float]]]) -> Iterator[str]:
    """Yield the lines of a Markdown table: a line a format, the speed of the largest file, the memory of each."""
    yield "| format | articles | file | MB/s | articles/s | MB per processor second | memory at most |"
    yield "|---|---|---|---|---|---|---|"
    formats = dict.fromkeys(row["format"] for row in figures["rows"])
    for name in formats:
        own = [row for row in figures["rows"] if row["format"] == name]
        last = own[-1]
        counts = " / ".join(f"{row['articles']:,}" for row in own)
        peaks = " / ".join(f"{row['peak_mb']:,}" for row in own)
        speeds = (
            f"{last['mb_per_second']:.1f} | {last['articles_per_second']:,} | {last['mb_per_processor_second']:.1f}"
        )
        yield f"| {name} | {counts} | {last['megabytes']:,} MB | {speeds} | {peaks} MB |"


def main(counts: list[int]) -> None:
    """Print the figures of every format as JSON."""
    start = time.perf_counter()
    found = list(rows(counts))
    machine = {"python": platform.python_version(), "system": platform.platform(), "processor": platform.processor()}
    print(json.dumps({"machine": machine, "seconds": round(time.perf_counter() - start), "rows": found}, indent=1))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["--table"]:
        print("\n".join(table(json.loads(Path(sys.argv[2]).read_text("utf-8")))))
    else:
        main([int(count) for count in sys.argv[1:]] or list(COUNTS))
