"""The match stage: the articles that a plan finds, in the engine's order, with their counts.

All words of a query are preferred, none is required; yet a total, a facet or a list by date must not count every
article that holds one common word of many. So there is a minimum that should match: an article matches when its words
make up a share of the query's weight (idf), at the highest level that enough articles reach. On four judged sets this
cost nothing in nDCG@10 and MRR@10 while the median total fell from 6,403 to 124, 2,426 to 538 and 3,558 to 393
articles.

That is right for the order by relevance. By date, and in facets and histogram, articles with some of the words are
noise; there the articles with all words count whenever there is one. The engine is asked once: it chooses the level,
and counts the facets once, of the fewer articles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from searchapp.engines.port import (
    BooleanClause,
    Clause,
    EngineRequest,
    EngineResult,
    FirstOfClause,
    MinimumWeightClause,
    Reader,
    TermClause,
)
from searchapp.model import DEFAULT_FACET_LIMIT, Deadline, Match, Sort
from searchapp.query import Bool, Phrase, Word, narrows
from searchapp.schema import FACET_FIELDS, STEMS
from searchapp.search.paging import RERANKED, Window
from searchapp.search.plan import QueryPlan
from searchapp.search.preferred_parts import PreferredPart
from searchapp.search.scored_terms import ScoredTerm
from searchapp.search.synonyms import Alternative
from searchapp.search.timeline import MONTHS_BY_DAY

__all__ = [
    "NO_COUNTS",
    "Counts",
    "Matches",
    "alternative_should_match",
    "match",
    "matching_clause",
    "minimum_should_match",
]

# Tried in this order until _MIN_MATCHES articles match; else one word is enough.
_SHARES: Final = (0.4, 0.3, 0.2, 0.1)
_MIN_MATCHES: Final = 50
# The rarest words decide; for an engine without weights the clause doubles with each.
_MAX_WEIGHED_WORDS: Final = 10

Weighted = Sequence[tuple[str, float]]
"""(stem, weight) pairs."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The engine's result; unless ``complete``, there was no time to find or to count all of it.

    ``request`` asks for the candidates of it alone, without any counts.
    ``total_all``, ``match`` and ``facets_match`` are those of :class:`~searchapp.model.SearchResult`.
    """

    result: EngineResult
    complete: bool
    total_all: int | None
    match: Match
    facets_match: Match
    request: EngineRequest


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts that a search needs beside its candidates; the limit of a facet is None for all its values."""

    facets: tuple[str, ...] = FACET_FIELDS
    facet_limit: int | None = DEFAULT_FACET_LIMIT
    histogram: bool = True
    timeline: bool = True
    months_by_day: int = MONTHS_BY_DAY


NO_COUNTS: Final = Counts((), 0, histogram=False, timeline=False)


def match(plan: QueryPlan, window: Window, reader: Reader, deadline: Deadline, counts: Counts = Counts()) -> Matches:
    """Return the candidates that the page ``window`` needs, with total and ``counts`` of all matches."""
    request = EngineRequest(
        clause=_narrowed(plan),
        filters=plan.filters,
        sort=plan.sort,
        offset=window.offset(plan),
        limit=window.limit(plan),
        facets=counts.facets,
        facet_limit=counts.facet_limit,
        histogram=counts.histogram,
        timeline=counts.timeline,
        months_by_day=counts.months_by_day,
        deadline=deadline,
        after=window.start.after,
        groups=window.groups,
        features=RERANKED if window.is_reranked(plan) else 0,
    )
    if plan.requires_all_words:
        result = reader.search(request)
        total_all = result.total if result.complete else None
        return Matches(result, result.complete, total_all, plan.match, plan.match, _uncounted(request))
    if plan.match is Match.ALL or plan.sort is not Sort.RELEVANCE:
        return _list_all_words(plan, request, reader)
    return _count_all_words(plan, request, reader)


def matching_clause(plan: QueryPlan, reader: Reader) -> Clause:
    """Return the clause of the articles that a plan finds: those with all words if it asks for them, else with most.

    ``reader`` counts the articles from which the minimum that should match follows.
    """
    if plan.match is Match.ALL and plan.lacks_words:
        return TermClause(STEMS, ())
    if plan.match is Match.ALL and not plan.requires_all_words:
        return BooleanClause(must=(plan.clause, *(part.clause for part in plan.parts)))
    return _chosen(_narrowed(plan), reader)


def _list_all_words(plan: QueryPlan, request: EngineRequest, reader: Reader) -> Matches:
    """Return the articles with all words; by date and without one, those with all words that any article holds.

    Failing these too, all that ``request`` finds.
    """
    held = [part for part in plan.parts if part.is_held]
    clauses: list[Clause] = []
    if not plan.lacks_words or (held and plan.match is not Match.ALL):
        clauses.append(_with_all(held if plan.lacks_words else plan.parts, request.clause))
    if plan.match is not Match.ALL:
        clauses.append(request.clause)
    if not clauses:
        return Matches(_empty(request), True, 0, Match.ALL, Match.ALL, _uncounted(request))
    result = reader.search(replace(request, clause=clauses[0], instead=tuple(clauses[1:])))
    asked = replace(_uncounted(request), clause=clauses[result.instead])
    if plan.lacks_words or result.instead:
        total_all = 0 if plan.lacks_words or result.complete else None
        return Matches(result, result.complete, total_all, Match.MOST, Match.MOST, asked)
    total_all = result.total if result.complete else None
    return Matches(result, result.complete, total_all, Match.ALL, Match.ALL, asked)


