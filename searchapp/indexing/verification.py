"""Looking at a generation before it is published: does it hold what the register says, and does it find it?"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Final

from searchapp.engines.port import EngineRequest, Reader, TermClause
from searchapp.errors import VerificationFailed
from searchapp.i18n import Message
from searchapp.indexing.index_state import Register, digest_of_article
from searchapp.model import Article, ArticleStatus
from searchapp.schema import ID

__all__ = ["verify"]

SAMPLE: Final = 20
"""Articles that are looked at: so many of all, of those written now, and of those removed."""


def verify(reader: Reader, register: Register) -> None:
    """Compare an index with the register that was made with it, by count and by samples of articles.

    Raises VerificationFailed, which says what differs.
    """
    expected = register.count("indexed")
    if reader.count != expected:
        raise VerificationFailed(
            Message("the index holds {count} articles instead of {expected}", count=reader.count, expected=expected)
        )
    for article_id, mark in dict([*register.sample(SAMPLE), *register.sample(SAMPLE, "written")]).items():
        article = reader.article(article_id)
        if article is None or not _is_marked(article, mark):
            raise VerificationFailed(Message("the article “{id}” is not as it was read", id=article_id))
        if reader.search(EngineRequest(TermClause(ID, ((article_id, 1.0),)))).total != 1:
            raise VerificationFailed(Message("the article “{id}” is not found", id=article_id))
    for article_id, _ in register.sample(SAMPLE, "removed"):
        if reader.article(article_id) is not None:
            raise VerificationFailed(Message("the article “{id}” is still there", id=article_id))


def _is_marked(article: Article, mark: bytes) -> bool:
    """Return whether ``mark`` is that of ``article``, which may have been made a correction after it was read."""
    if mark.startswith(digest_of_article(article)):
        return True
    read = product((ArticleStatus.PUBLISHED, ArticleStatus.CORRECTED), (article.modified, None))
    return any(
        mark.startswith(digest_of_article(replace(article, status=status, modified=modified)))
        for status, modified in read
    )
