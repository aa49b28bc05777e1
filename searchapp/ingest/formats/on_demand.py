"""Readers whose module, and the library that it needs, are loaded when the first file of their format comes."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from searchapp.i18n import Message
from searchapp.ingest.cleaning.record import ParsedRecord, article_or_reject
from searchapp.ingest.limits import OverBudgetError
from searchapp.ingest.reader_protocol import FileContext, ReadElsewhereError, UnreadableError
from searchapp.model import Article, Reject

__all__ = ["OnDemandReader", "Records"]

Records = Callable[[BinaryIO, FileContext], Iterator[ParsedRecord | Article | Reject]]
"""The type of a format module's function ``records``; an UnreadableError ends the file."""


class OnDemandReader:
    """Reads with the function ``records`` of ``searchapp.ingest.formats.<module>``."""

    def __init__(self, name: str, sniff: Callable[[bytes, str], bool], module: str) -> None:
        self.name = name
        self._sniff = sniff
        self._module = f"searchapp.ingest.formats.{module}"

    def sniff(self, head: bytes, filename: str) -> bool:
        """Return whether the file is of this format: by its content first, by its name second."""
        return self._sniff(head, filename)

    def read(self, stream: BinaryIO, context: FileContext) -> Iterator[Article | Reject]:
        """Yield an article, or a reject, for each record of the format module."""
        try:
            records: Records = importlib.import_module(self._module).records
            empty = True
            for entry in records(stream, context):
                empty = False
                yield article_or_reject(entry, context) if isinstance(entry, ParsedRecord) else entry
            if empty:
                raise UnreadableError(Message("there is no article in it"))
        except ReadElsewhereError:
            return
        except OverBudgetError:
            raise
        except UnreadableError as error:
            yield error.reject(context.name)
