"""Addresses of no page: the words in them, and the articles that these words find.

Old links and links of other sites often hold the title of an article: ``/2019/03/12/greve-des-trains_5412345.html``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from flask import g, request
from werkzeug.exceptions import TooManyRequests

from searchapp.errors import SearchappError, TooBusy
from searchapp.model import Hit, SearchRequest
from searchapp.web.rate_limits import count_search
from searchapp.web.site import site

__all__ = ["LostAddress", "articles_near"]

MOST_WORDS: Final = 12
SHOWN: Final = 5
WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Words of addresses that name a form or a place in a site.
FORMAL: Final = frozenset(
    {
        *("actualite", "actualites", "archive", "archives", "article", "articles", "index", "news", "page", "pages"),
        *("amp", "asp", "aspx", "en", "fr", "htm", "html", "jsp", "php", "shtml", "www"),
    }
)


@dataclass(frozen=True, slots=True)
class LostAddress:
    """The search for the words of an address, its best hits and its total."""

    request: SearchRequest
    hits: tuple[Hit, ...]
    total: int


def articles_near(path: str) -> LostAddress | None:
    """Return the articles that the words of ``path`` find; None without such words, or the scope to search.

    It counts as a search of the client. A search slot is taken only if one is free at once, so that many lost
    addresses do not hinder searches; without one, above the rate, and when the search fails, there are no hits.
    """
    words = _words_of(path)
    if not words or not g.get("may_search"):
        return None
    search = SearchRequest(" ".join(words), per_page=SHOWN, facet_limit=0, correct=False)
    client = request.remote_addr or ""
    try:
        _count()
        site().admission.enter(client, 0)
    except (TooBusy, TooManyRequests):
        return LostAddress(search, (), 0)
    try:
        result = site().service.search(search)
    except SearchappError:
        return LostAddress(search, (), 0)
    finally:
        site().admission.leave(client)
    return LostAddress(search, result.hits, result.total)


def _count() -> None:
    """Count the search, unless the request is counted already; raises TooManyRequests."""
    if "searcher" not in g:
        identity = g.get("identity")
        count_search(identity.name if identity else "", 1)


def _words_of(path: str) -> list[str]:
    """Return the words of ``path``, without numbers, identifiers and the names of forms."""
    words = (word for word in WORD.findall(path[:1024]) if len(word) > 1)
    plain = [word for word in words if word.casefold() not in FORMAL and not any(sign.isdigit() for sign in word)]
    return plain[:MOST_WORDS]
