"""The composition root: from settings to working parts. The only place that knows concrete classes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from searchapp import config as settings
from searchapp.analysis import FrenchAnalyzer
from searchapp.config import Config
from searchapp.date_words import CalendarWords, today_in
from searchapp.engines.port import Engine
from searchapp.engines.whoosh_engine import WhooshEngine
from searchapp.indexing import Generations, Manifest, Summary
from searchapp.indexing import Progress as ReindexProgress
from searchapp.indexing import reindex as build
from searchapp.service import SearchService

__all__ = [
    "IndexStatus",
    "ReindexProgress",
    "Summary",
    "index_status",
    "load_config",
    "open_analyzer",
    "open_service",
    "reindex",
]

_ENGINES: Final[Mapping[str, Callable[[], Engine]]] = {"whoosh": WhooshEngine}


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The published generation: its manifest, the bytes it takes, and whether today's program made it."""

    manifest: Manifest
    size: int
    current_analyzer: bool


def load_config(options: Mapping[str, object] | None = None, file: Path | None = None) -> Config:
    """Return the settings from ``options``, the environment and the settings file; raises ConfigurationError."""
    return settings.load_config(options, os.environ, file)


def open_analyzer() -> FrenchAnalyzer:
    """Return the French chain."""
    return FrenchAnalyzer()


def open_service(config: Config, clock: Callable[[], date] | None = None) -> SearchService:
    """Return the search service over ``config.index``, which need not exist yet; ``clock`` tells today's date."""
    return SearchService(
        Generations(config.index),
        _engine(config),
        open_analyzer(),
        date_words=CalendarWords(clock or today_in(config.timezone)),
        query_seconds=config.query_seconds,
    )


def reindex(config: Config, on_progress: Callable[[ReindexProgress], None] = lambda progress: None) -> Summary:
    """Index ``config.corpus`` into a new generation of ``config.index`` and publish it.

    Raises CorpusMissing, IndexLocked; whatever it raises, the published generation is as it was.
    """
    return build(
        config.corpus,
        Generations(config.index),
        _engine(config),
        open_analyzer(),
        config.timezone,
        on_progress,
    )


def index_status(config: Config) -> IndexStatus:
    """Return what is published under ``config.index``; raises IndexMissing, IndexDamaged."""
    generations = Generations(config.index)
    manifest = generations.manifest(generations.current())
    return IndexStatus(
        manifest=manifest,
        size=generations.size(manifest.generation),
        current_analyzer=manifest.analyzer == open_analyzer().fingerprint,
    )


def _engine(config: Config) -> Engine:
    return _ENGINES[config.engine]()
