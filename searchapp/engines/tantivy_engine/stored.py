"""What Tantivy stores as text or bytes, and back: articles and the terms of a field."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from searchapp.engines.stored import article_of, values_of
from searchapp.model import Article

__all__ = ["ODD", "from_bytes", "join", "split", "to_bytes"]

ODD: Final = "\x1f"
"""Begins the terms, and stands between them, when one of them holds a space or nothing, as a few signs normalise to."""


def join(terms: Sequence[str]) -> str:
    """Return ``terms`` as a text that splits at its spaces again or, where it would not, begins with ODD."""
    text = " ".join(terms)
    odd = text.count(" ") >= len(terms) or "  " in text or text.strip(" ") != text or not text
    return ODD + ODD.join(terms) if odd else text


def split(text: str) -> list[str]:
    """Return the terms that :func:`join` was given."""
    return text[1:].split(ODD) if text.startswith(ODD) else text.split(" ")


def to_bytes(article: Article) -> bytes:
    """Return ``article`` as JSON."""
    return json.dumps(values_of(article), ensure_ascii=False).encode()


def from_bytes(stored: bytes) -> Article:
    """Return the article that :func:`to_bytes` was given."""
    return article_of(json.loads(stored.decode()))
