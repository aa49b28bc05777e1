"""Groups of near duplicates: which edits of a text are copies, and that groups do not depend on how an index grew."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchapp.derived.duplicate_candidates import Sketches
from searchapp.derived.duplicates_writer import DuplicatesWriter
from searchapp.derived.near_duplicates import NearDuplicates
from searchapp.derived.shingles import are_near_duplicates, make_sketch, shingles
from searchapp.model import Article

NOUNS = """
marée quai phare bateau port vent écluse canal jetée digue filet criée pêcheur houle amarre voile mât coque rade baie
ancre bouée sable dune algue moule huître sel brume grain orage éclair mouette cormoran loutre saumon anguille carpe
maire conseil séance vote budget école mairie place marché halle pont rue gare train billet horaire grève quorum préfet
"""
WORDS = NOUNS.split()


def prose(number: int, paragraphs: int = 6, words: int = 40) -> str:
    """A text of its own for each number."""
    draw = random.Random(number)
    return "\n\n".join(" ".join(draw.choices(WORDS, k=words)) for _ in range(paragraphs))


def with_changes(text: str, every: int) -> str:
    words = text.split(" ")
    words[::every] = ["selon"] * len(words[::every])
    return " ".join(words)


REPORT = prose(0)
PARAGRAPHS = REPORT.split("\n\n")


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param("\n\n".join(PARAGRAPHS[:3]), id="cut in half"),
        pytest.param("\n\n".join([*PARAGRAPHS, prose(1), prose(2, 2)]), id="extended to more than twice its length"),
        pytest.param("\n\n".join([PARAGRAPHS[0], prose(3, 1), *PARAGRAPHS[1:]]), id="a paragraph put in"),
        pytest.param(REPORT.replace("\n\n", " ").upper(), id="merged paragraphs in capitals"),
        pytest.param(f"PARIS (AFP) – « {REPORT} » (Avec agences)", id="another dateline and byline"),
        pytest.param(with_changes(REPORT, 20), id="a word in twenty corrected"),
        pytest.param(with_changes("\n\n".join(PARAGRAPHS[:3]), 20), id="cut in half and corrected"),
    ],
)
def test_edited_wire_copy_is_a_near_duplicate(copy: str) -> None:
    assert are_near_duplicates(shingles(REPORT), shingles(copy))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(prose(9), id="another report"),
        pytest.param("\n\n".join([PARAGRAPHS[0], prose(4, 5)]), id="one paragraph quoted"),
        pytest.param("\n\n".join([REPORT, *map(prose, range(10, 14))]), id="a chronicle that quotes all of it"),
        pytest.param("", id="no text"),
    ],
)
def test_what_shares_a_quotation_is_none(other: str) -> None:
    assert not are_near_duplicates(shingles(REPORT), shingles(other))


def test_a_formula_has_no_copies() -> None:
    assert make_sketch("Cet article est réservé aux abonnés. Connectez-vous pour lire la suite.") is None


Corpus = dict[str, Article]


def written(number: int, text: str) -> Article:
    """An article; of the same second some, and every third one undated."""
    date = datetime(2024, 1, 1 + number % 5, tzinfo=UTC) if number % 3 else None
    return Article(f"a{number}", f"Titre {number}", text, date=date)


def groups_of(path: Path) -> dict[int, frozenset[str]]:
    opened = NearDuplicates(path)
    groups = {number: frozenset(opened.members(number)) for number in set(opened.groups().numbers)}
    opened.close()
    return groups


def brute_force(corpus: Corpus) -> set[frozenset[str]]:
    """Connected components over all pairs."""
    texts = {name: shingles(article.text) for name, article in corpus.items() if make_sketch(article.text)}
    groups = {name: {name} for name in texts}
    for one, other in combinations(texts, 2):
        if are_near_duplicates(texts[one], texts[other]) and groups[one] is not groups[other]:
            joined = groups[one] | groups[other]
            groups.update(dict.fromkeys(joined, joined))
    return {frozenset(group) for group in groups.values() if len(group) > 1}


def grown(folder: Path, steps: Iterable[tuple[Corpus, set[str]]]) -> tuple[Path, Corpus]:
    """Write a generation for each step (articles added or changed, ids deleted), each based on the one before."""
    corpus: Corpus = {}
    base: Path | None = None
    for number, (added, deleted) in enumerate(steps):
        path = folder / f"{number}.sqlite"
        writer = DuplicatesWriter(path, base)
        for name in deleted:
            corpus.pop(name, None)
            writer.delete(name)
        for name, article in added.items():
            corpus[name] = article
            writer.add(article)
        writer.complete(corpus.get)
        writer.close()
        base = path
    assert base
    return base, corpus


def a_text() -> st.SearchStrategy[str]:
    """One of a few reports: whole, cut, extended by another one, or corrected."""
    reports = [prose(number, 4, 30) for number in range(4)]
    whole = st.sampled_from(reports)
    cut = st.builds(lambda text, kept: "\n\n".join(text.split("\n\n")[:kept]), whole, st.integers(1, 3))
    extended = st.builds(lambda one, other: f"{one}\n\n{other}", whole, cut)
    return st.one_of(whole, cut, extended, whole.map(lambda text: with_changes(text, 15)), st.just("Trop court."))


STEPS = st.lists(
    st.tuples(st.dictionaries(st.integers(0, 11), a_text(), max_size=8), st.sets(st.integers(0, 11), max_size=4)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60)
@given(STEPS)
def test_groups_that_grew_are_those_of_a_comparison_of_all_pairs(
    drawn: list[tuple[dict[int, str], set[int]]],
) -> None:
    steps = [
        ({f"a{number}": written(number, text) for number, text in added.items()}, {f"a{number}" for number in deleted})
        for added, deleted in drawn
    ]
    with TemporaryDirectory() as folder:
        path, corpus = grown(Path(folder), steps)
        groups = groups_of(path)
        (Path(folder) / "rebuilt").mkdir()
        rebuilt, _ = grown(Path(folder) / "rebuilt", [(corpus, set())])
        assert set(groups.values()) == brute_force(corpus)
        assert groups == groups_of(rebuilt)


def quoting(count: int) -> Corpus:
    """Articles that each quote one of three declarations; every fifth is a corrected copy of the one before."""
    corpus: Corpus = {}
    for number in range(count):
        text = f"{prose(1000 + number, 3)}\n\n{prose(number % 3, 2)}"
        if number % 5 == 4:
            text = with_changes(corpus[f"a{number - 1}"].text, 25)
        corpus[f"a{number}"] = written(number, text)
    return corpus


@pytest.mark.parametrize("sorted_at_a_time", [1 << 20, 100])
def test_copies_are_found_among_articles_that_quote_the_same_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sorted_at_a_time: int
) -> None:
    monkeypatch.setattr("searchapp.derived.duplicate_candidates._SORTED", sorted_at_a_time)
    corpus = quoting(100)
    path, _ = grown(tmp_path, [(corpus, set())])
    assert set(groups_of(path).values()) == brute_force(corpus)


def test_hashes_are_sorted_in_parts_of_about_the_same_size(monkeypatch: pytest.MonkeyPatch) -> None:
    sketches = [sketch for number in range(200) if (sketch := make_sketch(prose(number)))]
    hashes = np.concatenate([sketch.hashes for sketch in sketches])
    starts = np.cumsum([0, *(len(sketch.hashes) for sketch in sketches)])
    sizes = np.array([sketch.size for sketch in sketches])
    monkeypatch.setattr("searchapp.derived.duplicate_candidates._SORTED", len(hashes) // 8)
    all_of_them = Sketches(np.arange(len(sketches)), sizes, starts, hashes)
    parts = [len(part) for part in all_of_them.holders(all_of_them.ranked())]
    assert sum(parts) == len(hashes)
    assert max(parts) < len(hashes) // 3


def test_a_full_build_reads_no_article_again(tmp_path: Path) -> None:
    writer = DuplicatesWriter(tmp_path / "all.sqlite")
    for number in range(3):
        writer.add(written(number, REPORT))
    writer.complete(lambda article_id: pytest.fail(f"{article_id} was read"))
    writer.close()
    assert list(groups_of(tmp_path / "all.sqlite").values()) == [frozenset({"a0", "a1", "a2"})]


def test_a_group_keeps_its_number_while_later_copies_come(tmp_path: Path) -> None:
    first, second, third = (
        Article(name, name, REPORT, date=datetime(2024, 1, day, tzinfo=UTC))
        for day, name in enumerate(("depeche", "reprise", "encore"), 1)
    )
    (tmp_path / "two").mkdir()
    before, _ = grown(tmp_path / "two", [({"depeche": first, "reprise": second}, set())])
    after, _ = grown(
        tmp_path, [({"depeche": first, "reprise": second}, set()), ({"encore": third}, set()), ({}, {"reprise"})]
    )
    (number,) = groups_of(before)
    assert groups_of(after) == {number: frozenset({"depeche", "encore"})}


def test_an_article_withdrawn_after_the_generation_is_in_no_group(tmp_path: Path) -> None:
    path, _ = grown(tmp_path, [({f"a{number}": written(number, REPORT) for number in range(3)}, set())])
    opened = NearDuplicates(path, without={"a1"})
    group = opened.group_of("a0")
    assert group is not None
    assert set(opened.members(group)) == {"a0", "a2"}
    opened.close()


def test_ten_articles_are_grouped_without_reading_the_others(tmp_path: Path) -> None:
    corpus = {f"a{number}": written(number, prose(number)) for number in range(300)}
    path, _ = grown(tmp_path, [(corpus, set())])
    copy = Article("copie", "Copie", corpus["a7"].text)
    writer = DuplicatesWriter(tmp_path / "next.sqlite", path)
    writer.add(copy)
    read: list[str] = []

    def article_of(article_id: str) -> Article | None:
        read.append(article_id)
        return {**corpus, "copie": copy}.get(article_id)

    writer.complete(article_of)
    writer.close()
    assert set(read) == {"copie", "a7"}
    assert list(groups_of(tmp_path / "next.sqlite").values()) == [frozenset({"copie", "a7"})]
