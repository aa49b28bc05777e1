"""Bindings of pages: METS files, whose pages are no articles of their own where the binding is read."""

from __future__ import annotations

import codecs
import importlib
import io
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

from searchapp.ingest.kinds import is_mets
from searchapp.ingest.limits import Budget, OverBudgetError
from searchapp.ingest.reader import FileContext, UnreadableError
from searchapp.ingest.streams import DAMAGED, HEAD, plain

__all__ = ["MOST_LOOKED_AT", "pages_in"]

MOST_LOOKED_AT: Final = 2000
"""XML files of a folder, the first by name, among which METS files are looked for."""


def pages_in(opened: Callable[[], io.BufferedReader], name: str, budget: Budget) -> list[str]:
    """Return the names of the pages in the METS file ``name``, as seen from there.

    None for any other file, and for one that cannot be read, which its reader tells. Raises OverBudgetError.
    """
    try:
        with opened() as file:
            stream = plain(file, budget)
            if not is_mets(stream.peek(HEAD)[:HEAD].removeprefix(codecs.BOM_UTF8), name):
                return []
            mets: Any = importlib.import_module("searchapp.ingest.formats.mets")
            pages: list[str] = mets.pages_of(stream, FileContext(name, ZoneInfo("UTC")))
            return pages
    except OverBudgetError:
        raise
    except (*DAMAGED, OSError, UnreadableError):
        return []
