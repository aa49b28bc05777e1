"""Token filters: each takes one token's text a small step further. Their order stands in :mod:`.french`."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from searchapp.analysis.stemmer import read_words
from searchapp.analysis.tokenizer import APOSTROPHES, COUNTRY_CODE, IGNORABLE, INCLUSIVE_DOTS, PATTERN

__all__ = [
    "elided_length",
    "fold",
    "fold_plain",
    "is_plain_number",
    "join_acronym",
    "join_inclusive",
    "join_number",
    "normalize",
    "plain_elision",
    "plain_word",
    "stopwords",
]

_PLAIN_CHARACTERS: Final = {**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys(IGNORABLE, ""), "œ": "oe", "æ": "ae"}
# A pattern passes by what stays as it is ten times as fast as str.translate.
_CHARACTERS: Final = re.compile(f"[{re.escape(''.join(_PLAIN_CHARACTERS))}]")
# Letters that have no decomposition but that people type plain.
_PLAIN: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "ı": "i", "ħ": "h"})
# Letters of Latin-1 that are one plain letter each without their accents: all that French has but œ and æ.
_ACCENTED: Final = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿ"
_LATIN_WORD: Final = re.compile(f"[A-Za-z{_ACCENTED}]+")
_WITHOUT_ACCENTS: Final = bytes.maketrans(
    _ACCENTED.encode("latin-1"), "".join(unicodedata.normalize("NFKD", sign)[0] for sign in _ACCENTED).encode()
)
_LATIN_SIGNS: Final = bytes(range(128)) + _ACCENTED.encode("latin-1")
_ELISION: Final = re.compile(f"([A-Za-z]+)['’](?=[A-Za-z{_ACCENTED}]+$)")
_ELIDED: Final = frozenset(["l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"])
_BEFORE_APOSTROPHE: Final = re.compile(rf"([^{re.escape(APOSTROPHES)}]+)[{re.escape(APOSTROPHES)}{IGNORABLE}]+(?=.)")
_ACRONYM: Final = re.compile(r"[^\W\d_](?:\.[^\W\d_])+\.?")
# Normalising has made every space of the token a plain one.
_GROUPS: Final = re.compile(r"(?:(?:\+|00)[1-9]|\d)[\d .\-/()]*[\dx]")
_ABROAD: Final = re.compile(rf"{COUNTRY_CODE}(?:[ .\-/]*\(0\))?(?=.{{8}})")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[ .]\d{3})+")
_DECIMAL: Final = re.compile(r"\d+[,.]\d+")
_NO_DIGIT: Final = re.compile(r"[^\dx]")
# A token that has one of these signs after two letters, acronyms apart, is a word in inclusive writing.
_INCLUSIVE: Final = re.compile(rf"((?:\w*+')*+[^\W\d]{{2,}})([{INCLUSIVE_DOTS}(./\-].*)")


def plain_word(raw: str) -> bool:
    """Return whether ``raw`` is made of Latin letters as French has them: most words, and the quick way through."""
    return raw.isalpha() if raw.isascii() else _LATIN_WORD.fullmatch(raw) is not None


def fold_plain(word: str) -> str:
    """Return a :func:`plain_word` as :func:`fold` returns it."""
    return word if word.isascii() else word.encode("latin-1").translate(_WITHOUT_ACCENTS).decode()


def is_plain_number(raw: str) -> bool:
    """Return whether ``raw`` is made of the digits 0 to 9 and stays as it is: no telephone number from abroad."""
    return raw.isdecimal() and raw.isascii() and not raw.startswith("00")


def plain_elision(raw: str) -> int:
    """Return the characters that an elided word takes before a :func:`plain_word`, which is most elisions; else 0."""
    match = _ELISION.match(raw)
    return match.end() if match and match[1].lower() in _ELIDED else 0


def elided_length(text: str) -> int:
    """Return the number of characters that elided words take at the start of ``text`` (2 for « l’État »)."""
    length = 0
    while (match := _BEFORE_APOSTROPHE.match(text, length)) and fold(normalize(match[1])) in _ELIDED:
        length = match.end()
    return length


def normalize(text: str) -> str:
    """Return ``text`` in lower case and composed form, one kind of apostrophe, ligatures and ignorable signs gone."""
    lower = text.lower()
    if not lower.isascii():
        lower = lower.replace("’", "'").replace("œ", "oe")
        if _latin(lower) is None:
            return _CHARACTERS.sub(_character, unicodedata.normalize("NFKC", _CHARACTERS.sub(_character, text)).lower())
    return lower.replace("`", "'")


def join_acronym(text: str) -> str:
    """Return « o.n.u. » as « onu »; any other text as it is."""
    return text.replace(".", "") if _ACRONYM.fullmatch(text) else text


def join_number(text: str) -> str:
    """Return a number without what stands between its groups, and with a decimal point; any other text as it is.

    « 1 200 » (any space, or point) is « 1200 », « 3,5 » is « 3.5 », « +33 6 12 34 56 78 » is « 0612345678 ».
    """
    if _DECIMAL.fullmatch(text) and not _THOUSANDS.fullmatch(text):
        return text.replace(",", ".")
    if _GROUPS.fullmatch(text):
        abroad = _ABROAD.match(text)
        return _NO_DIGIT.sub("", "0" + text[abroad.end() :] if abroad else text)
    return text


def join_inclusive(text: str) -> str:
    """Return « étudiants » for « étudiant·e·s », « étudiant » for « étudiant·e »; any other text as it is."""
    match = _INCLUSIVE.fullmatch(text)
    if not match or not PATTERN.fullmatch(text):
        return text
    base, suffix = match.groups()
    plural = suffix.endswith(("s", "x", "s)", "x)")) and not base.endswith(("s", "x"))
    return base + ("s" if plural else "")


def fold(text: str) -> str:
    """Return normalised ``text`` without accents and without inner apostrophes (« prud'hommes » -> « prudhommes »)."""
    if text.isascii():
        return text.replace("'", "")
    if (latin := _latin(text)) is not None:
        return latin.translate(_WITHOUT_ACCENTS).decode().replace("'", "")
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).replace("'", "")


def _latin(text: str) -> bytes | None:
    """Return ``text`` in Latin-1 when it has no signs but ASCII and the letters of _ACCENTED; else None."""
    try:
        encoded = text.encode("latin-1")
    except UnicodeEncodeError:
        return None
    return None if encoded.translate(None, _LATIN_SIGNS) else encoded


def _character(match: re.Match[str]) -> str:
    return _PLAIN_CHARACTERS[match[0]]


@cache
def stopwords() -> frozenset[str]:
    """Return the stopwords of French (its function words) as exact forms, with and without their accents."""
    words = read_words("stopwords.txt")
    return words | {fold(word) for word in words}
