"""Bringing an index up to date with its corpus: only what changed is read, only articles that differ are analysed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from searchapp.errors import CorpusChanged
from searchapp.indexing.coverage import digest_before
from searchapp.indexing.earlier import Earlier
from searchapp.indexing.generations import digest_of
from searchapp.indexing.index_state import Known, Register, digest_of_article
from searchapp.indexing.versions import judge
from searchapp.ingest import Remarks, Source, Unit, Unlisted, digest_of_facts
from searchapp.model import Article, ArticleStatus, Reject

__all__ = ["Progress", "Sink", "Update"]

# A file changed so shortly before it is read may change again within the same tick of the file system's clock.
_SETTLED: Final = 2_000_000_000
_AS_IT_IS: Final = b"\0"
_CORRECTS: Final = b"\1"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reindex is: articles read, bytes of the corpus that were looked at, bytes of the corpus."""

    read: int
    bytes_done: int
    bytes_total: int


class Sink(Protocol):
    """Where articles go."""

    def add(self, article: Article, *, is_new: bool = False) -> None: ...

    def delete(self, article_id: str) -> None: ...


class Update:
    """One pass over the sources. ``only`` names those that are looked at, by number; None means all of them."""

    def __init__(
        self,
        sources: Sequence[Source],
        register: Register,
        sink: Sink,
        on_progress: Callable[[Progress], None],
        only: frozenset[int] | None = None,
        earlier: Earlier | None = None,
    ) -> None:
        """``earlier`` is the generation before, for a register that begins without it."""
        self._earlier = earlier
        self._sources = sources
        self._register = register
        self._sink = sink
        self._on_progress = on_progress
        self._only = only
        self.superseded = 0
        """Documents written to the engine and deleted or written again since."""
        self.remarks = Remarks()
        """Remarks of the articles that this pass read."""
        self._done = self._read = 0
        self._total: int | None = None

    def run(self) -> None:
        """Read what changed, add and delete what has to be; raises CorpusChanged when files change meanwhile."""
        if self._only is None:
            self._register.forget_loose_rejects()
        for number, source in enumerate(self._sources):
            if self._only is not None and number not in self._only:
                self._register.keep_source(number)
                continue
            for unit in source.units():
                if isinstance(unit, Reject):
                    self._register.reject(unit, None)
                elif isinstance(unit, Unlisted):
                    self._take_earlier(number, unit.key)
                    self._register.keep_below(number, unit.key)
                    self._register.reject_again(unit.reject)
                else:
                    self._look_at(number, unit)
                    self._done += unit.size
        self._register.forget_unseen()
        self._settle()

    def _look_at(self, source: int, unit: Unit) -> None:
        known = self._register.known(source, unit)
        if known and unit.modified is not None:
            same_settings = known.settings == unit.settings and known.needs == _needs(_needed(known))
            times = (known.modified, known.changed) == (unit.modified, unit.changed)
            if same_settings and known.size == unit.size and times:
                return
            if same_settings and known.digest and known.digest == self._digest(unit):
                self._register.sign(known, _signed(unit), known.needs)
                return
        self._read_unit(source, unit, known)

    def _read_unit(self, source: int, unit: Unit, known: Known | None) -> None:
        # Of the content that is read, or of an earlier one: then the next reindex looks again.
        digest = self._digest(unit)
        goes_on = bool(known and _goes_on(known, unit))
        start, place = (known.size, known.entries) if known and goes_on else (0, 0)
        number = self._register.begin_unit(source, unit, known, goes_on=goes_on)
        first, unavailable = place, False
        for entry in unit.read(start):
            self._tell(unit)
            if isinstance(entry, Article):
                self.remarks.note(entry, unit.name)
                self._take(entry, number, place, unit)
            else:
                unavailable |= entry.unavailable
                line = entry.line + first if entry.line and unit.grows else entry.line
                self._register.reject(replace(entry, line=line), number)
            place += 1
        if unavailable:
            if known is None:
                self._take_articles(source, unit, number)
            self._register.end_unit(replace(unit, modified=None), None, _needs(unit.needs), place, unavailable=True)
        else:
            self._register.end_unit(_signed(unit), digest, _needs(unit.needs), place)

    def _take_earlier(self, source: int, key: bytes) -> None:
        """Take what the generation before held of a file or folder that is not listed now."""
        for found in self._earlier.units(source, key) if self._earlier else ():
            unit = Unit(found.name, found.key, lambda _: iter(()), overrules=found.overrules)
            if self._register.known(source, unit) is None:
                number = self._register.begin_unit(source, unit, None)
                self._take_articles(source, unit, number)
                self._register.end_unit(unit, None, "", 0, unavailable=True)

    def _take_articles(self, source: int, unit: Unit, number: int) -> None:
        """Take the articles that the generation before held of a unit, and that did not come again."""
        for found in self._earlier.units(source, unit.key) if self._earlier else ():
            if found.key == unit.key and self._earlier:
                for place, article in self._earlier.articles(found):
                    if not self._register.is_fresh(article.id):
                        self._take(article, number, place, unit)

    def _take(self, article: Article, unit: int, place: int, where: Unit) -> None:
        """Note a version, and index it if by all that is known so far it is the one that counts."""
        register = self._register
        digest = digest_of_article(article)
        moment = article.modified or article.date
        facts = digest_of_facts(article, where.name)
        alone = register.add(article, place, digest, moment.timestamp() if moment else None, facts)
        if article.status is ArticleStatus.WITHDRAWN:
            return
        corrects = False
        if not alone:
            verdict = judge(register.versions(article.id))
            if verdict.version is None or (verdict.version.unit, verdict.version.place) != (unit, place):
                return
            corrects = verdict.corrects
        self._index(article, digest, corrects=corrects)

    def _index(self, article: Article, digest: bytes, *, corrects: bool) -> None:
        mark = _mark(digest, corrects=corrects)
        held = self._register.indexed(article.id)
        if held != mark:
            self.superseded += held is not None
            self._register.note_indexed(article.id, mark)
            self._sink.add(_corrected(article) if corrects else article, is_new=held is None)

    def _settle(self) -> None:
        """Make the index hold what counts by all that is known now."""
        again = False
        for article_id in self._register.doubtful():
            verdict = judge(self._register.versions(article_id))
            self._register.note_withdrawn(article_id, withdrawn=verdict.withdrawn)
            held = self._register.indexed(article_id)
            if verdict.version is None:
                if held is not None:
                    self.superseded += 1
                    self._register.note_gone(article_id)
                    self._sink.delete(article_id)
            elif held != _mark(verdict.version.digest, corrects=verdict.corrects):
                self._register.want(article_id, verdict.version, corrects=verdict.corrects)
                again = True
        if again:
            self._read_wanted()

    def _read_wanted(self) -> None:
        """Read again the units that hold versions which count after all; what cannot be read stays as it is held."""
        wanted = self._register.wanted()
        for source, reader in enumerate(self._sources):
            if not any(number == source for number, _ in wanted):
                continue
            for unit in reader.units():
                if isinstance(unit, Unlisted):
                    self._register.keep_below(source, unit.key)
                    self._register.reject_again(unit.reject)
                elif isinstance(unit, Unit):
                    number = wanted.pop((source, unit.key), None)
                    if number is not None:
                        self._read_places(unit, number)
        if not all(map(self._register.is_unavailable, wanted.values())):
            raise CorpusChanged

    def _read_places(self, unit: Unit, number: int) -> None:
        register, left = self._register, self._register.count_wanted(number)
        for place, entry in enumerate(unit.read(0)):
            if isinstance(entry, Reject):
                if entry.unavailable and not register.is_unavailable(number):
                    register.reject(entry, number)
                    register.note_unavailable(number)
            elif (corrects := register.wants(number, place).get(entry.id)) is not None:
                self._index(entry, digest_of_article(entry), corrects=corrects)
                left -= 1
                if not left:
                    return
        if not register.is_unavailable(number):
            raise CorpusChanged

    def _digest(self, unit: Unit) -> bytes | None:
        if unit.path is None:
            return None
        try:
            if unit.grows:
                return digest_before(unit.path, unit.size)
            return bytes.fromhex(digest_of(unit.path))
        except OSError:  # reading it tells the reason
            return None

    def _tell(self, unit: Unit) -> None:
        if self._total is None:
            self._total = sum(source.total_bytes() for source in self._sources)
        self._read += 1
        done = self._done + min(unit.position(), unit.size)
        self._on_progress(Progress(self._read, min(done, self._total), self._total))


