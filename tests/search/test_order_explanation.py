"""The explanation of an order: shares of the score, and the ranks that each feature moves an article."""

from __future__ import annotations

import numpy as np
import pytest

from searchapp.search.order_explanation import explain
from searchapp.search.rerank_score import RerankScores

Parts = tuple[float, float, float, float]
# Shares of text, title and window, and coverage.
TITLED: Parts = (1.0, 2.0, 0.0, 1.0)
CLOSE: Parts = (2.0, 0.0, 0.5, 1.0)
PLAIN: Parts = (2.2, 0.0, 0.0, 0.5)
ALIKE: Parts = (2.1, 0.0, 0.0, 0.5)
LIKENESS = {ALIKE: 0.2}


def scores(*articles: Parts) -> RerankScores:
    """The scores of articles for a query of one word."""
    columns = np.array(articles).reshape(-1, 4).T
    features = zip(("text", "title", "opening", "window"), (*columns[:2], 0 * columns[0], columns[2]), strict=True)
    alike = np.array([LIKENESS.get(article, 0.0) for article in articles])
    return RerankScores({name: column[:, None] for name, column in features}, columns[3], alike)


def test_hits_come_by_score_with_their_rank_in_the_engine() -> None:
    hits = explain(["plain", "close", "titled"], scores(PLAIN, CLOSE, TITLED))
    assert [(hit.article, hit.rank, hit.engine_rank) for hit in hits] == [
        ("titled", 1, 3),
        ("close", 2, 2),
        ("plain", 3, 1),
    ]


def test_a_feature_moves_an_article_by_the_ranks_that_it_would_lose_without_it() -> None:
    titled, close, plain = explain(["plain", "close", "titled"], scores(PLAIN, CLOSE, TITLED))
    assert titled.moves["title"] == 2  # without it, 1.0 against 2.5 and 1.1
    assert (close.moves["title"], plain.moves["title"]) == (-1, -1)
    assert "opening" not in titled.moves


def test_coverage_moves_an_article_without_all_words_down() -> None:
    close, plain = explain(["plain", "close"], scores(PLAIN, (2.0, 0.0, 0.0, 1.0)))
    assert (close.moves["coverage"], plain.moves["coverage"]) == (1, -1)


def test_likeness_moves_an_article_like_the_best_up() -> None:
    alike, plain = explain(["plain", "alike"], scores(PLAIN, ALIKE))
    assert (alike.moves, plain.moves) == ({"likeness": 1}, {"likeness": -1})


def test_the_shares_of_a_hit_add_up_to_its_score() -> None:
    for hit in explain(["plain", "close", "titled", "alike"], scores(PLAIN, CLOSE, TITLED, ALIKE)):
        assert sum(hit.shares.values()) == pytest.approx(hit.score)


def test_without_hits_there_is_nothing_to_explain() -> None:
    assert explain([], scores()) == []
