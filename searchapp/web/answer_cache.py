"""Whole answers of the active generation, kept in memory within a number of bytes, the least used leave first.

The key is the version of an ETag (:func:`.conditional.version_tag`), made of everything that an answer depends on; what
has none is never kept: partial answers, and those of a generation that was replaced meanwhile. A kept answer needs no
slot. It is sent with the header fields of its own view; those of the request (compression, rate limits, cross-origin)
are added to it as to any other.
"""

from __future__ import annotations

import time
from typing import Final

from flask import Flask, Response, g, request

from searchapp.measuring import count
from searchapp.web.conditional import names_tag, version_tag
from searchapp.web.kept_answers import KeptAnswer
from searchapp.web.site import log_count, site

__all__ = ["cached_answer", "init_app"]

ENDPOINTS: Final = frozenset({"api.search", "api.facet_values", "api.trends", "pages.search"})
UNKEPT: Final = frozenset({"explain", "cursor"})
"""Parameters of requests that hardly anybody repeats."""


def init_app(app: Flask) -> None:
    """Keep answers of ``app``; call it last, so that an answer is kept as its view made it."""
    app.after_request(_keep)


def cached_answer() -> Response | None:
    """Return the answer to the current request if it is kept."""
    if not _may_be_kept():
        return None
    started = time.perf_counter()
    version = site().service.version()
    tag = version_tag(version)
    if names_tag(tag):  # the view answers 304, without a search
        return None
    g.cache_key = version, tag
    answer = site().answers.get(version, tag)
    count("answer_cache", "miss" if answer is None else "hit")
    if answer is None:
        return None
    if answer.logged:
        log_count(*answer.logged, (time.perf_counter() - started) * 1000)
    return Response(answer.body, headers=list(answer.fields))


def _may_be_kept() -> bool:
    is_on = site().config.answer_cache > 0 and request.method == "GET"
    return is_on and request.endpoint in ENDPOINTS and UNKEPT.isdisjoint(request.args)


def _keep(response: Response) -> Response:
    version, tag = g.pop("cache_key", ("", ""))
    is_whole = response.status_code == 200 and not (response.is_streamed or response.cache_control.no_store)
    if tag and is_whole and response.get_etag()[0] == tag:
        answer = KeptAnswer(response.get_data(), tuple(response.headers), g.get("logged_search"))
        site().answers.put(version, tag, answer)
    return response
