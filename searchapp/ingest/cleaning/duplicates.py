"""Exact duplicates: the same article twice under ids made by searchapp. Ids of newspapers are never duplicates."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from searchapp.model import Article
from searchapp.schema import canonical_id

__all__ = ["content_digest"]

_MADE_PREFIXES: Final = ("u-", "c-")


def content_digest(article: Article, file: str) -> int | None:
    """Return a digest of 64 bits of the content of ``article``, which lies in ``file``.

    None for an article with an id of its newspaper: two such articles differ whatever their content. Among a million
    articles, the chance that any two different ones have the same digest is one in 30 million.
    """
    file = canonical_id(file)
    if not (article.id.startswith(_MADE_PREFIXES) or file.startswith(article.id) or article.id.startswith(f"{file}/")):
        return None
    content = (article.title, article.lead, article.text, str(article.date), article.source, *article.authors)
    digest = blake2b("\0".join(content).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
