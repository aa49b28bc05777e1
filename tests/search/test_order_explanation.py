"""The explanation of an order: shares of the score, and the ranks that each feature moves an article."""

from __future__ import annotations

import pytest

from searchapp.search.order_explanation import explain
from searchapp.search.rerank_score import ScoreParts

TITLED = ScoreParts(text=1.0, title=2.0, coverage=1.0)
CLOSE = ScoreParts(text=2.0, window=0.5, coverage=1.0)
PLAIN = ScoreParts(text=2.2, coverage=0.5)


def test_hits_come_by_score_with_their_rank_in_the_engine() -> None:
    hits = explain(["plain", "close", "titled"], [PLAIN, CLOSE, TITLED])
    assert [(hit.article, hit.rank, hit.engine_rank) for hit in hits] == [
        ("titled", 1, 3),
        ("close", 2, 2),
        ("plain", 3, 1),
    ]


def test_a_feature_moves_an_article_by_the_ranks_that_it_would_lose_without_it() -> None:
    titled, close, plain = explain(["plain", "close", "titled"], [PLAIN, CLOSE, TITLED])
    assert titled.moves["title"] == 2  # without it, 1.0 against 2.5 and 1.1
    assert (close.moves["title"], plain.moves["title"]) == (-1, -1)
    assert "opening" not in titled.moves


def test_coverage_moves_an_article_without_all_words_down() -> None:
    close, plain = explain(["plain", "close"], [PLAIN, ScoreParts(text=2.0, coverage=1.0)])
    assert (close.moves["coverage"], plain.moves["coverage"]) == (1, -1)


def test_the_shares_of_a_hit_add_up_to_its_score() -> None:
    for hit in explain(["plain", "close", "titled"], [PLAIN, CLOSE, TITLED]):
        assert sum(hit.shares.values()) == pytest.approx(hit.score)


def test_without_hits_there_is_nothing_to_explain() -> None:
    assert explain([], []) == []
