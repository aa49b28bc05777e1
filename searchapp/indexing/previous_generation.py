"""The previous generation as a source of articles, for a rebuild while some files cannot be read."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from searchapp.derived.databases import connect_read_only
from searchapp.engines.port import Reader
from searchapp.model import Article, ArticleStatus

__all__ = ["PreviousGeneration", "PreviousUnit"]

_log: Final = logging.getLogger(__name__)
_UNITS: Final = """
SELECT number, key, name, overrules FROM units
WHERE source = :source AND (key = :key OR :key = x'' OR (key > :below AND key < :beyond)) ORDER BY key
"""
# Of each id its withdrawal, where that counts, or the version that is indexed.
_VERSIONS: Final = """
SELECT place, id, withdrawn FROM versions v WHERE unit = :unit AND (
    (withdrawn AND id IN (SELECT id FROM withdrawn))
    OR EXISTS (SELECT 1 FROM indexed i WHERE i.id = v.id AND substr(i.digest, 1, 16) = v.digest))
ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class PreviousUnit:
    """A unit in the index state of the previous generation, by its number there."""

    number: int
    key: bytes
    name: str
    from_journal: bool


class PreviousGeneration:
    """The index state of the previous generation and, once it is needed, its reader.

    Where they cannot be read, it has no units, and a unit no articles.
    """

    def __init__(self, index_state: Path, open_reader: Callable[[], Reader]) -> None:
        self._index_state = index_state
        self._open_reader = open_reader
        self._reader: Reader | None = None

    def units(self, source: int, key: bytes) -> list[PreviousUnit]:
        """Return the unit ``key`` of a source and those in a folder of that key; with b"" all of them."""
        values = {"source": source, "key": key, "below": key + b"\0", "beyond": key + b"\1"}
        return [
            PreviousUnit(number, bytes(unit_key), name, bool(from_journal))
            for number, unit_key, name, from_journal in self._rows(_UNITS, values)
        ]

    def articles(self, unit: PreviousUnit) -> Iterator[tuple[int, Article]]:
        """Yield the articles of a unit that count, withdrawn ones included, each with its place in the unit."""
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
            article = self._reader.article(article_id)
            # Names belong to the generation: this one may be made without, or by another model.
            return replace(article, people=(), organisations=(), places=()) if article else None
        except Exception as error:  # the index may be damaged: a reason for a rebuild
            _log.warning("The article %s cannot be taken from the previous generation: %s", article_id, error)
            return None

    def _rows(self, statement: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
        try:
            with closing(connect_read_only(self._index_state)) as connection:
                return connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            _log.warning("The previous generation's articles of files that cannot be read now are lost: %s", error)
            return []
