"""Ids: an article keeps its id in every reindex, whichever other files come or go."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.reader_protocol import UnreadableError
from searchapp.schema import canonical_id

__all__ = ["checked_id", "id_of_content", "id_of_url", "usable_id"]

_LONGEST: Final = 200
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def checked_id(text: str) -> str:
    """Return ``text`` in its canonical form.

    Raises UnreadableError unless it has 1 to 200 characters, no control characters and no blanks at its ends.
    """
    composed = canonical_id(text)
    if not 1 <= len(composed) <= _LONGEST:
        raise UnreadableError(
            Message(
                "the id has {length} characters; 1 to {limit} are allowed",
                length=len(composed),
                limit=_LONGEST,
            )
        )
    if composed != composed.strip() or _CONTROLS.search(composed):
        raise UnreadableError(Message("the id begins or ends with a blank, or holds a control sign"))
    return composed


def usable_id(text: str) -> str:
    """Return an id for one that :func:`checked_id` refuses, always the same; "" when nothing of it is left.

    Of a long one the end is replaced by a hash: addresses, which many feeds give as ids, differ at their ends.
    """
    composed = _CONTROLS.sub(" ", canonical_id(text)).strip()
    if len(composed) <= _LONGEST:
        return composed
    digest = _digest(composed)
    return f"{composed[: _LONGEST - len(digest) - 1].rstrip()}~{digest}"


def id_of_url(url: str) -> str:
    """Return the id of an article without an id, from its address."""
    return f"u-{_digest(url)}"


def id_of_content(title: str, lead: str, text: str) -> str:
    """Return the id of an article without id and address: it changes with its text."""
    return f"c-{_digest(title, lead, text)}"


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