def _count_all_words(plan: QueryPlan, request: EngineRequest, reader: Reader) -> Matches:
    """Return the matches of ``request``, with the counts of the articles with all words if there are any."""
    counted = None if plan.lacks_words else BooleanClause(must=tuple(part.clause for part in plan.parts))
    result = reader.search(replace(request, counted=counted))
    total_all = (result.counted or 0) if result.complete or plan.lacks_words else None
    facets_match = Match.ALL if result.counted else Match.MOST
    return Matches(result, result.complete, total_all, Match.MOST, facets_match, _uncounted(request))


def _empty(request: EngineRequest) -> EngineResult:
    return EngineResult(0, (), dict.fromkeys(request.facets, ()))


def _uncounted(request: EngineRequest) -> EngineRequest:
    """Return ``request`` for its candidates alone."""
    return replace(request, facets=(), histogram=False, timeline=False, features=0)


def _with_all(parts: Sequence[PreferredPart], clause: Clause) -> Clause:
    """Return ``clause`` for those articles alone that hold all of ``parts``."""
    return BooleanClause(must=(clause, *(part.clause for part in parts)))


def _narrowed(plan: QueryPlan) -> Clause:
    """Return the clause of ``plan`` with its minimum that should match."""
    tree, clause, terms = plan.tree, plan.clause, plan.scored_terms
    if not isinstance(tree, Bool) or not isinstance(clause, BooleanClause) or not tree.should:
        return clause
    if not all(map(narrows, tree.must)) or not all(isinstance(part, Word | Phrase) for part in tree.should):
        return clause
    # A word that there was no time to correct weighs as one that articles hold, so that no more of them match.
    known = _weights([term for term in terms if term.is_held or not plan.complete])
    # A single word is enough by itself, and engines are much quicker with nothing around it.
    alone = len(tree.should) == len(terms) == 1 and not clause.must and not plan.alternatives
    if alone or not (known or plan.alternatives):
        return clause

    weights = _weights(terms)
    enough = [minimum_should_match(known)] if known else []
    enough += [alternative_should_match(weights, other) for other in plan.alternatives]
    others = (TermClause(STEMS, ((stem, 1.0),)) for other in plan.alternatives for stem in other.stems)
    synonyms = (other for other in others if other not in clause.should)
    must = (*clause.must, BooleanClause(should=tuple(enough)))
    return replace(clause, must=must, should=(*clause.should, *synonyms))


def minimum_should_match(words: Weighted) -> Clause:
    """Return the clause that an article must match: the highest share of the weight that enough reach, or any word."""
    terms = _heaviest(words)
    whole = sum(weight for _, weight in terms)
    any_word = TermClause(STEMS, tuple((stem, 0.0) for stem, _ in words))
    if len(terms) < 2:
        return any_word
    levels = (MinimumWeightClause(STEMS, terms, share * whole) for share in _SHARES)
    return FirstOfClause((*levels, any_word), _MIN_MATCHES)


def alternative_should_match(words: Weighted, alternative: Alternative) -> Clause:
    """Return the clause of articles that hold all stems of a synonym instead of the words it replaces.

    The synonym weighs as much as they; it has to reach the highest share together with the words beside it.
    """
    stems: tuple[Clause, ...] = tuple(TermClause(STEMS, ((stem, 0.0),)) for stem in alternative.stems)
    beside = _heaviest((*words[: alternative.start], *words[alternative.end :]))
    own = sum(weight for _, weight in words[alternative.start : alternative.end])
    missing = _SHARES[0] * (own + sum(weight for _, weight in beside)) - own
    return BooleanClause(must=(*stems, MinimumWeightClause(STEMS, beside, missing)) if missing > 0 else stems)


def _chosen(clause: Clause, reader: Reader) -> Clause:
    """Return ``clause`` with the level that an engine would choose in place of each choice.

    So it finds the same on another index, in which other numbers of articles match.
    """
    match clause:
        case FirstOfClause():
            counted = ((one, reader.search(EngineRequest(one, limit=0)).total) for one in clause.clauses[:-1])
            return next((one for one, total in counted if total >= clause.least), clause.clauses[-1])
        case BooleanClause():
            should, must = (tuple(_chosen(part, reader) for part in parts) for parts in (clause.should, clause.must))
            return replace(clause, should=should, must=must)
    return clause


def _heaviest(words: Weighted) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(words, key=lambda word: -word[1])[:_MAX_WEIGHED_WORDS])


def _weights(terms: Sequence[ScoredTerm]) -> list[tuple[str, float]]:
    return [(term.stem, term.stem_idf) for term in terms]
