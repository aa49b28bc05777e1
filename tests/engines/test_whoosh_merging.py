"""Merging of Whoosh segments: which ones are rewritten, and that documents keep their order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from searchapp.engines.port import EngineRequest, MatchAllClause
from searchapp.engines.whoosh_engine import WhooshEngine
from searchapp.engines.whoosh_engine.codec.segment import Segment
from searchapp.engines.whoosh_engine.merging import plan
from searchapp.schema import STEMS
from tests.contract.conftest import article, document, found

ENGINE = WhooshEngine()


def segment(tokens: int, documents: int = 1000, deleted: int = 0) -> Segment:
    return Segment(documents, deleted=set(range(deleted)), tokens={STEMS: tokens})


def planned(old: list[Segment], new: list[Segment]) -> list[tuple[int, bool]]:
    """The number of segments of each run, and True when the run is rewritten."""
    runs = plan(old, new)
    kept = [each for each in (*old, *new) if each.live]
    assert [each for run, _ in runs for each in run] == kept
    return [(len(run), anew) for run, anew in runs]


@pytest.mark.parametrize(
    ("sizes", "runs"),
    [
        ([300, 100], [(2, True)]),  # three times as large is merged, more is not
        ([301, 100], [(1, False), (1, False)]),
        ([1200, 300, 100], [(3, True)]),
        ([1201, 300, 100], [(1, False), (2, True)]),
        ([100, 300], [(2, True)]),
        ([1_600_000, 100], [(1, False), (1, False)]),
        ([1_500_000, 1_400_000], [(1, False), (1, False)]),
        ([1_499_999, 1_400_000], [(2, True)]),
        ([1_400_000, 750_000, 750_000], [(1, False), (2, True)]),
        ([1_400_000, 750_000, 749_999], [(3, True)]),
        ([100, 1_500_000], [(1, False), (1, False)]),
    ],
)
def test_small_neighbours_become_one_and_large_ones_stay(sizes: list[int], runs: list[tuple[int, bool]]) -> None:
    assert planned([segment(size) for size in sizes[:-1]], [segment(sizes[-1])]) == runs


def test_a_first_index_is_left_as_it_was_written() -> None:
    assert planned([], [segment(100), segment(100)]) == [(1, False), (1, False)]


@pytest.mark.parametrize(("deleted", "anew"), [(0, False), (285, False), (286, True), (900, True)])
def test_a_segment_is_written_anew_when_some_two_sevenths_of_it_are_gone(deleted: int, anew: bool) -> None:
    assert planned([segment(9000, 1000, deleted), segment(1)], []) == [(1, anew), (1, False)]


def test_a_segment_of_which_nothing_is_left_is_dropped() -> None:
    assert planned([segment(100, 10, 10), segment(1000)], [segment(10, 5, 5)]) == [(1, False)]


def test_what_is_deleted_does_not_count_for_the_size_of_a_segment() -> None:
    assert planned([segment(400, 1000, 250)], [segment(100)]) == [(2, True)]
    assert planned([segment(400, 1000, 240)], [segment(100)]) == [(1, False), (1, False)]


def test_merged_documents_keep_the_order_of_adding(tmp_path: Path) -> None:
    draw, base, ids = random.Random(5), None, []
    for turn in range(6):
        folder = tmp_path / str(turn)
        folder.mkdir()
        gone = set(draw.sample(ids, len(ids) // 3))
        with ENGINE.create(folder, base) as writer:
            for article_id in sorted(gone):
                writer.delete(article_id)
            added = [f"{turn}-{number}" for number in range(7)]
            for article_id in added:
                writer.add(document(article(article_id, "Le phare", "Le phare dort.", date="2024-01-02")))
        base, ids = folder, [each for each in ids if each not in gone] + added
        reader = ENGINE.open(folder)
        assert found(reader, MatchAllClause(), limit=99) == ids
        assert reader.search(EngineRequest(MatchAllClause())).total == len(ids)
        reader.close()
