"""Articles that the engine does not take: each becomes a reject of its file, as if it could not be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from searchapp.engines.port import Refused
from searchapp.i18n import Message
from searchapp.indexing.index_state import IndexState
from searchapp.model import Article

__all__ = ["RefusedArticles"]


class RefusedArticles:
    """Takes refused articles out of the index state, and out of all that ``forgetting`` has counted them in."""

    def __init__(self, state: IndexState) -> None:
        self.count = 0
        self.forgetting: list[Callable[[Article], None]] = []
        self._state = state

    def take(self, refused: Sequence[Refused]) -> None:
        for article, reason in refused:
            self.count += 1
            self._state.refuse(article.id, Message("the article “{id}”: {reason}", id=article.id, reason=reason))
            for forget in self.forgetting:
                forget(article)
