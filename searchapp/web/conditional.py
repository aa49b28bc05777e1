"""Conditional requests: ``If-None-Match`` of GET and HEAD by RFC 9110 (13.1.2), with weak comparison of ETags.

``*`` matches whatever exists, so it is checked when the answer has been made. A page of results is tagged by what it
depends on, so that a current one is answered without a search; other pages by their content.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Final

from flask import Response, g, make_response, request

from searchapp.web.colour_scheme import current_theme
from searchapp.web.site import site
from searchapp.web.site_language import current_language

__all__ = ["answer_unmodified", "answers_partially", "names_tag", "revalidated", "tag_page", "version_tag"]

# The part of an ETag between its quotation marks; weak comparison ignores the prefix W/.
TAG: Final = re.compile(r'"([^"]*)"')


def names_tag(tag: str) -> bool:
    """Return whether ``If-None-Match`` of the current request names ``tag``."""
    return tag in TAG.findall(request.headers.get("If-None-Match", ""))


def version_tag(version: str) -> str:
    """Return the ETag of an answer to this request, made of everything that it depends on.

    ``version``: the generation and the articles excluded from it. Program, settings and synonyms count; so does the
    day, since « hier » is another one tomorrow, and the host, which absolute addresses name.
    """
    today = datetime.now(site().config.timezone).date().isoformat()
    parts: Sequence[str] = (
        site().fingerprint,
        version,
        today,
        request.host,
        request.root_path,
        request.full_path,
        current_language(),
        current_theme(),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def revalidated(view: Callable[[], str]) -> Callable[[], Response]:
    """Tag the page of ``view`` by the generation; a current tag is answered with 304 without running ``view``.

    A page that is partial, or shows an older generation than the published one, gets no tag.
    """

    @wraps(view)
    def answer() -> Response:
        service = site().service
        version = service.version()
        tag = version_tag(version)
        response = Response(status=304) if names_tag(tag) else make_response(view())
        is_whole = not g.get("answers_partially") and not service.served().degraded
        if is_whole and service.version() == version:
            response.set_etag(tag, weak=True)
        else:
            response.headers["Cache-Control"] = "no-store"
        return response

    return answer


def answers_partially() -> None:
    """Note that the answer to this request is not whole: it is not to be kept."""
    g.answers_partially = True


def tag_page(response: Response) -> None:
    """Tag a page that has no tag yet, and may be kept, by its content."""
    may_keep = response.status_code == 200 and not response.cache_control.no_store
    if may_keep and not response.is_streamed and response.get_etag()[0] is None:
        response.add_etag(weak=True)


def answer_unmodified(response: Response) -> Response:
    """Make the answer a 304 when the client already has it."""
    if request.method in {"GET", "HEAD"} and response.status_code == 200:
        tag = response.get_etag()[0]
        if request.headers.get("If-None-Match", "").strip() == "*" or (tag is not None and names_tag(tag)):
            response.status_code = 304
            response.set_data(b"")
    return response
