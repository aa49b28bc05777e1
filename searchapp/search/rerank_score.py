"""The rerank score: the formula of the second stage, over the features stored with each article.

:mod:`searchapp.search.term_counts` counts the terms of a query in all articles at once. With the sums over these terms,
the score of an article is::

    ( Σ idf(stem) · (sat(whole, norm) + TITLE · sat(title, title norm) + OPENING · sat(opening, 1))
    + EXACT · Σ idf(form) · sat(form, norm) + EXACT_TITLE · Σ idf(form) · sat(form in title, title norm)
    + NAME · Σ idf(form), of the forms typed with a capital letter that the article holds
    + PAIRS · Σ idf(stem, next stem) · sat(pair, 1)
    + WINDOW · (density(title) + density(text)) )  ·  (idf of the words it holds / idf of all)^COVERAGE
    + LIKENESS · the best of these sums · likeness to the three best (:mod:`searchapp.search.likeness`)

where sat(n, norm) = n / (n + norm) and norm = k1 (1 - b + b length / average) as in BM25. Words of the same family
(related stems: licencier beside licenciement) count for a part. The density of a text is Σ idf · √(held / window): of
the words that it holds, their number by that of the words in the shortest stretch with all of them (as the minimal span
of Tao and Zhai, "An exploration of proximity measures in information retrieval", 2007).

All features but coverage and likeness are linear in the idf of each term, so the scores are kept by feature and by
term.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from searchapp.errors import ConfigurationError
from searchapp.i18n import Message
from searchapp.model import Deadline
from searchapp.search.likeness import likeness
from searchapp.search.scored_terms import ScoredTerm
from searchapp.search.term_counts import Floats, Numbers, TermCounts, count_terms

__all__ = ["WEIGHTS", "RerankScores", "Weights", "read_weights", "rerank_scores", "score"]

_K1: Final = 1.4
_B: Final = 0.75
_TITLE_B: Final = 0.25


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each feature, one table for every corpus.

    Calibrated together on four judged sets, 630 settings in all; each was chosen on half of the queries and held on the
    other half. The optimum is flat: a step in any of them costs less than chance. For likeness some 90 more were tried
    on the candidates of these sets, with the others as they are (docs/francais.md).
    """

    title: float = 1.25
    opening: float = 0.25
    exact: float = 0.25
    exact_title: float = 0.75
    name: float = 0.5
    pairs: float = 0.5
    window: float = 0.12
    related: float = 0.75
    coverage: float = 0.35
    likeness: float = 0.5


WEIGHTS: Final = Weights()


def read_weights(changed: Mapping[str, float]) -> Weights:
    """Return the weights with those of ``changed`` in place; raises ConfigurationError for an unknown feature."""
    names = [field.name for field in fields(Weights)]
    if unknown := [name for name in changed if name not in names]:
        message = Message("“{name}” has no weight. These have: {names}", name=unknown[0], names=", ".join(names))
        raise ConfigurationError(message)
    return replace(WEIGHTS, **changed)


@dataclass(frozen=True, slots=True, eq=False)
class RerankScores:
    """Scores of articles: ``by_term`` has of each feature a row an article and a column a term.

    ``coverage``, one number an article, is a factor of their sum; ``likeness``, one as well, is added to the product.
    """

    by_term: Mapping[str, Floats]
    coverage: Floats
    likeness: Floats

    @property
    def added(self) -> Floats:
        """The contribution of each term to each article, before coverage."""
        added: Floats = np.sum(tuple(self.by_term.values()), axis=0)
        return added

    @property
    def before_coverage(self) -> Floats:
        """The sum of all features but coverage and likeness, one an article."""
        total: Floats = self.added.sum(axis=1)
        return total

    @property
    def scores(self) -> Floats:
        return self.before_coverage * self.coverage + self.likeness

    def shares(self) -> dict[str, Floats]:
        """Return the share of each feature in the scores; they add up to these."""
        by_words = {name: feature.sum(axis=1) * self.coverage for name, feature in self.by_term.items()}
        return {**by_words, "likeness": self.likeness}


def rerank_scores(
    terms: Sequence[ScoredTerm], features: Sequence[bytes], deadline: Deadline = Deadline(), weights: Weights = WEIGHTS
) -> list[float] | None:
    """Return the score of each article, given its features; all are candidates of one query.

    None when the deadline passes before all are counted: a few scores make no order.
    """
    counts = count_terms(terms, features, deadline)
    if counts is None:
        return None
    scores: list[float] = score(terms, counts, features, weights).scores.tolist()
    return scores


def score(
    terms: Sequence[ScoredTerm], counts: TermCounts, features: Iterable[bytes], weights: Weights = WEIGHTS
) -> RerankScores:
    """Return the scores of the articles with ``features``, in which ``terms`` were counted."""
    idf = np.array([term.stem_idf for term in terms])
    form_idf = np.array([term.form_idf for term in terms])
    is_name = np.array([term.is_name for term in terms], np.bool_)
    norm, title_norm = _norm(counts.lengths, _B), _norm(counts.title_lengths, _TITLE_B)
    whole = counts.whole + weights.related * counts.related_whole
    title = counts.title + weights.related * counts.related_title
    exact = form_idf * _saturated(counts.form, norm) + idf * _saturated(counts.typed, norm)
    # A pair counts by the mean of two idf: half of it is of each term.
    pairs, saturated = np.zeros_like(whole), _saturated(counts.pairs, 1.0)
    pairs[:, :-1] += saturated
    pairs[:, 1:] += saturated
    by_term = {
        "text": idf * _saturated(whole, norm),
        "title": weights.title * idf * _saturated(title, title_norm),
        "opening": weights.opening * idf * _saturated(counts.opening, 1.0),
        "exact": weights.exact * exact,
        "exact_title": weights.exact_title * form_idf * _saturated(counts.form_title, title_norm),
        "name": weights.name * form_idf * (is_name & (counts.form > 0)),
        "pairs": weights.pairs * idf / 2 * pairs,
        "window": weights.window * idf * (counts.title_density + counts.body_density),
    }
    held = np.where(counts.whole > 0, 1.0, weights.related * (counts.related_whole > 0))
    coverage = ((held * idf).sum(axis=1) / (idf.sum() or 1.0)) ** weights.coverage
    by_words = RerankScores(by_term, coverage, np.zeros(len(coverage)))
    if not weights.likeness:
        return by_words
    unit = weights.likeness * by_words.scores.max(initial=0.0)
    return replace(by_words, likeness=unit * likeness(features, by_words.scores))


def _norm(lengths: Numbers, b: float) -> Floats:
    """Return the counts at which a feature reaches half of its weight, one row an article."""
    average = (lengths.mean() if len(lengths) else 0.0) or 1.0
    norms: Floats = _K1 * (1 - b + b * lengths / average)
    return norms[:, None]


def _saturated(count: Floats, norm: Floats | float) -> Floats:
    saturated: Floats = count / (count + norm)
    return saturated
