"""Libraries that are extras of searchapp. Without one, its files are rejects that name the line that installs it."""

from __future__ import annotations

import importlib
import logging
from functools import cache
from typing import Any

from searchapp.errors import install_command
from searchapp.i18n import Message
from searchapp.ingest.reader_protocol import UnavailableError

__all__ = ["import_extra"]


def import_extra(library: str, extra: str) -> Any:
    """Import the module ``library``, which the extra ``extra`` installs.

    Raises UnavailableError with the line that installs it when it is missing.
    """
    _silence(library.partition(".")[0])
    try:
        return importlib.import_module(library)
    except ImportError as error:
        raise UnavailableError(
            Message("reading it needs a library that is not installed: {command}", command=install_command(extra))
        ) from error


@cache
def _silence(library: str) -> None:
    """Drop the log of ``library``: a reject reports the same."""
    logging.getLogger(library).addHandler(logging.NullHandler())
