"""Conditional requests: ``If-None-Match`` of GET and HEAD by RFC 9110 (13.1.2), and strong ETags of all answers.

A tag is ``"BODY"``, a digest of the bytes, or ``"VERSION-BODY"``. VERSION is a digest of everything that the answer
depends on; a request with a current one is answered with 304 before any search. BODY makes the tag strong: two answers
of one version may differ in ``took_ms``. Flask-Compress adds the encoding, ``"VERSION-BODY:br"``. ``*`` matches
whatever exists, so it is checked when the answer has been made.
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

__all__ = [
    "answer_unmodified",
    "answers_partially",
    "names_tag",
    "revalidated",
    "tag_answer",
    "unmodified",
    "version_tag",
]

# The part of an ETag between its quotation marks; weak comparison ignores the prefix W/.
TAG: Final = re.compile(r'"([^"]*)"')
_DIGEST_BYTES: Final = 16


def names_tag(tag: str) -> bool:
    """Return whether ``If-None-Match`` of the current request names ``tag``, or an answer of the version ``tag``."""
    return _named(tag) is not None


def _named(tag: str) -> str | None:
    """Return the ETag that the client has of the version or the content ``tag``, without quotation marks."""
    for known in TAG.findall(request.headers.get("If-None-Match", "")):
        content = known.partition(":")[0]
        if tag in (content, content.partition("-")[0]):
            return str(known)
    return None


def version_tag(version: str, form: str = "") -> str:
    """Return the VERSION of an answer's ETag, made of everything that the answer to this request depends on.

    ``version``: the generation and the articles excluded from it; ``form``: the media type, where the header Accept
    decides. Program, settings and synonyms count; so does the day, since « hier » is another one tomorrow, and
    scheme and host, which absolute addresses name.
    """
    today = datetime.now(site().config.timezone).date().isoformat()
    parts: Sequence[str] = (
        site().fingerprint,
        version,
        today,
        request.scheme,
        request.host,
        request.root_path,
        request.full_path,
        current_language(),
        current_theme(),
        form,
    )
    return _digest("\0".join(parts).encode("utf-8", "replace"))


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
            response.set_etag(tag)
        else:
            response.headers["Cache-Control"] = "no-store"
        return response

    return answer


def unmodified() -> Response:
    """Return the 304 of an answer that is no page: without a media type, by which pages are recognised."""
    response = Response(status=304)
    response.headers.remove("Content-Type")
    return response


def answers_partially() -> None:
    """Note that the answer to this request is not whole: it is not to be kept."""
    g.answers_partially = True


def tag_answer(response: Response) -> None:
    """Make the ETag of an answer that may be kept strong: its version, if it has one, with a digest of its bytes.

    An answer that is streamed has its version only: nothing else changes its bytes.
    """
    may_keep = response.status_code == 200 and not response.cache_control.no_store
    if may_keep and not response.is_streamed:
        version = response.get_etag()[0]
        body = _digest(response.get_data())
        response.set_etag(f"{version}-{body}" if version else body)


def answer_unmodified(response: Response) -> Response:
    """Make the answer a 304 when the client already has it, with the ETag of what it has."""
    tag = response.get_etag()[0]
    if response.status_code == 304 and tag:
        response.set_etag(_named(tag) or tag)
    elif request.method in {"GET", "HEAD"} and response.status_code == 200:
        named = _named(tag) if tag else None
        if named or request.headers.get("If-None-Match", "").strip() == "*":
            response.status_code = 304
            response.set_data(b"")
            if named:
                response.set_etag(named)
    return response


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
