"""Exact duplicates: the same article found twice under ids that are ours. Where newspapers give ids, theirs count."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from searchapp.model import Article
from searchapp.schema import canonical_id

__all__ = ["digest_of_facts"]

_MADE: Final = ("u-", "c-")


def digest_of_facts(article: Article, file: str) -> int | None:
    """Return 64 bits that are equal for articles that say the same, to find repeats by; ``file`` is where it lies.

    None for an article whose id its newspaper gave: two such articles are two whatever they say. Among a million
    articles, the chance that any two different ones look the same is one in 30 million.
    """
    file = canonical_id(file)
    if not (article.id.startswith(_MADE) or file.startswith(article.id) or article.id.startswith(f"{file}/")):
        return None
    facts = (article.title, article.lead, article.text, str(article.date), article.source, *article.authors)
    digest = blake2b("\0".join(facts).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
