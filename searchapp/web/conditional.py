"""Conditional requests: ``If-None-Match`` of GET and HEAD as RFC 9110 (13.1.2) has it.

Tags are compared weakly. ``*`` stands for anything that is there, so it is looked at last, once an answer exists.
"""

from __future__ import annotations

import re
from typing import Final

from flask import Response, request

__all__ = ["answer_unmodified", "names_tag"]

# Of a tag, what stands between its quotation marks: the mark of a weak one does not count.
TAG: Final = re.compile(r'"([^"]*)"')


def names_tag(tag: str) -> bool:
    """Return whether the client has the answer with this tag."""
    return tag in TAG.findall(_header())


def answer_unmodified(response: Response) -> Response:
    """Turn an answer that the client has already into 304."""
    if request.method in {"GET", "HEAD"} and response.status_code == 200 and _has(response.get_etag()[0]):
        response.status_code = 304
        response.set_data(b"")
    return response


def _has(tag: str | None) -> bool:
    return _header().strip() == "*" or (tag is not None and names_tag(tag))


def _header() -> str:
    return request.headers.get("If-None-Match", "")
