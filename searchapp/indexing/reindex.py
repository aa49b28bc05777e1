"""Reindexing: the changes of the corpus make a new generation, which is then published."""

from __future__ import annotations

import gc
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.databases import is_damage
from searchapp.engines.port import CompactionRequired, Engine, Place, Reader
from searchapp.errors import CorpusReplaced, CorpusShrunk, IndexDamaged, IndexMissing, RejectsRefused
from searchapp.i18n import Message
from searchapp.indexing.build_fingerprint import BuildFingerprint
from searchapp.indexing.corpus_places import replaces, shown_places
from searchapp.indexing.documents import DocumentMaker, WriterFactory, processors
from searchapp.indexing.duplicate_groups import GroupingSink
from searchapp.indexing.engine_files import Checkpoint, Checkpoints, IndexFiles, read_checkpoint
from searchapp.indexing.generation_layout import ENGINE, INDEX_STATE
from searchapp.indexing.generations import Generations
from searchapp.indexing.index_state import IndexState
from searchapp.indexing.manifest import Manifest
from searchapp.indexing.names_cache import FILE_NAME as NAMES_CACHE
from searchapp.indexing.names_cache import NamesCache
from searchapp.indexing.naming import NameModel, Naming
from searchapp.indexing.previous_generation import PreviousGeneration
from searchapp.indexing.refused_articles import RefusedArticles
from searchapp.indexing.reindex_options import Options
from searchapp.indexing.rejects import write_rejects
from searchapp.indexing.spelling_dictionary import spelling_dictionary_written, write_spelling_dictionary
from searchapp.indexing.suggestions_file import CountingSink, write_suggestions
from searchapp.indexing.summary import NamingSummary, Summary, count_changes, summarize
from searchapp.indexing.update import Progress, Update
from searchapp.indexing.verification import verify
from searchapp.ingest import Source
from searchapp.model import Article

__all__ = ["Job", "Options", "Progress", "Summary", "reindex"]

# An error lists this many rejects.
_MAX_LISTED: Final = 20
# New objects between two collections: few of them are in cycles and many stay, so collecting took 4 % of the time.
_COLLECTION_THRESHOLD: Final = 100_000


@dataclass(frozen=True, slots=True)
class Job:
    """A reindex: ``sources``, the places of ``corpus``, into ``generations`` with an engine and an analyzer.

    ``names`` recognizes the names of articles; without it they have none.

    ``on_progress`` gets the progress after each article, ``on_wait`` whom the reindex waits for.
    """

    sources: Sequence[Source]
    corpus: str
    generations: Generations
    engine: Engine
    analyzer: FrenchAnalyzer
    timezone: ZoneInfo
    options: Options = field(default_factory=Options)
    names: NameModel | None = None
    on_progress: Callable[[Progress], None] = lambda progress: None
    on_wait: Callable[[Message], None] = lambda message: None


def reindex(job: Job) -> Summary:
    """Bring the index up to date with the corpus in a new generation and publish it; the old one serves until then.

    Of a corpus that did not change, nothing is published. Only files that changed are read, and only articles that
    differ are analysed, unless the published generation was made with another analyzer, schema or engine, or is
    damaged: then everything is. An article that cannot be read is a reject. Of articles with the same id the one with
    the latest date is indexed (of equal dates, the last read); see :mod:`searchapp.indexing.versions`.

    Another corpus than the one that is indexed takes its place; the generation before stays for a rollback.

    Raises CorpusMissing, CorpusShrunk, CorpusReplaced, CorpusChanged, IndexLocked, RejectsRefused, VerificationFailed;
    whatever it raises, the published generation is as it was.
    """
    work = _Reindex(job)
    with _rare_garbage_collection():
        return work.plan() if job.options.dry_run else work.run()


@dataclass(frozen=True, slots=True)
class _Base:
    """The published generation, when a new one can grow out of it."""

    manifest: Manifest
    path: Path


class _UnchangedError(Exception):
    """There is nothing to publish."""

    def __init__(self, summary: Summary) -> None:
        super().__init__(summary)
        self.summary = summary


