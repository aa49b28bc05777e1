"""Terms, values and ids in the form in which a cluster takes them.

Terms are joined by spaces and split there again, so a space in a term is written otherwise, as is the empty term. The
escape is a character of the private use area, which no text of a newspaper has; it stands for itself when doubled.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

__all__ = ["GAP", "SEPARATOR", "document_id", "encodable", "join_terms", "term_text", "value_text"]

_ESCAPE: Final = "\ue000"
SEPARATOR: Final = f"{_ESCAPE}p"
"""Stands between the words of two paragraphs; no term is written so."""
GAP: Final = f"{_ESCAPE}g"
"""Any word, in a phrase with gaps; no term is written so."""
# Lucene takes terms of up to 32,766 bytes, OpenSearch ids of up to 512.
_MAX_TERM_BYTES: Final = 32_000
_MAX_ID_BYTES: Final = 500
_DIGEST_MARK: Final = "#"


def encodable(text: str) -> str:
    """Return ``text`` without the halves of surrogate pairs, which JSON cannot hold and no stored text has."""
    return text.encode("utf-8", "replace").decode()


def term_text(term: str) -> str:
    """Return a term as it stands among others."""
    if term.isascii() and term and " " not in term and len(term) <= _MAX_TERM_BYTES:
        return term
    escaped = encodable(term).replace(_ESCAPE, 2 * _ESCAPE).replace(" ", f"{_ESCAPE}s") or f"{_ESCAPE}0"
    return _bounded(escaped, _MAX_TERM_BYTES)


def join_terms(terms: Iterable[str]) -> str:
    """Return terms as one text."""
    return " ".join(map(term_text, terms))


def value_text(value: str) -> str:
    """Return a whole value; one that is too long for a term is its digest."""
    return _bounded(encodable(value), _MAX_TERM_BYTES)


def document_id(article_id: str) -> str:
    """Return the id of a document: that of its article, or a digest of an id that is empty or too long."""
    if not article_id or article_id.startswith(_DIGEST_MARK):
        return _digest(article_id)
    return _bounded(encodable(article_id), _MAX_ID_BYTES)


def _bounded(text: str, most: int) -> str:
    return text if len(text) * 4 <= most or len(text.encode()) <= most else _digest(text)


def _digest(text: str) -> str:
    return _DIGEST_MARK + blake2b(text.encode("utf-8", "replace"), digest_size=24).hexdigest()
