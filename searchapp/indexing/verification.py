"""Verification of a generation before it is published: the index has to hold and find the articles of its state."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Final

from searchapp.engines.port import EngineRequest, Reader, TermClause
from searchapp.errors import VerificationFailed
from searchapp.i18n import Message
from searchapp.indexing.index_state_reader import IndexStateReader
from searchapp.indexing.versions import digest_of_article
from searchapp.model import Article, ArticleStatus
from searchapp.schema import ID

__all__ = ["verify"]

SAMPLE: Final = 20
"""Size of each sample: of all articles, of those written now, and of those removed."""


def verify(reader: Reader, state: IndexStateReader) -> None:
    """Compare an index with its state, by count and by samples of articles.

    Raises VerificationFailed, which names the difference.
    """
    expected = state.count("indexed")
    if reader.count != expected:
        raise VerificationFailed(
            Message("the index holds {count} articles instead of {expected}", count=reader.count, expected=expected)
        )
    for article_id, digest in dict([*state.sample(SAMPLE), *state.sample(SAMPLE, "written")]).items():
        article = reader.article(article_id)
        if article is None or not _has_digest(article, digest):
            raise VerificationFailed(Message("the article “{id}” differs from what was read", id=article_id))
        if reader.search(EngineRequest(TermClause(ID, ((article_id, 1.0),)))).total != 1:
            raise VerificationFailed(Message("the article “{id}” is not found", id=article_id))
    for article_id, _ in state.sample(SAMPLE, "removed"):
        if reader.article(article_id) is not None:
            raise VerificationFailed(Message("the article “{id}” is still there", id=article_id))


def _has_digest(article: Article, digest: bytes) -> bool:
    """Return whether ``digest`` is that of ``article``, which may have been made a correction after it was read."""
    if digest.startswith(digest_of_article(article)):
        return True
    as_read = product((ArticleStatus.PUBLISHED, ArticleStatus.CORRECTED), (article.modified, None))
    return any(
        digest.startswith(digest_of_article(replace(article, status=status, modified=modified)))
        for status, modified in as_read
    )
