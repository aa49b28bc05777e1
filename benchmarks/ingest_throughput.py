"""How fast each format is read, and that memory stays flat: python -m benchmarks.ingest_throughput [ARTICLES ...]

For formats of many articles, a file of so many (1,000, 10,000 and 100,000 by default) of some 3 kB each; for formats of
one article, 200 files of it. The megabytes are those of the file.
Each measure runs in a process of its own; its memory is the most that it ever had.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from searchapp.ingest import read_corpus
from searchapp.model import Article
from tests.ingest.samples import SAMPLES

LONG = "La régie du bac promet de ne pas augmenter le prix du billet avant la fin de l’année, malgré la panne. " * 28
MANY = ("jsonl", "json", "csv", "rss", "atom", "newsml", "mbox")
SINGLE = ("a.txt", "a.md", "a.html", "nitf.xml", "a.eml", "a.pdf", "a.docx", "a.odt", "alto.xml", "a.warc")
COUNTS = (1_000, 10_000, 100_000)


def pieces(kind: str, count: int) -> Iterator[str]:
    """Yield a file of ``count`` articles, piece by piece."""
    opening, template, between, closing = LAYOUTS[kind]
    yield opening
    for number in range(count):
        yield template.replace("@", str(number)) + (between if number < count - 1 else "")
    yield closing


RECORD = json.dumps({"id": "@", "title": "Le bac @ est à quai", "text": LONG, "date": "2024-11-06"}, ensure_ascii=False)
BODY = f"<p>{escape(LONG)}</p>"
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
    "mbox": (
        "",
        "From a@b.example Wed Nov  6 16:49:00 2024\nSubject: Le bac @\nFrom: L <a@b.example>\nMessage-ID: <@>\n"
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{LONG}\n",
        "\n",
        "\n",
    ),
}


def measure(path: Path) -> None:
    """Read ``path`` and print articles, seconds and the most megabytes of memory, as JSON."""
    start = time.perf_counter()
    articles = sum(isinstance(entry, Article) for entry in read_corpus(path, ZoneInfo("Europe/Paris")))
    seconds = time.perf_counter() - start
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(json.dumps([articles, seconds, int(peak.split()[1]) / 1000]))


def row(name: str, path: Path, size: int) -> float:
    """Print the row of one measure; return its seconds."""
    command = [sys.executable, "-m", "benchmarks.ingest_throughput", "--measure", str(path)]
    output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    articles, seconds, peak = json.loads(output)
    megabytes = f"{size / 1e6:.1f} MB | {size / 1e6 / seconds:.1f} MB/s"
    print(f"| {name} | {articles:,} | {megabytes} | {articles / seconds:,.0f}/s | {peak:.0f} MB |", flush=True)
    return float(seconds)


def main(counts: list[int]) -> None:
    """Measure every format."""
    print("| format | articles | file | speed | articles | memory at most |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for kind in MANY:
            for count in counts:
                path = Path(folder) / f"a.{kind if kind in ('jsonl', 'json', 'csv', 'mbox') else 'xml'}"
                with path.open("w", encoding="utf-8") as file:
                    file.writelines(pieces(kind, count))
                row(kind, path, path.stat().st_size)
                path.unlink()
        for name in SINGLE:
            files = Path(folder) / "files"
            files.mkdir()
            content = SAMPLES[name]()
            for number in range(200):
                (files / f"{number}-{name}").write_bytes(content)
            row(name, files, 200 * len(content))
            for file in files.iterdir():
                file.unlink()
            files.rmdir()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        main([int(count) for count in sys.argv[1:]] or list(COUNTS))
