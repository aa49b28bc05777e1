"""The searcher manager: the published generation, opened once, shared by threads, replaced by a newer one.

Each request that runs on it checks the pointer first (:meth:`SearcherManager.run`), unless a thread of this process
follows the pointer (:meth:`SearcherManager.follow`): then a newer generation is opened and warmed up in the background,
while the one before answers.

A damaged generation is one that cannot be opened, or one over which the engine fails and whose files differ from those
written. The latest intact one before it is active in its place. The log reports that once,
:meth:`SearcherManager.served` always.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, RLock, Thread, local
from typing import Final, TypeVar

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.panics import panics_as_exceptions
from searchapp.engines.port import Engine
from searchapp.errors import SearchappError
from searchapp.indexing.generations import Generations
from searchapp.indexing.journal_tail import JournalTail
from searchapp.measuring import Stage
from searchapp.search.file_verification import Verifier
from searchapp.search.generation_opener import ActiveGeneration, GenerationOpener, Served
from searchapp.search.open_generation import OpenGeneration, is_unexpected

__all__ = ["SearcherManager", "Served"]

Answer = TypeVar("Answer")
Work = Callable[[OpenGeneration], Answer]

_log: Final = logging.getLogger(__name__)
# A newer generation answers within one second: it is noticed, opened, and warmed up for the time left.
_POLL_SECONDS: Final = 0.1
_WARM_UP_SECONDS: Final = 0.6
_RETRY_SECONDS: Final = 30.0
# Damages that one log line lists.
_MAX_LISTED: Final = 5


class _Pin(local):
    """The generations that a thread holds open within :meth:`SearcherManager.pinned`: it keeps to the last of them."""

    held: list[OpenGeneration] | None = None


class SearcherManager:
    """Gives requests the active generation. Safe to share between threads.

    A generation that is replaced closes when the last request on it ends.
    """

    def __init__(
        self,
        generations: Generations,
        engine_of: Callable[[str], Engine],
        analyzer: FrenchAnalyzer,
        tail: JournalTail | None = None,
    ) -> None:
        """``engine_of`` returns the engine of a name in a manifest; it may raise EngineUnavailable.

        ``tail`` reads from the journal the ids that were withdrawn after a generation was made; without it, none were.
        """
        self._generations = generations
        self._lock = RLock()
        self._verifier = Verifier(generations)
        self._opener = GenerationOpener(generations, engine_of, analyzer, tail or JournalTail(), self._verifier)
        self._active: ActiveGeneration | None = None
        self._retry_at = float("inf")
        self._users: dict[OpenGeneration, int] = {}
        self._pin = _Pin()
        self._logged: set[str] = set()
        self._following = False
        self._stop = Event()

    def run(self, work: Work[Answer]) -> Answer:
        """Return the result of ``work`` on the active generation; if that one is damaged, on the one before.

        Raises IndexMissing, IndexDamaged when no generation can be read, and the error of ``work`` on an intact one;
        always an Exception, so that no fault of an engine ends the worker process.
        """
        while True:
            with self.acquire() as generation:
                try:
                    with panics_as_exceptions(), Stage("read"):
                        return work(generation)
                except Exception as error:
                    if not is_unexpected(error) or not self._verifier.is_damaged(generation.name):
                        raise

    @contextmanager
    def pinned(self) -> Iterator[None]:
        """Within the block, this thread keeps to the generation of its first call, unless that one is damaged."""
        held = self._pin.held = []
        try:
            yield
        finally:
            self._pin.held = None
            for generation in held:
                self._release(generation)

    @contextmanager
    def acquire(self) -> Iterator[OpenGeneration]:
        """Keep the active generation, or the one that this thread keeps to, open within the block."""
        with self._lock:
            generation = self._pinned_or_active()
            self._use(generation)
        try:
            yield generation
        finally:
            self._release(generation)

    def _pinned_or_active(self) -> OpenGeneration:
        held = self._pin.held
        if held and not self._verifier.was_found_damaged(held[-1].name):
            return held[-1]
        if self._active is None or self._must_replace(self._active):
            self._activate(self._opener.open_published(self._active.generation if self._active else None))
        assert self._active is not None  # noqa: S101 - activated
        if held is not None:
            held.append(self._active.generation)
            self._use(self._active.generation)
        return self._active.generation

    def served(self) -> Served:
        """Return the generation that answers now; raises IndexMissing, IndexDamaged."""
        with self._lock, self.acquire():
            assert self._active is not None  # noqa: S101 - acquired
            return self._active.served

    def peek(self) -> Served | None:
        """Return the generation that answered last, None before the first; opens nothing and waits for nothing."""
        active = self._active
        return active.served if active else None

    def warm_up(self, warm: Work[None]) -> None:
        """Open the published generation and ``warm`` it up; errors go to the log and meet the next request."""
        try:
            self.run(warm)
        except SearchappError as error:  # nothing is published yet, or all of it is damaged
            _log.warning("%s", error)
        except Exception:
            _log.exception("Warming up failed; searching goes on")

    def follow(self, warm: Work[None]) -> None:
        """Warm up the published generation, and each newer one in a thread of its own, while the one before answers.

        To be called once a process, after forking.
        """
        self.warm_up(warm)
        self._following = True
        Thread(target=self._follow, args=(warm,), name="generation", daemon=True).start()

    def verify(self) -> None:
        """Read all files of the active generation in the background; a damaged one is replaced."""
        self._verifier.start(self.served().generation)

    def on_missing_withdrawals(self, call: Callable[[], object]) -> None:
        """Call ``call`` when a generation is opened that lacks some withdrawals: it came from a backup."""
        self._opener.on_missing_withdrawals = call

    def close(self) -> None:
        """Close the active generation and stop following."""
        self._stop.set()
        with self._lock:
            active, self._active = self._active, None
            if active is not None:
                self._close_if_unused(active.generation)

    # The active generation

    def _must_replace(self, active: ActiveGeneration) -> bool:
        """Return whether a request has to open a better generation itself."""
        follows = self._following and not self._verifier.was_found_damaged(active.generation.name)
        return not follows and self._is_stale(active)

    def _is_stale(self, active: ActiveGeneration) -> bool:
        name = active.generation.name
        return (
            self._opener.published_state() != active.state
            or (name != active.state.name and self._generations.is_marked(name))
            or self._verifier.is_quarantined(name)
            # A generation that could not be opened gets another chance: files may have run out.
            or time.monotonic() > self._retry_at
        )

    def _activate(self, active: ActiveGeneration) -> None:
        with self._lock:
            old, self._active = self._active, active
            self._retry_at = time.monotonic() + _RETRY_SECONDS if active.served.degraded else float("inf")
            if old is not None and old.generation is not active.generation:
                self._close_if_unused(old.generation)
        if active.served.degraded and active.served.published not in self._logged:
            self._logged.add(active.served.published)
            damages = [str(damage.message()) for damage in active.served.damages[:_MAX_LISTED]]
            _log.error(
                "Generation %s is damaged (%s). Generation %s answers in its place. Run: searchapp reindex --full",
                active.served.published,
                "; ".join(damages) or "it cannot be opened",
                active.generation.name,
            )

    # Requests on a generation

    def _use(self, generation: OpenGeneration) -> None:
        with self._lock:
            self._users[generation] = self._users.get(generation, 0) + 1

    def _release(self, generation: OpenGeneration) -> None:
        with self._lock:
            self._users[generation] -= 1
            self._close_if_unused(generation)

    def _close_if_unused(self, generation: OpenGeneration) -> None:
        is_active = self._active is not None and generation is self._active.generation
        if not is_active and not self._users.get(generation):
            self._users.pop(generation, None)
            generation.close()

    # Following

    def _follow(self, warm: Work[None]) -> None:
        while not self._stop.wait(_POLL_SECONDS):
            try:
                active = self._active
                if active is not None and self._is_stale(active):
                    self._advance(active, warm)
            except SearchappError:  # the next request raises it
                continue
            except Exception:
                _log.exception("Following the current generation failed; it is tried again")

    def _advance(self, old: ActiveGeneration, warm: Work[None]) -> None:
        """Replace ``old`` by a newer generation: opened, warmed up, and only then given to requests."""
        new = self._opener.open_published(old.generation)
        if new.generation is old.generation:
            self._replace(old, new)
            return
        self._use(new.generation)
        try:
            warming = Thread(target=self._warm, args=(new.generation, warm), daemon=True)
            warming.start()
            warming.join(_WARM_UP_SECONDS)
            self._replace(old, new)
        finally:
            self._release(new.generation)

    def _replace(self, old: ActiveGeneration, new: ActiveGeneration) -> None:
        with self._lock:
            if self._active is old:  # else a request has replaced a damaged one, or this is closed
                self._activate(new)

    def _warm(self, generation: OpenGeneration, warm: Work[None]) -> None:
        self._use(generation)
        try:
            with panics_as_exceptions():
                warm(generation)
        except Exception as error:
            if is_unexpected(error):
                self._verifier.is_damaged(generation.name)
        finally:
            self._release(generation)
