"""Bindings of pages: METS files, whose pages are no articles of their own where the binding is read."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from zoneinfo import ZoneInfo

from searchapp.ingest.archives.streams import DAMAGED, HEAD, plain
from searchapp.ingest.limits import Budget, OverBudgetError
from searchapp.ingest.reader_protocol import FileContext, UnreadableError
from searchapp.ingest.sniffers import is_mets

__all__ = ["pages_in"]


def pages_in(opened: Callable[[], io.BufferedReader], name: str, budget: Budget) -> list[str]:
    """Return the names of the pages in the METS file ``name``, as seen from there.

    None for any other file, and for one that cannot be read, which its reader tells. Raises OverBudgetError.
    """
    try:
        with opened() as file:
            stream = plain(file, budget)
            if not is_mets(stream.peek(HEAD)[:HEAD].removeprefix(codecs.BOM_UTF8), name):
                return []
            # Loaded when the first METS file comes: it needs a library in C.
            from searchapp.ingest.formats.mets import pages_of

            return pages_of(stream, FileContext(name, ZoneInfo("UTC")))
    except OverBudgetError:
        raise
    except (*DAMAGED, OSError, UnreadableError):
        return []
