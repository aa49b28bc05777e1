"""Suggestions: which words and phrases of a title, how they are found, and a file that grows as if built anew."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from searchapp.derived import suggestions as module
from searchapp.derived.suggestions import (
    Form,
    Suggestions,
    build_suggestions,
    needs_new_build,
    suggested_forms,
    update_suggestions,
)
from searchapp.derived.title_phrases import title_phrases
from searchapp.model import Article

LARGE = 10_000


def article(title: str, **fields: object) -> Article:
    return Article("a", title, "", **fields)  # type: ignore[arg-type]


def phrases(title: str) -> set[str]:
    return {text for text, _ in title_phrases(title)}


def texts(path: Path, prefix: str) -> list[str]:
    with closing(Suggestions(path)) as suggestions:
        return [row.text for row in suggestions.starting_with(prefix, 20)]


def content(path: Path) -> tuple[set[object], set[object]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT key, kind, text, articles FROM suggestions").fetchall()
        digests = connection.execute("SELECT digest FROM once").fetchall()
        assert len(set(rows)) == len(rows)
        return set(rows), set(digests)


def test_phrases_begin_and_end_with_content_words() -> None:
    found = phrases("Le projet de loi de finances divise")
    assert {"projet de loi", "projet de loi de finances", "loi de finances", "divise", "le projet"} <= found
    assert not found & {"de loi", "projet de", "de", "le", "Le"}


def test_an_elided_article_makes_a_phrase_of_its_own() -> None:
    assert {"l’Assemblée nationale", "Assemblée nationale"} <= phrases("Grève à l'Assemblée nationale")


def test_phrases_cross_no_punctuation() -> None:
    assert "grève fin" not in phrases("La grève : fin du conflit")


def test_a_hyphened_word_is_one_and_a_number_alone_is_none() -> None:
    assert phrases("porte-parole 2024") == {"porte-parole", "porte-parole 2024"}


def test_a_phrase_of_one_title_waits_for_a_second_one(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    build_suggestions(path, [article("Marée noire"), article("Marée blanche")], LARGE)
    assert texts(path, "mar") == ["Marée"]
    update_suggestions(path, dict.fromkeys(suggested_forms(article("Marée noire")), 1))
    assert sorted(texts(path, "mar")) == ["Marée", "Marée noire"]


def test_in_a_small_index_one_title_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    build_suggestions(path, [article("Marée noire")], 1)
    assert texts(path, "maree n") == ["Marée noire"]
    assert not needs_new_build(path, 2)
    assert needs_new_build(path, LARGE)


@pytest.mark.parametrize("prefix", ["e", "eq", "equ", "equi", "equip", "l_eq", "l_equip"])
def test_names_are_found_by_each_of_their_words_without_accents(tmp_path: Path, prefix: str) -> None:
    path = tmp_path / "s.sqlite"
    build_suggestions(path, [article("", source="L'Équipage du Ponant")], LARGE)
    assert texts(path, prefix) == ["L’Équipage du Ponant"]
    assert texts(path, "pon") == ["L’Équipage du Ponant"]


def test_the_most_frequent_come_first_whatever_the_length_of_the_prefix(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    titles = ["phare"] * 4 + ["pharmacie"] * 9 + ["phase"] * 2
    build_suggestions(path, map(article, titles), LARGE)
    for length in range(1, 4):
        assert texts(path, "pha"[:length]) == ["pharmacie", "phare", "phase"]
    assert texts(path, "phar") == ["pharmacie", "phare"]


def test_a_file_that_grew_equals_a_new_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCH", 20)
    draw = random.Random(5)
    words = ["marée", "noire", "Marée", "pont", "de", "la", "l’île", "quai", "2024"]

    def some(count: int) -> list[Article]:
        return [
            article(
                " ".join(draw.choices(words, k=draw.randint(0, 5))), tags=tuple(draw.sample(words, 2)), source="Écho"
            )
            for _ in range(count)
        ]

    kept = some(40)
    build_suggestions(tmp_path / "grown", kept, LARGE)
    for round_ in range(6):
        gone, added = kept[: draw.randint(0, 15)], some(draw.randint(0, 15))
        kept = [*kept[len(gone) :], *added]
        update_suggestions(tmp_path / "grown", changes(added, gone))
        build_suggestions(tmp_path / str(round_), kept, LARGE)
        assert content(tmp_path / "grown") == content(tmp_path / str(round_))


def changes(added: Iterable[Article], gone: Iterable[Article]) -> dict[Form, int]:
    counts: Counter[Form] = Counter()
    for entry in added:
        counts.update(suggested_forms(entry))
    for entry in gone:
        counts.subtract(suggested_forms(entry))
    return counts
