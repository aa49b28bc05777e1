"""The rank stage: the best hundred candidates in order of richer features, the same whatever the engine.

An engine finds candidates by BM25 on stems. The features that it cannot score alike everywhere are read from
bytes made at indexing, which the candidates carry; :mod:`searchapp.search.rerank_score` has the formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from searchapp.derived.near_duplicates import NearDuplicates
from searchapp.engines.port import Candidate, Reader
from searchapp.model import Deadline
from searchapp.search.collapsing import grouped_page
from searchapp.search.matching import Matches
from searchapp.search.paging import RERANKED, Page, Window
from searchapp.search.plan import QueryPlan
from searchapp.search.recency import by_recency
from searchapp.search.rerank_score import rerank_scores
from searchapp.search.semantic_rank import SemanticOrder, SemanticRanker

__all__ = ["rank"]


def rank(
    plan: QueryPlan,
    matches: Matches,
    window: Window,
    reader: Reader,
    duplicates: NearDuplicates,
    deadline: Deadline,
    semantic: SemanticRanker,
) -> Page:
    """Return the candidates of the page ``window`` in their final order, of near duplicates one if they are grouped.

    A page that begins among the reranked results takes all of these from the engine and leaves out those before it; one
    that begins later continues in the engine's order.
    """
    candidates, is_reranked = matches.result.candidates, window.is_reranked(plan)
    reranked = _reranked(plan, candidates[:RERANKED], deadline) if is_reranked else None
    if reranked and plan.half_life:
        reranked = by_recency(reranked, plan.half_life)
    third = semantic.order(plan, reranked, reader, deadline) if reranked else SemanticOrder([])
    order = [*(third.candidates or candidates[:RERANKED]), *candidates[RERANKED:]]
    complete = reranked is not None or not is_reranked
    if window.groups:
        page = grouped_page(order, RERANKED * is_reranked, matches, window, reader, duplicates)
        return replace(page, complete=complete, semantic_parts=third.parts)
    if not is_reranked:
        return window.page(candidates, candidates)
    # Where the reranked results end, all of them were shown, whichever is the last one in the engine's order.
    in_engine_order = candidates[: window.end] if window.end >= RERANKED else ()
    page = window.page(order[window.start.rank : window.end], in_engine_order, complete=complete)
    return replace(page, semantic_parts=third.parts)


def _reranked(plan: QueryPlan, candidates: Sequence[Candidate], deadline: Deadline) -> list[Candidate] | None:
    """Return ``candidates`` by score, None when there was no time to read their features or to score all of them."""
    features = [candidate.features for candidate in candidates if candidate.features is not None]
    if len(features) < len(candidates):
        return None
    scores = rerank_scores(plan.scored_terms, features, deadline, plan.weights)
    if scores is None:
        return None
    scored = (Candidate(one[0], score, *one[2:]) for one, score in zip(candidates, scores, strict=True))
    return sorted(scored, key=lambda candidate: -candidate.score)
