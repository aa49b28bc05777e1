#!/usr/bin/env python3
"""Indexing a JSON Lines file with Tantivy: searchapp from file to published generation, beside raw tantivy-py.

Both read the same file; raw tantivy-py is its default chain (no stemming) over title and text with positions, stored,
two threads. ``alone`` is searchapp in one process; ``pretokenized`` is that, with a Python Token per word handed to
Tantivy instead of joined terms. Each measurement is a process of its own, in turns, and the best counts: neighbours on
a machine only ever slow one down.

usage: python benchmarks/tantivy_indexing.py CORPUS.jsonl [--rounds 3] [--pretokenized] > figures.json
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import tantivy

from searchapp import bootstrap
from searchapp.engines.tantivy_engine import entries


def raw(corpus: Path, folder: Path) -> None:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title", "text"):
        builder.add_text_field(name, stored=True)
    opened = tantivy.Index(builder.build(), str(folder)).writer(heap_size=200_000_000, num_threads=2)
    with corpus.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            document = tantivy.Document()
            for name in ("id", "title", "text"):
                document.add_text(name, record[name])
            opened.add_document(document)
    opened.commit()
    opened.wait_merging_threads()


def searchapp(corpus: Path, folder: Path) -> None:
    bootstrap.reindex(bootstrap.load_config({"corpus": corpus, "index": folder, "engine": "tantivy"}))


def alone(corpus: Path, folder: Path) -> None:
    options = {"corpus": corpus, "index": folder, "engine": "tantivy", "jobs": 1}
    bootstrap.reindex(bootstrap.load_config(options))


def pretokenized(corpus: Path, folder: Path) -> None:
    entries.join = lambda terms: entries.ODD + entries.ODD.join(terms)
    alone(corpus, folder)


WAYS: dict[str, Callable[[Path, Path], None]] = {
    "raw": raw,
    "searchapp": searchapp,
    "alone": alone,
    "pretokenized": pretokenized,
}


def measure(way: str, corpus: Path) -> dict[str, float]:
    """Run one way in this process."""
    megabytes = corpus.stat().st_size / 1e6
    with tempfile.TemporaryDirectory() as folder:
        started, cpu = time.perf_counter(), time.process_time()
        WAYS[way](corpus, Path(folder))
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu += children.ru_utime + children.ru_stime
    return {
        "seconds": round(seconds, 2),
        "mb_per_s": round(megabytes / seconds, 2),
        "cpu_ms_per_mb": round(1000 * cpu / megabytes, 1),
        "peak_mb": round(peak),
        "index_mb": round(size, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pretokenized", action="store_true")
    parser.add_argument("--only", choices=WAYS)
    arguments = parser.parse_args()
    if arguments.only:
        print(json.dumps(measure(arguments.only, arguments.corpus)))
        return
    ways = ["raw", "searchapp", "alone", *(["pretokenized"] if arguments.pretokenized else [])]
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(arguments.rounds):
        for way in ways:
            command = [sys.executable, __file__, str(arguments.corpus), "--only", way]
            runs[way].append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
    best = {way: min(found, key=lambda run: run["seconds"]) for way, found in runs.items()}
    figures = {
        "corpus_mb": round(arguments.corpus.stat().st_size / 1e6, 1),
        "best": best,
        "share_of_raw_mb_per_s": round(best["searchapp"]["mb_per_s"] / best["raw"]["mb_per_s"], 3),
        "cpu_of_raw": round(best["searchapp"]["cpu_ms_per_mb"] / best["raw"]["cpu_ms_per_mb"], 2),
        "runs": runs,
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
