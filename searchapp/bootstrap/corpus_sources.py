"""Sources of the corpus: folders, files, databases, standard input and the journal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from searchapp.bootstrap.engine_choice import generations_of
from searchapp.config import Config, CorpusEntry
from searchapp.errors import ConfigurationError, CorpusMissing, FileMissing, system_reason
from searchapp.i18n import Message
from searchapp.indexing.corpus_places import SEPARATOR

if TYPE_CHECKING:
    from searchapp.ingest import CorpusReader, Source
    from searchapp.ingest.report import Report
    from searchapp.model import Article, Reject

__all__ = ["corpus_changes", "open_sources", "places", "report_on", "show_file"]


def places(config: Config) -> str:
    """Return the places of the corpus, as a manifest records them.

    A relative path is recorded as it is if that of the index is relative too, so that both may be moved together.
    """
    if config.entries:
        return SEPARATOR.join(entry.shown for entry in config.entries)
    keeps = str(config.corpus) == "-" or not config.index.is_absolute()
    return str(config.corpus if keeps else config.corpus.absolute())


def open_sources(config: Config, *, lenient: bool = True) -> list[Source]:
    """Return the sources: the ``[[corpus]]`` entries or the one corpus (``-`` is standard input), then the journal.

    ``lenient``: see :class:`~searchapp.ingest.FileContext`. Raises CorpusMissing when a folder or file is not there.
    """
    from searchapp.ingest import JournalSource, StreamSource

    if str(config.corpus) == "-":
        return [StreamSource(sys.stdin.buffer, "stdin", config.timezone, lenient=lenient)]
    entries = config.entries or (CorpusEntry("path", str(config.corpus)),)
    sources = [_source(entry, config, lenient=lenient) for entry in entries]
    return [*sources, JournalSource(config.corpus, config.timezone)]


def _source(entry: CorpusEntry, config: Config, *, lenient: bool) -> Source:
    from searchapp.ingest import CorpusReader, FileContext, PostgresRows, SqliteRows, split_pattern

    inherited = {name: value for name, value in (("source", entry.source), ("section", entry.section)) if value}
    context = FileContext(entry.shown, config.timezone, inherited, columns=entry.columns, lenient=lenient)
    if entry.kind == "sqlite":
        return SqliteRows(Path(entry.place).expanduser(), entry.query, context)
    if entry.kind == "postgresql":
        return PostgresRows(entry.place, entry.query, context)
    folder, pattern = split_pattern(entry.place) if entry.kind == "glob" else (entry.place, "")
    return CorpusReader(Path(folder).expanduser(), config.timezone, pattern, inherited, lenient=lenient)


def corpus_changes(config: Config) -> Iterator[None]:
    """Yield after each change of files of the corpus, and after the end of an embargo, until Ctrl-C.

    Databases are not watched.

    Raises ConfigurationError when there is no file to watch.
    """
    from searchapp.indexing.embargoes import Releases
    from searchapp.indexing.watching import changes
    from searchapp.ingest import split_pattern

    places = [entry for entry in config.entries if entry.kind in ("path", "glob")]
    paths = [Path(split_pattern(entry.place)[0] if entry.kind == "glob" else entry.place) for entry in places]
    if not config.entries and str(config.corpus) != "-":
        paths = [config.corpus]
    paths = [path.expanduser() for path in paths if path.expanduser().exists()]
    if not paths:
        raise ConfigurationError(Message("There is no folder to watch; only files and folders can be watched."))
    return changes(paths, Releases(generations_of(config)).due)


def show_file(config: Config, file: Path, *, strict: bool = False, lenient: bool = True) -> Iterator[Article | Reject]:
    """Yield the articles and rejects of ``file``, with the source and section of its folder in the corpus.

    ``strict``, ``lenient``: see :class:`~searchapp.ingest.FileContext`. Raises FileMissing when it is not there.
    """
    from searchapp.ingest import StreamSource

    if str(file) == "-":
        return iter(StreamSource(sys.stdin.buffer, "stdin", config.timezone, strict=strict, lenient=lenient))
    return iter(_files_of(config, file, strict=strict, lenient=lenient))


def report_on(config: Config, folder: Path) -> Report:
    """Return a report of what indexing would make of the files of ``folder``; raises FileMissing."""
    from searchapp.ingest.report import Report

    report = Report()
    for unit in _files_of(config, folder).units():
        report.add(unit)
    return report


def _files_of(config: Config, path: Path, *, strict: bool = False, lenient: bool = True) -> CorpusReader:
    """Return the reader of a file or folder, by its place in the corpus where it lies there; raises FileMissing."""
    from searchapp.ingest import CorpusReader, PathPattern

    root, absolute = config.corpus.absolute(), path.absolute()
    if absolute != root and absolute.is_relative_to(root) and path.exists():
        pattern = PathPattern(absolute.relative_to(root))
        return CorpusReader(config.corpus, config.timezone, pattern, strict=strict, lenient=lenient)
    try:
        return CorpusReader(path, config.timezone, strict=strict, lenient=lenient)
    except CorpusMissing as error:
        cause = error.__cause__
        reason = system_reason(cause) if isinstance(cause, OSError) else Message("its name cannot exist")
        raise FileMissing(path, reason) from cause
