"""The composition root: from settings to working parts. The only place that knows concrete classes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from searchapp import config as settings
from searchapp.analysis import FrenchAnalyzer
from searchapp.config import Config, CorpusEntry
from searchapp.date_words import CalendarWords, today_in
from searchapp.engines.port import Engine
from searchapp.engines.whoosh_engine import WhooshEngine
from searchapp.errors import EngineUnavailable
from searchapp.i18n import Message
from searchapp.indexing import Generations, Manifest, Summary
from searchapp.indexing import Progress as ReindexProgress
from searchapp.indexing import reindex as build
from searchapp.indexing.room import disk_full_told
from searchapp.ingest import (
    CorpusReader,
    Distinct,
    FileContext,
    Intake,
    PostgresRows,
    Source,
    SqliteRows,
    StreamSource,
    read_corpus,
    split_pattern,
)
from searchapp.model import Article, Reject
from searchapp.service import SearchService
from searchapp.synonyms import read_synonyms

__all__ = [
    "IndexStatus",
    "ReindexProgress",
    "Summary",
    "index_status",
    "load_config",
    "open_analyzer",
    "open_intake",
    "open_service",
    "reindex",
    "show_file",
]


def _tantivy() -> Engine:
    """Return the Tantivy engine, whose library is an extra; raises EngineUnavailable."""
    try:
        from searchapp.engines.tantivy_engine import TantivyEngine
    except ModuleNotFoundError as error:
        raise EngineUnavailable(
            Message(
                "The engine {engine} is not installed. Run: pip install {package}",
                engine="tantivy",
                package="'searchapp[tantivy]'",
            )
        ) from error
    return TantivyEngine()


_ENGINES: Final[Mapping[str, Callable[[], Engine]]] = {"whoosh": WhooshEngine, "tantivy": _tantivy}


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
    """Return the search service over ``config.index``, which need not exist yet; ``clock`` tells today's date.

    Raises ConfigurationError for synonyms that cannot be read.
    """
    analyzer = open_analyzer()
    return SearchService(
        Generations(config.index),
        _engine(config),
        analyzer,
        synonyms=read_synonyms(config.synonyms, analyzer),
        date_words=CalendarWords(clock or today_in(config.timezone)),
        query_seconds=config.query_seconds,
    )


def reindex(config: Config, on_progress: Callable[[ReindexProgress], None] = lambda progress: None) -> Summary:
    """Index ``config.corpus`` into a new generation of ``config.index`` and publish it.

    Raises CorpusMissing, IndexLocked, DiskFull; whatever it raises, the published generation is as it was.
    """
    generations, intake = Generations(config.index), open_intake(config)
    with disk_full_told(generations, intake.total_bytes):
        return build(
            config.corpus,
            generations,
            _engine(config),
            open_analyzer(),
            config.timezone,
            on_progress,
            intake,
            config.jobs,
        )


def open_intake(config: Config) -> Intake:
    """Return what is indexed: the ``[[corpus]]`` entries or the one corpus; ``-`` is standard input.

    Raises CorpusMissing when a folder or file is not there.
    """
    distinct = Distinct()
    if str(config.corpus) == "-":
        return Intake([StreamSource(sys.stdin.buffer, "stdin", config.timezone)], distinct)
    entries = config.entries or (CorpusEntry("path", str(config.corpus)),)
    return Intake([_source(entry, config, distinct) for entry in entries], distinct)


def show_file(config: Config, file: Path) -> Iterator[Article | Reject]:
    """Yield what indexing would make of ``file``, which inherits what its place in the corpus gives.

    Raises CorpusMissing when it is not there.
    """
    if str(file) == "-":
        return iter(StreamSource(sys.stdin.buffer, "stdin", config.timezone))
    root, path = config.corpus.absolute(), file.absolute()
    if path != root and path.is_relative_to(root) and path.exists():
        pattern = path.relative_to(root).as_posix() + ("/**" if path.is_dir() else "")
        return iter(CorpusReader(config.corpus, config.timezone, pattern))
    return read_corpus(file, config.timezone)


def index_status(config: Config) -> IndexStatus:
    """Return what is published under ``config.index``; raises IndexMissing, IndexDamaged."""
    generations = Generations(config.index)
    manifest = generations.manifest(generations.current())
    return IndexStatus(
        manifest=manifest,
        size=generations.size(manifest.generation),
        current_analyzer=manifest.analyzer == open_analyzer().fingerprint,
    )


def _source(entry: CorpusEntry, config: Config, distinct: Distinct) -> Source:
    inherited = {name: value for name, value in (("source", entry.source), ("section", entry.section)) if value}
    context = FileContext(entry.place, config.timezone, inherited, columns=entry.columns)
    if entry.kind == "sqlite":
        return SqliteRows(Path(entry.place).expanduser(), entry.query, context, distinct)
    if entry.kind == "postgresql":
        return PostgresRows(entry.place, entry.query, context, distinct)
    folder, pattern = split_pattern(entry.place) if entry.kind == "glob" else (entry.place, "")
    return CorpusReader(Path(folder).expanduser(), config.timezone, pattern, distinct, inherited)


def _engine(config: Config) -> Engine:
    return _ENGINES[config.engine]()
