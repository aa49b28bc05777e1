"""Explanations: what the score of a result is made of, and in which forms its article holds the words of the query.

The parts of a score are taken from the ranking itself, by switching its features on one after the other: what the score
rises by is the part of that feature. So they add up whatever the features are, and a new weight explains itself. What a
word adds is what the score would lose if the word weighed nothing. A search without explanations pays nothing for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Final

from searchapp.analysis import FrenchAnalyzer, TermMatcher
from searchapp.engines.port import Candidate, Reader
from searchapp.model import Article, Deadline, ExplainedWord, Explanation, FoundForm, ScorePart
from searchapp.schema import PARTS
from searchapp.search.corrections import Corrections
from searchapp.search.paging import RERANKED
from searchapp.search.plan import QueryPlan
from searchapp.search.recency import ages, recency_factor
from searchapp.search.rerank_score import WEIGHTS, Weights, rerank_scores
from searchapp.search.scored_terms import ScoredTerm

__all__ = ["Explainer"]

# Of a long text, as of an excerpt.
_MOST_TEXT: Final = 250_000
# Weighs nothing beside another word, and still divides.
_NOTHING: Final = 1e-12
_WITHOUT: Final = replace(WEIGHTS, **{weight.name: 0.0 for weight in fields(Weights)})

Forms = Mapping[str, Counter[tuple[str, str]]]
"""Stem -> (part, form) -> number."""


class Explainer:
    """Explains the results of one search: ``candidates`` are all that the engine returned, in its order."""

    def __init__(
        self, plan: QueryPlan, candidates: Sequence[Candidate], reader: Reader, analyzer: FrenchAnalyzer
    ) -> None:
        self._plan = plan
        self._reranked = candidates[:RERANKED]
        self._reader = reader
        self._analyzer = analyzer

    def explain(
        self, shown: Sequence[Candidate], articles: Sequence[Article], *, reranked: bool, deadline: Deadline
    ) -> list[Explanation | None]:
        """Return the explanation of each of ``shown``, whose ``articles`` are given; None where time ran out.

        Those that were not ``reranked`` have the engine's score: BM25 in one part.
        """
        places = {candidate.document: index for index, candidate in enumerate(self._reranked)} if reranked else {}
        indexes = [places[candidate.document] for candidate in shown if candidate.document in places]
        scored = dict(zip(indexes, self._scored(indexes, deadline), strict=True))
        if deadline.passed():  # some of the scores may be missing
            return [None] * len(shown)
        explanations: list[Explanation | None] = []
        for candidate, article in zip(shown, articles, strict=True):
            if deadline.passed():
                explanations.append(None)
                continue
            bm25 = (ScorePart("bm25", candidate.score, 1.0, candidate.score),)
            parts, added = scored.get(places.get(candidate.document, -1), (bm25, ()))
            explanations.append(Explanation(tuple(self._words(article, added)), parts))
        return explanations

    def _scored(
        self, indexes: Sequence[int], deadline: Deadline
    ) -> list[tuple[tuple[ScorePart, ...], tuple[float, ...]]]:
        """Return for each of the reranked articles the parts of its score, and what each word adds."""
        if not indexes:
            return []
        terms = self._plan.scored_terms
        stored = self._reader.rerank_features(candidate.document for candidate in self._reranked)
        features = [one if index in indexes else _lengths_alone(one) for index, one in enumerate(stored)]
        age = ages(self._reader.days(candidate.document for candidate in self._reranked))

        def scores(words: Sequence[ScoredTerm], weights: Weights) -> list[float]:
            every = rerank_scores(words, features, deadline, weights)
            return [every[index] if every else 0.0 for index in indexes]

        steps = _steps()
        by_step = [scores(terms, weights) for _, _, weights in steps]
        before_coverage = replace(WEIGHTS, coverage=0.0)
        whole = scores(terms, before_coverage)
        without = [scores(_weightless(terms, index), before_coverage) for index in range(len(terms))]
        explained = []
        for row, index in enumerate(indexes):
            totals = [by_step[step][row] for step in range(len(steps))]
            parts = [
                ScorePart(name, (total - before) / weight if weight else 0.0, weight, total - before)
                for (name, weight, _), total, before in zip(steps, totals, [0.0, *totals], strict=False)
            ]
            parts += _recency_part(totals[-1], age[index], self._plan.half_life)
            explained.append((tuple(parts), tuple(whole[row] - each[row] for each in without)))
        return explained

    def _words(self, article: Article, added: Sequence[float]) -> Iterator[ExplainedWord]:
        forms = self._forms(article)
        for index, term in enumerate(self._plan.scored_terms):
            yield ExplainedWord(
                word=self._plan.texts.get(term.form, term.form.replace("_", " ")),
                forms=tuple(_found(term, forms)),
                contribution=added[index] if added else None,
                typed=_typed(term, self._plan.corrections),
            )

    def _forms(self, article: Article) -> Forms:
        """Return the forms of the plan's words and of what counts as them."""
        terms = self._plan.scored_terms
        rows = [row for term in terms for row in (*term.alternatives, *term.spellings)]
        stems = frozenset(
            [term.stem for term in terms]
            + [stem for term in terms for stem in term.related_stems]
            + [stem for row in rows for stem in row]
        )
        matcher = TermMatcher(stems)
        typed = {term.form for term in terms}
        forms: dict[str, Counter[tuple[str, str]]] = {stem: Counter() for stem in stems}
        for part in PARTS:
            text = getattr(article, part)[:_MOST_TEXT]
            for token in (*self._analyzer.tokens(text), *self._analyzer.wanted_compounds(text, matcher)):
                # « peut » does not count as « pourrait »: rerank features hold no stopwords.
                if token.term.stem in stems and (not token.term.is_stopword or token.term.exact in typed):
                    forms[token.term.stem][part, text[token.start : token.end].lower()] += 1
        return forms


