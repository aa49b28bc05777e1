"""Exact duplicates: the same article found twice under ids that are ours. Where newspapers give ids, theirs count."""

from __future__ import annotations

from searchapp.model import Article

__all__ = ["Distinct"]

_MADE: tuple[str, ...] = ("u-", "c-")


class Distinct:
    """Remembers what articles say, 60 bytes each, and counts those that say nothing new."""

    def __init__(self) -> None:
        self.count = 0
        self._seen: set[int] = set()

    def clear(self) -> None:
        """Forget everything."""
        self.count = 0
        self._seen.clear()

    def is_repeat(self, article: Article, file: str) -> bool:
        """Return whether every fact of ``article`` was seen before; ``file`` is where it lies.

        Two articles with ids that their newspaper gave are two articles whatever they say.
        """
        if not self._is_made(article.id, file):
            return False
        # 64 bits: among a million articles, one chance in 30 million that two different ones look the same.
        facts = hash((article.title, article.lead, article.text, article.date, article.source, article.authors))
        if facts in self._seen:
            self.count += 1
            return True
        self._seen.add(facts)
        return False

    def _is_made(self, article_id: str, file: str) -> bool:
        return article_id.startswith(_MADE) or file.startswith(article_id) or article_id.startswith(f"{file}/")
