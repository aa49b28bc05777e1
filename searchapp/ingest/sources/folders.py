"""``folders.toml`` at the root of a corpus: values that articles inherit from the name of their folder or site.

::

    [source]
    echo-vallombre = "L’Écho de Vallombre"

    [section]
    sante = "Santé"

    [domain]                 # the newspaper of an article without one, by its address; subdomains too
    "echo-vallombre.example" = "L’Écho de Vallombre"

    [column]                 # the fields of columns, and of keys in JSON, with other names
    INTITULE = "title"

    [feed]                   # the newspaper of a feed, by its title
    "Toute l’actu du Ponant" = "Le Phare du Ponant"

Beside it may lie ``boilerplate.txt``: see :mod:`searchapp.ingest.cleaning.boilerplate`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.boilerplate import BOILERPLATE_FILE, Boilerplate, parse_boilerplate, shipped_boilerplate
from searchapp.ingest.cleaning.encoding import decode
from searchapp.ingest.reader_protocol import UnavailableError, UnreadableError, access_problem

__all__ = ["FOLDERS_FILE", "Folders", "inherited", "read_boilerplate", "read_folders"]

FOLDERS_FILE: Final = "folders.toml"
_INHERITED: Final = ("source", "section")
_TABLES: Final = (*_INHERITED, "domain", "column", "feed")
_MAX_LIST_BYTES: Final = 1 << 20
_LINE: Final = re.compile(r"at line (\d+)")

Folders = Mapping[str, Mapping[str, str]]
"""For each field, the value for the name of a folder; likewise for domains, columns and feeds."""


def read_folders(root: Path) -> Folders:
    """Return the tables of ``folders.toml`` of the corpus at ``root``; none without the file.

    Raises UnreadableError when the file is wrong, UnavailableError when the system refuses it.
    """
    try:
        tables = tomllib.loads((root / FOLDERS_FILE).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UnavailableError(access_problem(error)) from error
    except (ValueError, RecursionError) as error:  # TOML syntax, or not UTF-8
        raise UnreadableError(Message("not valid TOML: {reason}", reason=error), _line(error)) from error
    return {field: _names(field, table) for field, table in tables.items()}


def inherited(folders: Folders, name: str) -> dict[str, str]:
    """Return the field values for the file ``name`` (relative to the corpus); the innermost folder wins."""
    parents = unicodedata.normalize("NFC", name).split("/")[:-1]
    tables = {field: folders[field] for field in _INHERITED if field in folders}
    return {field: names[folder] for field, names in tables.items() for folder in parents if folder in names}


def read_boilerplate(root: Path) -> Boilerplate:
    """Return the list of the corpus at ``root``, else the one that searchapp ships.

    Raises UnreadableError when the list of the corpus is not text, UnavailableError when the system refuses it.
    """
    try:
        with (root / BOILERPLATE_FILE).open("rb") as file:
            return parse_boilerplate(decode(file.read(_MAX_LIST_BYTES)).splitlines())
    except (FileNotFoundError, NotADirectoryError):
        return shipped_boilerplate()
    except OSError as error:
        raise UnavailableError(access_problem(error)) from error


def _names(field: str, table: object) -> dict[str, str]:
    if field not in _TABLES:
        known = ", ".join(f"[{name}]" for name in _TABLES)
        raise UnreadableError(Message("unknown table [{table}]; there are {known}", table=field, known=known))
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise UnreadableError(Message("table [{table}] must give each name a text", table=field))
    return {unicodedata.normalize("NFC", folder): value for folder, value in table.items()}


def _line(error: Exception) -> int | None:
    """Return the line in the text of a TOML error; before Python 3.14 it has no attribute for it."""
    match = _LINE.search(str(error))
    return int(match[1]) if match else None
