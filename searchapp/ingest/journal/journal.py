"""The journal: what was sent to be written, in the order in which it came, as JSON Lines beside the other files.

``_journal/2026-11.jsonl`` of the corpus is only ever appended to. A line is a record as it was received, with its id
and with ``modified``, the moment of this version. The order of the lines is the order of time: of an id, the journal's
last word counts, over what files say. A withdrawal is a line too, so the corpus keeps a tombstone.

A request is answered when all its lines are on the disk. One that fails halfway leaves no line behind. What the
journal is said to hold already is read back first: a line may have been damaged since.
"""

from __future__ import annotations

import errno
import json
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from searchapp.errors import CorpusLocked, CorpusUnwritable, PreconditionFailed, StorageFull
from searchapp.ingest.cleaning.record import article_from
from searchapp.ingest.journal.journal_index import LastWords, Word, word_of
from searchapp.ingest.journal.torn_lines import Tail, mend, sync, sync_folder
from searchapp.ingest.journal.written_articles import line_of, reads_the_same
from searchapp.ingest.reader_protocol import FileContext, UnreadableError
from searchapp.model import JOURNAL_FILES, JOURNAL_FOLDER, Article, ArticleStatus
from searchapp.schema import canonical_id

__all__ = ["Extent", "Journal", "Outcome", "Spool", "Written"]

_log = logging.getLogger(__name__)

_WAIT: Final = 60.0
"""Seconds that a write waits for the ones before it; a million articles take about as long."""

_LOOKED_FOR: Final = 100
"""Articles of one write that are looked for by their ids, beside how far the journal was read."""

Record = Mapping[str, Any]
Served = Callable[[str], Article | None]
"""Gives the article that is served under an id: what the files say, where the journal says nothing."""


class Outcome(StrEnum):
    """What became of a record."""

    CREATED = "created"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"  # the journal's last word says the same: nothing was written
    WITHDRAWN = "withdrawn"


@dataclass(slots=True)
class Extent:
    """What a generation must have read, and show, to hold some words of the journal.

    ``ends`` has for each file of the journal the byte where the last of them ends. ``withdrawn`` tells of some ids
    whether their article is to be gone: of the first few only, since ``ends`` tells for any number.
    """

    ends: dict[str, int] = field(default_factory=dict)
    withdrawn: dict[str, bool] = field(default_factory=dict)

    def add(self, word: Word) -> None:
        """Take in ``word``, the last one on its id."""
        self.ends[word.file] = max(self.ends.get(word.file, 0), word.offset + word.length)
        if word.id in self.withdrawn or len(self.withdrawn) < _LOOKED_FOR:
            self.withdrawn[word.id] = word.withdrawn


@dataclass(slots=True)
class Written:
    """What an append did: the file that it wrote to, how often what became of records, the last word that it met."""

    file: str
    counts: Counter[Outcome] = field(default_factory=Counter)
    word: Word | None = None
    outcome: Outcome = Outcome.UNCHANGED
    extent: Extent = field(default_factory=Extent)

    def add(self, word: Word, outcome: Outcome) -> None:
        """Count what became of a record."""
        self.word, self.outcome = word, outcome
        self.counts[outcome] += 1
        self.extent.add(word)


