"""``folders.toml`` at the root of a corpus: what the articles below a folder inherit from its name.

::

    [source]
    echo-vallombre = "L’Écho de Vallombre"

    [section]
    sante = "Santé"
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.reader import UnreadableError

__all__ = ["FOLDERS_FILE", "Folders", "inherited", "read_folders"]

FOLDERS_FILE: Final = "folders.toml"
_FIELDS: Final = ("source", "section")
_LINE: Final = re.compile(r"at line (\d+)")

Folders = Mapping[str, Mapping[str, str]]
"""For each field the names of folders and the value that they give."""


def read_folders(root: Path) -> Folders:
    """Return what the folders of the corpus at ``root`` give; nothing without the file.

    Raises UnreadableError when the file is there and wrong.
    """
    try:
        tables = tomllib.loads((root / FOLDERS_FILE).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UnreadableError(Message("the file cannot be read: {reason}", reason=error.strerror)) from error
    except (ValueError, RecursionError) as error:  # TOML syntax, or not UTF-8
        raise UnreadableError(Message("not valid TOML: {reason}", reason=error), _line(error)) from error
    return {field: _names(field, table) for field, table in tables.items()}


def inherited(folders: Folders, name: str) -> dict[str, str]:
    """Return the field values for the file ``name`` (relative to the corpus); the innermost folder wins."""
    parents = unicodedata.normalize("NFC", name).split("/")[:-1]
    return {field: names[folder] for field, names in folders.items() for folder in parents if folder in names}


def _names(field: str, table: object) -> dict[str, str]:
    if field not in _FIELDS:
        raise UnreadableError(
            Message("unknown table [{table}]; there are {known}", table=field, known="[source], [section]")
        )
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise UnreadableError(Message("table [{table}] must give each folder a text", table=field))
    return {unicodedata.normalize("NFC", folder): value for folder, value in table.items()}


def _line(error: Exception) -> int | None:
    """Return the line that a TOML error tells in its text; before Python 3.14 it tells it nowhere else."""
    match = _LINE.search(str(error))
    return int(match[1]) if match else None
