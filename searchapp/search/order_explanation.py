"""Explanation of an order: the share of each feature in the scores, and how many ranks it moves each article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from searchapp.search.rerank_score import RerankScores

__all__ = ["ExplainedHit", "explain"]


@dataclass(frozen=True, slots=True)
class ExplainedHit:
    """A reranked article: its rank by the engine's score alone and in the final order, both from 1."""

    article: str
    engine_rank: int
    rank: int
    score: float
    shares: Mapping[str, float]
    """Feature -> share of the score; they add up to it."""
    moves: Mapping[str, int]
    """Feature -> ranks that the article gains by it; without those that move it nowhere."""


def explain(articles: Sequence[str], reranked: RerankScores) -> list[ExplainedHit]:
    """Return the explained hits in their final order; ``articles`` and their scores are in the engine's order.

    What a feature moves is told by leaving it out of all scores: its weight 0, all others as they are, likeness too.
    """
    scores, shares = reranked.scores, reranked.shares()
    ranks = _ranks(scores.tolist())
    without = {feature: _ranks((scores - share).tolist()) for feature, share in shares.items()}
    without["coverage"] = _ranks((reranked.before_coverage + reranked.likeness).tolist())
    hits = [
        ExplainedHit(
            article,
            index + 1,
            ranks[index],
            float(scores[index]),
            {feature: float(share[index]) for feature, share in shares.items()},
            {
                feature: other[index] - ranks[index]
                for feature, other in without.items()
                if other[index] != ranks[index]
            },
        )
        for index, article in enumerate(articles)
    ]
    return sorted(hits, key=lambda hit: hit.rank)


def _ranks(scores: Sequence[float]) -> list[int]:
    """Return the rank of each score from 1, the highest first; equal scores keep their order."""
    ranks = [0] * len(scores)
    for rank, index in enumerate(sorted(range(len(scores)), key=lambda index: -scores[index]), 1):
        ranks[index] = rank
    return ranks
