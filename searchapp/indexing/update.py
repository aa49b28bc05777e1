"""Bringing an index up to date with its corpus: only changed units are read, only articles that differ are analysed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from searchapp.errors import CorpusChanged
from searchapp.indexing.coverage import digest_before
from searchapp.indexing.durability import digest_of
from searchapp.indexing.index_state import IndexState, KnownUnit
from searchapp.indexing.previous_generation import PreviousGeneration
from searchapp.indexing.versions import Resolution, digest_of_article, resolve
from searchapp.ingest import Remarks, Source, Unit, Unlisted, content_digest
from searchapp.model import Article, ArticleStatus, Reject

__all__ = ["Progress", "Sink", "Update"]

# Nanoseconds. A file changed so shortly before it is read may change again within one tick of the file system's clock.
_MTIME_GRANULARITY: Final = 2_000_000_000
_AS_READ: Final = b"\0"
_CORRECTS: Final = b"\1"


@dataclass(frozen=True, slots=True)
class Progress:
    """Articles read so far, bytes of the corpus done, bytes of the corpus."""

    read: int
    bytes_done: int
    bytes_total: int


class Sink(Protocol):
    """The destination of articles."""

    def add(self, article: Article, *, is_new: bool = False) -> None: ...

    def delete(self, article_id: str) -> None: ...


class Update:
    """One pass over the sources. ``only`` has the numbers of those to look at; None means all of them.

    ``previous`` is the previous generation, for an index state that starts without it. ``superseded`` counts the
    documents written to the engine and deleted or written again since.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        state: IndexState,
        sink: Sink,
        on_progress: Callable[[Progress], None],
        only: frozenset[int] | None = None,
        previous: PreviousGeneration | None = None,
    ) -> None:
        self._sources = sources
        self._state = state
        self._sink = sink
        self._on_progress = on_progress
        self._only = only
        self._previous = previous
        self.superseded = 0
        self.remarks = Remarks()
        """Remarks of the articles that this pass read."""
        self._bytes_done = self._read = 0
        self._bytes_total: int | None = None

    def run(self) -> None:
        """Read the changed units, add and delete articles; raises CorpusChanged when files change meanwhile."""
        if self._only is None:
            self._state.forget_rejects_without_unit()
        for number, source in enumerate(self._sources):
            if self._only is not None and number not in self._only:
                self._state.keep_source(number)
                continue
            for unit in source.units():
                if isinstance(unit, Reject):
                    self._state.add_reject(unit, None)
                elif isinstance(unit, Unlisted):
                    self._take_unlisted(number, unit.key)
                    self._state.keep_below(number, unit.key)
                    self._state.replace_reject(unit.reject)
                else:
                    self._update_unit(number, unit)
                    self._bytes_done += unit.size
        self._state.forget_unseen()
        for article_id in self._state.embargoes.released():
            self._state.request_recheck(article_id)
        self.recheck()
        self._state.embargoes.forget()

    def _update_unit(self, source: int, unit: Unit) -> None:
        """Read a unit, unless its signature or its content is the same as before."""
        known = self._state.known(source, unit)
        if known and unit.modified is not None:
            needed = [Path(name) for name, *_ in json.loads(known.needs)] if known.needs else []
            same_settings = known.settings == unit.settings and known.needs == _signatures(needed)
            times = (known.modified, known.changed) == (unit.modified, unit.changed)
            if same_settings and known.size == unit.size and times:
                return
            if same_settings and known.digest and known.digest == _digest_of_unit(unit):
                self._state.update_signature(known, _with_sure_time(unit), known.needs)
                return
        self._read_unit(source, unit, known)

    def _read_unit(self, source: int, unit: Unit, known: KnownUnit | None) -> None:
        # Taken before reading: if the content changes meanwhile, the next reindex reads the unit again.
        digest = _digest_of_unit(unit)
        resumes = bool(known and _has_only_grown(known, unit))
        start, place = (known.size, known.entries) if known and resumes else (0, 0)
        number = self._state.begin_unit(source, unit, known, resumes=resumes)
        first, unavailable = place, False
        for entry in unit.read(start):
            self._report_progress(unit)
            if isinstance(entry, Article):
                self.remarks.note(entry, unit.name)
                self._take(entry, number, place, unit)
            else:
                unavailable |= entry.unavailable
                line = entry.line + first if entry.line and unit.grows else entry.line
                self._state.add_reject(replace(entry, line=line), number)
            place += 1
        needs = _signatures(unit.needs)
        if unavailable:
            if known is None:
                self._take_previous_articles(source, unit, number)
            self._state.end_unit(replace(unit, modified=None), None, needs, place, unavailable=True)
        else:
            self._state.end_unit(_with_sure_time(unit), digest, needs, place)

    def _take_unlisted(self, source: int, key: bytes) -> None:
        """Take from the previous generation the units of a file or folder that is not listed now."""
        for previous in self._previous.units(source, key) if self._previous else ():
            unit = Unit(previous.name, previous.key, lambda _: iter(()), from_journal=previous.from_journal)
            if self._state.known(source, unit) is None:
                number = self._state.begin_unit(source, unit, None)
                self._take_previous_articles(source, unit, number)
                self._state.end_unit(unit, None, "", 0, unavailable=True)

    def _take_previous_articles(self, source: int, unit: Unit, number: int) -> None:
        """Take from the previous generation the articles of a unit that did not come again."""
        for previous in self._previous.units(source, unit.key) if self._previous else ():
            if previous.key == unit.key and self._previous:
                for place, article in self._previous.articles(previous):
                    if not self._state.is_fresh(article.id):
                        self._take(article, number, place, unit)

    def _take(self, article: Article, unit: int, place: int, where: Unit) -> None:
        """Add a version, and index it if it is the one that counts by all that is known so far."""
        digest = digest_of_article(article)
        moment = article.modified or article.date
        is_held_back = self._state.embargoes.add(article, digest)
        # An article that nobody may see yet makes no other one a repeat.
        content_hash = None if is_held_back else content_digest(article, where.name)
        is_only = self._state.add(article, place, digest, moment.timestamp() if moment else None, content_hash)
        if article.status is ArticleStatus.WITHDRAWN:
            return
        if is_held_back:
            self._state.request_recheck(article.id)
            return
        corrects = False
        if not is_only:
            resolution = self._resolve(article.id)
            if resolution.version is None or (resolution.version.unit, resolution.version.place) != (unit, place):
                return
            corrects = resolution.corrects
        self._index(article, digest, corrects=corrects)

    def _index(self, article: Article, digest: bytes, *, corrects: bool) -> None:
        digest += _CORRECTS if corrects else _AS_READ
        indexed = self._state.indexed(article.id)
        if indexed != digest:
            self.superseded += indexed is not None
            self._state.note_indexed(article.id, digest)
            if corrects:
                moment = article.modified or article.date
                article = replace(article, status=ArticleStatus.CORRECTED, modified=moment)
            self._sink.add(article, is_new=indexed is None)

    def _resolve(self, article_id: str) -> Resolution:
        """Return the resolution of an id without its versions under embargo; a withdrawal waits for nothing."""
        held_back = self._state.embargoes.held_back(article_id)
        versions = self._state.versions(article_id)
        return resolve([version for version in versions if version.withdrawn or version.digest not in held_back])

    def recheck(self) -> None:
        """Make the index hold the versions that count now that all units are known, and which the engine takes."""
        for article_id in self._state.needs_recheck():
            resolution = self._resolve(article_id)
            self._state.note_withdrawn(article_id, withdrawn=resolution.withdrawn)
            self._apply(article_id, resolution)
        units = self._state.units_to_reread()
        if units:
            self._reread(units)
        self._state.forget_rechecks()

    def _apply(self, article_id: str, resolution: Resolution) -> None:
        """Delete an article that is not shown any more; have another version of it read again."""
        indexed, version = self._state.indexed(article_id), resolution.version
        if version is not None:
            if indexed != version.digest + (_CORRECTS if resolution.corrects else _AS_READ):
                self._state.request_reread(article_id, version, corrects=resolution.corrects)
        elif indexed is not None:
            self.superseded += 1
            self._state.note_removed(article_id)
            self._sink.delete(article_id)

    def _reread(self, units: dict[tuple[int, bytes], int]) -> None:
        """Read units again for versions that count after all; of those that cannot be read now nothing changes."""
        for source, reader in enumerate(self._sources):
            if not any(number == source for number, _ in units):
                continue
            for unit in reader.units():
                if isinstance(unit, Unlisted):
                    self._state.keep_below(source, unit.key)
                    self._state.replace_reject(unit.reject)
                elif isinstance(unit, Unit):
                    number = units.pop((source, unit.key), None)
                    if number is not None:
                        self._reread_unit(unit, number)
        if not all(map(self._state.is_unavailable, units.values())):
            raise CorpusChanged

    def _reread_unit(self, unit: Unit, number: int) -> None:
        state, left = self._state, self._state.count_to_reread(number)
        for place, entry in enumerate(unit.read(0)):
            if isinstance(entry, Reject):
                if entry.unavailable and not state.is_unavailable(number):
                    state.add_reject(entry, number)
                    state.note_unavailable(number)
            elif (corrects := state.ids_to_reread(number, place).get(entry.id)) is not None:
                self._index(entry, digest_of_article(entry), corrects=corrects)
                left -= 1
                if not left:
                    return
        if not state.is_unavailable(number):
            raise CorpusChanged

    def _report_progress(self, unit: Unit) -> None:
        if self._bytes_total is None:
            self._bytes_total = sum(source.total_bytes() for source in self._sources)
        self._read += 1
        done = self._bytes_done + min(unit.position(), unit.size)
        self._on_progress(Progress(self._read, min(done, self._bytes_total), self._bytes_total))


