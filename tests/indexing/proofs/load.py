"""Clients that ask without pause while reindexes publish: what they are answered, and from which generation."""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles
from threading import Event
from typing import Any, Final

from tests.indexing.proofs.commands import Index, serving
from tests.indexing.proofs.questions import Question, Questions
from tests.indexing.proofs.states import AUBE, Corpus, State, other

__all__ = ["Load", "Report"]

# Seconds. The first is the promise; by the second a generation is seen everywhere, or never.
_PROMISED: Final = 1.0
_LONG: Final = 30.0
# A server closes what was quiet for two seconds, perhaps just when it is asked again.
_QUIET: Final = 1.0
_ASKED_ON_A_CONNECTION: Final = 25
"""Then another one is opened, which any of the processes may take."""
_TOLD: Final = 20
_LOOKS: Final = 40
"""Connections at the end, each of which has to show the last generation: enough to meet every process."""


@dataclass(slots=True)
class Report:
    """Outcome of the requests.

    ``mixed`` answers do not hold together, or not with the generation that they name. ``late`` ones were asked for more
    than a second after a publish and are of a generation before; ``longest_old_s`` is the longest such time, as the
    clients saw it. ``failures`` tells what failed or was mixed (of each the first), and what was never published or
    shown.
    """

    engine: str
    clients: int
    workers: int
    articles: int
    publishes: int = 0
    requests: int = 0
    failed: int = 0
    mixed: int = 0
    late: int = 0
    longest_old_s: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return the counts by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Published:
    generation: str
    state: State
    moment: float


@dataclass(frozen=True, slots=True)
class _Answered:
    path: str
    began: float
    took: float
    generation: str
    fits: frozenset[State]


class _Client:
    """Asks one thing after another on kept connections, until told to stop."""

    def __init__(self, address: str, questions: Questions, seed: int) -> None:
        self._questions = questions
        self._dice = random.Random(seed)
        self._connection = http.client.HTTPConnection(address, timeout=_LONG)
        self._asked = 0
        self._last = 0.0
        self.answered: list[_Answered] = []
        self.failed: list[str] = []
        self.shown = ("", 0.0)
        """The last generation that was named, and when that answer was asked for."""

    def run(self, stop: Event) -> None:
        while not stop.is_set():
            self.ask(self._questions.draw(self._dice))
        self._connection.close()

    def ask(self, question: Question) -> None:
        """Ask, and keep what came of it."""
        began = time.monotonic()
        if began > self._last + _QUIET or self._asked >= _ASKED_ON_A_CONNECTION:
            self.reconnect()
        self._asked += 1
        try:
            self._connection.request("GET", question.path)
            response = self._connection.getresponse()
            body = response.read()
            self._last = time.monotonic()
            if not 200 <= response.status < 300:
                raise ValueError(f"{response.status} {body[:200]!r}")
            answer = question.read(body)
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            self.failed.append(f"{question.path}: {type(error).__name__}: {error}")
            self.reconnect()
            return
        self.answered.append(_Answered(question.path, began, self._last - began, answer.generation, answer.fits))
        if answer.generation:
            self.shown = (answer.generation, began)

    def reconnect(self) -> None:
        """Open another connection for the next question."""
        self._connection.close()
        self._asked = 0


