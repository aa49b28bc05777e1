"""Readers whose module, and the library below it, are loaded when the first file of their format comes.

A library that is an extra of searchapp may not be there: its files are rejects that name the line to install it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from searchapp.i18n import Message
from searchapp.ingest.cleaning.record import Found, article_from
from searchapp.ingest.limits import OverBudgetError
from searchapp.ingest.reader_protocol import FileContext, ReadElsewhereError, UnreadableError
from searchapp.model import Article, Reject

__all__ = ["OnDemandReader", "Records"]

Records = Callable[[BinaryIO, FileContext], Iterator[Found | Article | Reject]]
"""What a format module offers as ``records``; it may raise UnreadableError, which ends the file."""


class OnDemandReader:
    """A reader that is the function ``records`` of ``searchapp.ingest.formats.<module>``."""

    def __init__(self, name: str, sniff: Callable[[bytes, str], bool], module: str) -> None:
        self.name = name
        self._sniff = sniff
        self._module = f"searchapp.ingest.formats.{module}"

    def sniff(self, head: bytes, filename: str) -> bool:
        """Return whether the file is of this format: by its content first, by its name second."""
        return self._sniff(head, filename)

    def read(self, stream: BinaryIO, context: FileContext) -> Iterator[Article | Reject]:
        """Yield an article, or a reject, for each record that the format module finds."""
        try:
            records: Records = importlib.import_module(self._module).records
            nothing = True
            for found in records(stream, context):
                nothing = False
                yield _article(found, context) if isinstance(found, Found) else found
            if nothing:
                raise UnreadableError(Message("there is no article in it"))
        except ReadElsewhereError:
            return
        except OverBudgetError:
            raise
        except UnreadableError as error:
            yield error.reject(context.name)


def _article(found: Found, context: FileContext) -> Article | Reject:
    try:
        return article_from(found.fields, context, context.article_id if found.alone else "")
    except UnreadableError as error:
        return error.reject(context.name, found.line)
