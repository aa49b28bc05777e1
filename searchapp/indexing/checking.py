"""Checking a generation: every file is compared with its digest, then the content is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Engine
from searchapp.errors import GenerationMissing, IndexDamaged, IndexMissing
from searchapp.i18n import Message
from searchapp.indexing.content_check import SAMPLES, content_damages
from searchapp.indexing.damage import Damage
from searchapp.indexing.generation_layout import CURRENT, MANIFEST, REJECTS
from searchapp.indexing.generations import Generations
from searchapp.indexing.manifest import Manifest
from searchapp.indexing.withdrawn import WITHDRAWN

__all__ = ["CheckProgress", "CheckReport", "check_folder", "check_generation", "go_back"]

_NOT_AS_WRITTEN: Final = Message("its content differs from its digest")
_MISSING: Final = Message("it is missing")


@dataclass(frozen=True, slots=True)
class CheckProgress:
    """The progress of a check: bytes of files read, then articles read."""

    bytes_done: int = 0
    bytes_total: int = 0
    articles_done: int = 0
    articles_total: int = 0


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The result of a check: the damages, and the numbers of files, bytes, articles and samples read."""

    generation: str
    damages: tuple[Damage, ...]
    files: int = 0
    size: int = 0
    articles: int = 0
    samples: int = 0


def check_generation(
    generations: Generations,
    name: str,
    engine_of: Callable[[str], Engine],
    analyzer: FrenchAnalyzer,
    on_progress: Callable[[CheckProgress], None] = lambda progress: None,
) -> CheckReport:
    """Read all of a generation, and mark it if it is damaged. Memory does not grow with its size.

    Raises EngineUnavailable when the engine that wrote it is not installed, IndexInaccessible for want of permission.
    """
    try:
        manifest = generations.manifest(name)
        misnamed = manifest.generation != name
        damages = [Damage(MANIFEST, Message("it is that of another generation"))] if misnamed else []
    except IndexDamaged:
        damages = generations.verify(name)
        if any(damage.denied for damage in damages):
            raise generations.failure(name) from None
    if damages:  # without a manifest, the other files cannot be checked
        generations.mark(name, damages)
        return CheckReport(name, tuple(damages))
    size = sum(size for size, _ in manifest.files.values())
    progress = CheckProgress(bytes_total=size, articles_total=manifest.articles)

    def on_read(count: int) -> None:
        nonlocal progress
        progress = replace(progress, bytes_done=progress.bytes_done + count)
        on_progress(progress)

    def on_article(count: int) -> None:
        on_progress(replace(progress, articles_done=count))

    damages = generations.verify(name, on_read, from_disk=True)
    if any(damage.denied for damage in damages):
        raise generations.failure(name)
    samples = 0
    if not damages:
        engine = engine_of(manifest.engine)
        damages = list(content_damages(generations.path(name), manifest, engine, analyzer, on_article))
        samples = min(SAMPLES, manifest.articles)
    generations.mark(name, damages)
    return CheckReport(name, tuple(damages), len(manifest.files), size, manifest.articles, samples)


def check_folder(generations: Generations) -> CheckReport | None:
    """Return the damages of the pointer, of the list of withdrawn articles and of lost manifests, if there are any.

    A generation with all its files but the manifest has lost it, unless it is newer than the published one: then it is
    the rest of an interrupted reindex.
    """
    damages: list[Damage] = []
    names = set(generations.names())
    complete = {name for name in generations.started() if generations.holds(name, REJECTS)}
    published = max(names, default="")
    try:
        published = generations.current()
        if published not in names | complete:
            damages.append(Damage(CURRENT, _NOT_AS_WRITTEN))
    except IndexMissing:
        return None
    except IndexDamaged:
        damages.append(Damage(CURRENT, _NOT_AS_WRITTEN if (generations.folder / CURRENT).exists() else _MISSING))
    try:
        generations.withdrawn()
        if not (generations.folder / WITHDRAWN).is_file():
            damages.append(Damage(WITHDRAWN, _MISSING))
    except IndexDamaged:
        damages.append(Damage(WITHDRAWN, _NOT_AS_WRITTEN))
    lost = (name for name in sorted(complete - names) if name <= published)
    damages += [Damage(f"{name}/{MANIFEST}", _MISSING) for name in lost]
    return CheckReport("", tuple(damages)) if damages else None


def go_back(
    generations: Generations,
    name: str | None,
    engine_of: Callable[[str], Engine],
    analyzer: FrenchAnalyzer,
    on_progress: Callable[[CheckProgress], None] = lambda progress: None,
) -> tuple[Manifest, str]:
    """Make generation ``name``, or the previous one, current; return its manifest and the name of the one before.

    Needs the lock. Raises IndexMissing, GenerationMissing, EngineUnavailable, and IndexDamaged when a check finds
    damages: then nothing has changed.
    """
    try:
        current = generations.current()
    except IndexDamaged:
        current = CURRENT
    # A pointer that cannot be read comes after all generations.
    target = name or generations.previous(current)
    if target not in generations.names():
        raise GenerationMissing(target)
    report = check_generation(generations, target, engine_of, analyzer, on_progress)
    if report.damages:
        raise IndexDamaged(target, [damage.message() for damage in report.damages])
    generations.make_current(target)
    return generations.manifest(target), current
