"""The words of a query that an article lacks, for the results of one page."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.derived.rerank_features import read_rerank_features, stem_hash
from searchapp.engines.port import BooleanClause, Candidate, EngineRequest, Reader, TermClause
from searchapp.model import Article, Deadline
from searchapp.schema import ID
from searchapp.search.preferred_parts import PreferredPart

__all__ = ["missing_words"]


def missing_words(
    parts: Sequence[PreferredPart],
    candidates: Sequence[Candidate],
    articles: Sequence[Article],
    reader: Reader,
    deadline: Deadline,
) -> list[tuple[str, ...]]:
    """Return for each of ``articles`` the texts of the ``parts`` that it lacks; out of time none.

    ``candidates`` are those of the articles. Words are looked for in the stored rerank features; for the other parts
    the engine is asked which of these articles match.
    """
    missing: list[list[str]] = [[] for _ in articles]
    if not parts or not articles or deadline.passed():
        return [()] * len(articles)
    stored = reader.rerank_features(candidate.document for candidate in candidates)
    stems = [read_rerank_features(features).held_stems() for features in stored]
    shown = TermClause(ID, tuple((article.id, 1.0) for article in articles))
    for part in parts:
        if part.ways:
            ways = [frozenset(map(stem_hash, way)) for way in part.ways]
            holds = [any(way <= held for way in ways) for held in stems]
        else:
            clause = BooleanClause(must=(shown, part.clause))
            result = reader.search(EngineRequest(clause, limit=len(articles), deadline=deadline))
            if not result.complete:
                return [()] * len(articles)
            matching = {candidate.document for candidate in result.candidates}
            holds = [candidate.document in matching for candidate in candidates]
        for lacked, is_held in zip(missing, holds, strict=True):
            if not is_held:
                lacked.append(part.text)
    return list(map(tuple, missing))
