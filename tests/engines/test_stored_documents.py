"""Whatever Tantivy stores of a document is read back; bytes that are not ours are damage."""

from __future__ import annotations

import zlib

import pytest

from searchapp.engines.stored_form import to_stored
from searchapp.engines.tantivy_engine.stored import pack, read_article, read_words
from searchapp.errors import IndexDamaged
from searchapp.model import Article

ARTICLE = Article("1", "Le phare", "La mer monte.\n\nLa nuit tombe.")
WORDS = {"title_words": ["le phare"], "text_words": ["la mer monte", "la nuit tombe"]}


def test_an_article_and_its_words_are_read_back() -> None:
    stored = pack(to_stored(ARTICLE), WORDS)
    assert read_article(stored) == ARTICLE
    assert [read_words(stored, name) for name in ("title_words", "text_words", "lead_words")] == [*WORDS.values(), []]


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"no deflate stream",
        pack(to_stored(ARTICLE), WORDS)[:-9],
        zlib.compress(b"12"),
        zlib.compress(b"\xff\xff\xff\xff{}"),
        zlib.compress(b"\0\0\0\0[1]"),
        pack(b"[]", {"text_words": [7]}),  # type: ignore[list-item]
    ],
)
def test_bytes_that_are_no_document_are_damage(stored: bytes) -> None:
    with pytest.raises(IndexDamaged):
        read_article(stored)
    with pytest.raises(IndexDamaged):
        read_words(stored, "text_words")
