"""Dates beside words: « grève mars 2019 » may ask for articles of that month, or for ones that mention it.

Plain words stay words. What reads as a date among them is found here, so that it can be offered as one.
"""

from __future__ import annotations

import re
from typing import Final

from searchapp.model import DateOffer
from searchapp.query.dates import DATE_WORDS, DateWords, read_period

__all__ = ["date_beside"]

# A year alone is a word of many titles (« JO 2024 »), and a month alone of any year.
_DATED: Final = re.compile(r"\b[12]\d{3}(?:s?\b)|ann[ée]es|\b\d0s\b", re.IGNORECASE)
_FIGURES: Final = re.compile(r"\d\d?[/.]\d\d?[/.]\d{4}(?!\S)")
_BEFORE: Final = re.compile(
    r"(?:\b(?:en|de|du|d|le|depuis|in|of|on)|\bdes|\bles|\bthe)\s+\Z|\b[dl]['’]\Z", re.IGNORECASE
)
_WORD_STARTS: Final = re.compile(r"(?<!\S)\w")


def date_beside(text: str, words: DateWords | None) -> DateOffer | None:
    """Return the first date with a year, or decade, in a query of plain words; None when there is no other word."""
    text = " ".join(text.split())
    for start in _WORD_STARTS.finditer(text):
        match = DATE_WORDS.match(text, start.start()) or _FIGURES.match(text, start.start())
        if not match or not _DATED.search(match[0]):
            continue
        if period := read_period(match[0], words):
            before = _BEFORE.sub("", text[: match.start()])
            rest = " ".join((before + " " + text[match.end() :]).split())
            return DateOffer(match[0], rest, *period) if any(map(str.isalnum, rest)) else None
        return None
    return None
