"""Where the words are: one compiled pattern over the text as it is, so that spans point into the original.

Nothing is normalised before this step. Signs that normalisation would remove or join (combining accents of NFD text,
soft hyphens, zero-width signs) count as parts of a word instead.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["APOSTROPHES", "IGNORABLE", "TOKEN"]

# What people type, paste or get from a scanner for an apostrophe (list: Wikimedia, "On Merging Apostrophes").
APOSTROPHES: Final = "'\u2018\u2019\u201b\u2032\u00b4\u0060\uff07\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u05f3\ua78c"
# Soft hyphen, zero-width space/non-joiner/joiner, word joiner, byte order mark.
IGNORABLE: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"

_SIGN = rf"(?:[^\W_]|[\u0300-\u036f{IGNORABLE}])"
# Only a space that cannot break joins groups of digits: "en 2019 200 personnes" holds two numbers.
_NUMBER = rf"\d{{1,3}}(?:[\u00a0\u202f\u2009.]\d{{3}})+(?!{_SIGN})|\d+,\d+(?!{_SIGN})"
_LETTER = r"[^\W\d_][\u0300-\u036f]*"
_ACRONYM = rf"(?:(?:{_LETTER})+[{re.escape(APOSTROPHES)}])?{_LETTER}(?:\.{_LETTER})+\.?(?!{_SIGN})"
_WORD = rf"[^\W_]{_SIGN}*(?:[{re.escape(APOSTROPHES)}]{_SIGN}+)*"

TOKEN: Final = re.compile(rf"(?:{_NUMBER}|{_ACRONYM}|{_WORD})")
