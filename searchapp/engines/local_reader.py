"""The batches of the port for an engine in this process, which reads one term or document as cheaply as many."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Final

from searchapp.engines.port import (
    BooleanClause,
    Candidate,
    Clause,
    Details,
    DocumentHandle,
    EngineRequest,
    EngineResult,
    TermClause,
    TermPrefix,
    TermStatistics,
)
from searchapp.model import Article, Deadline
from searchapp.schema import ID

__all__ = ["LocalReader"]

# Documents whose features are read between two checks of the deadline.
_FEATURES_AT_A_TIME: Final = 10


class LocalReader(ABC):
    """The part of a :class:`~searchapp.engines.port.Reader` that is made of single readings."""

    @abstractmethod
    def search(self, request: EngineRequest) -> EngineResult: ...

    @abstractmethod
    def articles(self, documents: Iterable[DocumentHandle]) -> list[Article]: ...

    @abstractmethod
    def terms_with_prefix(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]: ...

    @abstractmethod
    def rerank_features(self, documents: Iterable[DocumentHandle]) -> list[bytes]:
        """Return the rerank features stored with documents, in the order asked for."""

    @abstractmethod
    def days(self, documents: Iterable[DocumentHandle]) -> list[int]:
        """Return the days of documents (yyyymmdd, 0 without a date), in the order asked for."""

    @abstractmethod
    def document_frequency(self, field: str, term: str) -> int:
        """Return the number of documents that hold ``term`` in ``field``."""

    def term_statistics(self, terms: Sequence[tuple[str, str]], prefixes: Sequence[TermPrefix] = ()) -> TermStatistics:
        return TermStatistics(
            [self.document_frequency(field, term) for field, term in terms],
            [self.terms_with_prefix(*prefix) for prefix in prefixes],
        )

    def details(
        self,
        documents: Sequence[DocumentHandle],
        clauses: Sequence[Clause] = (),
        *,
        features: bool = False,
        deadline: Deadline = Deadline(),
    ) -> Details:
        articles = self.articles(documents)
        stored = self.rerank_features(documents) if features else ()
        return Details(articles, stored, self._matching(articles, clauses, deadline))

    def with_features(self, candidates: Sequence[Candidate], request: EngineRequest) -> tuple[Candidate, ...]:
        """Return ``candidates``, the first ones with their features and days; none with them when time runs out."""
        documents = [candidate.document for candidate in candidates[: request.features]]
        features: list[bytes] = []
        for start in range(0, len(documents), _FEATURES_AT_A_TIME):
            if request.deadline.passed():
                return tuple(candidates)
            features += self.rerank_features(documents[start : start + _FEATURES_AT_A_TIME])
        if not documents:
            return tuple(candidates)
        first = (
            Candidate(*candidate[:4], stored, day)
            for candidate, stored, day in zip(candidates, features, self.days(documents), strict=False)
        )
        return (*first, *candidates[len(documents) :])

    def _matching(
        self, articles: Sequence[Article], clauses: Sequence[Clause], deadline: Deadline
    ) -> tuple[frozenset[DocumentHandle], ...] | None:
        """Return the documents of ``articles`` that match each clause, None when the deadline passes before."""
        shown = TermClause(ID, tuple((article.id, 1.0) for article in articles))
        matching = []
        for clause in clauses:
            request = EngineRequest(BooleanClause(must=(shown, clause)), limit=len(articles), deadline=deadline)
            result = self.search(request)
            if not result.complete:
                return None
            matching.append(frozenset(candidate.document for candidate in result.candidates))
        return tuple(matching)
