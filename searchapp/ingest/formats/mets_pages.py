"""The pages that a METS file lists: they are no articles of their own, the issue is.

The parser is loaded when the first METS file comes: it needs a library in C.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from zoneinfo import ZoneInfo

from searchapp.ingest.archives.streams import DAMAGED, HEAD, plain_stream
from searchapp.ingest.limits import Budget, OverBudgetError
from searchapp.ingest.reader_protocol import FileContext, UnreadableError
from searchapp.ingest.sniffers import is_mets

__all__ = ["find_mets_pages"]


def find_mets_pages(opened: Callable[[], io.BufferedReader], name: str, budget: Budget) -> list[str]:
    """Return the names of the pages in the METS file ``name``, relative to it.

    None for any other file, and for one that cannot be read, which its reader reports. Raises OverBudgetError.
    """
    try:
        with opened() as file:
            stream = plain_stream(file, budget)
            if not is_mets(stream.peek(HEAD)[:HEAD].removeprefix(codecs.BOM_UTF8), name):
                return []
            from searchapp.ingest.formats.mets_contents import page_names

            return list(page_names(stream, FileContext(name, ZoneInfo("UTC"))))
    except OverBudgetError:
        raise
    except (*DAMAGED, OSError, UnreadableError):
        return []
