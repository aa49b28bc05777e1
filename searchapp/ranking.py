"""The second stage: the best hundred candidates in order of richer evidence, the same whatever the engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.port import Candidate
from searchapp.model import Article

__all__ = ["RERANKED", "WEIGHTS", "RankedArticle", "Ranker", "Weights"]

# Ordering the best hundred was measured to be as good as scoring everything.
RERANKED: Final = 100


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each piece of evidence counts beside the first stage's score.

    ``title``: idf of the query's stems that the title holds, as a share of its length's square root.
    ``title_all``: once more when the title holds them all.
    """

    title: float
    title_all: float


WEIGHTS: Final = Weights(title=1.0, title_all=2.0)


@dataclass(frozen=True, slots=True)
class RankedArticle:
    """An article and its final score."""

    article: Article
    score: float


class Ranker:
    """Orders candidates by the first stage's score and what their titles say."""

    def __init__(self, analyzer: FrenchAnalyzer, weights: Weights = WEIGHTS) -> None:
        self._analyzer = analyzer
        self._weights = weights

    def rank(
        self,
        candidates: Sequence[Candidate],
        articles: Iterable[Article],
        stems: Iterable[str],
        idf: Callable[[str], float],
    ) -> list[RankedArticle]:
        """Return ``articles`` (those of ``candidates``) best first; equal scores keep the first stage's order."""
        weights = {stem: idf(stem) for stem in stems}
        ranked = [
            RankedArticle(article, candidate.score + self._title(article.title, weights))
            for candidate, article in zip(candidates, articles, strict=True)
        ]
        return sorted(ranked, key=lambda entry: -entry.score)

    def _title(self, title: str, weights: dict[str, float]) -> float:
        stems = [term.stem for term in self._analyzer.terms(title)]
        held = weights.keys() & set(stems)
        if not held:
            return 0.0
        score = self._weights.title * sum(weights[stem] for stem in held) / math.sqrt(len(stems)) * 2
        return score + (self._weights.title_all if len(held) == len(weights) else 0.0)
