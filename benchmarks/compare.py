"""Two commits in one run, interleaved, so that noise cannot pass for progress.

``python -m benchmarks.compare BEFORE AFTER [--articles 20000 | --corpus FILE] [--engine ENGINE] [--rounds 5]``: in each
round both commits index the corpus and then answer 300 queries, in turn, the one that begins changing from round to
round. ``--index-rounds 1`` indexes in the first round only. Commits may be anything that git knows; ``WORKTREE`` is the
present state of the files. It uses nothing of a commit but its command line and ``bootstrap``.

Printed is, for each figure, the median of the rounds and their lowest and highest, and the ratio of AFTER to BEFORE by
round: a change is one when all ratios lie on one side of 1.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.common import ROOT, Figures, corpus, machine, percentiles, queries, size_mb

WORKTREE = "WORKTREE"
# Warming up fills the caches of decoded lists, as in a server that has run for a while.
WARMED_BY = 50


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("before")
    options.add_argument("after")
    options.add_argument("--articles", type=int, default=20_000)
    options.add_argument("--corpus", type=Path)
    options.add_argument("--engine", default="whoosh")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--index-rounds", type=int, default=sys.maxsize)
    options.add_argument("--queries", type=Path, help="a file with a query on each line")
    options.add_argument("--work", type=Path, default=ROOT / "benchmarks/environments")
    given = options.parse_args()
    source = given.corpus.resolve() if given.corpus else corpus(given.articles, given.work)
    asked = given.queries.read_text("utf-8").splitlines() if given.queries else queries(300)
    with TemporaryDirectory() as folder:
        sides = [
            Side(name, Path(folder) / side, given.engine)
            for side, name in zip("ab", (given.before, given.after), strict=True)
        ]
        chosen = Path(folder) / "queries.json"
        chosen.write_text(json.dumps(asked), "utf-8")
        for side in sides:
            side.warm_up()
        for number in range(given.rounds):
            for side in sides if number % 2 == 0 else reversed(sides):
                if number < given.index_rounds:
                    side.index(source)
                side.search(chosen)
            print(f"round {number + 1} of {given.rounds}", file=sys.stderr, flush=True)
    report = {"machine": machine(), "before": given.before, "after": given.after, "engine": given.engine}
    print(json.dumps(report | {"rounds": given.rounds, "figures": dict(compared(*sides))}, indent=1))


class Side:
    """A commit in a folder of its own, and its figures: one number a round by name."""

    def __init__(self, commit: str, folder: Path, engine: str) -> None:
        self._code, self._index = folder / "code", folder / "index"
        self._bytecode = folder.parent / "bytecode"
        self._engine = engine
        self.figures: dict[str, list[float]] = {}
        check_out(commit, self._code)

    def warm_up(self) -> None:
        """Have all modules compiled."""
        self._run([sys.executable, "-m", "compileall", "-qq", self._code])
        self.index(ROOT / "corpus")
        self.figures.clear()

    def index(self, source: Path) -> None:
        shutil.rmtree(self._index, ignore_errors=True)
        started, before = time.perf_counter(), os.times()
        arguments = ["reindex", source, "--index", self._index, "--engine", self._engine]
        self._run([sys.executable, "-m", "searchapp", *arguments])
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        self._note({"index s": time.perf_counter() - started, "index cpu s": cpu, "index MB": size_mb(self._index)})

    def search(self, asked: Path) -> None:
        command = [sys.executable, __file__, "--answer", asked, self._index, self._engine]
        figures: Figures = json.loads(self._run(command).splitlines()[-1])
        for kind, values in figures.items():
            self._note({f"search {kind} {name}": value for name, value in percentiles(values).items()})

    def _note(self, figures: dict[str, float]) -> None:
        for name, value in figures.items():
            self.figures.setdefault(name, []).append(value)

    def _run(self, command: list[object]) -> str:
        environment = {**os.environ, "PYTHONPATH": f"{self._code}{os.pathsep}{ROOT}", "PYTHONWARNINGS": "ignore"}
        # As an installed program has it. Else each process compiles numpy anew, a third of the time of small corpora.
        environment |= {"PYTHONPYCACHEPREFIX": str(self._bytecode), "PYTHONDONTWRITEBYTECODE": ""}
        words = list(map(str, command))
        return subprocess.run(
            words, cwd=self._code, env=environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout


def check_out(commit: str, folder: Path) -> None:
    """Put the package at ``commit`` into ``folder``."""
    if commit == WORKTREE:
        shutil.copytree(ROOT / "searchapp", folder / "searchapp")
        return
    git = shutil.which("git") or sys.exit("git is not installed")
    command = [git, "-C", str(ROOT), "archive", commit, "searchapp"]
    packed = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


def compared(before: Side, after: Side) -> Iterator[tuple[str, Figures]]:
    """Yield each figure with median and spread of both sides and of the ratio in each round."""
    for name, values in before.figures.items():
        others = after.figures[name]
        ratios = [other / value for value, other in zip(values, others, strict=True)]
        yield name, {"before": spread(values), "after": spread(others), "ratio": spread(ratios)}


def spread(values: list[float]) -> Figures:
    return {"median": round(statistics.median(values), 3), "low": round(min(values), 3), "high": round(max(values), 3)}


def answer(asked: list[str], index: Path, engine: str) -> dict[str, list[float]]:
    """Answer in this process, with the package that PYTHONPATH names; return milliseconds."""
    from searchapp import bootstrap
    from searchapp.model import SearchRequest

    service = bootstrap.open_service(bootstrap.load_config({"index": index, "engine": engine}))
    for query in asked[:WARMED_BY]:
        service.search(SearchRequest(query))
    wall, cpu = [], []
    for query in asked:
        started, used = time.perf_counter(), time.process_time()
        service.search(SearchRequest(query))
        wall.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    service.close()
    return {"ms": wall, "cpu ms": cpu}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--answer"]:
        _, _, queries_file, index_folder, engine_name = sys.argv
        print(json.dumps(answer(json.loads(Path(queries_file).read_text("utf-8")), Path(index_folder), engine_name)))
    else:
        main()
