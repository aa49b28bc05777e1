"""The terms of a field as the text that Tantivy takes, and the bytes that it stores of a document.

These are the article as JSON and the words of its fields, packed together: the words repeat the text, and take half as
much that way. Tantivy's own compression of what it stores is lz4, which takes a third more than deflate.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import orjson
import tantivy

from searchapp.engines.compression import DEFLATE_ERRORS, compress, decompress
from searchapp.engines.stored_form import from_stored
from searchapp.errors import IndexDamaged
from searchapp.i18n import Message
from searchapp.model import Article

__all__ = ["ODD", "join", "pack", "read_article", "read_words", "split", "stored_bytes", "words_at_positions"]

ODD: Final = "\x1f"
"""Separator where a term is empty or holds a space, as a few characters normalise to; it also begins the text."""


_SIZE: Final = struct.Struct("<I")
# An article has 16 million characters at most.
_LARGEST: Final = 1 << 27
_MALFORMED: Final[tuple[type[Exception], ...]] = (ValueError, LookupError, TypeError, struct.error, *DEFLATE_ERRORS)


def pack(article: bytes, words: Mapping[str, Sequence[str]]) -> bytes:
    """Return an article and its words, the joined terms of each paragraph by field, as they are stored."""
    return compress(b"".join((_SIZE.pack(len(article)), article, orjson.dumps(words))))


def read_article(stored: bytes) -> Article:
    """Return the article that :func:`pack` was given; raises IndexDamaged for other bytes."""
    with _reading():
        return from_stored(_unpack(stored)[0])


def read_words(stored: bytes, field: str) -> list[str]:
    """Return the words of a field that :func:`pack` was given; raises IndexDamaged for other bytes."""
    with _reading():
        words = orjson.loads(_unpack(stored)[1])
        if not isinstance(words, dict) or not all(isinstance(text, str) for text in words.get(field, ())):
            raise ValueError("the words of a field are no texts")
        return list(words.get(field, ()))


def stored_bytes(document: tantivy.Document, field: str) -> bytes:
    """Return the stored bytes of a field; an index of ours has them with each document."""
    values = document.get_all(field)
    return bytes(values[0]) if values and not isinstance(values[0], int) else b""


def _unpack(stored: bytes) -> tuple[bytes, bytes]:
    content = decompress(stored, _LARGEST)
    if content is None:
        raise ValueError("it is too large, or cut")
    (size,) = _SIZE.unpack_from(content)
    return content[_SIZE.size : _SIZE.size + size], content[_SIZE.size + size :]


@contextmanager
def _reading() -> Iterator[None]:
    """Raise IndexDamaged for whatever bytes that are not ours make the block raise."""
    try:
        yield
    except _MALFORMED as error:
        reason = Message("it cannot be read ({reason})", reason=f"a stored article: {error}")
        raise IndexDamaged("engine", [Message("{file}: {reason}", file="engine", reason=reason)]) from error


def join(terms: Sequence[str]) -> str:
    """Return ``terms`` as a text that splits at its spaces again or, where it would not, begins with ODD."""
    text = " ".join(terms)
    odd = text.count(" ") >= len(terms) or "  " in text or text.strip(" ") != text or not text
    return ODD + ODD.join(terms) if odd else text


def split(text: str) -> list[str]:
    """Return the terms that :func:`join` was given."""
    return text[1:].split(ODD) if text.startswith(ODD) else text.split(" ")


def words_at_positions(paragraphs: Iterable[str]) -> list[str]:
    """Return the terms of a field by their positions; ODD, which no term is, stands where a paragraph ends."""
    words: list[str] = []
    for paragraph in paragraphs:
        words += [ODD, *split(paragraph)] if words else split(paragraph)
    return words
