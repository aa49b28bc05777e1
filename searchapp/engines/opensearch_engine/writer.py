"""Writing the index of a generation: a new one, or a clone of its base."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from searchapp.engines.opensearch_engine.bulk_loader import BulkLoader
from searchapp.engines.opensearch_engine.connection import Cluster
from searchapp.engines.opensearch_engine.entries import Entry, entry_of
from searchapp.engines.opensearch_engine.indices import Indices
from searchapp.engines.opensearch_engine.pointer import POINTER, Pointer, read_pointer, write_pointer
from searchapp.engines.opensearch_engine.term_dictionary import DICTIONARY, DictionaryWriter
from searchapp.engines.opensearch_engine.term_encoding import document_id
from searchapp.engines.port import CompactionRequired, Document, Refused
from searchapp.errors import EngineUnavailable
from searchapp.i18n import Message

__all__ = ["OpenSearchWriter"]

# The dictionary goes on counting deleted documents: with at most so many for each live one, and those few in any case,
# what is told of a word's frequency stays near the truth.
_MAX_DELETED_SHARE: Final = 0.4
_MIN_DELETED: Final = 1000


class OpenSearchWriter:
    """A :class:`~searchapp.engines.port.Writer` over an empty folder, for one thread."""

    def __init__(self, cluster: Cluster, folder: Path, base: Path | None) -> None:
        self._indices = Indices(cluster)
        self._indices.sweep()
        self._folder = folder
        before = read_pointer(base, self._indices.alias) if base else Pointer("")
        self._pointer = replace(before, index=self._indices.new_name(folder), complete=False)
        self._has_base = base is not None
        write_pointer(folder, self._pointer)  # first, so that a killed load can be cleaned up
        if base:
            self._indices.clone(before.index, self._pointer.index)
        else:
            self._indices.create(self._pointer.index)
        self._next = self._pointer.next_ordinal
        self._dictionary = DictionaryWriter(folder, base)
        self._loader = BulkLoader(cluster, self._pointer.index, max_request=self._indices.max_request())
        self._refused = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._discard()
            return
        try:
            self._commit()
        except BaseException:
            self._discard()
            raise

    def add(self, document: Document, *, is_new: bool = False) -> None:
        self.add_entry(entry_of(document))

    def add_entry(self, entry: Entry) -> None:
        """Add an entry, which another process may have made; it replaces an earlier one of its id."""
        self._dictionary.add(entry.terms)
        self._loader.add(entry.article_id, self._version(), entry.numbered(self._next))
        self._next += 1

    def delete(self, article_id: str) -> None:
        self._loader.delete(document_id(article_id), self._version())
        self._next += 1

    def refused(self) -> list[Refused]:
        """Return the articles refused since the last call. Their terms go on counting, as those of deleted ones do."""
        refused = self._loader.settle()
        self._refused += len(refused)
        return [
            Refused(action.article, Message("the cluster refuses it: {reason}", reason=action.reason))
            for action in refused
        ]

    def _version(self) -> int:
        """Return the version of the next action: they rise from 1, also over the generations of a base."""
        return self._next + 1

    def _commit(self) -> None:
        self._loader.finish()
        self._dictionary.close()
        deleted = self._pointer.deleted + self._loader.replaced + self._refused
        count = self._indices.complete(self._pointer.index)
        if self._has_base and deleted > max(_MAX_DELETED_SHARE * count, _MIN_DELETED):
            raise CompactionRequired
        self._pointer = Pointer(self._pointer.index, True, self._next, count, deleted)
        write_pointer(self._folder, self._pointer)

    def _discard(self) -> None:
        """Leave nothing: neither threads nor the index nor files."""
        self._loader.stop()
        self._dictionary.close()
        with suppress(EngineUnavailable):  # the pointer stays, and the next load removes the index
            self._indices.remove(self._pointer.index, at_once=True)
            for name in (POINTER, DICTIONARY):
                (self._folder / name).unlink(missing_ok=True)
