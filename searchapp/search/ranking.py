"""The second stage: the best hundred candidates in order of richer evidence, the same whatever the engine.

An engine finds candidates by BM25 on stems. What it cannot say alike everywhere is read here from the article's
*evidence*, a string made at indexing and stored with it: its content words in order, as stems and as exact forms. A
question about it is one :meth:`str.count`, so a hundred articles take a millisecond or two.

The score of an article, with the sums over the query's content words::

    ( Σ idf(stem) · (sat(whole, norm) + TITLE · sat(title, title norm) + OPENING · sat(opening, 1))
    + EXACT · Σ idf(form) · sat(form, norm)
    + PAIRS · Σ idf(stem, next stem) · sat(pair, 1) )  ·  (idf of the words it holds / idf of all)^COVERAGE

where sat(n, norm) = n / (n + norm) and norm = k1 (1 - b + b length / average) as in BM25. Words of the same family
(*kin*: licencier beside licenciement) count for a part.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from searchapp.derived.rerank_features import Evidence, read_evidence
from searchapp.model import Deadline

__all__ = ["RERANKED", "WEIGHTS", "QueryWord", "Ranker", "Weights", "idf"]

# Ordering the best hundred was measured to be as good as scoring everything (docs/francais.md).
RERANKED: Final = 100
_K1: Final = 1.2
_B: Final = 0.75
_TITLE_B: Final = 0.25


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each piece of evidence counts; calibrated together on four judged sets, the optimum is flat."""

    title: float = 1.25
    opening: float = 0.25
    exact: float = 0.25
    pairs: float = 0.5
    kin: float = 0.3
    coverage: float = 0.35


WEIGHTS: Final = Weights()


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A content word of a query: what it looks for and how much that weighs (idf in the generation)."""

    stem: str
    form: str
    stem_idf: float
    form_idf: float
    kin: tuple[str, ...] = ()
    others: tuple[tuple[str, ...], ...] = ()
    """Stems in a row that say the same (synonyms): each counts as the word itself."""


class Ranker:
    """Orders articles by their evidence."""

    def __init__(self, weights: Weights = WEIGHTS) -> None:
        self._weights = weights

    def scores(
        self, words: Sequence[QueryWord], evidence: Iterable[str], deadline: Deadline = Deadline()
    ) -> list[float] | None:
        """Return the score of each article, given its evidence; all are candidates of one query.

        None when the time is over before all are scored: a few scores make no order.
        """
        articles = [read_evidence(entry) for entry in evidence]
        if not articles or not words:
            return [0.0] * len(articles)
        average = sum(article.length for article in articles) / len(articles) or 1.0
        title_average = sum(article.title_length for article in articles) / len(articles) or 1.0
        scores: list[float] = []
        for article in articles:
            scores.append(self._score(words, article, average, title_average, deadline))
            if deadline.passed():
                return None
        return scores

    def _score(
        self,
        words: Sequence[QueryWord],
        article: Evidence,
        average: float,
        title_average: float,
        deadline: Deadline,
    ) -> float:
        """Return the score of one article; half of it once the time is over."""
        weights = self._weights
        norm = _K1 * (1 - _B + _B * article.length / average)
        title_norm = _K1 * (1 - _TITLE_B + _TITLE_B * article.title_length / title_average)
        total = held = 0.0
        for word in words:
            if deadline.passed():  # an article of 16 MB takes 50 milliseconds a word
                return 0.0
            key = f"|{word.stem}|"
            title, opening = float(article.title.count(key)), float(article.opening.count(key))
            whole = title + opening + article.rest.count(key)
            for other in word.others:
                other_key = f"|{'||'.join(other)}|"
                title += article.title.count(other_key)
                opening += article.opening.count(other_key)
                whole += sum(line.count(other_key) for line in (article.title, article.opening, article.rest))
            share = 1.0 if whole else weights.kin
            for kin in word.kin:
                kin_key = f"|{kin}|"
                kin_title = article.title.count(kin_key)
                title += weights.kin * kin_title
                whole += weights.kin * (kin_title + article.opening.count(kin_key) + article.rest.count(kin_key))
            if not whole:
                continue
            held += share * word.stem_idf
            total += word.stem_idf * (
                whole / (whole + norm)
                + weights.title * title / (title + title_norm)
                + weights.opening * opening / (opening + 1)
            )
            forms = article.forms.count(f"|{word.form}|")
            total += weights.exact * word.form_idf * forms / (forms + norm)
        total += weights.pairs * _pairs(words, article, deadline)
        coverage: float = (held / sum(word.stem_idf for word in words)) ** weights.coverage
        return total * coverage


def _pairs(words: Sequence[QueryWord], article: Evidence, deadline: Deadline) -> float:
    """Return how much the query's words stand side by side and in order."""
    total = 0.0
    for left, right in pairwise(words):
        if deadline.passed():
            break
        key = f"|{left.stem}||{right.stem}|"
        count = article.title.count(key) + article.opening.count(key) + article.rest.count(key)
        total += (left.stem_idf + right.stem_idf) / 2 * count / (count + 1)
    return total


def idf(documents: int, holding: int) -> float:
    """Return ln(1 + (N - df + 0.5) / (df + 0.5)), as the engine port has it."""
    return math.log1p((documents - holding + 0.5) / (holding + 0.5))
