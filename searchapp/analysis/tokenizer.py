"""Where the words are: one compiled pattern over the text as it is, so that spans point into the original.

Nothing is normalised before this step. Signs that normalisation would remove or join (combining accents of NFD text,
soft hyphens, zero-width signs) count as parts of a word instead.

Letters and digits are words of their own, whether glued or not, so that « F16 », « F-16 » and « F 16 » have the same
positions. What is one number however it is written (« 1 200 », « 06 12 34 56 78 », « 13ème ») is one token, and so is a
word in inclusive writing (« étudiant·e·s »).

Nearly every token is taken by the pattern's first branch, which reads possessively and never goes back.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from typing import Final

__all__ = [
    "APOSTROPHES",
    "COUNTRY_CODE",
    "IGNORABLE",
    "INCLUSIVE_DOTS",
    "INCLUSIVE_SUFFIX",
    "NUMBER_IN_GROUPS",
    "OUTER_SIGNS",
    "PATTERN",
    "SPACES",
    "raw_tokens",
    "raw_tokens_with_spans",
]

# What people type, paste or get from a scanner for an apostrophe (list: Wikimedia, "On Merging Apostrophes").
APOSTROPHES: Final = "'\u2018\u2019\u201b\u2032\u00b4\u0060\uff07\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u05f3\ua78c"
# Soft hyphen, zero-width space/non-joiner/joiner, word joiner, byte order mark.
IGNORABLE: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
# The spaces that stand within a line: plain, no-break, thin, narrow no-break.
SPACES: Final = " \u00a0\u2009\u202f"
# Middle dot, bullet, hyphenation point, bullet operator, dot operator, katakana dot: all are typed for the first.
INCLUSIVE_DOTS: Final = "\u00b7\u2022\u2027\u2219\u22c5\u30fb"

_APOSTROPHE = f"[{re.escape(APOSTROPHES)}]"
_MARKS = rf"\u0300-\u036f{IGNORABLE}"
# Digits above and below the line (« m² », « CO₂ »): Python counts them neither as digits nor apart from letters.
_SMALL_DIGITS = "\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089"
_ONE_LETTER = rf"[^\W\d{_SMALL_DIGITS}]"
_LETTER = rf"{_ONE_LETTER}[\u0300-\u036f]*"
_REST = rf"(?:[{_MARKS}{re.escape(APOSTROPHES)}]++{_ONE_LETTER}++)*+[{_MARKS}]*+"

# Numbers that are written in groups. "en 2019 200 personnes" holds two numbers: a group of thousands has three digits
# at most before it. After twelve groups it is a column of numbers, which would be looked through again from each.
_GAP = rf"[{SPACES}.\-/]"
_THOUSANDS = rf"\d{{1,3}}(?:[{SPACES}.]\d{{3}}){{1,12}}+(?!\d)"
# After 0: five pairs (France), 0800 123 456, and the groups of Belgium and Switzerland. After the code of a country:
# France and its neighbours, overseas, Canada, the Maghreb and western Africa.
COUNTRY_CODE: Final = (
    r"(?:(?:\+|00)(?:33|32|41|352|49|44|39|34)"
    r"|\+(?:1|212|213|216|221|225|237|243|262|508|509|590|594|596|687|689))"
)
_TELEPHONE = (
    rf"0\d(?:{_GAP}\d\d){{4}}(?!\d)|0\d{{3}}(?:{_GAP}\d{{3}}){{2}}(?!\d)"
    rf"|0\d{{1,2}}{_GAP}\d{{3}}(?:{_GAP}\d\d){{2}}(?!\d)|0\d{{3}}(?:{_GAP}\d\d){{3}}(?!\d)"
    rf"|{COUNTRY_CODE}{_GAP}?(?:\(0\){_GAP}?)?(?:\d{{8,10}}|\d{{1,3}}(?:{_GAP}\d{{2,4}}){{2,4}})(?!\d)"
)
# Of 13 digits, and of 10.
_ISBN = r"97[89][ .-](?:\d[ .-]?){9}\d(?!\d)|(?=(?:\d-?){9}[\dXx](?!\w))\d{1,5}-\d{1,7}-\d{1,7}-[\dXx]"
# Some keyboards raise the letters of « 1ᵉʳ ».
_ACCENTED: Final = {"a": "aàâ", "c": "cç", "e": "eéèêë\u1d49", "i": "iîï", "o": "oô", "u": "uùûü"}


def _any_accents(pattern: str) -> str:
    """Return a pattern of plain small letters for these letters in capitals, too, and with the accents of French."""
    letters = (rf"(?:[{_ACCENTED[sign]}][\u0300-\u036f]*+)" if sign in _ACCENTED else sign for sign in pattern)
    return f"(?i:{''.join(letters)})"


_ORDINAL_SUFFIX = _any_accents("(?:i?emes?|e[r\u02b3]s?|e?[r\u02b3]es?|es?|nde?s?)") + r"(?!\w)"
_DECIMAL = rf"(?<![\w{_MARKS}.,])\d++[.,]\d++(?![.,]?\d)"
NUMBER_IN_GROUPS: Final = rf"(?:{_TELEPHONE}|{_ISBN}|{_THOUSANDS})"
_NOT_IN_WORD = rf"(?<![\w{_MARKS}])"
_NUMBER = rf"{_NOT_IN_WORD}{NUMBER_IN_GROUPS}|{_DECIMAL}|{_NOT_IN_WORD}\d++{_ORDINAL_SUFFIX}|\d++|[{_SMALL_DIGITS}]++"
_ACRONYM = rf"{_LETTER}(?:\.{_LETTER})+\.?(?![\w{_MARKS}])"

# Inclusive writing: what follows the masculine form. A point or a hyphen also stands between words, so that fewer
# endings count after one.
# The endings share their "e", and the signs their endings: compiling each for itself would take longer than a search.
_FEMININE = _any_accents("(?:[nltvfsh]|ss|ch|qu|t?ric|ic|eus|i?er|r|ess|ell|iv|al|i?enn|onn)?e")
INCLUSIVE_SUFFIX: Final = (
    rf"(?:[{INCLUSIVE_DOTS}](?:(?:{_FEMININE}|{_any_accents('e?ux')})(?:[{INCLUSIVE_DOTS}]?[sSxX])?"
    rf"|{_any_accents('(?:tes|a?les|s)')})"
    rf"|\((?:{_FEMININE}[sS]?|[sSxX])\)[sS]?"
    rf"|[./\-](?:{_FEMININE}[./\-][sS]|{_any_accents('e[sS]?')})(?!\.\w|[-'’])"
    rf"|\.{_any_accents('(?:t?ric|eus|i?er|i?enn)es?')}(?!\.\w))(?!\w)"
)

PATTERN: Final = re.compile(
    rf"{_ONE_LETTER}{_ONE_LETTER}++{_REST}(?:{INCLUSIVE_SUFFIX})?"
    rf"|(?:{_NOT_IN_WORD}[cçdjlmnstCÇDJLMNST][\u0300-\u036f]*{_APOSTROPHE})?(?:{_NUMBER})"  # « d’11 »
    rf"|{_ACRONYM}"
    rf"|{_ONE_LETTER}[\u0300-\u036f]*{_APOSTROPHE}{_ACRONYM}"  # « l’O.N.U. »
    rf"|{_ONE_LETTER}++{_REST}"
)

# Stand before and after words, and are part of none.
OUTER_SIGNS: Final = string.punctuation + "«»“”„‘’…–—€°§"
# What has no token but itself, whatever stands around it.
_LATIN: Final = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff"
_SIMPLE: Final = re.compile(rf"[{_LATIN}]++(?:['’][{_LATIN}]++)?+|[0-9]++")


def raw_tokens(text: str) -> list[str]:
    """Return the tokens of ``text`` as they stand there."""
    bare = text.strip(OUTER_SIGNS)
    if _SIMPLE.fullmatch(bare):
        return [bare]
    return PATTERN.findall(text.replace("_", " "))


def raw_tokens_with_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each token with its start and end in code points of ``text``."""
    for match in PATTERN.finditer(text.replace("_", " ")):
        yield match[0], match.start(), match.end()
