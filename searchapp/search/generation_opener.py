"""Opening the published generation or, where it is damaged, the latest intact one before it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Engine
from searchapp.errors import IndexDamaged
from searchapp.indexing.damage import Damage
from searchapp.indexing.generation_layout import CURRENT
from searchapp.indexing.generations import Generations
from searchapp.indexing.journal_tail import JournalTail
from searchapp.indexing.withdrawn import Withdrawn
from searchapp.search.file_verification import Verifier
from searchapp.search.open_generation import OpenGeneration, open_generation

__all__ = ["ActiveGeneration", "GenerationOpener", "PublishedState", "Served"]

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """The generation that answers, and the published one; they differ when that is damaged."""

    generation: str
    published: str
    damages: tuple[Damage, ...] = ()

    @property
    def degraded(self) -> bool:
        return self.generation != self.published


@dataclass(frozen=True, slots=True)
class PublishedState:
    """The published generation and its withdrawals, as last read; the name is "" when the pointer cannot be read."""

    name: str
    marked: bool
    withdrawn: str
    withdrawn_since: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ActiveGeneration:
    """A generation that answers, and the published state that it was opened for."""

    state: PublishedState
    generation: OpenGeneration
    served: Served


class GenerationOpener:
    """Opens generations, each by the engine that wrote it and without the articles that were withdrawn later."""

    def __init__(
        self,
        generations: Generations,
        engine_of: Callable[[str], Engine],
        analyzer: FrenchAnalyzer,
        tail: JournalTail,
        verifier: Verifier,
    ) -> None:
        self.on_missing_withdrawals: Callable[[], object] = lambda: None
        """Called when a generation or a list is opened that lacks some withdrawals: it came from a backup."""
        self._generations = generations
        self._engine_of = engine_of
        self._analyzer = analyzer
        self._tail = tail
        self._verifier = verifier
        self._has_logged_withdrawn = False

    def published_state(self) -> PublishedState:
        """Return the published generation and its withdrawals as they are now."""
        withdrawn = self._generations.withdrawn_version()
        try:
            name = self._generations.current()
        except IndexDamaged:
            return PublishedState("", marked=True, withdrawn=withdrawn)
        since = self._tail.withdrawn_since(self._generations.path(name))
        return PublishedState(name, self._generations.is_marked(name), withdrawn, since)

    def open_published(self, opened: OpenGeneration | None) -> ActiveGeneration:
        """Open the published generation, or the latest intact one before; ``opened`` is not opened again.

        Raises IndexMissing, IndexDamaged.
        """
        while True:
            state = self.published_state()
            generation = self._open_latest_intact(opened)
            # Another one may have been published, and the one opened pruned, since the state was read.
            if self.published_state() == state:
                break
            if generation is not None and generation is not opened:
                generation.close()
        published = state.name or CURRENT
        if generation is None:
            raise self._generations.failure(published)
        degraded = generation.name != published and bool(state.name)
        damages = tuple(self._generations.quick_check(published)) if degraded else ()
        return ActiveGeneration(state, generation, Served(generation.name, published, damages))

    def _open_latest_intact(self, opened: OpenGeneration | None) -> OpenGeneration | None:
        for name in self._generations.candidates():
            if not self._verifier.is_quarantined(name):
                try:
                    return self._open(name, opened)
                except IndexDamaged as error:
                    _log.debug("%s", error, exc_info=error)
        return None

    def _open(self, name: str, opened: OpenGeneration | None) -> OpenGeneration:
        withdrawn = self._withdrawn(name)
        is_opened = opened is not None and opened.name == name
        since = self._tail.withdrawn_since(self._generations.path(name))
        if opened is not None and is_opened and opened.excludes_the_same(withdrawn, since):
            return opened
        generation = open_generation(self._generations, name, self._engine_of, self._analyzer, withdrawn, since)
        # After a rollback all withdrawals are known; there is nothing to index in a hurry.
        is_new = opened is None or not is_opened or opened.withdrawn != withdrawn
        if is_new and not since <= withdrawn.ids:
            self.on_missing_withdrawals()
        return generation

    def _withdrawn(self, name: str) -> Withdrawn:
        """Return the withdrawn ids; raises IndexDamaged for a generation that cannot be shown without knowing them."""
        try:
            return self._generations.withdrawn()
        except IndexDamaged as error:
            if name != max(self._generations.names()):
                raise
            if not self._has_logged_withdrawn:
                self._has_logged_withdrawn = True
                _log.error("%s", error)
            return Withdrawn()