def _signed(unit: Unit) -> Unit:
    if unit.modified is not None and time.time_ns() - max(unit.modified, unit.changed) < _SETTLED:
        return replace(unit, modified=None)
    return unit


def _goes_on(known: Known, unit: Unit) -> bool:
    """Return whether ``unit`` is what it was, and more after it."""
    if not unit.grows or unit.path is None or known.size > unit.size or known.settings != unit.settings:
        return False
    try:
        return known.digest == digest_before(unit.path, known.size)
    except OSError:  # reading it tells the reason
        return False


def _needed(known: Known) -> list[Path]:
    return [Path(name) for name, *_ in json.loads(known.needs)] if known.needs else []


def _needs(paths: Sequence[Path]) -> str:
    """Return names, sizes and times of files."""
    signatures = []
    for path in dict.fromkeys(paths):
        try:
            status = path.stat()
            signatures.append((str(path), status.st_size, status.st_mtime_ns))
        except OSError:
            signatures.append((str(path), -1, -1))
    return json.dumps(signatures) if signatures else ""


def _mark(digest: bytes, *, corrects: bool) -> bytes:
    return digest + (_CORRECTS if corrects else _AS_IT_IS)


def _corrected(article: Article) -> Article:
    """Return an article that replaces an earlier version as what it is: a correction, of its own moment."""
    return replace(article, status=ArticleStatus.CORRECTED, modified=article.modified or article.date)
