"""Explanation of an order: the share of each feature in the scores, and how many ranks it moves each article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from searchapp.search.rerank_score import ScoreParts

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


def explain(articles: Sequence[str], parts: Sequence[ScoreParts]) -> list[ExplainedHit]:
    """Return the explained hits in their final order; ``articles`` and ``parts`` are in the engine's order.

    What a feature moves is told by leaving it out of all scores: its weight 0, all others as they are.
    """
    scores = [part.score for part in parts]
    ranks = _ranks(scores)
    shares = [part.by_feature() for part in parts]
    without = {
        feature: _ranks([score - share[feature] for score, share in zip(scores, shares, strict=True)])
        for feature in (shares[0] if shares else ())
    }
    without["coverage"] = _ranks([part.sum for part in parts])
    hits = [
        ExplainedHit(
            article,
            index + 1,
            ranks[index],
            scores[index],
            shares[index],
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
