"""Vectors of the published generation, in a store that may be damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from searchapp.bootstrap import engine_named
from searchapp.config import Config
from searchapp.indexing import Generations
from searchapp.indexing.embedding import EmbeddingJob, embed
from searchapp.semantic.vector_store import FILE_NAME


class Lengths:
    """A model whose vectors tell the length of a passage alone."""

    name = "lengths"

    def passage_vectors(self, passages: Sequence[str]) -> list[bytes]:
        return [bytes([min(len(passage), 127)] * 384) for passage in passages]


def _computed(config: Config) -> int:
    """Embed what is published; return how many vectors had to be computed."""
    generations = Generations(config.index, engine_of=engine_named)
    return embed(EmbeddingJob(generations, engine_named, Lengths(), jobs=1)).computed


def _destroy(path: Path, table: str) -> None:
    """Overwrite the first page of a table; the store forgets first which generation is complete."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM state WHERE name = 'generation'")
        statement = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (page,) = connection.execute(statement, (table,)).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"x" * size
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"no database"),
        lambda path: _destroy(path, "articles"),
        lambda path: _destroy(path, "vectors"),
        lambda path: _destroy(path, "state"),
    ],
    ids=["no database", "articles", "vectors", "state"],
)
def test_a_damaged_store_is_begun_anew(indexed: Config, damage: Callable[[Path], None]) -> None:
    assert _computed(indexed) == 5
    assert _computed(indexed) == 0
    damage(indexed.index / "semantic" / FILE_NAME)
    assert _computed(indexed) == 5
    assert _computed(indexed) == 0
