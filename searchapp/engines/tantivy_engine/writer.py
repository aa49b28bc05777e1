"""Writing a Tantivy index.

Tantivy inverts in a thread of its own while Python analyses, so one is enough; it also keeps the order of adding within
a segment. The index is written in a folder inside the generation's and moved up when it is whole, since Tantivy
itself would leave an empty index that opens.
"""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import tantivy

from searchapp.engines.folder_places import share_file
from searchapp.engines.panics import panics_as_exceptions
from searchapp.engines.port import CompactionRequired, Document
from searchapp.engines.tantivy_engine.entries import Entry, entry_of
from searchapp.engines.tantivy_engine.schema import LAST_ORDINAL, ORDINAL, PACKED, new_index
from searchapp.schema import ID

__all__ = ["META", "TantivyWriter", "deleted_documents", "has_present_schema"]

META: Final = "meta.json"
_WRITING: Final = "writing"
_LOCK: Final = ".lock"
# Replaced when an index changes, while all other files stay as they are once written.
_CHANGING: Final = (META, ".managed.json")
# A segment closes when it takes this much memory; larger ones need fewer merges.
_HEAP_BYTES: Final = 200_000_000
# Tantivy gets articles in bursts of so many bytes: its thread takes a fifth less of the processor when it works on a
# thousand at a time than when it wakes for each.
_BURST_BYTES: Final = 1_500_000
# Tantivy drops deleted documents when it merges segments, but lets nobody ask for a merge of large ones. With at most
# so many for each live document (and those few in any case), the files stay below 1.5 times those of the live.
_MAX_DELETED_SHARE: Final = 0.4
_MIN_DELETED: Final = 1000


class TantivyWriter:
    """A :class:`~searchapp.engines.port.Writer` over an empty folder."""

    @panics_as_exceptions()
    def __init__(self, folder: Path, base: Path | None) -> None:
        self._folder = folder
        self._unfinished = folder / _WRITING
        self._unfinished.mkdir()
        if base:
            _share(base, self._unfinished)
        index = new_index(str(self._unfinished))
        self._next = _next_ordinal(index.searcher())
        self._writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        self._waiting: list[Entry] = []
        self._waiting_bytes = 0
        self._has_base = base is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._commit()
                self._move_up()
            else:
                self._roll_back()
        finally:
            shutil.rmtree(self._unfinished, ignore_errors=True)

    def add(self, document: Document, *, is_new: bool = False) -> None:
        self.add_entry(entry_of(document), is_new=is_new)

    @panics_as_exceptions()
    def add_entry(self, entry: Entry, *, is_new: bool) -> None:
        """Add an entry, which another process may have made."""
        if not is_new:  # looking for an earlier document costs more than adding one, and ends a burst
            self.delete(entry.article_id)
        self._waiting.append(entry)
        self._waiting_bytes += len(entry.packed)
        if self._waiting_bytes > _BURST_BYTES:
            self._add_waiting()

    @panics_as_exceptions()
    def delete(self, article_id: str) -> None:
        self._add_waiting()
        self._writer.delete_documents_by_term(ID, article_id)

    def _add_waiting(self) -> None:
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        for entry in waiting:
            try:
                self._writer.add_document(entry.numbered(self._next))
            except ValueError:
                self._writer.commit()  # raises the error that stopped Tantivy's thread; adding does not
                raise
            self._next += 1

    @panics_as_exceptions()
    def _commit(self) -> None:
        self._add_waiting()
        self._writer.commit()
        self._writer.wait_merging_threads()
        del self._writer
        # Files of merged segments stay as long as the first writer exists; a second one removes them.
        collector = new_index(str(self._unfinished)).writer(heap_size=15_000_000, num_threads=1)
        collector.garbage_collect_files()
        collector.wait_merging_threads()
        deleted, live = deleted_documents(self._unfinished)
        if self._has_base and (deleted > max(_MAX_DELETED_SHARE * live, _MIN_DELETED) or self._next > LAST_ORDINAL):
            raise CompactionRequired

    def _move_up(self) -> None:
        """Move the files up to the folder of the generation; META last, since a reader looks for it first."""
        files = [file for file in self._unfinished.iterdir() if file.suffix != _LOCK]
        for file in sorted(files, key=lambda file: file.name == META):
            file.rename(self._folder / file.name)

    def _roll_back(self) -> None:
        """Stop Tantivy's threads, which would go on writing files."""
        with suppress(Exception), panics_as_exceptions():
            self._writer.rollback()
            self._writer.wait_merging_threads()


def deleted_documents(folder: Path) -> tuple[int, int]:
    """Return the number of deleted documents that an index still holds, and of live ones."""
    segments: list[dict[str, Any]] = json.loads((folder / META).read_bytes())["segments"]
    deleted = sum((segment.get("deletes") or {}).get("num_deleted_docs", 0) for segment in segments)
    return deleted, sum(segment["max_doc"] for segment in segments) - deleted


def has_present_schema(folder: Path) -> bool:
    """Return whether an index has what is stored of a document in the present form."""
    try:
        return any(field["name"] == PACKED for field in json.loads((folder / META).read_bytes())["schema"])
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _share(base: Path, folder: Path) -> None:
    """Give ``folder`` the files of ``base``; those that never change are shared."""
    for file in base.iterdir():
        if file.name in _CHANGING:
            shutil.copyfile(file, folder / file.name)
        elif file.suffix != _LOCK:
            share_file(file, folder / file.name)


def _next_ordinal(searcher: tantivy.Searcher) -> int:
    last = searcher.search(tantivy.Query.all_query(), limit=1, order_by_field=ORDINAL).hits
    return last[0][0] + 1 if last else 0
