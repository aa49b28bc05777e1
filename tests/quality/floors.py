"""The judged sets, their floors, and the command that measures them whole: ``python -m tests.quality.floors``.

``python -m tests.quality.floors [--engine tantivy] [NAME ...]`` measures these sets; NAME is orange, piaf, cdtn or
variants.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from searchapp import bootstrap
from searchapp.search.evaluation import Report, evaluate


@dataclass(frozen=True)
class JudgedSet:
    """A set of ``../shared/data``. ``digests``: first 16 hexadecimal digits of SHA-256.

    The suite runs every ``sampled``-th query, whose own floor is ``sample_floor``; 0: too long for the suite. The floor
    of R@100, the candidates that are ranked, holds for all queries.
    """

    name: str
    folder: str
    queries: str
    qrels: str
    measure: str
    floor: float
    recall_floor: float
    lucene: float
    sampled: int
    sample_floor: float
    digests: dict[str, str]


SETS = (
    JudgedSet(
        "orange", "orange", "queries.tsv", "qrels.txt", "RR@10", 0.811, 0.977, 0.782, 0, 0.0,
        {"docs.jsonl.gz": "65fb0ec6d69c3ca3", "queries.tsv": "0b6bd477224a0d3d", "qrels.txt": "c2255fb087ca3892"},
    ),
    JudgedSet(
        "piaf", "piaf", "queries.tsv", "qrels.txt", "RR@10", 0.8105, 0.959, 0.773, 5, 0.79,
        {"docs.jsonl.gz": "a1d8d454c4755afd", "queries.tsv": "a17680ed8d576afc", "qrels.txt": "2e55f943e337df1b"},
    ),
    JudgedSet(
        "cdtn", "cdtn", "queries.tsv", "qrels.txt", "nDCG@10", 0.486, 0.702, 0.363, 1, 0.486,
        {"docs.jsonl.gz": "713d6d3fd2e7dfc7", "queries.tsv": "5942cb720484afb3", "qrels.txt": "7941ada06310ccca"},
    ),
    JudgedSet(
        "variants", "cdtn", "variants.tsv", "variants_qrels.txt", "nDCG@10", 0.3835, 0.584, 0.287, 0, 0.0,
        {"variants.tsv": "caa8d66232058a1d", "variants_qrels.txt": "36b8550ccdfa1c31"},
    ),
)  # fmt: skip


def measure(judged: JudgedSet, data: Path, folder: Path, every: int = 1, engine: str = "whoosh") -> Report:
    """Index a set into ``folder`` and measure it; of headlines the bodies alone, else they find themselves."""
    corpus, index = folder / f"{judged.folder}.jsonl", folder / "index"
    with corpus.open("w", encoding="utf-8") as file:
        file.writelines(_records(data / judged.folder / "docs.jsonl.gz", body_only=judged.folder == "orange"))
    config = bootstrap.load_config({"corpus": corpus, "index": index, "engine": engine})
    bootstrap.reindex(config)
    queries = folder / "queries.tsv"
    lines = (data / judged.folder / judged.queries).read_text("utf-8").splitlines(keepends=True)
    queries.write_text("".join(lines[::every]), "utf-8")
    service = bootstrap.open_service(config)
    try:
        return evaluate(service, queries, data / judged.folder / judged.qrels)
    finally:
        service.close()


def _records(path: Path, *, body_only: bool) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if body_only:
                record = {"id": record["id"], "title": "", "text": record["text"][record["abstract_len"] :]}
            yield json.dumps(record, ensure_ascii=False) + "\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("names", nargs="*", metavar="NAME", help=", ".join(judged.name for judged in SETS))
    options.add_argument("--engine", choices=("whoosh", "tantivy"), default="whoosh")
    given = options.parse_args()
    data = Path(__file__).parents[3] / "shared/data"
    for judged in SETS:
        if given.names and judged.name not in given.names:
            continue
        with TemporaryDirectory() as folder:
            report = measure(judged, data, Path(folder), engine=given.engine)
        means = "  ".join(f"{name} {value:.4f}" for name, value in report.means.items())
        sys.stdout.write(
            f"{given.engine} {judged.name:9}{means}  without hit {report.without_hit}  {report.milliseconds:.1f} ms"
            f"  (floor {judged.measure} {judged.floor}, R@100 {judged.recall_floor}, Lucene {judged.lucene})\n"
        )


if __name__ == "__main__":
    main()
