"""What the generation before holds of files that cannot be read now, for a rebuild that begins without it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from searchapp.engines.port import Reader
from searchapp.model import Article, ArticleStatus

__all__ = ["Earlier", "EarlierUnit"]

_log: Final = logging.getLogger(__name__)
_UNITS: Final = """
SELECT number, key, name, overrules FROM units
WHERE source = :source AND (key = :key OR :key = x'' OR (key > :below AND key < :beyond)) ORDER BY key
"""
# Of each id its last word, where that is a withdrawal, or the version that is indexed.
_VERSIONS: Final = """
SELECT place, id, withdrawn FROM versions v WHERE unit = :unit AND (
    (withdrawn AND id IN (SELECT id FROM withdrawn))
    OR EXISTS (SELECT 1 FROM indexed i WHERE i.id = v.id AND substr(i.digest, 1, 16) = v.digest))
ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class EarlierUnit:
    """A unit as the generation before knew it, by its number there."""

    number: int
    key: bytes
    name: str
    overrules: bool


class Earlier:
    """The register of the generation before and, once it is needed, its reader. Where they cannot be read: nothing."""

    def __init__(self, register: Path, open_reader: Callable[[], Reader]) -> None:
        self._register = register
        self._open_reader = open_reader
        self._reader: Reader | None = None

    def units(self, source: int, key: bytes) -> list[EarlierUnit]:
        """Return the unit ``key`` of a source and those in a folder of that key; with b"" all of them."""
        values = {"source": source, "key": key, "below": key + b"\0", "beyond": key + b"\1"}
        return [
            EarlierUnit(number, bytes(found), name, bool(overrules))
            for number, found, name, overrules in self._rows(_UNITS, values)
        ]

    def articles(self, unit: EarlierUnit) -> Iterator[tuple[int, Article]]:
        """Yield the articles that count of a unit, withdrawn ones included, each with its place there."""
        for place, article_id, withdrawn in self._rows(_VERSIONS, {"unit": unit.number}):
            if withdrawn:
                yield place, Article(article_id, "", "", status=ArticleStatus.WITHDRAWN)
            elif article := self._article(article_id):
                yield place, article

    def close(self) -> None:
        """Close the reader."""
        if self._reader is not None:
            self._reader.close()

    def _article(self, article_id: str) -> Article | None:
        try:
            self._reader = self._reader or self._open_reader()
            return self._reader.article(article_id)
        except Exception as error:  # it may be damaged, which is why everything is indexed anew
            _log.warning("The article %s cannot be taken from the generation before: %s", article_id, error)
            return None

    def _rows(self, statement: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
        try:
            address = f"{self._register.resolve().as_uri()}?mode=ro&immutable=1"
            with closing(sqlite3.connect(address, uri=True)) as connection:
                return connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            _log.warning("What the generation before held of files that cannot be read now is not known: %s", error)
            return []
