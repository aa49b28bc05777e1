"""The similarities of the language model: the cosine between the vectors of the query and of each article's passage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from searchapp.engines.port import DocumentHandle, Reader
from searchapp.search.plan import QueryPlan
from searchapp.search.query_terms import scored_texts
from searchapp.semantic.passages import passage_digest, passage_of
from searchapp.semantic.vector_store import StoredVectors

__all__ = ["E5Similarities", "QueryModel"]


class QueryModel(Protocol):
    """A model, as far as searches need it. Safe to share between threads."""

    def query_vector(self, text: str) -> NDArray[np.float32]: ...


class E5Similarities:
    """Similarities of stored vectors. Only when two articles have one, the query needs a vector as well."""

    name: Final = "e5"

    def __init__(self, model: QueryModel, vectors: StoredVectors, weight: float) -> None:
        self.weight = weight
        self.version = vectors.version
        self.close = vectors.close
        self._model = model
        self._vectors = vectors

    def similarities(self, plan: QueryPlan, documents: Sequence[DocumentHandle], reader: Reader) -> list[float | None]:
        """Return the cosines of ``documents``; None for those without a vector yet."""
        digests = [passage_digest(passage_of(article)) for article in reader.articles(documents)]
        stored = self._vectors.vectors(digests)
        text = " ".join(scored_texts(plan.understood))
        if len(stored) < 2 or not text:
            return [None] * len(documents)
        query = self._model.query_vector(text)
        return [_cosine(query, stored[digest]) if digest in stored else None for digest in digests]


def _cosine(query: NDArray[np.float32], stored: bytes) -> float:
    vector = np.frombuffer(stored, np.int8).astype(np.float32)
    # A model of single words gives a text without any that it knows a vector of zeros.
    return float(query @ vector / max(float(np.linalg.norm(vector)), 1.0))
