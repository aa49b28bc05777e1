"""Looking at a generation before it is published: does it hold what the register says, and does it find it?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from searchapp.engines.port import EngineRequest, Reader, TermClause
from searchapp.errors import VerificationFailed
from searchapp.i18n import Message
from searchapp.indexing.register import Register, digest_of_article
from searchapp.model import ArticleStatus
from searchapp.schema import ID

__all__ = ["verify"]

SAMPLE: Final = 20


def verify(reader: Reader, register: Register, gone: Iterable[str]) -> None:
    """Compare an index with the register that was made with it, by count and by a sample of articles.

    ``gone`` are ids that must not be found. Raises VerificationFailed, which says what differs.
    """
    expected = register.count("indexed")
    if reader.count != expected:
        raise VerificationFailed(
            Message("the index holds {count} articles instead of {expected}", count=reader.count, expected=expected)
        )
    for article_id, mark in register.sample(SAMPLE):
        article = reader.article(article_id)
        corrected = article is not None and article.status is ArticleStatus.CORRECTED
        if article is None or not (corrected or mark.startswith(digest_of_article(article))):
            raise VerificationFailed(Message("the article “{id}” is not as it was read", id=article_id))
        if reader.search(EngineRequest(TermClause(ID, ((article_id, 1.0),)))).total != 1:
            raise VerificationFailed(Message("the article “{id}” is not found", id=article_id))
    for article_id in gone:
        if reader.article(article_id) is not None:
            raise VerificationFailed(Message("the article “{id}” is still there", id=article_id))
