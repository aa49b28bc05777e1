"""What lies in an index folder: the generation that answers, those that are kept, and who is writing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Engine
from searchapp.errors import IndexDamaged
from searchapp.i18n import Message
from searchapp.indexing.damage import Damage
from searchapp.indexing.generations import CURRENT, Generations, Manifest
from searchapp.indexing.locking import Holder
from searchapp.schema import SCHEMA_VERSION

__all__ = ["GenerationStatus", "IndexStatus", "index_status", "rebuild_reasons"]


@dataclass(frozen=True, slots=True)
class GenerationStatus:
    """A generation that is kept; ``manifest`` is None when it cannot be read, ``size`` is in bytes."""

    name: str
    manifest: Manifest | None
    size: int
    damages: tuple[Damage, ...]


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """An index folder. ``manifest`` and ``size`` are of the generation that answers.

    ``current`` is the one that was published ("CURRENT" when the pointer cannot be read): another one answers only when
    that is damaged. ``rebuild`` says why today's program would index everything anew. ``generations`` are those kept,
    the newest first; ``unfinished`` is an interrupted build that a reindex goes on with.
    """

    manifest: Manifest
    size: int
    current: str
    rebuild: tuple[Message, ...]
    generations: tuple[GenerationStatus, ...]
    withdrawn: int
    holder: Holder | None
    unfinished: str | None

    @property
    def created(self) -> datetime:
        """When the generation that answers was made, with its time zone."""
        return datetime.fromisoformat(self.manifest.created)

    @property
    def degraded(self) -> bool:
        """Whether an older generation answers for the current one."""
        return self.manifest.generation != self.current


def index_status(generations: Generations, engine: Engine, analyzer: FrenchAnalyzer, timezone: ZoneInfo) -> IndexStatus:
    """Return what lies in an index folder; sizes and marks are looked at, files are not read.

    ``engine`` is the one of the settings. Raises IndexMissing, IndexInaccessible, and IndexDamaged when no generation
    looks whole.
    """
    answering = generations.newest_sound()
    try:
        current = generations.current()
    except IndexDamaged:
        current = CURRENT
    if answering is None:
        raise generations.failure(current)
    manifest = generations.manifest(answering)
    unfinished = generations.unfinished()
    return IndexStatus(
        manifest=manifest,
        size=generations.size(answering),
        current=current,
        rebuild=tuple(rebuild_reasons(manifest, engine, analyzer, timezone)),
        generations=tuple(_kept(generations)),
        withdrawn=_withdrawn(generations),
        holder=generations.holder(),
        unfinished=unfinished.name if unfinished else None,
    )


def rebuild_reasons(
    manifest: Manifest, engine: Engine, analyzer: FrenchAnalyzer, timezone: ZoneInfo
) -> Iterator[Message]:
    """Yield why a generation cannot be grown into the next one by this program."""
    if (manifest.engine, manifest.engine_version) != (engine.name, engine.version):
        yield Message("the engine was {engine}", engine=manifest.engine_version)
    if manifest.schema != SCHEMA_VERSION:
        yield Message("the form of the index has changed")
    if manifest.analyzer != analyzer.fingerprint:
        yield Message("the French analysis has changed")
    if manifest.timezone != timezone.key:
        yield Message("the time zone was {timezone}", timezone=manifest.timezone)


def _kept(generations: Generations) -> Iterator[GenerationStatus]:
    for name in reversed(generations.names()):
        try:
            manifest = generations.manifest(name)
        except IndexDamaged:
            manifest = None
        yield GenerationStatus(name, manifest, generations.size(name), tuple(generations.flaws(name)))


def _withdrawn(generations: Generations) -> int:
    try:
        return len(generations.withdrawn().ids)
    except IndexDamaged:
        return 0
