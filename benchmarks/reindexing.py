"""Time of a reindex (full, without changes, with 1 % changed, after one write) and of a check.

``python benchmarks/reindexing.py [--engine whoosh tantivy] [--set orange]``: prints JSON. The real articles of one set,
once in a single file and once in files of a hundred; each step is the command that users type, in a process of its own,
with its start and end: seconds by the clock, CPU seconds and peak memory of all its processes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from common import Figures, machine, shared, size_mb, watched

LAYOUTS = {"one file": None, "files of 100": 100}


def write(records: list[str], folder: Path, size: int | None) -> None:
    """Write lines of JSON into one file, or into files of ``size``; what would not change is left alone."""
    folder.mkdir(exist_ok=True)
    step = size or len(records)
    for start in range(0, len(records), step):
        path = folder / f"{start // step:05}.jsonl"
        text = "\n".join(records[start : start + step]) + "\n"
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def changed(records: list[str], share: int = 100) -> list[str]:
    """Return the records, one in ``share`` with a word more in its text; they lie side by side."""
    count = len(records) // share
    return [_with_a_word(line) for line in records[:count]] + records[count:]


def _with_a_word(line: str) -> str:
    record = json.loads(line)
    return json.dumps({**record, "text": record["text"] + " Rectifié."}, ensure_ascii=False)


def run(engine: str, records: list[str], size: int | None, work: Path) -> Figures:
    corpus, index = work / "corpus", work / "index"
    places = ["--corpus", corpus, "--index", index, "--engine", engine]

    def step(*words: object) -> Figures:
        return watched([sys.executable, "-m", "searchapp", *words])[1]

    write(records, corpus, size)
    figures: Figures = {"full": step("reindex", *places), "index_mb": size_mb(index)}
    figures["nothing changed"] = step("reindex", *places)
    write(changed(records), corpus, size)
    figures["1 % changed"] = step("reindex", *places)
    sent = work / "sent.jsonl"
    sent.write_text(_with_a_word(records[-1]) + "\n", "utf-8")
    figures["one article sent"] = step("add", sent, *places)
    figures["full again"] = step("reindex", "--full", *places)
    figures["check"] = step("check", "--index", index)
    shutil.rmtree(corpus)
    shutil.rmtree(index)
    return figures


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--engine", nargs="*", default=["whoosh", "tantivy"])
    options.add_argument("--set", default="orange")
    given = options.parse_args()
    with gzip.open(shared() / f"data/{given.set}/docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [line.rstrip("\n") for line in lines]
    report: Figures = {"machine": machine(), "articles": len(records)}
    with TemporaryDirectory() as work:
        for engine in given.engine:
            report[engine] = {name: run(engine, records, size, Path(work)) for name, size in LAYOUTS.items()}
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
