"""Libraries that are extras of searchapp: a file that needs one which is missing is a reject that names the line."""

from __future__ import annotations

import importlib
import logging
from functools import cache
from typing import Any

from searchapp.i18n import Message
from searchapp.ingest.reader_protocol import UnavailableError

__all__ = ["needed"]


def needed(library: str, extra: str) -> Any:
    """Return the module ``library``, which the extra ``extra`` installs.

    Raises UnavailableError with the line that installs it when it is not there.
    """
    _silence(library.partition(".")[0])
    try:
        return importlib.import_module(library)
    except ImportError as error:
        raise UnavailableError(
            Message("reading it needs a library that is not installed: pip install 'searchapp[{extra}]'", extra=extra)
        ) from error


@cache
def _silence(library: str) -> None:
    """Drop, once for the process, what ``library`` says to its log: a reject says it to the reader."""
    logging.getLogger(library).addHandler(logging.NullHandler())
