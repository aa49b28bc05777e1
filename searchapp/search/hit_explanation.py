"""Explanations: what the score of a result is made of, and in which forms its article holds the words of the query.

The parts of a score are those of the ranking itself; that of related words is what the other features lose without
them, that of coverage, a factor, what the score loses by it. So the parts add up to it whatever the features are. What
a word adds is what the other features would lose if it weighed nothing: words add up to the score before coverage,
likeness, age and meaning. A search without explanations pays nothing for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Final

from searchapp.analysis import FrenchAnalyzer, TermMatcher
from searchapp.engines.port import Candidate, DocumentHandle
from searchapp.model import Article, Deadline, ExplainedWord, Explanation, FoundForm, ScorePart
from searchapp.schema import PARTS
from searchapp.search.corrections import Corrections
from searchapp.search.paging import RERANKED
from searchapp.search.plan import QueryPlan
from searchapp.search.recency import ages, recency_factor
from searchapp.search.rerank_score import score
from searchapp.search.scored_terms import ScoredTerm
from searchapp.search.term_counts import count_terms

__all__ = ["Explainer"]

# Of a long text, as of an excerpt.
_MOST_TEXT: Final = 250_000

Forms = Mapping[str, Counter[tuple[str, str]]]
"""Stem -> (part, form) -> number."""


class Explainer:
    """Explains the results of one search: ``candidates`` are all that the engine returned, in its order."""

    def __init__(self, plan: QueryPlan, candidates: Sequence[Candidate], analyzer: FrenchAnalyzer) -> None:
        self._plan = plan
        self._reranked = candidates[:RERANKED]
        self._analyzer = analyzer

    def explain(
        self,
        shown: Sequence[Candidate],
        articles: Sequence[Article],
        semantic_parts: Mapping[DocumentHandle, tuple[ScorePart, ...]],
        *,
        reranked: bool,
        deadline: Deadline,
    ) -> list[Explanation | None]:
        """Return the explanation of each of ``shown``, whose ``articles`` are given; None where time ran out.

        Those that were not ``reranked`` have the engine's score: BM25 in one part. ``semantic_parts`` come last.
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
            parts = (*parts, *semantic_parts.get(candidate.document, ()))
            explanations.append(Explanation(tuple(self._words(article, added)), parts))
        return explanations

    def _scored(
        self, indexes: Sequence[int], deadline: Deadline
    ) -> list[tuple[tuple[ScorePart, ...], tuple[float, ...]]]:
        """Return for each of the reranked articles the parts of its score, and what each word adds."""
        if not indexes:
            return []
        terms = self._plan.scored_terms
        features = [candidate.features for candidate in self._reranked if candidate.features is not None]
        counts = count_terms(terms, features, deadline)
        if counts is None:
            return [((), ())] * len(indexes)
        age = ages([candidate.day for candidate in self._reranked])
        chosen = self._plan.weights
        scores = score(terms, counts, features, chosen)
        unrelated = score(terms, counts, features, replace(chosen, related=0.0, likeness=0.0))
        whole, totals, alike = scores.before_coverage, scores.scores, scores.likeness
        weights = asdict(chosen)
        explained = []
        for index in indexes:
            added = {name: float(feature[index].sum()) for name, feature in unrelated.by_term.items()}
            added["related"] = float(whole[index] - sum(added.values()))
            added["likeness"] = float(alike[index])
            added["coverage"] = float(totals[index] - whole[index] - alike[index])
            parts = [ScorePart("words", added["text"], 1.0, added.pop("text"))]
            # The value of a feature that weighs nothing is not known.
            values = {name: part / weights[name] if weights[name] else 0.0 for name, part in added.items()}
            parts += [ScorePart(name, values[name], weights[name], part) for name, part in added.items()]
            parts += _recency_part(float(totals[index]), age[index], self._plan.half_life)
            explained.append((tuple(parts), tuple(scores.added[index].tolist())))
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