def _digest_of_unit(unit: Unit) -> bytes | None:
    """Return the digest of the content of a file; of one that grows, that of its last part."""
    if unit.path is None:
        return None
    try:
        return digest_before(unit.path, unit.size) if unit.grows else bytes.fromhex(digest_of(unit.path))
    except OSError:  # reading it reports the reason
        return None


def _with_sure_time(unit: Unit) -> Unit:
    """Return ``unit`` without its time when the file is so young that it may change within the same tick."""
    if unit.modified is not None and time.time_ns() - max(unit.modified, unit.changed) < _MTIME_GRANULARITY:
        return replace(unit, modified=None)
    return unit


def _has_only_grown(known: KnownUnit, unit: Unit) -> bool:
    """Return whether the content of ``unit`` begins with all of its known content."""
    if not unit.grows or unit.path is None or known.size > unit.size or known.settings != unit.settings:
        return False
    try:
        return known.digest == digest_before(unit.path, known.size)
    except OSError:  # reading it reports the reason
        return False


def _signatures(paths: Sequence[Path]) -> str:
    """Return names, sizes and times of files as JSON; "" for no files."""
    signatures = []
    for path in dict.fromkeys(paths):
        try:
            status = path.stat()
            signatures.append((str(path), status.st_size, status.st_mtime_ns))
        except OSError:
            signatures.append((str(path), -1, -1))
    return json.dumps(signatures) if signatures else ""
