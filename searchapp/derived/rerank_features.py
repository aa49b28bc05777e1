"""The rerank features of an article, as bytes that any engine can store.

A mark, then six numbers of 32 bits: title and whole article in tokens, stopwords included; the content words
(stopwords left out) of title and body; the joined words of the title and of the opening. Then all these words in order,
then joined words of the rest: the hash of each stem in 32 bits, and after them that of each exact form in 8 bits.

Five bytes a word are a third of the words themselves, and an array operation finds a stem in a hundred articles
at once. Two stems have the same hash once in 4,000 million times, two forms of one stem once in 256: the ranking then
takes another form of a word for the one that was typed.
"""

from __future__ import annotations

from struct import Struct, error, unpack
from typing import Final, NamedTuple
from zlib import crc32

from searchapp.errors import IndexDamaged
from searchapp.i18n import Message

__all__ = ["HEADER", "MARK", "OPENING_WORDS", "RerankFeatures", "form_hash", "read_rerank_features", "stem_hash"]

OPENING_WORDS: Final = 60
"""Content words of the opening: news says at the start what it is about."""

HEADER: Final = Struct("<B6I")
"""The mark and the six numbers."""
MARK: Final = b"\xff"
"""No UTF-8 text begins with it."""
_STEM_SIZE: Final = 4


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

    def held_stems(self) -> frozenset[int]:
        """Return the hashes of the stems that the article holds."""
        return frozenset(unpack(f"<{len(self.forms)}I", self.stems))


def stem_hash(stem: str) -> int:
    """Return the hash of a stem, 32 bits."""
    return crc32(stem.encode("utf-8", "surrogatepass"))


def form_hash(form: str) -> int:
    """Return the hash of an exact form, 8 bits; it tells the forms of one stem apart."""
    return crc32(form.encode("utf-8", "surrogatepass")) & 0xFF


def read_rerank_features(stored: bytes) -> RerankFeatures:
    """Return the features that :mod:`.rerank_features_writer` wrote; raises IndexDamaged for other bytes."""
    try:
        if not stored.startswith(MARK):
            return _read_text(stored)
        words, beyond = divmod(len(stored) - HEADER.size, _STEM_SIZE + 1)
        _, title_length, length, title, body, joined_title, joined_opening = HEADER.unpack_from(stored)
        if beyond or title + body + joined_title + joined_opening > words:
            raise ValueError
        end = HEADER.size + _STEM_SIZE * words
        stems, forms = stored[HEADER.size : end], stored[end:]
        return RerankFeatures(title_length, length, title, body, joined_title, joined_opening, stems, forms)
    except (ValueError, error) as cause:
        reason = Message("it cannot be read ({reason})", reason="the rerank features of an article")
        raise IndexDamaged("engine", [Message("{file}: {reason}", file="engine", reason=reason)]) from cause


def _read_text(stored: bytes) -> RerankFeatures:
    """Return the features of an article that generations before schema 9 have as text.

    That is lines of stems (title, opening, rest) and of exact forms, and a line with two lengths. Words stand between
    bars; behind the first space of a line stand joined words.
    """
    *lines, lengths = stored.decode().split("\n")
    title_length, length = map(int, lengths.split())
    rows, joined = zip(*((head, tail) for head, _, tail in (line.partition(" ") for line in lines)), strict=True)
    title, opening, rest, forms = (row[1:-1].split("||") if row else [] for row in rows)
    joined_title, joined_opening, joined_rest, joined_forms = (tail.replace("|", "").split() for tail in joined)
    stems = (*title, *opening, *rest, *joined_title, *joined_opening, *joined_rest)
    return RerankFeatures(
        title_length,
        length,
        len(title),
        len(opening) + len(rest),
        len(joined_title),
        len(joined_opening),
        b"".join(stem_hash(stem).to_bytes(_STEM_SIZE, "little") for stem in stems),
        bytes(map(form_hash, (*forms, *joined_forms))),
    )
