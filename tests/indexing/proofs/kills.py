"""Reindexes killed at random moments, and what is there afterwards."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.indexing.proofs.commands import Index, Running, full, knows
from tests.indexing.proofs.states import AUBE, Corpus, State, opened, other, read_everything, shown_state

__all__ = ["Killer", "Outcome"]

# Files whose appearance begins the last part of a reindex; a third of the kills aim at what follows.
_SIGNALS: Final = ("lexicon.sqlite", "manifest.json*", "checksums*", "CURRENT.new")
# What is wrong so often is wrong every time; without an end, a reindex that never starts would never count as killed.
_ENOUGH: Final = 20


@dataclass(slots=True)
class Outcome:
    """Outcome of the kills. ``failures`` lists each wrong state with the process killed and the moment."""

    kills: int = 0
    before_publish: int = 0
    after_publish: int = 0
    ended_before_the_kill: int = 0
    full: int = 0
    incremental: int = 0
    only_the_parent: int = 0
    aimed_at_the_end: int = 0
    checks: int = 0
    failures: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return the counts by name."""
        return asdict(self)


class Killer:
    """Kills reindexes of one corpus by one engine; ``seed`` makes the draw repeatable, but not the machine's pace."""

    def __init__(self, work: Path, engine: str, articles: int = 2000, seed: int = 0) -> None:
        self._corpus = Corpus(work / "corpus", articles)
        self._index = Index(work / "index", self._corpus.folder, engine)
        self._engine = engine
        self._dice = random.Random(seed)
        self._state = AUBE
        self._durations: dict[tuple[str, ...], float] = {}
        self._tails: dict[tuple[str, ...], float] = {}
        self.outcome = Outcome()

    def run(self, kills: int, on_kill: Callable[[Outcome], None] = lambda outcome: None) -> Outcome:
        """Kill that many reindexes, or stop after 20 failures; one that ended before its kill does not count."""
        kinds = [full(), ()] if full() else [()]
        for options in kinds:
            self._measure(options)
        while self.outcome.kills < kills and len(self.outcome.failures) < _ENOUGH:
            options = kinds[self.outcome.kills % len(kinds)]
            try:
                self._kill_one(options, everyone=self._dice.random() < 0.7, late=self._dice.random() < 1 / 3)
            except Exception as error:  # a damaged index makes the service raise whatever it likes
                what = f"kill {self.outcome.kills}, {' '.join(options) or 'plain'}"
                self.outcome.failures.append(f"{what}: {type(error).__name__}: {error}")
            on_kill(self.outcome)
        return self.outcome

    def _measure(self, options: tuple[str, ...]) -> None:
        """Let one run undisturbed: how long it takes, and its last part."""
        self._turn()
        reindex = self._index.start(*options)
        self._wait_for_signal(reindex, self._index.generations() if self._index.folder.is_dir() else set())
        at = time.monotonic()
        code, output = reindex.finish()
        assert code == 0, output
        self._durations[options] = time.monotonic() - reindex.started
        self._tails[options] = time.monotonic() - at

    def _kill_one(self, options: tuple[str, ...], *, everyone: bool, late: bool) -> None:
        self._turn()
        before, known = self._index.current(), self._index.generations()
        reindex = self._index.start(*options)
        if late:
            self._wait_for_signal(reindex, known)
        time.sleep(self._dice.uniform(0, self._tails[options] if late else self._durations[options]))
        if reindex.ended():
            self.outcome.ended_before_the_kill += 1
            reindex.finish()
            return
        reindex.kill(everyone=everyone)
        published = self._index.current() != before
        self._count(options, everyone=everyone, late=late, published=published)
        self._look(self._state if published else other(self._state))
        self._go_on(reindex)

    def _look(self, state: State) -> None:
        """See that the service answers from the whole generation of ``state``, and that ``check`` passes."""
        with opened(self._index.folder, self._engine) as service:
            assert shown_state(service, self._corpus) is state
            read_everything(service, self._corpus, state)
        if knows("check"):
            self.outcome.checks += 1
            code, output = self._index.check()
            assert code == 0, f"check ended with {code}: {output}"

    def _go_on(self, killed: Running) -> None:
        """See that the next reindex succeeds, though children of the killed one may still be writing, and end."""
        self._index.reindex()
        assert not (living := killed.survivors()), f"children live on: {living}"
        with opened(self._index.folder, self._engine) as service:
            assert shown_state(service, self._corpus) is self._state
        kept = self._index.generations()
        assert len(kept) <= 2, f"unfinished generations stay: {kept}"
        assert self._index.current() in kept

    def _turn(self) -> None:
        self._state = other(self._state)
        self._corpus.write(self._state)

    def _count(self, options: tuple[str, ...], *, everyone: bool, late: bool, published: bool) -> None:
        outcome = self.outcome
        outcome.kills += 1
        outcome.before_publish += not published
        outcome.after_publish += published
        outcome.full += options == full()
        outcome.incremental += options != full()
        outcome.only_the_parent += not everyone
        outcome.aimed_at_the_end += late

    def _wait_for_signal(self, reindex: Running, known: set[str]) -> None:
        """Wait until one of the last files appears, or the reindex ends."""
        pattern = self._dice.choice(_SIGNALS)
        while not reindex.ended():
            new = (path for path in self._index.folder.glob("*") if path.is_dir() and path.name not in known)
            if any(self._index.folder.glob(pattern)) or any(next(path.glob(pattern), None) for path in new):
                return
            time.sleep(0.001)
