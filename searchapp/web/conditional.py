"""Conditional requests: ``If-None-Match`` of GET and HEAD by RFC 9110 (13.1.2), with weak comparison of ETags.

``*`` matches whatever exists, so it is checked when the answer has been made.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flask import Response, request

from searchapp import __version__
from searchapp.web.site import site
from searchapp.web.site_language import current_language

__all__ = ["answer_unmodified", "names_tag", "version_tag"]

# The part of an ETag between its quotation marks; weak comparison ignores the prefix W/.
TAG: Final = re.compile(r'"([^"]*)"')


def names_tag(tag: str) -> bool:
    """Return whether ``If-None-Match`` of the current request names ``tag``."""
    return tag in TAG.findall(request.headers.get("If-None-Match", ""))


def version_tag(version: str) -> str:
    """Return the ETag of an answer to this request, made of everything that it depends on.

    ``version``: the generation and the articles excluded from it. The day counts, since « hier » is another one
    tomorrow, and so does the host, which absolute addresses name.
    """
    today = datetime.now(site().config.timezone).date().isoformat()
    parts: Sequence[str] = (
        __version__,
        version,
        today,
        request.host,
        request.root_path,
        request.full_path,
        current_language(),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def answer_unmodified(response: Response) -> Response:
    """Make the answer a 304 when the client already has it."""
    if request.method in {"GET", "HEAD"} and response.status_code == 200:
        tag = response.get_etag()[0]
        if request.headers.get("If-None-Match", "").strip() == "*" or (tag is not None and names_tag(tag)):
            response.status_code = 304
            response.set_data(b"")
    return response