class Load:
    """A corpus, its index and a server over it; ``seed`` makes what is asked repeatable, but not the machine's pace."""

    def __init__(
        self, work: Path, engine: str, *, clients: int, workers: int = 2, articles: int = 300, seed: int = 0
    ) -> None:
        self._corpus = Corpus(work / "corpus", articles, sentences=4, fresh=1)
        self._index = Index(work / "index", self._corpus.folder, engine)
        self._questions = Questions(self._corpus)
        self._seed = seed
        self._published: list[_Published] = []
        self._clients: list[_Client] = []
        self.report = Report(engine, clients, workers, articles)

    def run(self, publishes: int, on_publish: Callable[[Report], None] = lambda report: None) -> Report:
        """Load the server while reindexes publish; raises AssertionError when a reindex or the server fails."""
        report = self.report
        self._publish(AUBE)
        stop = Event()
        with serving(self._index, workers=report.workers) as address, ThreadPoolExecutor(report.clients) as pool:
            self._clients = [_Client(address, self._questions, self._seed + own) for own in range(report.clients)]
            started = time.monotonic()
            runs = [pool.submit(client.run, stop) for client in self._clients]
            try:
                while self._is_seen() and report.publishes < publishes:
                    self._publish(other(self._published[-1].state))
                    report.publishes += 1
                    on_publish(report)
            finally:
                stop.set()
            for each in runs:
                each.result()
            report.seconds = round(time.monotonic() - started, 1)
            self._look_everywhere(address)
        self._judge()
        return report

    def _publish(self, state: State) -> None:
        self._corpus.write(state)
        before = self._index.current()
        reindex = self._index.start()
        while self._index.current() == before and not reindex.ended():
            time.sleep(0.005)
        moment = time.monotonic()
        code, output = reindex.finish()
        assert code == 0, f"reindex ended with {code}: {output}"
        assert self._index.current() != before, f"nothing was published: {output}"
        self._published.append(_Published(self._index.current(), state, moment))

    def _is_seen(self) -> bool:
        """Wait until every client has asked later than a second after the publish, and been shown what it published."""
        last = self._published[-1]
        deadline = time.monotonic() + _LONG
        while waiting := [client for client in self._clients if not _has_seen(client, last)]:
            if time.monotonic() > deadline:
                shown = sorted({client.shown[0] for client in waiting})
                self.report.failures.append(f"{last.generation} is not shown {_LONG:.0f} s after its publish: {shown}")
                return False
            time.sleep(0.02)
        return True

    def _look_everywhere(self, address: str) -> None:
        client = _Client(address, self._questions, self._seed)
        for _ in range(_LOOKS):
            client.ask(self._questions.everything())
            client.reconnect()
        self._clients.append(client)
        if shown := {answer.generation for answer in client.answered} - {self._published[-1].generation}:
            self.report.failures.append(f"a process still shows {sorted(shown)}")

    def _judge(self) -> None:
        report = self.report
        answers = [answer for client in self._clients for answer in client.answered]
        failed = [failure for client in self._clients for failure in client.failed]
        mixed = [reason for answer in answers if (reason := self._mixture(answer))]
        report.requests, report.failed, report.mixed = len(answers) + len(failed), len(failed), len(mixed)
        report.failures += failed[:_TOLD] + mixed[:_TOLD]
        ages = [self._age(answer) for answer in answers]
        report.late = sum(age > _PROMISED for age in ages)
        report.longest_old_s = round(max(ages, default=0.0), 3)
        if len(answers) > 1:
            shares = quantiles((answer.took * 1000 for answer in answers), n=20, method="inclusive")
            report.p50_ms, report.p95_ms = round(shares[9], 1), round(shares[18], 1)

    def _mixture(self, answer: _Answered) -> str:
        """Return the contradiction in an answer, "" when there is none."""
        fits = sorted(state.word for state in answer.fits)
        if not answer.generation:
            return "" if fits else f"{answer.path}: the page is of no one state"
        published = next((each for each in self._published if each.generation == answer.generation), None)
        if published is None:
            return f"{answer.path}: {answer.generation} was never published"
        if published.state in answer.fits:
            return ""
        return f"{answer.path}: {answer.generation} is of {published.state.word}, the answer fits {fits or 'neither'}"

    def _age(self, answer: _Answered) -> float:
        """Return for how many seconds a newer generation was published when the answer was asked for, at least 0."""
        later = zip(self._published, self._published[1:], strict=False)
        moment = next((newer.moment for older, newer in later if older.generation == answer.generation), None)
        return 0.0 if moment is None else max(0.0, answer.began - moment)


def _has_seen(client: _Client, published: _Published) -> bool:
    generation, began = client.shown
    return generation == published.generation and began > published.moment + _PROMISED
