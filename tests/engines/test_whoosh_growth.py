"""A Whoosh generation that grows out of another answers as one built afresh, and does not grow for ever."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchapp.engines.port import (
    BooleanClause,
    Clause,
    DayClause,
    EngineRequest,
    MatchAllClause,
    PhraseClause,
    Reader,
    TermClause,
)
from searchapp.engines.whoosh_engine import WhooshEngine, generation, merging
from searchapp.schema import EXACT, STEMS, WORDS
from tests.contract.conftest import article, document

ENGINE = WhooshEngine()
WORDS_OF_THE_SEA = ("phare", "port", "marée", "vent", "nuit")
CLAUSES: tuple[Clause, ...] = (
    MatchAllClause(),
    DayClause(20240101, 20240115),
    *(TermClause(STEMS, ((word, 1.0),)) for word in ("phar", "port", "mare", "vent", "nuit")),
    TermClause(EXACT["text"], (("marée", 1.0),)),
    PhraseClause(WORDS["text"], ("vent", "nuit")),
    PhraseClause(WORDS["text"], ("port", "phare"), slop=2),
    BooleanClause(should=(TermClause(STEMS, (("phar", 1.0),)), TermClause(STEMS, (("vent", 2.0),)))),
)

Texts = dict[str, str]
Step = tuple[Texts, list[str]]


def write(folder: Path, added: Texts, deleted: list[str] = [], base: Path | None = None) -> Path:  # noqa: B006
    folder.mkdir()
    with ENGINE.create(folder, base) as writer:
        for article_id in deleted:
            writer.delete(article_id)
        for article_id, text in added.items():
            day = int(article_id) % 28 + 1
            writer.add(
                document(article(article_id, f"Titre {article_id}", text, f"2024-01-{day:02}T10:00", source="A"))
            )
    return folder


def test_what_is_new_is_not_looked_for_in_the_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = write(tmp_path / "base", {"1": "phare"})
    grown = tmp_path / "grown"
    grown.mkdir()
    monkeypatch.setattr(generation.Base, "delete", lambda _, article_id: pytest.fail(f"looked for {article_id}"))
    with ENGINE.create(grown, base) as writer:
        writer.add(document(article("2", "Titre", "phare")), is_new=True)
    reader = ENGINE.open(grown)
    assert reader.count == reader.search(EngineRequest(CLAUSES[2])).total == 2
    reader.close()


def answers(reader: Reader) -> list[object]:
    """Everything that a reader says, with ids for document numbers; equal scores in the order of ids."""
    found: list[object] = [reader.count, reader.terms_with_prefix(WORDS["text"], "", 999)]
    for clause in CLAUSES:
        result = reader.search(EngineRequest(clause, limit=999, features=999, facets=("source",), histogram=True))
        ids = [entry.id for entry in reader.articles(candidate.document for candidate in result.candidates)]
        scores = [candidate.score for candidate in result.candidates]
        found.append((result.total, sorted(zip((-score for score in scores), ids, strict=True)), dict(result.facets)))
        found.append(sorted(zip(ids, (candidate.features for candidate in result.candidates), strict=True)))
    return found


def answers_of(folder: Path) -> list[object]:
    reader = ENGINE.open(folder)
    try:
        return answers(reader)
    finally:
        reader.close()


texts = st.lists(st.sampled_from(WORDS_OF_THE_SEA), min_size=1, max_size=9).map(" ".join)
ids = st.integers(0, 30).map(str)
steps = st.lists(st.tuples(st.dictionaries(ids, texts, max_size=12), st.lists(ids, max_size=8)), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(steps=steps, segment=st.integers(50, 400), full=st.integers(1, 60))
def test_a_grown_generation_answers_as_one_built_afresh(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step], segment: int, full: int
) -> None:
    root = tmp_path_factory.mktemp("growth")
    live: Texts = {}
    base: Path | None = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generation, "_SEGMENT", segment)
        patch.setattr(merging, "_FULL", full)
        for number, (added, deleted) in enumerate(steps):
            live = {key: text for key, text in live.items() if key not in deleted} | added
            base = write(root / str(number), added, deleted, base)
            assert answers_of(base) == answers_of(write(root / f"fresh{number}", live))


def test_the_base_stays_as_it_is(tmp_path: Path) -> None:
    base = write(tmp_path / "base", {"1": "phare vent", "2": "port"})
    before = {path.name: path.read_bytes() for path in base.iterdir()}
    grown = write(tmp_path / "grown", {"1": "nuit"}, ["2"], base)
    assert {path.name: path.read_bytes() for path in base.iterdir()} == before
    assert answers_of(grown) == answers_of(write(tmp_path / "fresh", {"1": "nuit"}))


def test_segments_stay_few_and_full_however_often_the_corpus_changes(tmp_path: Path) -> None:
    draw = random.Random(7)
    sea = [f"{word}{number}" for word in WORDS_OF_THE_SEA for number in range(40)]
    texts = {str(number): " ".join(draw.choices(sea, k=60)) for number in range(400)}
    base = write(tmp_path / "0", texts)
    most = 0
    for turn in range(1, 41):
        changed = {key: " ".join(draw.choices(sea, k=60)) for key in draw.sample(sorted(texts), 20)}
        texts |= changed
        base = write(tmp_path / str(turn), changed, [], base)
        most = max(most, len(list(base.glob("*.seg"))))
    fresh = write(tmp_path / "fresh", texts)
    assert most <= 10
    assert sum(path.stat().st_size for path in base.iterdir()) <= 1.5 * sum(
        path.stat().st_size for path in fresh.iterdir()
    )
    assert answers_of(base) == answers_of(fresh)


def test_what_did_not_change_is_shared(tmp_path: Path) -> None:
    draw = random.Random(7)
    base = write(
        tmp_path / "base", {str(number): " ".join(draw.choices(WORDS_OF_THE_SEA, k=50)) for number in range(200)}
    )
    grown = write(tmp_path / "grown", {"300": "phare"}, [], base)
    (old,) = base.glob("*.seg")
    assert old.stat().st_ino in {path.stat().st_ino for path in grown.glob("*.seg")}
