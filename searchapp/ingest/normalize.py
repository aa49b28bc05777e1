"""Text as it is stored: one kind of line end, composed accents (NFC), no control signs, tidy blanks.

No-break spaces and typographic signs stay as the newspaper set them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["clean_line", "clean_text", "unaccented"]

_UNUSUAL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_LINE_ENDS: Final = dict.fromkeys("\v\f\r\x85\u2028\u2029", "\n")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_GAPS: Final = re.compile(r"\n{3,}")
_BREAKS: Final = re.compile(r"[ \t\n]+")


def unaccented(text: str) -> str:
    """Return ``text`` without accents."""
    return text if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFD", text))


def clean_text(text: str) -> str:
    """Return ``text`` as paragraphs: no blanks at line ends, at most one blank line between paragraphs."""
    if not text.isprintable():  # a single line usually is, and needs none of this
        text = _tidy_lines(text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.strip()


def clean_line(text: str) -> str:
    """Return ``text`` on one line."""
    text = clean_text(text)
    return text if text.isprintable() and "  " not in text else _BREAKS.sub(" ", text)


def _tidy_lines(text: str) -> str:
    # Nearly every text is printable but for line ends and no-break spaces, which shows sooner than a search would.
    if not text.replace("\n", " ").replace("\u00a0", " ").replace("\u202f", " ").isprintable():
        text = _UNUSUAL.sub(_meaning, text.replace("\r\n", "\n"))
    text = "\n".join(map(str.rstrip, text.split("\n")))
    return _GAPS.sub("\n\n", text) if "\n\n\n" in text else text


def _meaning(match: re.Match[str]) -> str:
    """Return what an unusual sign stands for: a line end, or nothing.

    Signs U+0080 to U+009F are Windows-1252 read as Latin-1 somewhere on their way: “l\\x92été” is “l’été”.
    """
    sign = match[0]
    if sign in _LINE_ENDS:
        return _LINE_ENDS[sign]
    if _SURROGATES.match(sign):
        return "\ufffd"
    return bytes([ord(sign)]).decode("cp1252", "ignore") if "\x80" <= sign <= "\x9f" else ""
