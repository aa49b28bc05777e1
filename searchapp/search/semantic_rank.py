"""The third stage: the ten best articles in order of their scores and of their similarity to the query.

Each *source* gives the similarities of these articles. They are standardised, since the similarities of a language
model all lie close together, and added in units of the best score: so a weight means the same for every query. Ten are
enough: with the thirty best less was gained, and the rest of a page would move as well (docs/semantique.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from searchapp.engines.port import Candidate, DocumentHandle, Reader
from searchapp.model import Deadline, ScorePart
from searchapp.search.plan import QueryPlan

__all__ = ["SemanticOrder", "SemanticRanker", "SimilaritySource"]

POOL: Final = 10
"""Articles that are put in a new order."""
# Vectors of one passage differ by rounding alone.
_NO_SPREAD: Final = 1e-6


class SimilaritySource(Protocol):
    """Similarities of articles to a query. Safe to share between threads."""

    @property
    def name(self) -> str:
        """The name of its part in explanations."""

    @property
    def weight(self) -> float:
        """The gain of a score by a standard deviation of similarity, as a part of the best score."""

    def similarities(
        self, plan: QueryPlan, documents: Sequence[DocumentHandle], reader: Reader
    ) -> Sequence[float | None]:
        """Return the similarity of each of ``documents`` to the query, None where it is not known."""

    def version(self) -> str:
        """Return a text that changes when similarities may have."""

    def close(self) -> None:
        """Close its files."""


@dataclass(frozen=True, slots=True)
class SemanticOrder:
    """Candidates in their final order, and what each source adds to the scores of the first ones."""

    candidates: list[Candidate]
    parts: Mapping[DocumentHandle, tuple[ScorePart, ...]] = field(default_factory=dict)


class SemanticRanker:
    """Puts the best articles of a search in order by any number of sources."""

    def __init__(self, sources: Sequence[SimilaritySource] = ()) -> None:
        self._sources = sources

    def version(self) -> str:
        """Return a text that changes when orders may have; "" without sources."""
        return " ".join(source.version() for source in self._sources)

    def order(
        self, plan: QueryPlan, candidates: Sequence[Candidate], reader: Reader, deadline: Deadline
    ) -> SemanticOrder:
        """Return ``candidates``, which come by falling score, in their final order.

        No score gets smaller, so that these stay above the others. A document without a similarity counts as one of
        the mean. After the deadline nothing moves.
        """
        pool = candidates[:POOL]
        parts: dict[DocumentHandle, tuple[ScorePart, ...]] = {}
        for source in self._sources if len(pool) > 1 else ():
            if deadline.passed():
                break
            similarities = source.similarities(plan, [one.document for one in pool], reader)
            deviations = _standardized(similarities)
            least, unit = min(deviations), source.weight * pool[0].score
            for candidate, deviation in zip(pool, deviations, strict=True) if any(deviations) else ():
                part = ScorePart(source.name, deviation, source.weight, unit * (deviation - least))
                parts[candidate.document] = (*parts.get(candidate.document, ()), part)
        if not parts:
            return SemanticOrder(list(candidates))
        scored = [
            one._replace(score=one.score + sum(part.contribution for part in parts[one.document])) for one in pool
        ]
        return SemanticOrder([*sorted(scored, key=lambda one: -one.score), *candidates[POOL:]], parts)

    def close(self) -> None:
        """Close the files of all sources."""
        for source in self._sources:
            source.close()


def _standardized(similarities: Sequence[float | None]) -> list[float]:
    """Return each similarity in standard deviations from their mean: 0 where it is not known, or all are the same."""
    known = [one for one in similarities if one is not None]
    mean = sum(known) / max(len(known), 1)
    spread = (sum((one - mean) ** 2 for one in known) / max(len(known), 1)) ** 0.5
    return [0.0 if one is None or spread < _NO_SPREAD else (one - mean) / spread for one in similarities]
