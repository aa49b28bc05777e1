"""The JSON endpoint's answers to hundreds of queries, to compare two commits that should answer alike.

``python -m benchmarks.answers CORPUS [--engine ENGINE] [--queries TSV] [--count 500] > FILE`` indexes CORPUS in a
temporary folder, asks, and prints an answer a line, without times and names of generations. Run it at both commits (it
uses nothing but the command line and HTTP, so the same file runs at either), then ``diff``.

Queries come from the titles of the articles, in every form that the language has, each with another sort, page and
filter; with ``--queries``, lines of ``id<TAB>text``, the texts of that file are asked as well.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]

# What a query is made of: the words of a title, first, second and so on.
FORMS = (
    "{0}",
    "{0} {1}",
    "{0} {1} {2} {3}",
    '"{0} {1}"',
    "« {1} {2} {3} »",
    '"{1} {3}"~4',
    "{0} -{2}",
    "+{1} {0} {2}",
    "{0:.4}*",
    "{1}~",
    "={0}",
    "({0} OU {1}) ET {2}",
    "{0} PROCHE/5 {2}",
    "titre:{0}",
    'titre:"{0} {1}"',
    "texte:({1} {2})",
    "{0} depuis:2019",
    "{0} SAUF ({1} {2})",
    "le {0} de la {1}",
    "{0}{1}",
)
PARAMETERS: tuple[dict[str, Any], ...] = (
    {},
    {"per_page": 30},
    {"page": 2},
    {"sort": "newest"},
    {"sort": "oldest", "page": 3, "per_page": 5},
    {"from": "2018", "to": "2024-06"},
    {"source": True},
    {"section": True, "sort": "newest"},
)
# What differs between two runs of one commit.
VOLATILE = ("took_ms", "generation", "links", "next_cursor")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("corpus", type=Path)
    options.add_argument("--engine", choices=("whoosh", "tantivy"), default="whoosh")
    options.add_argument("--queries", type=Path)
    options.add_argument("--count", type=int, default=500)
    given = options.parse_args()
    with TemporaryDirectory() as folder:
        where = ["--index", folder, "--engine", given.engine]
        command = [sys.executable, "-m", "searchapp", "reindex", given.corpus.resolve(), *where]
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)
        for answer in answers(Path(folder), given.corpus, given.engine, given.queries, given.count):
            print(json.dumps(answer, ensure_ascii=False, sort_keys=True))


def answers(index: Path, corpus: Path, engine: str, queries: Path | None, count: int) -> Iterator[dict[str, Any]]:
    """Yield what is asked, and the answer or the problem."""
    from searchapp import bootstrap, create_app

    settings = {"index": index, "corpus": corpus, "engine": engine, "query_seconds": 60.0}
    client = create_app(bootstrap.load_config(settings)).test_client()

    def ask(parameters: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = client.get("/api/v1/search", query_string=parameters).get_json()
        return {name: value for name, value in answer.items() if name not in VOLATILE}

    newest = [hit for page in range(1, 6) for hit in ask({"per_page": 100, "page": page}).get("results", [])]
    if not newest:
        sys.exit("The corpus has no articles.")
    texts = [line.partition("\t")[2] for line in queries.read_text("utf-8").splitlines()] if queries else []
    asked = [*islice(_queries(newest), count), *({"q": text} for text in texts[:count])]
    for parameters in asked:
        yield {"asked": parameters, "answer": ask(parameters)}
    for hit in newest[:20]:
        view = client.get(f"/api/v1{hit['url']}", query_string={"q": hit["title"]}).get_json()
        view.pop("generation")
        yield {"asked": hit["id"], "answer": view}


def _queries(hits: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the parameters of searches, without end."""
    # The numbers of forms and of parameters have a common factor: a step more after each round mixes them.
    for number, hit in enumerate(cycle(hits)):
        words = (hit["title"] or "la une").split() * 4
        parameters = dict(PARAMETERS[(number + number // len(FORMS)) % len(PARAMETERS)])
        for name in ("source", "section"):
            if parameters.pop(name, False) and hit[name]:
                parameters[name] = hit[name]
        yield {"q": FORMS[number % len(FORMS)].format(*words), **parameters}


if __name__ == "__main__":
    main()