class Journal:
    """The journal of the corpus at ``corpus``. Processes and threads may write to it at the same time.

    ``last_words`` is a file that may be lost at any time. Nothing is opened before it is needed.
    """

    def __init__(self, corpus: Path, last_words: Path, timezone: ZoneInfo) -> None:
        self.folder = corpus / JOURNAL_FOLDER
        self._corpus = corpus
        self.timezone = timezone
        self._words = LastWords(last_words)
        self._turn = Lock()

    def context(self) -> FileContext:
        """Return what reading knows of the journal's file of today, for making articles of records."""
        return FileContext(f"{JOURNAL_FOLDER}/{self._file_of_today()}", self.timezone)

    @contextmanager
    def spool(self) -> Iterator[Spool]:
        """Give a place on the journal's disk for records that are still coming, so that others need not wait.

        Raises StorageFull, CorpusUnwritable.
        """
        try:
            self._make_folder()
            file = TemporaryFile(dir=self.folder)  # noqa: SIM115 - closing it may fail and may not matter
        except OSError as error:
            raise self._failure(error) from error
        try:
            yield Spool(file, self._failure)
        finally:
            with suppress(OSError):  # what is still in its buffer is not wanted any more
                file.close()

    def append(
        self,
        records: Iterable[Mapping[str, Any]],
        served: Served,
        on_word: Callable[[Word, Outcome], None] = lambda word, outcome: None,
        *,
        there: bool | None = None,
    ) -> Written:
        """Write ``records``, which are valid and have ids, and return once they are on the disk.

        What the journal's last word says already is not written again. A record without a status that says something
        else than the version before it is marked as corrected. ``there`` is whether their articles have to be there.

        Raises StorageFull, CorpusUnwritable, CorpusLocked, PreconditionFailed; then nothing of it was written.
        """
        with self._turn, self._locked():
            try:
                return self._append(records, served, on_word, there)
            except OSError as error:
                raise self._failure(error) from error
            finally:
                self._words.rollback()

    def last_word(self, article_id: str) -> Word | None:
        """Return the journal's last word on an id; raises CorpusUnwritable, CorpusLocked."""
        if not self.folder.is_dir():
            return None
        with self._turn, self._locked():
            try:
                self._words.begin(self.folder)
                last = self._last(canonical_id(article_id), None)
                self._words.commit()
                return last[0] if last else None
            except OSError as error:
                raise self._failure(error) from error
            finally:
                self._words.rollback()

    def close(self) -> None:
        """Let go of the files."""
        with self._turn:
            self._words.close()

    def _append(
        self,
        records: Iterable[Mapping[str, Any]],
        served: Served,
        on_word: Callable[[Word, Outcome], None],
        there: bool | None,
    ) -> Written:
        file = self._file_of_today()
        for path in self.folder.glob(JOURNAL_FILES):  # a crash may have been that of last month's last write
            mend(path)
        self._words.begin(self.folder)
        written, context = Written(file), self.context()
        with Tail(self.folder / file) as tail:
            for record in records:
                if there is not None:
                    self._check(str(record["id"]), served, tail, there=there)
                word, outcome = self._add(record, served, tail, context)
                written.add(word, outcome)
                on_word(word, outcome)
            tail.sync()
            for name in written.extent.ends.keys() - {file}:
                sync(self.folder / name)
            self._words.commit(file, tail.end)
        return written

    def _add(self, record: Mapping[str, Any], served: Served, tail: Tail, context: FileContext) -> tuple[Word, Outcome]:
        article_id = canonical_id(str(record["id"]))
        last = self._last(article_id, tail)
        if last and _says_the_same(record, last[0]):
            return last[0], Outcome.UNCHANGED
        before = _article(*last, context) if last else served(article_id)
        full = self._completed(record, before, context)
        line = line_of(full)
        word = word_of(full, tail.name, tail.end, len(line))
        tail.write(line)
        self._words.note(word)
        return word, _outcome(word, before)

    def _check(self, article_id: str, served: Served, tail: Tail, *, there: bool) -> None:
        """Raise PreconditionFailed unless an article is, or is not, ``there``."""
        last = self._last(article_id, tail)
        is_there = not last[0].withdrawn if last else served(article_id) is not None
        if is_there != there:
            raise PreconditionFailed.there() if is_there else PreconditionFailed.missing()

    def _completed(self, record: Mapping[str, Any], before: Article | None, context: FileContext) -> dict[str, Any]:
        """Return ``record`` with its moment, and with the status that the version before it gives."""
        full = {"id": record["id"], **record}
        moment = datetime.now(self.timezone)
        if before and not record.get("status"):
            if not reads_the_same(article_from(record, context), before):
                full["status"] = ArticleStatus.CORRECTED.value
            elif before.status is ArticleStatus.CORRECTED:
                full["status"] = ArticleStatus.CORRECTED.value
                moment = before.modified or moment
        if not record.get("modified"):
            full["modified"] = moment.isoformat(timespec="seconds")
        return full

    def _last(self, article_id: str, tail: Tail | None) -> tuple[Word, Record] | None:
        """Return the last word on an id and its record, as the journal's bytes give it, ``tail`` included."""
        word = self._words.of(article_id)
        record = self._read_back(word, tail) if word else None
        if word and record is None:
            _log.warning("Line of “%s” in %s is not as it was written; the journal is read again.", word.id, word.file)
            if tail:
                tail.flush()
            self._words.reread(self.folder)
            word = self._words.of(article_id)
            record = self._read_back(word, tail) if word else None
        return (word, record) if word and record is not None else None

    def _read_back(self, word: Word, tail: Tail | None) -> Record | None:
        """Return the record that stands where ``word`` says, None if it is another one or none."""
        try:
            line = tail.read(word.offset, word.length, self.folder / word.file) if tail else self._read(word)
            record = json.loads(line)
            is_whole = line.endswith(b"\n") and word_of(record, word.file, word.offset, word.length) == word
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return None
        return record if is_whole else None

    def _read(self, word: Word) -> bytes:
        with (self.folder / word.file).open("rb") as file:
            file.seek(word.offset)
            return file.read(word.length)

    def _file_of_today(self) -> str:
        """Return the file of this month; should the clock have gone back, the last one goes on."""
        return max([f"{datetime.now(UTC):%Y-%m}.jsonl", *(path.name for path in self.folder.glob(JOURNAL_FILES))])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the right to write, which the system takes back from a process that ends."""
        try:
            self._make_folder()
            lock = FileLock(self.folder / ".lock", timeout=_WAIT)
            lock.acquire()
        except Timeout:
            raise CorpusLocked from None
        except OSError as error:
            raise self._failure(error) from error
        try:
            yield
        finally:
            lock.release()

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(exist_ok=True)
            sync_folder(self._corpus)

    def _failure(self, error: OSError) -> Exception:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return StorageFull(shutil.disk_usage(self._corpus).free)
        return CorpusUnwritable(error.strerror or str(error))


class Spool:
    """Records that are written down for a while, however many, and read again in their order."""

    def __init__(self, file: IO[bytes], failure: Callable[[OSError], Exception]) -> None:
        self._file = file
        self._failure = failure

    def add(self, record: Mapping[str, Any]) -> None:
        """Write a record down; raises StorageFull, CorpusUnwritable."""
        try:
            self._file.write(line_of(record))
        except OSError as error:
            raise self._failure(error) from error

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self._file.seek(0)
        return map(json.loads, self._file)


def _article(word: Word, record: Record, context: FileContext) -> Article | None:
    """Return the article of a line of the journal; None for one that is withdrawn or that no reader takes."""
    if word.withdrawn:
        return None
    try:
        return article_from(record, context)
    except UnreadableError:
        return None


def _says_the_same(record: Mapping[str, Any], last: Word) -> bool:
    """Return whether ``record`` adds nothing to ``last``; what it leaves open is as it was."""
    new = word_of(record)
    if new.withdrawn or last.withdrawn:
        return new.withdrawn and last.withdrawn
    same_status = not record.get("status") or new.status == last.status
    return same_status and new.content == last.content and new.modified in ("", last.modified)


def _outcome(word: Word, before: Article | None) -> Outcome:
    if word.withdrawn:
        return Outcome.WITHDRAWN
    return Outcome.REPLACED if before else Outcome.CREATED
