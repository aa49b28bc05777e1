"""The words of a query that an article lacks, for the results of one page."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.derived.rerank_features import read_rerank_features, stem_hash
from searchapp.engines.port import Candidate, Details, Reader
from searchapp.model import Deadline
from searchapp.search.preferred_parts import PreferredPart

__all__ = ["missing_words", "read_shown"]


def read_shown(
    parts: Sequence[PreferredPart], candidates: Sequence[Candidate], reader: Reader, deadline: Deadline
) -> Details:
    """Return the articles of ``candidates`` and what tells which ``parts`` they hold."""
    clauses = [part.clause for part in parts if not part.ways]
    features = bool(parts) and any(candidate.features is None for candidate in candidates)
    documents = [candidate.document for candidate in candidates]
    return reader.details(documents, clauses, features=features, deadline=deadline)


def missing_words(
    parts: Sequence[PreferredPart], candidates: Sequence[Candidate], shown: Details, deadline: Deadline
) -> list[tuple[str, ...]]:
    """Return for each of ``candidates`` the texts of the ``parts`` that its article lacks; out of time none.

    ``shown`` is what :func:`read_shown` returned for them. Words are looked for in the rerank features; of the other
    parts the engine has said which articles match.
    """
    missing: list[list[str]] = [[] for _ in candidates]
    if not parts or not candidates or shown.matching is None or deadline.passed():
        return [()] * len(candidates)
    stored = shown.features or [candidate.features or b"" for candidate in candidates]
    articles = list(map(read_rerank_features, stored))
    matching = iter(shown.matching)
    for part in parts:
        if part.ways:
            ways = [tuple(map(stem_hash, way)) for way in part.ways]
            holds = [any(all(map(article.holds, way)) for way in ways) for article in articles]
        else:
            documents = next(matching)
            holds = [candidate.document in documents for candidate in candidates]
        for lacked, is_held in zip(missing, holds, strict=True):
            if not is_held:
                lacked.append(part.text)
    return list(map(tuple, missing))