def _lengths_alone(stored: str) -> str:
    """Return rerank features without words: the others' lengths count in a score, through their average."""
    lines = stored.split("\n")
    return "\n" * (len(lines) - 1) + lines[-1]


def _steps() -> list[tuple[str, float, Weights]]:
    """Return the features in the order in which they are switched on: name, weight, and all weights up to then."""
    steps, weights = [("words", 1.0, _WITHOUT)], _WITHOUT
    names = [weight.name for weight in fields(Weights) if weight.name != "coverage"]
    for name in (*names, "coverage"):
        weight = getattr(WEIGHTS, name)
        weights = replace(weights, **{name: weight})
        steps.append((name, weight, weights))
    return steps


def _weightless(terms: Sequence[ScoredTerm], index: int) -> list[ScoredTerm]:
    """Return ``terms``, of which the one at ``index`` weighs nothing."""
    light = replace(terms[index], stem_idf=_NOTHING * terms[index].stem_idf, form_idf=_NOTHING)
    return [*terms[:index], light, *terms[index + 1 :]]


def _recency_part(score: float, age: int, half_life: int) -> list[ScorePart]:
    """Return the part of recency in ``score``, a negative contribution; ``value`` is the age in days."""
    if not half_life:
        return []
    return [ScorePart("recency", float(age), float(half_life), score * (recency_factor(age, half_life) - 1))]


def _found(term: ScoredTerm, forms: Forms) -> Iterator[FoundForm]:
    """Yield the forms of ``term``; those of a synonym of several words only if the article has all of these."""
    ways: list[tuple[str, tuple[str, ...]]] = [("word", (term.stem,))]
    ways += [("related", (stem,)) for stem in term.related_stems]
    ways += [("synonym", row) for row in term.alternatives] + [("spelling", row) for row in term.spellings]
    seen = set[str]()
    for kind, row in ways:
        if all(forms[stem] for stem in row):
            for stem in row:
                for (part, form), count in forms[stem].items() if stem not in seen else ():
                    yield FoundForm(form, kind, part, count)
                seen.add(stem)


def _typed(term: ScoredTerm, corrections: Corrections) -> str:
    """Return the form that ``term`` is the correction of, "" when it was typed as it is."""
    pairs = corrections.by_form.items()
    return next((form for form, corrected in pairs if any(one.exact == term.form for one in corrected)), "")
