"""One word in several accepted spellings: the folded spelling that stands for all of them.

« clef » is indexed and looked for as « cle », « 13ème » and « XIIIe » as « treizieme », « XIV » as « 14 ». The exact
form keeps what was typed. The list of spellings is data (``data/spelling_variants.txt``); ordinals and Roman numerals
follow rules.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final

__all__ = ["CASED_ORDINALS", "canonical_spelling", "fingerprint_parts"]

_LONGEST_BEGINNING: Final = 12
_SHORTEST_BEGINNING: Final = 3
_ORDINAL: Final = re.compile(r"(\d+)(ers?|e?res?|i?emes?|es?|nde?s?)")
# Numerals with L need a second sign: « xl » is a size, « li » a name. Those of one sign are letters.
_ROMAN: Final = re.compile(r"(?=..)(l?x{0,3}|xl)(ix|iv|v?i{0,3})")
_ROMAN_ORDINAL: Final = re.compile(r"(?P<roman>[ivxl]+?)(?:i?eme|e)s?")
_ROMAN_VALUES: Final = {"i": 1, "v": 5, "x": 10, "l": 50}
# Words that only look like numerals.
_NO_NUMERALS: Final = frozenset(["vi", "xi", "li", "lv", "lx", "xl", "ie", "le", "lie", "vie", "xie"])
# Capitals alone tell these from words.
CASED_ORDINALS: Final = {"VIe": "sixieme", "XIe": "onzieme"}
_FIRST: Final = {"ier": "premier", "iere": "premiere"}

# fmt: off
_UNITS: Final = (
    "", "un", "deux", "trois", "quatr", "cinqu", "six", "sept", "huit", "neuv", "dix", "onz", "douz", "treiz",
    "quatorz", "quinz", "seiz", "dixsept", "dixhuit", "dixneuv",
)
# fmt: on
_TENS: Final = {2: "vingt", 3: "trent", 4: "quarant", 5: "cinquant", 6: "soixant", 8: "quatrevingt"}


def canonical_spelling(word: str) -> str:
    """Return the spelling that stands for all accepted spellings of a folded word, most often itself."""
    if word[:1].isalpha():
        numeral = _numeral(word) if word[0] in _ROMAN_VALUES else ""
        return numeral or (_listed(word) if word[:_SHORTEST_BEGINNING] in _heads() else word)
    return word if word.isdecimal() else _ordinal(word)


def _listed(word: str) -> str:
    whole, beginnings = _spellings()
    if listed := whole.get(word):
        return listed
    if word[-1:] == "s" and (singular := whole.get(word[:-1])):
        return singular + "s"
    for length in range(min(len(word), _LONGEST_BEGINNING), _SHORTEST_BEGINNING - 1, -1):
        if beginning := beginnings.get(word[:length]):
            return beginning + word[length:]
    return word


def fingerprint_parts() -> list[str]:
    """Return the listed spellings as texts that change when one of them does."""
    return [f"{one} {canonical}" for listed in _spellings() for one, canonical in sorted(listed.items())]


@cache
def _spellings() -> tuple[dict[str, str], dict[str, str]]:
    """Return spelling -> canonical spelling of whole words, and of beginnings of words."""
    text = (resources.files("searchapp.analysis") / "data" / "spelling_variants.txt").read_text("utf-8")
    rows = (line.partition("#")[0].partition(":") for line in text.splitlines())
    listed = {one: canonical.strip() for canonical, _, others in rows for one in others.split()}
    beginnings = {one[:-1]: canonical[:-1] for one, canonical in listed.items() if one.endswith("-")}
    return {one: canonical for one, canonical in listed.items() if not one.endswith("-")}, beginnings


@cache
def _heads() -> frozenset[str]:
    """Return the first letters of all listed spellings: most words are looked up no further."""
    return frozenset(one[:_SHORTEST_BEGINNING] for listed in _spellings() for one in listed)


def _ordinal(word: str) -> str:
    """Return « treizieme » for « 13e », « 13eme »; what is no ordinal as it is."""
    match = _ORDINAL.fullmatch(word)
    if not match:
        return word
    if int(match[1]) == 1 and "m" not in match[2]:
        plural = "s" if match[2].endswith("s") else ""
        return ("premiere" if "re" in match[2] else "premier") + plural
    return _ordinal_word(int(match[1]))


def _ordinal_word(number: int) -> str:
    """Return the ordinal of ``number`` in folded letters without hyphens, from 100 on in digits."""
    if number == 0 or number >= 100:
        return {100: "centieme", 1000: "millieme"}.get(number, f"{number}e")
    if number < 20:
        return (_UNITS[number] if number > 1 else "prem") + ("ieme" if number > 1 else "ier")
    tens, unit = divmod(number, 10)
    if tens in (7, 9):
        tens, unit = tens - 1, unit + 10
    if not unit:
        return f"{_TENS[tens]}ieme"
    joint = "et" if unit in (1, 11) and tens != 8 else ""
    vowel = "e" if tens in (3, 4, 5, 6) else ""
    return f"{_TENS[tens]}{vowel}{joint}{_UNITS[unit]}ieme"


def _numeral(word: str) -> str:
    """Return the number of a Roman numeral in digits, or an ordinal in letters; nothing for other words."""
    if word in _FIRST:
        return _FIRST[word]
    if word in _NO_NUMERALS:
        return ""
    if _ROMAN.fullmatch(word):
        return str(_value(word))
    match = _ROMAN_ORDINAL.fullmatch(word)
    if match and (match["roman"] in ("v", "x") or _ROMAN.fullmatch(match["roman"])):
        return _ordinal_word(_value(match["roman"]))
    return ""


def _value(roman: str) -> int:
    values = [_ROMAN_VALUES[sign] for sign in roman]
    return sum(
        -value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )
