"""Reindexing: what changed in the corpus into a new generation, then publish."""

from __future__ import annotations

import gc
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.databases import is_damage
from searchapp.engines.port import BaseWornOut, Engine, Place, Reader
from searchapp.errors import CorpusShrunk, IndexDamaged, IndexMissing, RejectsRefused
from searchapp.i18n import Message
from searchapp.indexing.documents import DocumentMaker
from searchapp.indexing.earlier import Earlier
from searchapp.indexing.files import ENGINE, IndexFiles, read_checkpoint
from searchapp.indexing.generations import Generations, Manifest
from searchapp.indexing.index_state import FILE_NAME as REGISTER
from searchapp.indexing.index_state import Register
from searchapp.indexing.reindex_options import Options
from searchapp.indexing.spelling_dictionary import write_lexicon
from searchapp.indexing.update import Progress, Update
from searchapp.indexing.verification import verify
from searchapp.ingest import RemarkCount, Source
from searchapp.model import Article, Reject
from searchapp.schema import SCHEMA_VERSION

__all__ = ["Options", "Progress", "Summary", "reindex"]

# A summary lists this many; the generation's rejects.jsonl has all rejects.
_LISTED: Final = 1000
# What is made here is nearly all free of cycles, and much of it stays: looking for garbage took 4 % of the time.
_OBJECTS: Final = 20_000


@dataclass(slots=True)
class Summary:
    """What the corpus holds now, and what a reindex did about it.

    ``read`` = ``indexed`` + ``rejected`` + ``withdrawn`` + ``duplicates`` counts what the corpus holds; ``added``,
    ``changed`` and ``removed`` count the articles that differ from the generation before; ``remarks`` are those of the
    articles in files that were read this time. ``full`` says that everything
    was indexed anew, for ``reason``; ``resumed`` that this went on where an earlier one was interrupted.
    """

    generation: str = ""
    published: bool = False
    full: bool = False
    reason: Message | None = None
    resumed: bool = False
    read: int = 0
    indexed: int = 0
    rejected: int = 0
    withdrawn: int = 0
    duplicates: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    seconds: float = 0.0
    rejects: list[Reject] = field(default_factory=list)
    remarks: tuple[RemarkCount, ...] = ()
    duplicate_ids: list[str] = field(default_factory=list)
    added_ids: list[str] = field(default_factory=list)
    changed_ids: list[str] = field(default_factory=list)
    removed_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Base:
    """The published generation, when a new one can grow out of it."""

    manifest: Manifest
    path: Path


class _Unchanged(Exception):
    """There is nothing to publish."""


def reindex(
    sources: Sequence[Source],
    corpus: str,
    generations: Generations,
    engine: Engine,
    analyzer: FrenchAnalyzer,
    timezone: ZoneInfo,
    options: Options | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    on_wait: Callable[[Message], None] = lambda message: None,
) -> Summary:
    """Bring the index up to date with ``sources`` in a new generation and publish it; the one there serves until then.

    Of a corpus that did not change, nothing is published. Only files that changed are read, and only articles that
    differ are analysed, unless the published generation was made with another analyzer, schema or engine, or is
    damaged: then everything is. An article that cannot be read is a reject. Of articles with the same id the one with
    the latest date is indexed (of equal dates, the last read); see :mod:`searchapp.indexing.versions`. ``corpus``
    names the sources for people.

    Raises CorpusMissing, CorpusShrunk, CorpusChanged, IndexLocked, RejectsRefused, VerificationFailed; whatever it
    raises, the published generation is as it was.
    """
    work = _Reindex(
        sources, corpus, generations, engine, analyzer, timezone, options or Options(), on_progress, on_wait
    )
    with _rarely_collected():
        return work.plan() if work.options.dry_run else work.run()


