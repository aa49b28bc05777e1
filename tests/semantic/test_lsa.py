"""Latent semantic analysis: stems of the same articles are neighbours, the same each time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from searchapp.semantic.lsa import FittedOn, LatentSpace, fit, read_latent_space, write_latent_space
from tests.semantic.topics import TOPICS, articles

FITTED_ON = FittedOn("analyzer", 320, 320)


def fitted(count: int = 320) -> LatentSpace | None:
    return fit(([(word, word.title()) for word in text.split()] for text in articles(count).values()), FITTED_ON)


@pytest.fixture(scope="module")
def space() -> LatentSpace:
    space = fitted()
    assert space is not None
    return space


@pytest.mark.parametrize("topic", TOPICS)
def test_words_of_the_same_articles_are_neighbours_in_their_commonest_form(space: LatentSpace, topic: str) -> None:
    first, *others = TOPICS[topic]
    assert set(space.neighbours([first], 4)) == {word.title() for word in others}


def test_neighbours_are_no_words_of_the_query_and_none_of_words_that_are_not_known(space: LatentSpace) -> None:
    assert set(space.neighbours(TOPICS["mer"][:3], 2)) == {word.title() for word in TOPICS["mer"][3:]}
    assert space.neighbours(["inconnu"], 4) == space.neighbours([], 4) == []


def test_the_same_articles_give_the_same_vectors(space: LatentSpace) -> None:
    again = fitted()
    assert again is not None
    assert np.array_equal(space.vectors, again.vectors)
    assert list(space.rows) == list(again.rows)


def test_too_few_articles_teach_nothing() -> None:
    assert fitted(50) is None
    assert fit([], FITTED_ON) is None


def test_a_file_gives_back_what_was_written_and_a_damaged_one_nothing(space: LatentSpace, tmp_path: Path) -> None:
    path = tmp_path / "lsa.npz"
    assert read_latent_space(path) is None
    write_latent_space(path, space)
    read = read_latent_space(path)
    assert read is not None
    assert read.neighbours(["houle"], 4) == space.neighbours(["houle"], 4)
    assert read.fitted_on == FITTED_ON
    content = path.read_bytes()
    encrypted = bytearray(content)
    encrypted[content.rindex(b"PK\x01\x02") + 8] = 1  # the flags of the last array
    for damaged in (b"", content[: len(content) // 2], b"x" * 300, encrypted):
        path.write_bytes(damaged)
        assert read_latent_space(path) is None
    write_latent_space(path, replace(space, forms=space.forms[1:]))
    assert read_latent_space(path) is None
