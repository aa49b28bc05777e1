"""Writers that send and withdraw articles over HTTP while reindexes run: what was taken is found, and stays found."""

from __future__ import annotations

import http.client
import json
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any, Final

from tests.indexing.proofs.commands import Index, full, serving
from tests.indexing.proofs.states import AUBE, Corpus, other

__all__ = ["Report", "SentArticles"]

_TOKEN: Final = "un-jeton-assez-long-0123"  # noqa: S105
# Seconds. The first is the promise where nothing else is indexed meanwhile; by the second it is seen, or lost.
_PROMISED: Final = 1.0
_LONG: Final = 60.0
_WITHDRAWN: Final = 3
"""One of this many articles is withdrawn again."""
_FIRST: Final = 42_000
_TOLD: Final = 20


@dataclass(slots=True)
class Report:
    """Outcome of the articles.

    ``lost`` ones were taken and are not found, or no longer; ``undead`` ones were withdrawn and are. ``late`` counts
    articles and withdrawals that were seen more than a second after they were taken, which is expected while a reindex
    of all else holds the lock; ``slowest_s`` is the longest time that one took.
    """

    engine: str
    writers: int
    workers: int
    sent: int = 0
    withdrawn: int = 0
    looks: int = 0
    reindexes: int = 0
    lost: int = 0
    undead: int = 0
    late: int = 0
    slowest_s: float = 0.0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return the counts by name."""
        return asdict(self)


class SentArticles:
    """A server that takes articles, over a corpus of files that changes too."""

    def __init__(self, work: Path, engine: str, *, writers: int, workers: int = 2, articles: int = 300) -> None:
        self._corpus = Corpus(work / "corpus", articles, sentences=4)
        self._index = Index(work / "index", self._corpus.folder, engine)
        self._lock = Lock()
        self._standing: set[int] = set()
        self._gone: set[int] = set()
        self.report = Report(engine, writers, workers)

    def run(self, each: int, reindexes: int, on_reindex: Callable[[Report], None] = lambda report: None) -> Report:
        """Let each writer send its articles while reindexes run, then run a full reindex."""
        state, report = AUBE, self.report
        self._corpus.write(state)
        self._index.reindex()
        settings = {"SEARCHAPP_WRITE_TOKEN": _TOKEN}
        started, stop = time.monotonic(), Event()
        pool = ThreadPoolExecutor(report.writers + 1)
        with serving(self._index, workers=report.workers, settings=settings) as address, pool:
            writers = [pool.submit(self._write, address, writer, each) for writer in range(report.writers)]
            reader = pool.submit(self._read, address, stop)
            try:
                while report.reindexes < reindexes:
                    state = other(state)
                    self._corpus.write(state)
                    self._index.reindex("--wait", str(_LONG))
                    report.reindexes += 1
                    on_reindex(report)
                for writer in writers:
                    writer.result()
            finally:
                stop.set()
            reader.result()
            self._index.reindex("--wait", str(_LONG), *full())
            self._look_at_all(address)
        code, output = self._index.check()
        assert code == 0, f"check ended with {code}: {output}"
        report.seconds = round(time.monotonic() - started, 1)
        return report

    def _write(self, address: str, writer: int, count: int) -> None:
        for number in range(_FIRST + writer * count, _FIRST + (writer + 1) * count):
            text = f"Le facteur apporte le pli {number}."
            self._ask(address, "PUT", number, {"title": f"Pli {number}", "text": text}, taken=(200, 201, 202))
            if not self._wait(address, number, found=True):
                return
            with self._lock:
                self.report.sent += 1
                self._standing.add(number)
            if number % _WITHDRAWN == 0:
                with self._lock:
                    self._standing.remove(number)
                self._ask(address, "DELETE", number, taken=(200, 202))
                if self._wait(address, number, found=False):
                    with self._lock:
                        self.report.withdrawn += 1
                        self._gone.add(number)

    def _wait(self, address: str, number: int, *, found: bool) -> bool:
        """Wait until the article is found, or is not; return False when that never happens."""
        taken = time.monotonic()
        while (is_found := self._found(address, number)) is not found and time.monotonic() < taken + _LONG:
            time.sleep(0.02)
        took = time.monotonic() - taken
        with self._lock:
            self.report.late += took > _PROMISED
            self.report.slowest_s = max(self.report.slowest_s, round(took, 3))
        if is_found is not found:
            self._fail(number, f"{'not' if found else 'still'} found {took:.0f} s after it was taken", lost=found)
        return is_found is found

    def _read(self, address: str, stop: Event) -> None:
        """Look for articles that were found before, without pause, and for some that are withdrawn."""
        dice = random.Random(0)
        while not stop.is_set():
            with self._lock:
                known = [*((number, True) for number in self._standing), *((number, False) for number in self._gone)]
            if known:
                self._look(address, *dice.choice(known))
            else:
                time.sleep(0.02)

    def _look_at_all(self, address: str) -> None:
        for number in sorted(self._standing):
            self._look(address, number, found=True)
        for number in sorted(self._gone):
            self._look(address, number, found=False)
            self._ask(address, "GET", number, taken=(410,))

    def _look(self, address: str, number: int, found: bool) -> None:
        is_found = self._found(address, number)
        with self._lock:
            self.report.looks += 1
            changed = found and number not in self._standing
        if is_found is not found and not changed:
            self._fail(number, "no longer found" if found else "found again", lost=found)

    def _found(self, address: str, number: int) -> bool:
        status, answer = _ask(address, "GET", f"/api/v1/search?q={number}")
        if status != 200:
            self._fail(number, f"the search for it is answered {status} {answer}")
        return f"envoi/{number}" in [result["id"] for result in answer.get("results", ())]

    def _ask(self, address: str, method: str, number: int, body: object = None, *, taken: tuple[int, ...]) -> None:
        status, answer = _ask(address, method, f"/api/v1/articles/envoi/{number}", body)
        if status not in taken:
            self._fail(number, f"{method} is answered {status} {answer}")

    def _fail(self, number: int, reason: str, *, lost: bool | None = None) -> None:
        with self._lock:
            self.report.lost += lost is True
            self.report.undead += lost is False
            if len(self.report.failures) < _TOLD:
                self.report.failures.append(f"article {number}: {reason}")


def _ask(address: str, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    """Ask on a connection of its own, which any of the processes may take."""
    connection = http.client.HTTPConnection(address, timeout=_LONG)
    try:
        headers = {"Authorization": f"Bearer {_TOKEN}"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        answer: dict[str, Any] = json.load(response)
        return response.status, answer
    finally:
        connection.close()