@dataclass
class _Reindex:
    """The arguments of :func:`reindex`, and its steps."""

    sources: Sequence[Source]
    corpus: str
    generations: Generations
    engine: Engine
    analyzer: FrenchAnalyzer
    timezone: ZoneInfo
    options: Options
    on_progress: Callable[[Progress], None]
    on_wait: Callable[[Message], None]
    _started: float = field(default_factory=time.monotonic, init=False)

    def run(self) -> Summary:
        with self.generations.locked(self.options.wait, self.on_wait):
            base, reason = self._base()
            try:
                return self._build(base, reason)
            except BaseWornOut:
                return self._build(None, Message("the index holds too much that was deleted"))
            except (IndexDamaged, sqlite3.DatabaseError) as error:
                if base is None or not (isinstance(error, IndexDamaged) or is_damage(error)):
                    raise
                return self._build(None, Message("the index is damaged"))

    def plan(self) -> Summary:
        """Tell what :meth:`run` would do, without touching anything."""
        base, reason = self._base()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            register = stack.enter_context(Register(folder / REGISTER, base.path / REGISTER if base else None))
            update = Update(self.sources, register, _Nowhere(), self.on_progress, self._only(base))
            update.run()
            return replace(self._summary(register, base, reason), remarks=update.remarks.counted())

    def _base(self) -> tuple[_Base | None, Message | None]:
        """Return the generation to grow out of; or why there is none, if one is published."""
        try:
            name = self.generations.current()
        except IndexMissing:
            return None, None
        except IndexDamaged:
            return None, Message("the index is damaged")
        if self.options.full:
            return None, Message("asked for")
        try:
            manifest = self.generations.manifest(name)
        except IndexDamaged:
            return None, Message("the index is damaged")
        path = self.generations.path(name)
        if self._made_with(manifest) != self._made_with():
            return None, self._difference(manifest)
        if not self.generations.is_sound(name):
            return None, Message("the index is damaged")
        return _Base(manifest, path), None

    def _difference(self, manifest: Manifest) -> Message:
        if manifest.analyzer != self.analyzer.fingerprint:
            return Message("the French analysis has changed")
        if (manifest.engine, manifest.engine_version) != (self.engine.name, self.engine.version):
            return Message("the engine was {engine}", engine=manifest.engine_version)
        if manifest.timezone != self.timezone.key:
            return Message("the time zone was {timezone}", timezone=manifest.timezone)
        return Message("the form of the index has changed")

    def _made_with(self, manifest: Manifest | None = None) -> str:
        """Return what the terms and files of a generation depend on; without ``manifest``, those made now."""
        if manifest:
            return json.dumps(
                [manifest.engine, manifest.engine_version, manifest.schema, manifest.analyzer, manifest.timezone]
            )
        engine = self.engine
        parts = [engine.name, engine.version, SCHEMA_VERSION, self.analyzer.fingerprint, self.timezone.key]
        return json.dumps(parts)

    def _only(self, base: _Base | None) -> frozenset[int] | None:
        return self.options.only if base else None

    def _build(self, base: _Base | None, reason: Message | None) -> Summary:
        unfinished = self.generations.unfinished()
        checkpoint = None if base else read_checkpoint(unfinished, self._made_with())
        kept = unfinished if base or checkpoint else None
        try:
            with self.generations.building(kept, resume=bool(checkpoint)) as path:
                return self._fill(path, base, reason, read_checkpoint(path, self._made_with()) if checkpoint else None)
        except _Unchanged as unchanged:
            summary: Summary = unchanged.args[0]
            return summary

    def _fill(
        self, path: Path, base: _Base | None, reason: Message | None, checkpoint: tuple[Path, Path] | None
    ) -> Summary:
        ground = checkpoint or ((base.path / ENGINE, base.path / REGISTER) if base else (None, None))
        with ExitStack() as stack:
            register = stack.enter_context(Register(path / REGISTER, ground[1], goes_on=bool(checkpoint)))
            files = stack.enter_context(
                IndexFiles(
                    path,
                    self.engine,
                    DocumentMaker(self.timezone, self.analyzer),
                    self.options.jobs,
                    ground[0],
                    seconds=0 if base else self.options.checkpoint,
                    made_with=self._made_with(),
                    commit=register.commit,
                )
            )
            earlier = None if base else self._earlier()
            if earlier:
                stack.callback(earlier.close)
            update = Update(self.sources, register, files, self.on_progress, self._only(base), earlier)
            update.run()
            summary = self._summary(register, base, reason)
            summary = replace(summary, remarks=update.remarks.counted(), resumed=bool(checkpoint))
            self._refuse(summary)
            if base and not register.changed and not (summary.added or summary.changed or summary.removed):
                summary.generation = base.manifest.generation
                raise _Unchanged(summary)
            files.complete()
            reader = self.engine.open(Place(path / ENGINE))
            stack.callback(reader.close)
            # What an interrupted build superseded was not counted.
            superseded = sys.maxsize if checkpoint else update.superseded
            self._write_words(path, reader, register, base, superseded)
            if self.options.verify:
                verify(reader, register)
            _write_rejects(path, register)
            register.commit()
            withdrawn = list(register.withdrawn())
        summary.generation, summary.published = path.name, True
        summary.seconds = time.monotonic() - self._started
        self.generations.publish(self._manifest(summary, base), withdrawn)
        return summary

    def _earlier(self) -> Earlier | None:
        """Return what answers now, for a rebuild: its articles of files that cannot be read go on."""
        published = self._published()
        if published is None:
            return None
        path = self.generations.path(published.generation)
        return Earlier(path / REGISTER, lambda: self.engine.open(Place(path / ENGINE)))

    def _write_words(self, path: Path, reader: Reader, register: Register, base: _Base | None, superseded: int) -> None:
        if base is None:
            write_lexicon(path, reader, self.analyzer, superseded=superseded)
            return
        earlier = self.engine.open(Place(base.path / ENGINE))
        try:
            write_lexicon(path, reader, self.analyzer, (base.path, earlier), register.touched())
        finally:
            earlier.close()

    def _refuse(self, summary: Summary) -> None:
        if self.options.strict and summary.rejected:
            details = [_told(reject) for reject in summary.rejects[:20]]
            message = (
                Message("One article was rejected; nothing was published.")
                if summary.rejected == 1
                else Message("{count} articles were rejected; nothing was published.", count=summary.rejected)
            )
            raise RejectsRefused(message, details)
        published = self._published()
        if published and not self.options.yes:
            withdrawn = max(0, summary.withdrawn - published.withdrawn)
            gone = max(summary.removed, published.articles - summary.indexed) - withdrawn
            if gone * 2 > published.articles:
                raise CorpusShrunk(gone, published.articles)

    def _published(self) -> Manifest | None:
        """Return the manifest of the generation that answers now."""
        try:
            name = self.generations.newest_sound()
            return self.generations.manifest(name) if name else None
        except (IndexMissing, IndexDamaged):
            return None

    def _summary(self, register: Register, base: _Base | None, reason: Message | None) -> Summary:
        versions, indexed = register.count("versions"), register.count("indexed")
        hidden = register.count_withdrawn_versions()
        rejected = register.count("rejects")
        summary = Summary(
            full=base is None,
            reason=reason,
            read=versions + rejected,
            indexed=indexed,
            rejected=rejected,
            withdrawn=hidden,
            duplicates=versions - hidden - indexed,
            seconds=time.monotonic() - self._started,
            rejects=list(islice(register.rejects(), _LISTED)),
            duplicate_ids=register.repeated_ids(_LISTED) if versions - hidden - indexed else [],
        )
        if base is None:
            summary.added = indexed
            return summary
        for article_id, before, now in register.touched():
            if before and now:
                summary.changed += 1
                ids = summary.changed_ids
            elif now:
                summary.added += 1
                ids = summary.added_ids
            else:
                summary.removed += 1
                ids = summary.removed_ids
            if len(ids) < _LISTED:
                ids.append(article_id)
        return summary

    def _manifest(self, summary: Summary, base: _Base | None) -> Manifest:
        return Manifest(
            generation=summary.generation,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(summary.seconds, 3),
            articles=summary.indexed,
            rejects=summary.rejected,
            engine=self.engine.name,
            engine_version=self.engine.version,
            schema=SCHEMA_VERSION,
            analyzer=self.analyzer.fingerprint,
            timezone=self.timezone.key,
            corpus=self.corpus,
            base=base.manifest.generation if base else "",
            added=summary.added,
            changed=summary.changed,
            removed=summary.removed,
            withdrawn=summary.withdrawn,
            duplicates=summary.duplicates,
        )


@contextmanager
def _rarely_collected() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Nowhere:
    """Takes the articles of a dry run."""

    def add(self, article: Article, *, is_new: bool = False) -> None: ...

    def delete(self, article_id: str) -> None: ...


def _told(reject: Reject) -> Message:
    place = f"{reject.file}:{reject.line}" if reject.line else reject.file
    return Message("rejected: {place}: {reason}", place=place, reason=reject.reason)


def _write_rejects(path: Path, register: Register) -> None:
    with (path / "rejects.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(_lines(register.rejects()))


def _lines(rejects: Iterator[Reject]) -> Iterator[str]:
    for reject in rejects:
        record = {"file": reject.file, "line": reject.line, "reason": reject.reason.render()}
        yield json.dumps(record, ensure_ascii=False) + "\n"
