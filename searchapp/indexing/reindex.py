"""Reindexing: every article of the corpus into a new generation, then publish."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from searchapp import lexicon
from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Engine
from searchapp.indexing.generations import Generations, Manifest
from searchapp.indexing.writing import DocumentMaker, article_writer
from searchapp.ingest import CorpusReader, Distinct, Intake
from searchapp.lexicon import build_lexicon
from searchapp.model import Article, ArticleStatus, Reject
from searchapp.schema import EXACT, SCHEMA_VERSION

__all__ = ["Progress", "Summary", "reindex"]

# A summary lists this many; the generation's rejects.jsonl has them all.
_LISTED: Final = 1000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reindex is: articles read, bytes of the corpus read, bytes of the corpus."""

    read: int
    bytes_done: int
    bytes_total: int


@dataclass(slots=True)
class Summary:
    """What a reindex did. ``read`` = ``indexed`` + ``rejected`` + ``withdrawn`` + ``duplicates``."""

    generation: str = ""
    read: int = 0
    indexed: int = 0
    rejected: int = 0
    withdrawn: int = 0
    duplicates: int = 0
    seconds: float = 0.0
    rejects: list[Reject] = field(default_factory=list)
    duplicate_ids: list[str] = field(default_factory=list)


def reindex(
    corpus: Path,
    generations: Generations,
    engine: Engine,
    analyzer: FrenchAnalyzer,
    timezone: ZoneInfo,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    intake: Intake | None = None,
    jobs: int = 0,
) -> Summary:
    """Index all of ``corpus`` into a new generation and publish it; the published one serves until then.

    ``intake`` gives the articles, if it is not all of ``corpus``. An article that cannot be read is a reject. Of
    articles with the same id the one with the latest date is indexed (of equal dates, the last read). ``jobs``
    processes work at it, where the engine can use them; 0 means one for each processor.

    Raises CorpusMissing, IndexLocked; whatever it raises, the published generation is as it was.
    """
    started = time.monotonic()
    reader = intake or Intake([CorpusReader(corpus, timezone)], Distinct())
    with generations.locked(), generations.building() as path:
        summary = Summary(generation=path.name)
        (path / "engine").mkdir()
        opened = article_writer(engine, path / "engine", DocumentMaker(timezone, analyzer), jobs)
        with _reject_log(path) as log, opened as writer:
            for article in _accepted(reader, summary, log, on_progress):
                writer.add(article)
        _write_lexicon(path, engine, analyzer)
        summary.seconds = time.monotonic() - started
        generations.publish(
            Manifest(
                generation=path.name,
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                seconds=round(summary.seconds, 3),
                articles=summary.indexed,
                rejects=summary.rejected,
                engine=engine.name,
                engine_version=engine.version,
                schema=SCHEMA_VERSION,
                analyzer=analyzer.fingerprint,
                timezone=timezone.key,
                corpus=str(corpus),
            )
        )
    return summary


def _accepted(
    reader: Intake,
    summary: Summary,
    log: Callable[[Reject], None],
    on_progress: Callable[[Progress], None],
) -> Iterator[Article]:
    """Yield the articles to index; count and name everything else."""
    total = reader.total_bytes()
    dates: dict[str, datetime | None] = {}
    for entry in reader:
        summary.read += 1
        on_progress(Progress(summary.read, reader.bytes_done, total))
        if isinstance(entry, Reject):
            summary.rejected += 1
            summary.rejects += [entry] if len(summary.rejects) < _LISTED else []
            log(entry)
        elif entry.status is ArticleStatus.WITHDRAWN:
            summary.withdrawn += 1
        elif entry.id not in dates:
            summary.indexed += 1
            dates[entry.id] = entry.date
            yield entry
        else:
            summary.duplicates += 1
            summary.duplicate_ids += [entry.id] if len(summary.duplicate_ids) < _LISTED else []
            if _not_older(entry.date, dates[entry.id]):
                dates[entry.id] = entry.date
                yield entry
    summary.duplicates += reader.distinct.count
    summary.read += reader.distinct.count


def _not_older(date: datetime | None, than: datetime | None) -> bool:
    return than is None or (date is not None and date >= than)


def _write_lexicon(path: Path, engine: Engine, analyzer: FrenchAnalyzer) -> None:
    reader = engine.open(path / "engine")
    try:
        forms = (entry for field in EXACT.values() for entry in reader.terms_with_prefix(field, "", sys.maxsize))
        build_lexicon(path / lexicon.FILE_NAME, forms, analyzer)
    finally:
        reader.close()


@contextmanager
def _reject_log(path: Path) -> Iterator[Callable[[Reject], None]]:
    with (path / "rejects.jsonl").open("w", encoding="utf-8") as file:

        def log(reject: Reject) -> None:
            record = {"file": reject.file, "line": reject.line, "reason": reject.reason.render()}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")

        yield log
