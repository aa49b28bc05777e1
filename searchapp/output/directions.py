"""Signs that turn the direction of text (UAX #9, 2.1 to 2.5), left out of pages.

A file of the name “facture” U+202E “fdp.exe” shows as “factureexe.pdf”, and an override without an end turns all that
follows. The direction of each title and value is told by markup instead (``dir="auto"``, ``<bdi>``).
"""

from __future__ import annotations

import re
from typing import Any, Final

from markupsafe import Markup, escape

__all__ = ["exact", "without_directions"]

# Embeddings and overrides, then isolates. The marks U+200E, U+200F and U+061C turn nothing but themselves.
_DIRECTIONS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def without_directions(value: Any) -> Any:
    """Return text or markup without the signs, any other value as it is."""
    if not isinstance(value, str) or not _DIRECTIONS.search(value):
        return value
    kept = _DIRECTIONS.sub("", value)
    return Markup(kept) if isinstance(value, Markup) else kept  # noqa: S704, removing signs leaves markup as it was


def exact(value: str) -> Markup:
    """Return ``value`` for an attribute that is sent back as it came, such as a form's field: the signs are escaped."""
    kept = _DIRECTIONS.sub(lambda match: f"&#{ord(match.group())};", str(escape(value)))
    return Markup(kept)  # noqa: S704, escaped above
