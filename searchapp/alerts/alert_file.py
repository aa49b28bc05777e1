"""The file of the saved searches, ``alerts.toml``: an ``[[alert]]`` table each. People edit it too."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

import tomlkit
from filelock import FileLock

from searchapp.alerts import ALERT_FILE
from searchapp.alerts.saved_search import SavedSearch, from_table, to_table
from searchapp.errors import NotFound, UserError, system_reason
from searchapp.i18n import Message
from searchapp.indexing.durability import make_durably, write_durably

__all__ = ["AlertFile"]

_LOCK: Final = "alerts.lock"
_TABLE: Final = "alert"
_LOCK_SECONDS: Final = 10.0


class AlertFile:
    """The saved searches in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ALERT_FILE

    def exists(self) -> bool:
        """Return whether there is a file."""
        return self._path.is_file()

    def read(self) -> tuple[dict[str, SavedSearch], dict[str, UserError]]:
        """Return the saved searches, and the errors of the tables that are wrong, which stop no other; both by name.

        Raises UserError for a file that cannot be read.
        """
        searches: dict[str, SavedSearch] = {}
        errors: dict[str, UserError] = {}
        for table in self._tables():
            name = str(table.get("name", ""))
            try:
                if name in searches:
                    raise UserError(Message("The name “{name}” is that of two alerts.", name=name))
                searches[name] = from_table(table)
            except UserError as error:
                errors[name] = error
        return {name: search for name, search in searches.items() if name not in errors}, errors

    def add(self, search: SavedSearch) -> None:
        """Add a saved search; raises UserError when there is one of this name."""
        folder = self._path.parent
        make_durably(folder)
        with FileLock(folder / _LOCK, timeout=_LOCK_SECONDS):
            if any(table.get("name") == search.name for table in self._tables()):
                raise UserError(
                    Message(
                        "There is an alert “{name}” already. Choose another name, or run: "
                        "searchapp alerts remove {name}",
                        name=search.name,
                    )
                )
            # What people wrote stays as it is: a table of an array may follow anything.
            before = self._text()
            gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
            write_durably(self._path, before + gap + tomlkit.dumps({_TABLE: [to_table(search)]}))

    def remove(self, name: str) -> None:
        """Remove a saved search; comments and the others stay as they are. Raises NotFound."""
        if not self.exists():
            raise _no_alert(name)
        with FileLock(self._path.with_name(_LOCK), timeout=_LOCK_SECONDS):
            self._tables()  # raises for what is no TOML
            document = tomlkit.parse(self._text())
            tables = document.get(_TABLE, [])
            index = next((index for index, table in enumerate(tables) if table.get("name") == name), None)
            if index is None:
                raise _no_alert(name)
            del tables[index]
            if not tables:
                del document[_TABLE]
            write_durably(self._path, tomlkit.dumps(document))

    def _tables(self) -> list[dict[str, Any]]:
        try:
            values = tomllib.loads(self._text())
        except tomllib.TOMLDecodeError as error:
            raise UserError(
                Message("{file} is no TOML: {reason}. Correct that line.", file=ALERT_FILE, reason=error)
            ) from error
        tables = values.pop(_TABLE, [])
        if values or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise UserError(Message("{file} must hold [[alert]] tables and nothing else.", file=ALERT_FILE))
        return tables

    def _text(self) -> str:
        try:
            return self._path.read_text("utf-8")
        except FileNotFoundError:
            return ""
        except OSError as error:
            reason = system_reason(error)
            raise UserError(Message("{file} cannot be read: {reason}", file=ALERT_FILE, reason=reason)) from error
        except UnicodeDecodeError as error:
            raise UserError(Message("“{file}” is not UTF-8 text. Save it as UTF-8.", file=ALERT_FILE)) from error


def _no_alert(name: str) -> NotFound:
    return NotFound(Message("There is no alert “{name}”. To see all: searchapp alerts list", name=name))
