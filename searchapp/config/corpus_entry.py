"""Entries of the corpus: the ``[[corpus]]`` tables of the settings file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from searchapp.config.setting_values import NotAllowedError
from searchapp.i18n import Message

__all__ = ["CORPUS_KINDS", "CorpusEntry", "entries", "without_password"]

CORPUS_KINDS: Final = ("path", "glob", "sqlite", "postgresql")
_ENTRY_KEYS: Final = ("query", "source", "section", "columns")


@dataclass(frozen=True, slots=True)
class CorpusEntry:
    """One ``[[corpus]]`` table: a source of articles. ``kind`` is one of :data:`CORPUS_KINDS`, ``place`` its value.

    ``query`` and ``columns`` are those of a database; articles inherit ``source`` and ``section``.
    """

    kind: str
    place: str
    query: str = ""
    source: str = ""
    section: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The place as manifests record it and people see it: that of a database without its password."""
        return without_password(self.place) if self.kind == "postgresql" else self.place


def without_password(address: str) -> str:
    """Return the address of a database, a URL or ``key=value`` words, as it may be shown and stored.

    The password goes from ``name:password@host``; options and further words go as a whole, since they may have one.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        shown = (word for word in address.split() if word.startswith(("host=", "port=", "dbname=")))
        return " ".join(shown) or "postgresql"
    before, at, after = rest.rpartition("@")
    return f"{scheme}://{before.partition(':')[0]}{at}{after.partition('?')[0]}"


def entries(value: object) -> tuple[CorpusEntry, ...]:
    if isinstance(value, tuple | list) and all(isinstance(table, dict) for table in value):
        entries = [_entry(table) for table in value]
        if None not in entries:
            return tuple(entry for entry in entries if entry)
    raise NotAllowedError(
        Message("[[corpus]] tables with one of {kinds}; a database also needs a query", kinds=", ".join(CORPUS_KINDS))
    )


def _entry(table: Mapping[str, object]) -> CorpusEntry | None:
    """Return the entry of a ``[[corpus]]`` table, or None when the table is wrong."""
    kinds = [kind for kind in CORPUS_KINDS if kind in table]
    columns = table.get("columns", {})
    texts = {key: value for key, value in table.items() if isinstance(value, str) and value.strip()}
    if len(kinds) != 1 or kinds[0] not in texts or not set(table) <= {*kinds, *_ENTRY_KEYS}:
        return None
    if not isinstance(columns, dict) or not all(isinstance(field, str) for field in columns.values()):
        return None
    if set(table) - set(texts) - {"columns"} or ("query" in texts) != (kinds[0] in ("sqlite", "postgresql")):
        return None
    return CorpusEntry(
        kinds[0],
        texts[kinds[0]],
        texts.get("query", ""),
        texts.get("source", ""),
        texts.get("section", ""),
        columns,
    )
