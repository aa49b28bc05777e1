"""The rerank score: the formula of the second stage, over the features stored with each article.

The features are a string of the article's content words in order, as stems and as exact forms. Counting a term is one
:meth:`str.count`, so a hundred articles take a few milliseconds. With the sums over the query's content words, the
score of an article is::

    ( Σ idf(stem) · (sat(whole, norm) + TITLE · sat(title, title norm) + OPENING · sat(opening, 1))
    + EXACT · Σ idf(form) · sat(form, norm) + EXACT_TITLE · Σ idf(form) · sat(form in title, title norm)
    + NAME · Σ idf(form), of the forms typed with a capital letter that the article holds
    + PAIRS · Σ idf(stem, next stem) · sat(pair, 1)
    + WINDOW · (density(title) + density(text)) )  ·  (idf of the words it holds / idf of all)^COVERAGE

where sat(n, norm) = n / (n + norm) and norm = k1 (1 - b + b length / average) as in BM25. Words of the same family
(related stems: licencier beside licenciement) count for a part. The density of a text is Σ idf · √(held / window): of
the words that it holds, their number by the words in the stretch of fewest characters with all of them (as the minimal
span of Tao and Zhai, "An exploration of proximity measures in information retrieval", 2007).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from math import sqrt
from typing import Final, NamedTuple, Self

from searchapp.derived.rerank_features import RerankFeatures, read_rerank_features
from searchapp.model import Deadline
from searchapp.search.scored_terms import ScoredTerm

__all__ = ["WEIGHTS", "ScoreParts", "Weights", "rerank_scores", "score_parts"]

_K1: Final = 1.4
_B: Final = 0.75
_TITLE_B: Final = 0.25
# Characters of an article from which on the clock is read for each word: all words of a shorter one take a millisecond.
_LONG_TEXT: Final = 100_000
# Characters of stems among which words close together are looked for: 2,500 words. Each place of a word costs a step.
_WINDOW_TEXT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each feature, one table for every corpus.

    Calibrated together on four judged sets, 550 settings in all; each was chosen on half of the queries and held on the
    other half. The optimum is flat: a step in any of them costs less than chance.
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


WEIGHTS: Final = Weights()


@dataclass(slots=True)
class ScoreParts:
    """The score of an article by features; ``coverage`` is a factor of their sum."""

    text: float = 0.0
    title: float = 0.0
    opening: float = 0.0
    exact: float = 0.0
    exact_title: float = 0.0
    name: float = 0.0
    pairs: float = 0.0
    window: float = 0.0
    coverage: float = 0.0

    @property
    def sum(self) -> float:
        """The sum of all features but coverage."""
        return (
            self.text + self.title + self.opening + self.exact + self.exact_title + self.name + self.pairs + self.window
        )

    @property
    def score(self) -> float:
        """The score: the sum by the coverage."""
        return self.sum * self.coverage

    def by_feature(self) -> dict[str, float]:
        """Return the share of each feature in the score; they add up to it."""
        names = (field.name for field in fields(self) if field.name != "coverage")
        return {name: getattr(self, name) * self.coverage for name in names}


def rerank_scores(
    terms: Sequence[ScoredTerm], features: Iterable[str], deadline: Deadline = Deadline(), weights: Weights = WEIGHTS
) -> list[float] | None:
    """Return the score of each article, given its features; all are candidates of one query.

    None when the deadline passes before all are scored: a few scores make no order.
    """
    parts = score_parts(terms, features, deadline, weights)
    return None if parts is None else [part.score for part in parts]


def score_parts(
    terms: Sequence[ScoredTerm], features: Iterable[str], deadline: Deadline = Deadline(), weights: Weights = WEIGHTS
) -> list[ScoreParts] | None:
    """Return the score of each article as :func:`rerank_scores` does, by features."""
    articles = [read_rerank_features(entry) for entry in features]
    if not articles or not terms:
        return [ScoreParts() for _ in articles]
    average = sum(article.length for article in articles) / len(articles) or 1.0
    title_average = sum(article.title_length for article in articles) / len(articles) or 1.0
    query = _CountedQuery.of(terms)
    parts: list[ScoreParts] = []
    for article in articles:
        norms = _Norms(
            _K1 * (1 - _B + _B * article.length / average),
            _K1 * (1 - _TITLE_B + _TITLE_B * article.title_length / title_average),
        )
        parts.append(_score(query, article, norms, weights, deadline))
        if deadline.passed():
            return None
    return parts


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


class _Norms(NamedTuple):
    """The counts at which a feature reaches half of its weight: in the whole article and in its title."""

    whole: float
    title: float


class _Counts(NamedTuple):
    """Occurrences of a term, its spellings and synonyms, and those of its family."""

    title: float
    opening: float
    whole: float
    related_title: int
    related_whole: int


def _score(
    query: _CountedQuery, article: RerankFeatures, norms: _Norms, weights: Weights, deadline: Deadline
) -> ScoreParts:
    """Return the score of one article; a meaningless one when the deadline passes."""
    parts = ScoreParts()
    is_long = len(article.rest) > _LONG_TEXT
    title_end = article.title_forms_end()
    covered = 0.0
    in_title: list[_CountedTerm] = []
    in_body: list[_CountedTerm] = []
    for counted in query.terms:
        if is_long and deadline.passed():  # an article of 16 MB takes 50 milliseconds a word
            return parts
        counts = _count(counted, article)
        if counts.title:
            in_title.append(counted)
        if counts.whole > counts.title:
            in_body.append(counted)
        if counts.whole or counts.related_whole:
            covered += counted.term.stem_idf * (1.0 if counts.whole else weights.related)
            _add_stem(parts, counted.term, counts, norms, weights)
            _add_forms(parts, counted, article, title_end, norms, weights)
    for pair, idf in query.pairs:
        if is_long and deadline.passed():
            break
        count = article.title.count(pair) + article.opening.count(pair) + article.rest.count(pair)
        parts.pairs += weights.pairs * idf * _saturated(count, 1)
    body = article.body(_WINDOW_TEXT) if len(in_body) > 1 else ""
    parts.window = weights.window * (_density(article.title, in_title) + _density(body, in_body))
    parts.coverage = (covered / query.idf) ** weights.coverage
    return parts


def _count(counted: _CountedTerm, article: RerankFeatures) -> _Counts:
    in_title, in_opening, in_rest = article.title.count, article.opening.count, article.rest.count
    title, opening = float(in_title(counted.stem)), float(in_opening(counted.stem))
    whole = title + opening + in_rest(counted.stem)
    for spelling in counted.spellings:
        counts = in_title(spelling), in_opening(spelling), in_rest(spelling)
        title, opening, whole = max(title, counts[0]), max(opening, counts[1]), max(whole, sum(counts))
    for alternative in counted.alternatives:
        counts = in_title(alternative), in_opening(alternative), in_rest(alternative)
        title, opening, whole = title + counts[0], opening + counts[1], whole + sum(counts)
    related_title = related_whole = 0
    for related in counted.related_stems:
        count = in_title(related)
        related_title += count
        related_whole += count + in_opening(related) + in_rest(related)
    return _Counts(title, opening, whole, related_title, related_whole)


def _add_stem(parts: ScoreParts, term: ScoredTerm, counts: _Counts, norms: _Norms, weights: Weights) -> None:
    title = counts.title + weights.related * counts.related_title
    whole = counts.whole + weights.related * counts.related_whole
    parts.text += term.stem_idf * _saturated(whole, norms.whole)
    parts.title += weights.title * term.stem_idf * _saturated(title, norms.title)
    parts.opening += weights.opening * term.stem_idf * _saturated(counts.opening, 1)


def _add_forms(
    parts: ScoreParts,
    counted: _CountedTerm,
    article: RerankFeatures,
    title_end: int,
    norms: _Norms,
    weights: Weights,
) -> None:
    """Add the exact forms, of which those of the title end at ``title_end``."""
    term, count = counted.term, article.forms.count
    if forms := count(counted.form):
        parts.exact += weights.exact * term.form_idf * _saturated(forms, norms.whole)
        parts.name += weights.name * term.form_idf * term.is_name
        if title_end:
            in_title = count(counted.form, 0, title_end)
            parts.exact_title += weights.exact_title * term.form_idf * _saturated(in_title, norms.title)
    if typed := term.typed_form:
        forms = max(0, count(typed.held) - count(typed.without))
        parts.exact += weights.exact * term.stem_idf * _saturated(forms, norms.whole)


def _saturated(count: float, norm: float) -> float:
    return count / (count + norm)


def _density(line: str, terms: Sequence[_CountedTerm]) -> float:
    """Return Σ idf · √(held / window) of the terms that ``line`` holds, 0 for one alone."""
    if len(terms) < 2:
        return 0.0
    places: list[tuple[int, int]] = []
    for index, term in enumerate(terms):
        for word in (term.stem, *term.spellings, *term.alternatives):
            place = line.find(word)
            while place >= 0:
                places.append((place, index))
                place = line.find(word, place + len(word) - 1)
    held = {index for _, index in places}
    if len(held) < 2:
        return 0.0
    start, end = _shortest_window(sorted(places), len(held))
    idf = sum(terms[index].term.stem_idf for index in held)
    return idf * sqrt(len(held) / (line.count("||", start, end + 1) + 1))


def _shortest_window(places: Sequence[tuple[int, int]], held: int) -> tuple[int, int]:
    """Return where the shortest stretch with all ``held`` terms begins and where its last term does.

    ``places`` are (offset, index of the term) pairs in order. The shortest stretch that ends at a place begins at the
    oldest of the last places of all terms, so one pass will do.
    """
    last: dict[int, int] = {}
    best = (0, 1 << 62)
    for place, index in places:
        last.pop(index, None)  # so that it comes last: a dictionary keeps the order of insertion
        last[index] = place
        if len(last) == held:
            start = next(iter(last.values()))
            if place - start < best[1] - best[0]:
                best = (start, place)
    return best
