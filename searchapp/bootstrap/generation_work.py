"""Settings with the corpus that is indexed, and the work on generations: reindex, status, check, rollback."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from searchapp import config as settings
from searchapp.bootstrap.corpus_sources import open_sources, places
from searchapp.bootstrap.engine_choice import engine_named, engines_of, generations_of, open_analyzer
from searchapp.config import Config
from searchapp.errors import (
    EngineUnavailable,
    GenerationMissing,
    IndexDamaged,
    SearchappError,
)
from searchapp.i18n import Message
from searchapp.indexing import CURRENT
from searchapp.indexing.corpus_places import recorded_path, replaces
from searchapp.indexing.reindex_options import Options as ReindexOptions

if TYPE_CHECKING:
    from searchapp.indexing import Manifest
    from searchapp.indexing.checking import CheckProgress, CheckReport
    from searchapp.indexing.naming import NameModel
    from searchapp.indexing.reindex import Progress, Summary
    from searchapp.indexing.status import IndexStatus

__all__ = [
    "check_index",
    "index_status",
    "load_config",
    "name_model",
    "published",
    "reindex",
    "replaced_corpus",
    "rollback",
]


def load_config(options: Mapping[str, object] | None = None, file: Path | None = None) -> Config:
    """Return the settings from ``options``, the environment and the settings file; raises ConfigurationError.

    A corpus that none of them names is the one that is indexed.
    """
    config = settings.load_config(options, os.environ, file)
    indexed = published(config)
    if config.entries or not indexed or not (corpus := recorded_path(indexed.corpus)):
        return config
    return settings.load_config(options, os.environ, file, defaults={"corpus": corpus})


def published(config: Config) -> Manifest | None:
    """Return the manifest of the published generation, None when there is none that can be read."""
    generations = generations_of(config)
    try:
        return generations.manifest(generations.current())
    except SearchappError:  # whoever reads or writes the index reports it
        return None


def reindex(
    config: Config,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    options: ReindexOptions | None = None,
    *,
    received_only: bool = False,
    on_wait: Callable[[Message], None] = lambda message: None,
) -> Summary:
    """Bring ``config.index`` up to date with the corpus and publish the new generation.

    ``received_only``: read the journal only, as after a write through the endpoint. Raises CorpusMissing,
    CorpusShrunk, CorpusReplaced, CorpusChanged, IndexLocked, IndexInaccessible, IndexUnwritable, DiskFull,
    RejectsRefused, VerificationFailed; whatever it raises, the published generation is as it was.
    """
    from searchapp.indexing.disk_space import disk_full_as_error, unwritable_as_error
    from searchapp.indexing.reindex import Job
    from searchapp.indexing.reindex import reindex as build

    options = options or ReindexOptions()
    sources, generations = open_sources(config, lenient=not options.strict), generations_of(config)

    def corpus_bytes() -> int:
        return sum(source.total_bytes() for source in sources)

    with disk_full_as_error(generations, corpus_bytes), unwritable_as_error(generations):
        return build(
            Job(
                sources=sources,
                corpus=places(config),
                generations=generations,
                engine=engine_named(config.engine, config),
                analyzer=open_analyzer(config),
                timezone=config.timezone,
                names=name_model(config),
                options=replace(
                    options,
                    jobs=options.jobs or config.jobs,
                    wait=max(options.wait, config.lock_wait),
                    only=frozenset({len(sources) - 1}) if received_only else None,
                ),
                on_progress=on_progress,
                on_wait=on_wait,
            )
        )


def name_model(config: Config) -> NameModel | None:
    """Return the model of names, None when the setting is off; raises EngineUnavailable when it is not installed."""
    if config.entities == "off":
        return None
    from searchapp.derived.name_recognition import NameRecognizer, model_version
    from searchapp.indexing.naming import NameModel

    return NameModel(model_version(config.entities), NameRecognizer(config.entities))


def replaced_corpus(config: Config) -> Manifest | None:
    """Return the manifest of the published generation if it holds another corpus than ``config`` names, else None.

    Raises CorpusMissing when the corpus that is named is not there.
    """
    open_sources(config)
    manifest = published(config)
    return manifest if manifest and replaces(places(config), manifest.corpus) else None


def index_status(config: Config) -> IndexStatus:
    """Return the status of ``config.index``; raises IndexMissing, and IndexDamaged when no generation is intact."""
    from searchapp.indexing.status import index_status as status_of

    try:
        model = name_model(config)
        names: str | None = model.version if model else ""
    except EngineUnavailable:  # a reindex says so; the index is as it is
        names = None
    engine, analyzer = engine_named(config.engine, config), open_analyzer(config)
    return status_of(generations_of(config), engine, analyzer, config.timezone, names)


def check_index(
    config: Config,
    generation: str | None = None,
    *,
    every: bool = False,
    on_progress: Callable[[CheckProgress], None] = lambda progress: None,
) -> Iterator[CheckReport]:
    """Check a generation (the current one, unless it is named) or, with ``every``, all of them and the index folder.

    Raises IndexMissing, IndexInaccessible, GenerationMissing, EngineUnavailable, and IndexDamaged when the pointer
    cannot be read.
    """
    from searchapp.indexing.checking import check_folder, check_generation

    generations = generations_of(config)
    names = generations.names()
    if generation and generation not in names:
        raise GenerationMissing(generation)
    if every and (report := check_folder(generations)):
        yield report
    try:
        chosen = names if every and names else [generation or generations.current()]
    except IndexDamaged:
        raise generations.failure(CURRENT) from None
    for name in chosen:
        yield check_generation(generations, name, engines_of(config), open_analyzer(config), on_progress)


def rollback(
    config: Config,
    generation: str | None = None,
    on_progress: Callable[[CheckProgress], None] = lambda progress: None,
    on_wait: Callable[[Message], None] = lambda message: None,
) -> tuple[Manifest, str]:
    """Make ``generation``, or the previous one, current; return its manifest and the name of the one before.

    It is checked first: IndexDamaged means that nothing has changed. Raises IndexMissing, IndexInaccessible,
    IndexUnwritable, GenerationMissing, IndexLocked.
    """
    from searchapp.indexing.checking import go_back
    from searchapp.indexing.disk_space import unwritable_as_error

    generations, engine = generations_of(config), engine_named(config.engine, config)
    with unwritable_as_error(generations), generations.locked(config.lock_wait, on_wait, engine):
        return go_back(generations, generation, engines_of(config), open_analyzer(config), on_progress)
