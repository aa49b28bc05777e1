"""The generation that answers: opened once, shared, replaced by a newer one, given up when it is damaged.

Whoever asks for it (:meth:`CurrentGeneration.answer`) looks at the pointer first, unless a thread of this process
follows it (:meth:`CurrentGeneration.follow`): then a newer generation is opened and warmed up in the background, and
the one before answers until then.

A generation that cannot be opened, or that makes the engine fail and is found to differ from what was written, is left
for the latest one before it that looks whole. That is told once in the log, and by :meth:`CurrentGeneration.served`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Final, TypeVar

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.spelling import FILE_NAME, Lexicon
from searchapp.engines.panics import panics_caught
from searchapp.engines.port import Engine, Place, Reader
from searchapp.errors import Corrupt, EngineUnavailable, IndexDamaged, SearchappError
from searchapp.indexing.damage import Damage
from searchapp.indexing.generations import CURRENT, Generations
from searchapp.indexing.journal_tail import JournalTail
from searchapp.indexing.withdrawn import Withdrawn
from searchapp.search.exclude_withdrawn import hiding

__all__ = ["CurrentGeneration", "OpenGeneration", "Served"]

Answer = TypeVar("Answer")
Work = Callable[["OpenGeneration"], Answer]

_log: Final = logging.getLogger(__name__)
# Seconds. A newer generation answers within one second: it is noticed, opened, and warmed up for the time left.
_LOOK_EVERY: Final = 0.1
_WARM_FOR: Final = 0.6
_RETRY_EVERY: Final = 30.0
# How long a request waits to learn whether its generation is damaged, and for how long the answer holds.
_PATIENCE: Final = 10.0
_VERIFIED_FOR: Final = 600.0
_LISTED: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class OpenGeneration:
    """An open generation: the engine's reader, what its articles say about words, and the ids that are withdrawn.

    The reader does not show what was withdrawn after this generation was published; of that, ``withdrawn_since`` is
    what the journal of the corpus says. ``signing_key`` signs cursors.
    """

    name: str
    reader: Reader
    lexicon: Lexicon
    withdrawn: Withdrawn
    signing_key: bytes
    withdrawn_since: frozenset[str] = frozenset()

    @property
    def version(self) -> str:
        """What differs whenever an answer may: the name and, of an older generation, what is hidden in it."""
        parts = [self.name]
        if self.withdrawn.hidden_in(self.name):
            parts.append(self.withdrawn.generation)
        if self.withdrawn_since:
            parts.append(blake2b("\0".join(sorted(self.withdrawn_since)).encode(), digest_size=8).hexdigest())
        return " ".join(parts)

    def is_withdrawn(self, article_id: str) -> bool:
        """Return whether an article of this id was taken back."""
        return article_id in self.withdrawn.ids or article_id in self.withdrawn_since

    def close(self) -> None:
        """Let go of the files."""
        self.reader.close()
        self.lexicon.close()


@dataclass(frozen=True, slots=True)
class Served:
    """Which generation answers, and which one should: they differ when the latter is damaged."""

    generation: str
    wanted: str
    damages: tuple[Damage, ...] = ()

    @property
    def degraded(self) -> bool:
        return self.generation != self.wanted


@dataclass(frozen=True, slots=True)
class _Sight:
    """What decides which generation answers, and what it hides; the name is "" when the pointer cannot be read."""

    name: str
    marked: bool
    withdrawn: str
    withdrawn_since: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Choice:
    sight: _Sight
    generation: OpenGeneration
    served: Served


@dataclass(slots=True)
class _Verification:
    """Whether a generation is as it was written; ``damaged`` is known once ``done`` is set."""

    started: float = field(default_factory=time.monotonic)
    done: Event = field(default_factory=Event)
    damaged: bool = False


class CurrentGeneration:
    """The published generation, shared between threads; one that is replaced closes when its last user is done."""

    def __init__(
        self,
        generations: Generations,
        engine_of: Callable[[str], Engine],
        analyzer: FrenchAnalyzer,
        tail: JournalTail,
    ) -> None:
        """``engine_of`` gives the engine of a name, as manifests have them; it may raise EngineUnavailable.

        ``tail`` gives the ids that were withdrawn after a generation was made.
        """
        self.when_behind: Callable[[], object] = lambda: None
        """Called when a generation is opened that knows nothing of some withdrawals: it came from a backup."""
        self._tail = tail
        self._generations = generations
        self._engine_of = engine_of
        self._analyzer = analyzer
        self._lock = RLock()
        self._choice: _Choice | None = None
        self._retry_at = float("inf")
        self._users: dict[OpenGeneration, int] = {}
        self._given_up: set[str] = set()
        self._told: set[str] = set()
        self._verifications: dict[str, _Verification] = {}
        self._following = False
        self._stop = Event()

    def answer(self, work: Work[Answer]) -> Answer:
        """Return what ``work`` makes of the current generation, or of the one before if that one is damaged.

        Raises IndexMissing, IndexDamaged when no generation can be read, and whatever ``work`` raises over one that is
        as it was written; always an Exception, so that no fault of an engine ends the worker that asked.
        """
        while True:
            with self.lease() as generation:
                try:
                    with panics_caught():
                        return work(generation)
                except Exception as error:
                    if not _is_unexpected(error) or not self._is_damaged(generation.name):
                        raise

    @contextmanager
    def lease(self) -> Iterator[OpenGeneration]:
        """Give the generation for the time of the block."""
        with self._lock:
            if self._choice is not None and self._must_move(self._choice):
                self._adopt(self._choose())
            choice = self._choice or self._adopt(self._choose())
            generation = choice.generation
            self._use(generation)
        try:
            yield generation
        finally:
            self._release(generation)

    def served(self) -> Served:
        """Return which generation answers now; raises IndexMissing, IndexDamaged."""
        with self.lease(), self._lock:
            assert self._choice is not None  # noqa: S101 - leased
            return self._choice.served

    def warm_up(self, warm: Work[None]) -> None:
        """Open the current generation and ``warm`` it up; what goes wrong shows in the log, or when it is asked for."""
        try:
            self.answer(warm)
        except SearchappError as error:  # nothing is published yet, or all of it is damaged
            _log.warning("%s", error)
        except Exception:
            _log.exception("Warming up failed; searching goes on")

    def follow(self, warm: Work[None]) -> None:
        """Do that with each newer generation too, in a thread of its own, while the one before answers.

        To be called once a process, after forking.
        """
        self.warm_up(warm)
        self._following = True
        Thread(target=self._follow, args=(warm,), name="generation", daemon=True).start()

    def verify(self) -> None:
        """Read all files of the current generation in the background; it is given up if they are damaged."""
        self._verification(self.served().generation)

    def close(self) -> None:
        """Let go of the generation, and follow it no more."""
        self._stop.set()
        with self._lock:
            choice, self._choice = self._choice, None
            if choice is not None:
                self._close_if_unused(choice.generation)

    # Choosing

    def _look(self) -> _Sight:
        withdrawn = self._generations.withdrawn_version()
        try:
            name = self._generations.current()
        except IndexDamaged:
            return _Sight("", marked=True, withdrawn=withdrawn)
        since = self._tail.withdrawn_since(self._generations.path(name))
        return _Sight(name, self._generations.is_marked(name), withdrawn, since)

    def _must_move(self, choice: _Choice) -> bool:
        """Return whether a request has to see to it that a better generation answers."""
        verification = self._verifications.get(choice.generation.name)
        return (not self._following or (verification is not None and verification.damaged)) and self._is_stale(choice)

    def _is_stale(self, choice: _Choice) -> bool:
        name = choice.generation.name
        return (
            self._look() != choice.sight
            or self._is_known_damaged(name, marked=name != choice.sight.name and self._generations.is_marked(name))
            or self._is_time_to_retry()
        )

    def _is_known_damaged(self, name: str, *, marked: bool) -> bool:
        return marked or name in self._given_up

    def _is_time_to_retry(self) -> bool:
        """Return whether a generation that could not be opened gets another chance: files may have run out."""
        return time.monotonic() > self._retry_at

    def _choose(self) -> _Choice:
        """Open the best generation; what is open already is not opened again. Raises IndexMissing, IndexDamaged."""
        while True:
            sight = self._look()
            generation = self._open_best()
            # A generation may have been published, and the one read of pruned, since it was looked.
            if self._look() == sight:
                break
            self._discard(generation)
        wanted = sight.name or CURRENT
        if generation is not None and generation.name == wanted:
            return _Choice(sight, generation, Served(wanted, wanted))
        damages = tuple(self._generations.flaws(wanted)) if sight.name else ()
        if generation is None:
            raise self._generations.failure(wanted)
        return _Choice(sight, generation, Served(generation.name, wanted, damages))

    def _open_best(self) -> OpenGeneration | None:
        for name in self._generations.candidates():
            if name not in self._given_up:
                try:
                    return self._open(name)
                except IndexDamaged as error:
                    _log.debug("%s", error, exc_info=error)
        return None

    def _open(self, name: str) -> OpenGeneration:
        withdrawn = self._withdrawn(name)
        with self._lock:
            opened = self._choice.generation if self._choice else None
        path = self._generations.path(name)
        since = self._tail.withdrawn_since(path)
        if (
            opened is not None
            and (opened.name, opened.withdrawn_since) == (name, since)
            and withdrawn.says_the_same(opened.withdrawn, name)
        ):
            return opened
        engine = self._engine_of(self._generations.manifest(name).engine)
        reader = hiding(_open_reader(engine, path / "engine"), withdrawn.hidden_in(name) | since)
        if (
            opened is None or opened.name != name
        ) and not since <= withdrawn.ids:  # else it was gone back to, for which nobody needs to hurry
            self.when_behind()
        lexicon = Lexicon(path / FILE_NAME, self._analyzer)
        return OpenGeneration(name, reader, lexicon, withdrawn, self._generations.signing_key(name), since)

    def _withdrawn(self, name: str) -> Withdrawn:
        """Return the withdrawn ids; raises IndexDamaged for a generation that cannot be shown without knowing them."""
        try:
            return self._generations.withdrawn()
        except IndexDamaged as error:
            if name != max(self._generations.names()):
                raise
            self._tell_once("withdrawn", "%s", error)
            return Withdrawn()

    def _adopt(self, choice: _Choice) -> _Choice:
        with self._lock:
            old, self._choice = self._choice, choice
            self._retry_at = time.monotonic() + _RETRY_EVERY if choice.served.degraded else float("inf")
            if old is not None and old.generation is not choice.generation:
                self._close_if_unused(old.generation)
        if choice.served.degraded:
            flaws = [str(damage.message()) for damage in choice.served.damages[:_LISTED]]
            self._tell_once(
                choice.served.wanted,
                "Generation %s is damaged (%s). Generation %s answers in its place. Run: searchapp reindex --full",
                choice.served.wanted,
                "; ".join(flaws) or "it cannot be opened",
                choice.generation.name,
            )
        return choice

    def _tell_once(self, subject: str, text: str, *values: object) -> None:
        if subject not in self._told:
            self._told.add(subject)
            _log.error(text, *values)

    # Using

    def _use(self, generation: OpenGeneration) -> None:
        with self._lock:
            self._users[generation] = self._users.get(generation, 0) + 1

    def _release(self, generation: OpenGeneration) -> None:
        with self._lock:
            self._users[generation] -= 1
            self._close_if_unused(generation)

    def _close_if_unused(self, generation: OpenGeneration) -> None:
        in_use = self._choice is not None and generation is self._choice.generation
        if not in_use and not self._users.get(generation):
            self._users.pop(generation, None)
            generation.close()

    def _discard(self, generation: OpenGeneration | None) -> None:
        with self._lock:
            if generation is not None:
                self._close_if_unused(generation)

    # Following

    def _follow(self, warm: Work[None]) -> None:
        while not self._stop.wait(_LOOK_EVERY):
            try:
                choice = self._choice
                if choice is not None and self._is_stale(choice):
                    self._advance(choice, warm)
            except SearchappError:  # whoever asks is told
                continue
            except Exception:
                _log.exception("Following the current generation failed; it is tried again")

    def _advance(self, old: _Choice, warm: Work[None]) -> None:
        """Move to a newer generation: opened, warmed up, and only then given to requests."""
        choice = self._choose()
        if choice.generation is old.generation:
            self._adopt_after(old, choice)
            return
        self._use(choice.generation)
        try:
            warming = Thread(target=self._warm, args=(choice.generation, warm), daemon=True)
            warming.start()
            warming.join(_WARM_FOR)
            self._adopt_after(old, choice)
        finally:
            self._release(choice.generation)

    def _adopt_after(self, old: _Choice, choice: _Choice) -> None:
        with self._lock:
            if self._choice is old:  # else a request that found it damaged has seen to it, or this is closed
                self._adopt(choice)

    def _warm(self, generation: OpenGeneration, warm: Work[None]) -> None:
        self._use(generation)
        try:
            with panics_caught():
                warm(generation)
        except Exception as error:
            if _is_unexpected(error):
                self._is_damaged(generation.name)
        finally:
            self._release(generation)

    # Doubting

    def _is_damaged(self, name: str) -> bool:
        """Return whether the files of a generation are found, in the time that a request has, to be damaged."""
        verification = self._verification(name)
        verification.done.wait(_PATIENCE)
        return verification.damaged

    def _verification(self, name: str) -> _Verification:
        with self._lock:
            known = self._verifications.get(name)
            if known is not None and self._holds(name, known):
                return known
            verification = self._verifications[name] = _Verification()
        Thread(target=self._verify, args=(name, verification), name="verification", daemon=True).start()
        return verification

    def _holds(self, name: str, known: _Verification) -> bool:
        """Return whether what was found before is still true: damaged files may have been put back since."""
        if known.damaged:
            return self._is_known_damaged(name, marked=self._generations.is_marked(name))
        return time.monotonic() < known.started + _VERIFIED_FOR

    def _verify(self, name: str, verification: _Verification) -> None:
        try:
            if self._generations.path(name).is_dir():
                damages = self._generations.verify(name)
                if damages:
                    self._generations.mark(name, damages)
                    if not self._generations.is_marked(name):  # this process may not write there
                        self._given_up.add(name)
                verification.damaged = bool(damages)
            else:  # pruned while it was read: the next one answers
                self._given_up.add(name)
                verification.damaged = True
        finally:
            verification.done.set()


def _open_reader(engine: Engine, folder: Path) -> Reader:
    try:
        with panics_caught():
            return engine.open(Place(folder))
    except (EngineUnavailable, IndexDamaged):
        raise
    except Exception as error:
        if not _is_unexpected(error):
            raise
        raise IndexDamaged(folder.parent.name) from error


def _is_unexpected(error: Exception) -> bool:
    """Return whether an engine may have failed over damaged files."""
    return isinstance(error, Corrupt) or not isinstance(error, SearchappError)
