"""The rerank features of an article, as bytes that any engine can store.

A mark, then six numbers of 32 bits: title and whole article in tokens, stopwords included; the content words
(stopwords left out) of title and body; the joined words of the title and of the opening. Then all these words in order,
then joined words of the rest: the hash of each stem in 24 bits, and after them that of each exact form in 8 bits.

Four bytes a word are a quarter of the words themselves, and an array operation finds a stem in a hundred articles
at once. Two stems have the same hash once in 17 million times: of a hundred articles of 200 words, one holds a false
match for one query term in 800. Two forms of one stem have the same hash once in 256: the ranking then takes another
form of a word for the one that was typed.
"""

from __future__ import annotations

from struct import Struct, error
from typing import Final, NamedTuple
from zlib import crc32

from searchapp.errors import IndexDamaged
from searchapp.i18n import Message

__all__ = [
    "HEADER",
    "MARK",
    "OPENING_WORDS",
    "STEM_SIZE",
    "RerankFeatures",
    "form_hash",
    "read_rerank_features",
    "stem_hash",
]

OPENING_WORDS: Final = 60
"""Content words of the opening: news says at the start what it is about."""

HEADER: Final = Struct("<B6I")
"""The mark and the six numbers."""
MARK: Final = b"\xfe"
STEM_SIZE: Final = 3
"""Bytes of the hash of a stem, least first."""


class RerankFeatures(NamedTuple):
    """The rerank features of an article: lengths in tokens, numbers of words, and the hashes of these words."""

    title_length: int
    length: int
    title_words: int
    body_words: int
    joined_title: int
    joined_opening: int
    stems: bytes
    forms: bytes

    def holds(self, stem: int) -> bool:
        """Return whether the article holds the stem of this hash."""
        sought = stem.to_bytes(STEM_SIZE, "little")
        place = self.stems.find(sought)
        while place > 0 and place % STEM_SIZE:  # the end of one hash and the beginning of the next
            place = self.stems.find(sought, place + 1)
        return place >= 0


def stem_hash(stem: str) -> int:
    """Return the hash of a stem, 24 bits."""
    return crc32(stem.encode("utf-8", "surrogatepass")) & 0xFFFFFF


def form_hash(form: str) -> int:
    """Return the hash of an exact form, 8 bits; it tells the forms of one stem apart."""
    return crc32(form.encode("utf-8", "surrogatepass")) & 0xFF


def read_rerank_features(stored: bytes) -> RerankFeatures:
    """Return the features that :mod:`.rerank_features_writer` wrote; raises IndexDamaged for other bytes."""
    try:
        if not stored.startswith(MARK):
            raise ValueError
        words, beyond = divmod(len(stored) - HEADER.size, STEM_SIZE + 1)
        _, title_length, length, title, body, joined_title, joined_opening = HEADER.unpack_from(stored)
        if beyond or title + body + joined_title + joined_opening > words:
            raise ValueError
        end = HEADER.size + STEM_SIZE * words
        stems, forms = stored[HEADER.size : end], stored[end:]
        return RerankFeatures(title_length, length, title, body, joined_title, joined_opening, stems, forms)
    except (ValueError, error) as cause:
        reason = Message("it cannot be read ({reason})", reason="the rerank features of an article")
        raise IndexDamaged("engine", [Message("{file}: {reason}", file="engine", reason=reason)]) from cause