class _Reindex:
    """The steps of a reindex."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._fingerprint = BuildFingerprint.of_program(
            job.engine, job.analyzer, job.timezone, job.names.version if job.names else ""
        )
        self._started = time.monotonic()

    def run(self) -> Summary:
        with self._job.generations.locked(self._job.options.wait, self._job.on_wait, self._job.engine):
            base, reason = self._base()
            try:
                return self._build(base, reason)
            except CompactionRequired:
                return self._build(None, Message("the index has too many deleted articles"))
            except (IndexDamaged, sqlite3.DatabaseError) as error:
                if base is None or not (isinstance(error, IndexDamaged) or is_damage(error)):
                    raise
                return self._build(None, Message("the index is damaged"))

    def plan(self) -> Summary:
        """Return the summary that :meth:`run` would, without changing anything."""
        base, reason = self._base()
        with ExitStack() as stack:
            path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / INDEX_STATE
            state = stack.enter_context(self._index_state(path, base.path / INDEX_STATE if base else None))
            update = Update(self._job.sources, state, _Nowhere(), self._job.on_progress, self._only(base))
            update.run()
            return replace(self._summary(state, base, reason), remarks=update.remarks.counted())

    def _base(self) -> tuple[_Base | None, Message | None]:
        """Return the generation to grow out of; if one is published and cannot be used, None and the reason."""
        generations = self._job.generations
        try:
            name = generations.current()
            if self._job.options.full:
                return None, Message("asked for")
            manifest = generations.manifest(name)
        except IndexMissing:
            return None, None
        except IndexDamaged:
            return None, Message("the index is damaged")
        if reason := next(self._fingerprint.differences(BuildFingerprint.of(manifest)), None):
            return None, reason
        if not generations.is_intact(name):
            return None, Message("the index is damaged")
        return _Base(manifest, generations.path(name)), None

    def _only(self, base: _Base | None) -> frozenset[int] | None:
        return self._job.options.only if base else None

    def _build(self, base: _Base | None, reason: Message | None) -> Summary:
        generations, fingerprint = self._job.generations, self._fingerprint.to_text()
        unfinished = generations.unfinished()
        resumes = base is None and read_checkpoint(unfinished, fingerprint) is not None
        kept = unfinished if base or resumes else None
        try:
            with generations.building(kept, engine=self._job.engine.name, resume=resumes) as path:
                summary = self._fill(path, base, reason, read_checkpoint(path, fingerprint) if resumes else None)
        except _UnchangedError as unchanged:
            return unchanged.summary
        return summary

    def _fill(self, path: Path, base: _Base | None, reason: Message | None, checkpoint: Checkpoint | None) -> Summary:
        """Write and publish the generation at ``path``; raises _UnchangedError when it would equal ``base``."""
        job = self._job
        with ExitStack() as stack:
            state_before = checkpoint.index_state if checkpoint else base.path / INDEX_STATE if base else None
            state = stack.enter_context(self._index_state(path / INDEX_STATE, state_before, resumes=bool(checkpoint)))
            naming = self._naming(stack)
            refused = RefusedArticles(state)
            files = stack.enter_context(self._index_files(path, base, checkpoint, state, naming, refused))
            previous = None if base else self._previous_generation()
            if previous:
                stack.callback(previous.close)
            before = base.path if base else None
            grouping = stack.enter_context(GroupingSink(path, files, before, resumes=bool(checkpoint)))
            counting = None if base or checkpoint else stack.enter_context(CountingSink(path, grouping))
            refused.forgetting += [sink.forget for sink in (grouping, counting) if sink]
            update = Update(job.sources, state, counting or grouping, job.on_progress, self._only(base), previous)
            update.run()
            while files.settle():
                update.recheck()
            summary = self._summary(state, base, reason)
            summary.resumed, summary.remarks = bool(checkpoint), update.remarks.counted()
            self._refuse(summary)
            changes = summary.added or summary.changed or summary.removed or summary.corpus_before
            if base and not state.changed and not changes:
                summary.generation = base.manifest.generation
                raise _UnchangedError(summary)
            files.complete()
            if naming:
                summary.names = NamingSummary(naming.recognized, naming.from_cache, naming.seconds)
                if not (base or checkpoint):
                    naming.cache.forget_unused()
            reader = stack.enter_context(closing(job.engine.open(Place(path / ENGINE))))
            # The documents that an interrupted build superseded were not counted.
            superseded = sys.maxsize if checkpoint else update.superseded + refused.count
            self._write_derived_files(path, reader, state, base, superseded, counting, grouping)
            if job.options.verify:
                verify(reader, state)
            write_rejects(path, state.rejects())
            state.commit()
            withdrawn = list(state.withdrawn())
        summary.generation, summary.published = path.name, True
        summary.seconds = time.monotonic() - self._started
        job.generations.publish(self._manifest(summary, base), withdrawn)
        return summary

    def _index_state(self, path: Path, base: Path | None, *, resumes: bool = False) -> IndexState:
        return IndexState(path, base, resumes=resumes, now=self._job.generations.now().timestamp())

    def _index_files(
        self,
        path: Path,
        base: _Base | None,
        checkpoint: Checkpoint | None,
        state: IndexState,
        naming: Naming | None,
        refused: RefusedArticles,
    ) -> IndexFiles:
        job = self._job
        writers = WriterFactory(job.engine, DocumentMaker(job.timezone, job.analyzer), job.options.jobs, naming)
        if base:
            return IndexFiles(path, writers, base.path / ENGINE, on_refused=refused.take)
        seconds, fingerprint = job.options.checkpoint, self._fingerprint.to_text()
        checkpoints = Checkpoints(seconds, fingerprint, state.commit) if seconds else None
        return IndexFiles(path, writers, checkpoint.engine if checkpoint else None, checkpoints, refused.take)

    def _naming(self, stack: ExitStack) -> Naming | None:
        """Return the naming of the articles, its cache open until the end of ``stack``; None when they get no names."""
        model = self._job.names
        if model is None:
            return None
        cache = stack.enter_context(closing(NamesCache(self._job.generations.folder / NAMES_CACHE, model.version)))
        return Naming(model.recognize, cache, self._job.options.jobs or processors())

    def _previous_generation(self) -> PreviousGeneration | None:
        """Return the generation that answers now: a rebuild keeps its articles of files that cannot be read."""
        published = self._published()
        if published is None:
            return None
        path = self._job.generations.path(published.generation)
        return PreviousGeneration(path / INDEX_STATE, lambda: self._job.engine.open(Place(path / ENGINE)))

    def _write_derived_files(
        self,
        path: Path,
        reader: Reader,
        state: IndexState,
        base: _Base | None,
        superseded: int,
        counting: CountingSink | None,
        grouping: GroupingSink,
    ) -> None:
        job = self._job
        if base is None:
            with spelling_dictionary_written(path, reader, job.engine, job.analyzer, superseded, job.options.jobs):
                if not counting or not counting.write(reader.count):
                    write_suggestions(path, reader)
                grouping.complete(reader)
            return
        with closing(job.engine.open(Place(base.path / ENGINE))) as earlier:
            before = base.path, earlier
            write_spelling_dictionary(path, reader, job.analyzer, before, state.changed_articles())
            write_suggestions(path, reader, before, state.changed_articles())
        grouping.complete(reader)

    def _refuse(self, summary: Summary) -> None:
        """Raise RejectsRefused, CorpusShrunk or CorpusReplaced when the options do not allow this summary."""
        if self._job.options.strict and summary.rejected:
            details = [reject.message() for reject in summary.rejects[:_MAX_LISTED]]
            message = (
                Message("One article was rejected; nothing was published.")
                if summary.rejected == 1
                else Message("{count} articles were rejected; nothing was published.", count=summary.rejected)
            )
            raise RejectsRefused(message, details)
        published = self._published()
        if published and not self._job.options.yes:
            withdrawn = max(0, summary.withdrawn - published.withdrawn)
            gone = max(summary.removed, published.articles - summary.indexed) - withdrawn
            if gone * 2 > published.articles:
                if summary.corpus_before:
                    raise CorpusReplaced(gone, published.articles, summary.corpus_before, self._job.corpus)
                raise CorpusShrunk(gone, published.articles)

    def _published(self) -> Manifest | None:
        """Return the manifest of the generation that answers now."""
        try:
            name = self._job.generations.latest_intact()
            return self._job.generations.manifest(name) if name else None
        except (IndexMissing, IndexDamaged):
            return None

    def _summary(self, state: IndexState, base: _Base | None, reason: Message | None) -> Summary:
        summary = summarize(state, state.embargoes)
        summary.full, summary.reason = base is None, reason
        summary.seconds = time.monotonic() - self._started
        summary.corpus_before = self._corpus_before(base)
        if base:
            count_changes(summary, state)
        else:
            summary.added = summary.indexed
        return summary

    def _corpus_before(self, base: _Base | None) -> str:
        """Return the corpus that is indexed if this one replaces it, else ""."""
        published = None if self._only(base) else self._published()
        return shown_places(published.corpus) if published and replaces(self._job.corpus, published.corpus) else ""

    def _manifest(self, summary: Summary, base: _Base | None) -> Manifest:
        return Manifest(
            generation=summary.generation,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(summary.seconds, 3),
            articles=summary.indexed,
            rejects=summary.rejected,
            # A reindex of the journal alone reads nothing else of the corpus, so it does not rename it.
            corpus=shown_places(base.manifest.corpus) if base and self._only(base) else self._job.corpus,
            base=base.manifest.generation if base else "",
            added=summary.added,
            changed=summary.changed,
            removed=summary.removed,
            withdrawn=summary.withdrawn,
            duplicates=summary.duplicates,
            embargoed=summary.embargoed,
            next_release=summary.next_release,
            **asdict(self._fingerprint),
        )


@contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(_COLLECTION_THRESHOLD, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Nowhere:
    """The sink of a dry run."""

    def add(self, article: Article, *, is_new: bool = False) -> None: ...

    def delete(self, article_id: str) -> None: ...
