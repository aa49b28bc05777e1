"""Text as it is stored: one kind of line end, composed accents (NFC), no control characters, tidy blanks.

No-break spaces and typographic characters stay as the newspaper set them.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Final

__all__ = ["clean_line", "clean_text", "composed", "same_words", "unaccented"]

_UNUSUAL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_LINE_ENDS: Final = dict.fromkeys("\v\f\r\x85\u2028\u2029", "\n")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_LONG: Final = 4096
_MANY_MARKS: Final = re.compile(r"[^\w\s\x00-\x7f]{64}")  # accents, and characters that NFC leaves alone
_GAPS: Final = re.compile(r"\n{3,}")
_BREAKS: Final = re.compile(r"[ \t\n]+")


def unaccented(text: str) -> str:
    """Return ``text`` without accents."""
    return text if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFD", text))


def clean_text(text: str) -> str:
    """Return ``text`` as paragraphs: no blanks at line ends, at most one blank line between paragraphs."""
    if not text.isprintable():  # a single line usually is, and needs none of this
        text = _tidy_lines(text)
    return composed(text).strip()


def composed(text: str) -> str:
    """Return ``text`` in NFC, in linear time.

    Python sorts the accents on one letter in quadratic time, so that a million of them take an hour.
    """
    if len(text) > _LONG and _MANY_MARKS.search(text):
        cuts = [0, *(match.end() for match in _MANY_MARKS.finditer(text)), len(text)]
        return "".join(unicodedata.normalize("NFC", text[start:end]) for start, end in pairwise(cuts))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def clean_line(text: str) -> str:
    """Return ``text`` on one line."""
    text = clean_text(text)
    return text if text.isprintable() and "  " not in text else _BREAKS.sub(" ", text)


def same_words(text: str, other: str) -> bool:
    """Return whether two lines have the same letters and digits, whatever their blanks, signs, accents and capitals."""
    return text == other or (_letters(text) == _letters(other) != "")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unaccented(text.casefold())))


def _tidy_lines(text: str) -> str:
    # Nearly every text is printable but for line ends and no-break spaces; this test is faster than a search.
    if not text.replace("\n", " ").replace("\u00a0", " ").replace("\u202f", " ").isprintable():
        text = _UNUSUAL.sub(_replacement, text.replace("\r\n", "\n"))
    text = "\n".join(map(str.rstrip, text.split("\n")))
    return _GAPS.sub("\n\n", text) if "\n\n\n" in text else text


def _replacement(match: re.Match[str]) -> str:
    """Return the replacement of an unusual character: a line end, U+FFFD or nothing.

    U+0080 to U+009F come from Windows-1252 that was once read as Latin-1: “l\\x92été” is “l’été”.
    """
    character = match[0]
    if character in _LINE_ENDS:
        return _LINE_ENDS[character]
    if _SURROGATES.match(character):
        return "\ufffd"
    return bytes([ord(character)]).decode("cp1252", "ignore") if "\x80" <= character <= "\x9f" else ""
