"""The rank stage: the best hundred candidates in order of richer features, the same whatever the engine.

An engine finds candidates by BM25 on stems. The features that it cannot score alike everywhere are read from a string
made at indexing and stored with each article: its content words in order, as stems and as exact forms. Counting a term
is one :meth:`str.count`, so a hundred articles take a millisecond or two.

The score of an article, with the sums over the query's content words::

    ( Σ idf(stem) · (sat(whole, norm) + TITLE · sat(title, title norm) + OPENING · sat(opening, 1))
    + EXACT · Σ idf(form) · sat(form, norm)
    + PAIRS · Σ idf(stem, next stem) · sat(pair, 1) )  ·  (idf of the words it holds / idf of all)^COVERAGE

where sat(n, norm) = n / (n + norm) and norm = k1 (1 - b + b length / average) as in BM25. Words of the same family
(related stems: licencier beside licenciement) count for a part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from searchapp.derived.rerank_features import Evidence, read_evidence
from searchapp.engines.port import Candidate, Reader
from searchapp.model import Deadline
from searchapp.search.matching import Matches
from searchapp.search.paging import RERANKED, Page, Window
from searchapp.search.plan import QueryPlan
from searchapp.search.scored_terms import ScoredTerm

__all__ = ["WEIGHTS", "Weights", "rank", "rerank_scores"]

_K1: Final = 1.2
_B: Final = 0.75
_TITLE_B: Final = 0.25
# Articles whose features are read between two checks of the deadline.
_FEATURES_AT_A_TIME: Final = 10


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each feature; calibrated together on four judged sets, the optimum is flat."""

    title: float = 1.25
    opening: float = 0.25
    exact: float = 0.25
    pairs: float = 0.5
    related: float = 0.3
    coverage: float = 0.35


WEIGHTS: Final = Weights()


def rank(plan: QueryPlan, matches: Matches, window: Window, reader: Reader, deadline: Deadline) -> Page:
    """Return the candidates of the page ``window`` in their final order.

    A page that begins among the reranked results takes all of these from the engine and leaves out those before it; one
    that begins later continues in the engine's order.
    """
    candidates = matches.result.candidates
    if not window.is_reranked(plan):
        return window.page(candidates, candidates)
    reranked = _reranked(plan.scored_terms, candidates[:RERANKED], reader, deadline)
    order = [*(reranked or candidates[:RERANKED]), *candidates[RERANKED:]]
    page = order[window.start.rank : window.end]
    # Where the reranked results end, all of them were shown, whichever is the last one in the engine's order.
    in_engine_order = candidates[: window.end] if window.end >= RERANKED else ()
    return window.page(page, in_engine_order, complete=reranked is not None)


def _reranked(
    terms: Sequence[ScoredTerm], candidates: Sequence[Candidate], reader: Reader, deadline: Deadline
) -> list[Candidate] | None:
    """Return ``candidates`` by score, None when there was no time to read and score all of them."""
    features: list[str] = []
    for start in range(0, len(candidates), _FEATURES_AT_A_TIME):
        if deadline.passed():
            return None
        some = candidates[start : start + _FEATURES_AT_A_TIME]
        features += reader.evidence(candidate.document for candidate in some)
    scores = rerank_scores(terms, features, deadline)
    if scores is None:
        return None
    scored = (Candidate(one.document, score, one.sort_key) for one, score in zip(candidates, scores, strict=True))
    return sorted(scored, key=lambda candidate: -candidate.score)


def rerank_scores(
    terms: Sequence[ScoredTerm], features: Iterable[str], deadline: Deadline = Deadline(), weights: Weights = WEIGHTS
) -> list[float] | None:
    """Return the score of each article, given its features; all are candidates of one query.

    None when the deadline passes before all are scored: a few scores make no order.
    """
    articles = [read_evidence(entry) for entry in features]
    if not articles or not terms:
        return [0.0] * len(articles)
    average = sum(article.length for article in articles) / len(articles) or 1.0
    title_average = sum(article.title_length for article in articles) / len(articles) or 1.0
    scores: list[float] = []
    for article in articles:
        norm = _K1 * (1 - _B + _B * article.length / average)
        title_norm = _K1 * (1 - _TITLE_B + _TITLE_B * article.title_length / title_average)
        scores.append(_score(terms, article, norm, title_norm, weights, deadline))
        if deadline.passed():
            return None
    return scores


def _score(
    terms: Sequence[ScoredTerm],
    article: Evidence,
    norm: float,
    title_norm: float,
    weights: Weights,
    deadline: Deadline,
) -> float:
    """Return the score of one article; a meaningless one when the deadline passes."""
    total = held = 0.0
    for term in terms:
        if deadline.passed():  # an article of 16 MB takes 50 milliseconds a word
            return 0.0
        key = f"|{term.stem}|"
        title, opening = float(article.title.count(key)), float(article.opening.count(key))
        whole = title + opening + article.rest.count(key)
        for alternative in term.alternatives:
            other_key = f"|{'||'.join(alternative)}|"
            title += article.title.count(other_key)
            opening += article.opening.count(other_key)
            whole += sum(line.count(other_key) for line in (article.title, article.opening, article.rest))
        share = 1.0 if whole else weights.related
        for related in term.related_stems:
            related_key = f"|{related}|"
            in_title = article.title.count(related_key)
            title += weights.related * in_title
            in_text = article.opening.count(related_key) + article.rest.count(related_key)
            whole += weights.related * (in_title + in_text)
        if not whole:
            continue
        held += share * term.stem_idf
        total += term.stem_idf * (
            whole / (whole + norm)
            + weights.title * title / (title + title_norm)
            + weights.opening * opening / (opening + 1)
        )
        forms = article.forms.count(f"|{term.form}|")
        total += weights.exact * term.form_idf * forms / (forms + norm)
    total += weights.pairs * _pairs(terms, article, deadline)
    coverage: float = (held / sum(term.stem_idf for term in terms)) ** weights.coverage
    return total * coverage


def _pairs(terms: Sequence[ScoredTerm], article: Evidence, deadline: Deadline) -> float:
    """Return the weight of neighbouring terms of the query that stand side by side and in order."""
    total = 0.0
    for left, right in pairwise(terms):
        if deadline.passed():
            break
        key = f"|{left.stem}||{right.stem}|"
        count = article.title.count(key) + article.opening.count(key) + article.rest.count(key)
        total += (left.stem_idf + right.stem_idf) / 2 * count / (count + 1)
    return total
