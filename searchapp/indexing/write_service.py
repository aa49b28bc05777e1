"""Writing: articles become lines of the journal in the corpus, and are indexed soon after.

The write endpoint of the server and ``searchapp add`` both use it, with the same guarantee: an acknowledged article is
in the corpus, on the disk, even if indexing fails.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from searchapp.errors import (
    ArticleNotFound,
    ArticleWithdrawn,
    IndexDamaged,
    IndexInaccessible,
    IndexMissing,
    InvalidRecord,
    InvalidRecords,
)
from searchapp.i18n import Message
from searchapp.indexing.background import BackgroundIndexer, IndexingStatus
from searchapp.ingest.cleaning.ids import checked_id
from searchapp.ingest.journal import (
    Extent,
    InvalidRecordError,
    Journal,
    JournalEntry,
    Outcome,
    Spool,
    Written,
    parse_line,
    record_of,
    tombstone,
    validate,
)
from searchapp.ingest.reader_protocol import UnreadableError
from searchapp.model import Article, Reject

__all__ = ["Batch", "Extent", "IndexingStatus", "JournalEntry", "OnEntry", "Outcome", "Writing", "Written", "lines_of"]

_MAX_LISTED: Final = 100
OnEntry = Callable[[JournalEntry, Outcome], None]


@dataclass(slots=True)
class Batch:
    """The result of writing several records: the number of each outcome and of rejects, and the first rejects.

    A reject is its line (in a file: the number of the article), the wrong field and the reason.
    """

    file: str = ""
    counts: Counter[Outcome] = field(default_factory=Counter)
    rejected: int = 0
    rejects: list[tuple[int, str, Message]] = field(default_factory=list)
    extent: Extent = field(default_factory=Extent)

    def reject(self, line: int, field: str, reason: Message) -> None:
        """Count a record that cannot be written."""
        self.rejected += 1
        if len(self.rejects) < _MAX_LISTED:
            self.rejects.append((line, field, reason))


class ServedArticles(Protocol):
    """The search service, as far as writing needs it."""

    def article(self, article_id: str) -> object:
        """Return an article; raises IndexMissing, ArticleNotFound, ArticleWithdrawn."""

    def stored(self, article_id: str) -> Article | None:
        """Return an article as it is indexed, None when there is none; raises IndexMissing, IndexDamaged."""

    def generation_covering(self, journal: Path, ends: Mapping[str, int], withdrawn: Mapping[str, bool]) -> str:
        """Return the generation that answers if it has read the journal up to ``ends``, otherwise ""."""

    def on_missing_withdrawals(self, call: Callable[[], object]) -> None:
        """Call ``call`` whenever an index is opened that lacks withdrawals of the journal."""


class Writing:
    """Writes to ``journal``; ``indexer`` brings the index of ``service`` up to date. Safe to share between threads.

    Every write raises StorageFull, CorpusUnwritable, IndexUnwritable or CorpusLocked when nothing could be written.
    """

    def __init__(self, journal: Journal, service: ServedArticles, indexer: BackgroundIndexer) -> None:
        self._journal = journal
        self._service = service
        self._indexer = indexer
        self._resumed = 0

    def put(self, article_id: str, body: bytes, *, must_exist: bool | None = None) -> Written:
        """Write one article, a JSON object, under an id; raises InvalidRecord.

        ``must_exist``: only if an article of this id exists, or does not; otherwise raises PreconditionFailed.
        """
        try:
            record, _ = validate(parse_line(body), self._journal.context(), article_id)
        except InvalidRecordError as error:
            raise InvalidRecord(error.reason, error.field) from error
        return self._journal.append([record], self._served, must_exist=must_exist)

    def withdraw(self, article_id: str, *, must_exist: bool | None = None) -> Written:
        """Withdraw an article; raises ArticleNotFound for an unknown id, ArticleWithdrawn when it is gone already.

        A second request before the index is up to date gets the outcome UNCHANGED, so that it can be repeated.
        """
        try:
            article_id = checked_id(article_id)
        except UnreadableError:
            raise ArticleNotFound(article_id) from None
        if self._journal.last_entry(article_id) is None:
            self._check_known(article_id)
        written = self._journal.append([tombstone(article_id)], self._served, must_exist=must_exist)
        if written.outcome is Outcome.UNCHANGED and self.generation_covering(written.extent):
            raise ArticleWithdrawn
        return written

    def put_lines(self, lines: Iterable[bytes], *, strict: bool = False) -> Batch:
        """Write the records of JSON Lines; memory stays flat. With ``strict``, all of them or none.

        Raises InvalidRecords when there are rejects and nothing else, or any if ``strict``.
        """
        context = self._journal.context()

        def spooled(spool: Spool, batch: Batch) -> None:
            for number, line in enumerate(lines, 1):
                if not line or line.isspace():
                    continue
                try:
                    spool.add(validate(parse_line(line), context)[0])
                except InvalidRecordError as error:
                    batch.reject(number, error.field, error.reason)

        return self._write(spooled, strict=strict)

    def put_articles(
        self, entries: Iterable[Article | Reject], *, strict: bool = False, on_entry: OnEntry = lambda *_: None
    ) -> Batch:
        """Write the articles of a file, as :meth:`put_lines` does; ``on_entry`` gets each entry and its outcome."""

        def spooled(spool: Spool, batch: Batch) -> None:
            for number, entry in enumerate(entries, 1):
                if isinstance(entry, Reject):
                    batch.reject(entry.line or number, "", entry.reason)
                else:
                    spool.add(record_of(entry))

        return self._write(spooled, strict=strict, on_entry=on_entry)

    def generation_covering(self, extent: Extent) -> str:
        """Return the generation that answers now if it covers ``extent`` of the journal, otherwise ""."""
        try:
            return self._service.generation_covering(self._journal.folder, extent.ends, extent.withdrawn)
        except (IndexMissing, IndexDamaged, IndexInaccessible):
            return ""

    def index(self, extent: Extent, seconds: float) -> str:
        """Return the generation that covers ``extent``; "" when none does within ``seconds``: it will later."""
        generation = self.generation_covering(extent)
        if not generation:
            ticket = self._indexer.wake()
            if seconds and self._indexer.wait(ticket, seconds):
                generation = self.generation_covering(extent)
        return generation

    def resume(self) -> None:
        """Once in each process: have the writes of earlier processes indexed that are not yet.

        From then on, also the withdrawals that an index restored from a backup lacks.
        """
        if self._resumed != os.getpid():
            self._resumed = os.getpid()
            self._service.on_missing_withdrawals(self._indexer.wake)
            if self._journal.folder.is_dir():
                self._indexer.wake()

    @property
    def indexing(self) -> IndexingStatus:
        """The status of indexing."""
        return self._indexer.status

    def close(self) -> None:
        """End the indexing thread and close the journal."""
        self._indexer.close()
        self._journal.close()

    def _write(
        self, spooled: Callable[[Spool, Batch], None], *, strict: bool, on_entry: OnEntry = lambda *_: None
    ) -> Batch:
        batch = Batch()
        with self._journal.spool() as spool:
            spooled(spool, batch)
            if batch.rejected and (strict or not any(True for _ in spool)):
                raise InvalidRecords(batch.rejected, batch.rejects)
            written = self._journal.append(spool, self._served, on_entry)
        batch.file, batch.counts, batch.extent = written.file, written.counts, written.extent
        return batch

    def _check_known(self, article_id: str) -> None:
        try:
            self._service.article(article_id)
        except IndexMissing:
            raise ArticleNotFound(article_id) from None
        except ArticleWithdrawn:  # by a file, or by a lost line of the journal, which is written again
            return

    def _served(self, article_id: str) -> Article | None:
        try:
            return self._service.stored(article_id)
        except (IndexMissing, IndexDamaged, IndexInaccessible):  # a write needs no index
            return None


def lines_of(read_line: Callable[[int], bytes], longest: int) -> Iterator[bytes]:
    """Yield the lines of ``read_line``; a longer one than ``longest`` bytes is cut after one byte more."""
    while line := read_line(longest + 1):
        if len(line) > longest:
            rest: Any = line
            while rest and not rest.endswith(b"\n"):
                rest = read_line(1 << 20)
        yield line
