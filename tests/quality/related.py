"""Recall of similar articles on pairs that an editor linked: ``python -m tests.quality.related [--engine tantivy]``.

Of all 18,778 articles, every linked one is asked for its ten most similar ones. The suite indexes the linked articles
alone, which is quick, with a floor of its own.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from searchapp import bootstrap

DIGESTS = {"docs.jsonl.gz": "65fb0ec6d69c3ca3", "related.tsv": "6bab51f729333f80"}
FLOOR = 0.64
LINKED_FLOOR = 0.765


def recall(data: Path, folder: Path, *, linked_only: bool, engine: str = "whoosh") -> float:
    """Return the share of links whose second article is among the ten most similar ones to the first."""
    links = defaultdict(set)
    for line in (data / "orange" / "related.tsv").read_text("utf-8").splitlines():
        one, other = line.split("\t")
        links[one].add(other)
    linked = {*links, *(other for others in links.values() for other in others)}
    corpus = folder / "orange.jsonl"
    with gzip.open(data / "orange" / "docs.jsonl.gz", "rt", encoding="utf-8") as lines, corpus.open("w") as file:
        file.writelines(line for line in lines if not linked_only or json.loads(line)["id"] in linked)
    config = bootstrap.load_config({"corpus": corpus, "index": folder / "index", "engine": engine})
    bootstrap.reindex(config)
    service = bootstrap.open_service(config)
    try:
        found = sum(len(others & {one.id for one in service.similar(article, 10)}) for article, others in links.items())
    finally:
        service.close()
    return found / sum(map(len, links.values()))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--engine", choices=("whoosh", "tantivy"), default="whoosh")
    options.add_argument("--linked", action="store_true", help="index the linked articles alone, as the suite does")
    given = options.parse_args()
    with TemporaryDirectory() as folder:
        data = Path(__file__).parents[3] / "shared/data"
        value = recall(data, Path(folder), linked_only=given.linked, engine=given.engine)
    sys.stdout.write(f"{given.engine} Recall@10 {value:.4f} (floor {LINKED_FLOOR if given.linked else FLOOR})\n")


if __name__ == "__main__":
    main()
