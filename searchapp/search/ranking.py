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
from typing import Final, NamedTuple, Self

from searchapp.derived.rerank_features import RerankFeatures, read_rerank_features
from searchapp.engines.port import Candidate, Reader
from searchapp.model import Deadline
from searchapp.search.matching import Matches
from searchapp.search.paging import RERANKED, Page, Window
from searchapp.search.plan import QueryPlan
from searchapp.search.recency import by_recency
from searchapp.search.scored_terms import ScoredTerm

__all__ = ["WEIGHTS", "Weights", "rank", "rerank_scores"]

_K1: Final = 1.2
_B: Final = 0.75
_TITLE_B: Final = 0.25
# Articles whose features are read between two checks of the deadline.
_FEATURES_AT_A_TIME: Final = 10
# Characters of an article from which on the clock is read for each word: all words of a shorter one take a millisecond.
_LONG_TEXT: Final = 100_000


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
    if reranked and plan.half_life:
        reranked = by_recency(reranked, plan.half_life, reader)
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
        features += reader.rerank_features(candidate.document for candidate in some)
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
    articles = [read_rerank_features(entry) for entry in features]
    if not articles or not terms:
        return [0.0] * len(articles)
    average = sum(article.length for article in articles) / len(articles) or 1.0
    title_average = sum(article.title_length for article in articles) / len(articles) or 1.0
    query = _CountedQuery.of(terms)
    scores: list[float] = []
    for article in articles:
        norm = _K1 * (1 - _B + _B * article.length / average)
        title_norm = _K1 * (1 - _TITLE_B + _TITLE_B * article.title_length / title_average)
        scores.append(_score(query, article, norm, title_norm, weights, deadline))
        if deadline.passed():
            return None
    return scores


class _CountedTerm(NamedTuple):
    """A scored term and the strings to count for it in an article's features, each with its bars."""

    term: ScoredTerm
    stem: str
    form: str
    alternatives: tuple[str, ...]
    spellings: tuple[str, ...]
    related_stems: tuple[str, ...]

    @classmethod
    def of(cls, term: ScoredTerm) -> Self:
        return cls(
            term,
            f"|{term.stem}|",
            f"|{term.form}|",
            tuple(f"|{'||'.join(alternative)}|" for alternative in term.alternatives),
            tuple(f"|{'||'.join(spelling)}|" for spelling in term.spellings),
            tuple(f"|{related}|" for related in term.related_stems),
        )


class _CountedQuery(NamedTuple):
    """The terms of a query; ``pairs`` of neighbours, each with its weight; ``idf``: the sum over all terms."""

    terms: tuple[_CountedTerm, ...]
    pairs: tuple[tuple[str, float], ...]
    idf: float

    @classmethod
    def of(cls, terms: Sequence[ScoredTerm]) -> Self:
        return cls(
            tuple(map(_CountedTerm.of, terms)),
            tuple(
                (f"|{left.stem}||{right.stem}|", (left.stem_idf + right.stem_idf) / 2)
                for left, right in pairwise(terms)
            ),
            sum(term.stem_idf for term in terms),
        )


def _score(
    query: _CountedQuery,
    article: RerankFeatures,
    norm: float,
    title_norm: float,
    weights: Weights,
    deadline: Deadline,
) -> float:
    """Return the score of one article; a meaningless one when the deadline passes."""
    in_title, in_opening, in_rest = article.title.count, article.opening.count, article.rest.count
    is_long = len(article.rest) > _LONG_TEXT
    total = covered = 0.0
    for term, stem, form, alternatives, spellings, related_stems in query.terms:
        if is_long and deadline.passed():  # an article of 16 MB takes 50 milliseconds a word
            return 0.0
        title, opening = float(in_title(stem)), float(in_opening(stem))
        whole = title + opening + in_rest(stem)
        for spelling in spellings:
            counts = in_title(spelling), in_opening(spelling), in_rest(spelling)
            title, opening, whole = max(title, counts[0]), max(opening, counts[1]), max(whole, sum(counts))
        for alternative in alternatives:
            title += in_title(alternative)
            opening += in_opening(alternative)
            whole += in_title(alternative) + in_opening(alternative) + in_rest(alternative)
        share = 1.0 if whole else weights.related
        for related in related_stems:
            count = in_title(related)
            title += weights.related * count
            whole += weights.related * (count + (in_opening(related) + in_rest(related)))
        if not whole:
            continue
        covered += share * term.stem_idf
        total += term.stem_idf * (
            whole / (whole + norm)
            + weights.title * title / (title + title_norm)
            + weights.opening * opening / (opening + 1)
        )
        forms = article.forms.count(form)
        total += weights.exact * term.form_idf * forms / (forms + norm)
        if typed := term.typed_form:
            forms = max(0, article.forms.count(typed.held) - article.forms.count(typed.without))
            total += weights.exact * term.stem_idf * forms / (forms + norm)
    neighbours = 0.0
    for pair, weight in query.pairs:
        if is_long and deadline.passed():
            break
        count = in_title(pair) + in_opening(pair) + in_rest(pair)
        neighbours += weight * count / (count + 1)
    total += weights.pairs * neighbours
    coverage: float = (covered / query.idf) ** weights.coverage
    return total * coverage
