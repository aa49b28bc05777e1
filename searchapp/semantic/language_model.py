"""A language model: vectors of queries and of passages, whichever library computes them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["LanguageModel", "Vectors"]

# Words of a query; the time follows their number, and a pasted article is no question.
_QUERY_WORDS: Final = 64
_LONGEST_WORD: Final = 60
# Vectors of queries that are kept, of one to three kilobytes each.
_CACHED: Final = 1_000
_INT8: Final = 127
_TINY: Final = np.finfo(np.float32).tiny

Vectors = NDArray[np.float32]


class LanguageModel(ABC):
    """A model, loaded at the first vector. Safe to share between threads, and not to be used before a fork.

    ``name`` says what a stored vector was made by; vectors of another name are not comparable.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = Lock()
        self._model: Any = None
        self._query_vector = lru_cache(_CACHED)(self._embed_query)

    def query_vector(self, text: str) -> Vectors:
        """Return the vector of a query, of length 1; that of a recent one is remembered."""
        words = (word[:_LONGEST_WORD] for word in text.split(maxsplit=_QUERY_WORDS)[:_QUERY_WORDS])
        return self._query_vector(" ".join(words))

    def passage_vectors(self, passages: Sequence[str]) -> list[bytes]:
        """Return the vectors of passages as signed bytes, the largest of which is 127."""
        vectors = self._embed([_readable(passage) for passage in passages], is_query=False)
        largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), _TINY)
        return [row.tobytes() for row in np.rint(vectors / largest * _INT8).astype(np.int8)]

    def unload(self) -> None:
        """Give back the memory of the model, which is loaded again at the next vector."""
        with self._lock:
            self._model = None

    def _embed_query(self, text: str) -> Vectors:
        vector = self._embed([_readable(text)], is_query=True)[0]
        unit: Vectors = vector / np.maximum(np.linalg.norm(vector), _TINY)
        return unit

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    @abstractmethod
    def _load(self) -> Any:
        """Return the library's model."""

    @abstractmethod
    def _embed(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        """Return a vector a text, in rows."""


def _readable(text: str) -> str:
    """Return ``text`` without what libraries cannot read: they take UTF-8 that ends at a zero byte."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
