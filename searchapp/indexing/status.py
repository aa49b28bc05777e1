"""The status of an index folder: the generation that answers, those that are kept, and the process that is writing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Engine
from searchapp.errors import IndexDamaged
from searchapp.i18n import Message
from searchapp.indexing.build_fingerprint import BuildFingerprint
from searchapp.indexing.damage import Damage
from searchapp.indexing.generation_layout import CURRENT
from searchapp.indexing.generations import Generations, Manifest
from searchapp.indexing.locking import Holder

__all__ = ["GenerationStatus", "IndexStatus", "index_status"]


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

    ``current`` is the published one ("CURRENT" when the pointer cannot be read): another one answers only when that is
    damaged. ``rebuild`` has the reasons why the next reindex would index everything again. ``generations`` are those
    kept, the newest first; ``unfinished`` is an interrupted build that a reindex resumes.
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
        """The moment when the generation that answers was made, with its time zone."""
        return datetime.fromisoformat(self.manifest.created)

    @property
    def degraded(self) -> bool:
        """An older generation answers for the current one."""
        return self.manifest.generation != self.current


def index_status(
    generations: Generations, engine: Engine, analyzer: FrenchAnalyzer, timezone: ZoneInfo, names: str | None = ""
) -> IndexStatus:
    """Return the status of an index folder, by file sizes and marks; files are not read.

    ``engine`` is the one of the settings, ``names`` the version of the model of names, None for that of the index.

    Raises IndexMissing, IndexInaccessible, and IndexDamaged when no generation
    is intact.
    """
    answering = generations.latest_intact()
    try:
        current = generations.current()
    except IndexDamaged:
        current = CURRENT
    if answering is None:
        raise generations.failure(current)
    manifest = generations.manifest(answering)
    fingerprint = BuildFingerprint.of_program(engine, analyzer, timezone, manifest.names if names is None else names)
    unfinished = generations.unfinished()
    return IndexStatus(
        manifest=manifest,
        size=generations.size(answering),
        current=current,
        rebuild=tuple(fingerprint.differences(BuildFingerprint.of(manifest))),
        generations=tuple(_kept(generations)),
        withdrawn=_withdrawn(generations),
        holder=generations.holder(),
        unfinished=unfinished.name if unfinished else None,
    )


def _kept(generations: Generations) -> Iterator[GenerationStatus]:
    for name in reversed(generations.names()):
        try:
            manifest = generations.manifest(name)
        except IndexDamaged:
            manifest = None
        yield GenerationStatus(name, manifest, generations.size(name), tuple(generations.quick_check(name)))


def _withdrawn(generations: Generations) -> int:
    try:
        return len(generations.withdrawn().ids)
    except IndexDamaged:
        return 0
