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
# Numerals of one sign are letters, « xl » is a size; the others are words and names as well.
_NO_NUMERALS: Final = frozenset(["i", "v", "x", "l", "vi", "xi", "li", "liv", "lv", "lx", "xl"])
_NO_ORDINALS: Final = frozenset(["vie", "vies", "xie", "xies"])
# Capitals alone tell these from words.
CASED_ORDINALS: Final = {"VIe": "sixieme", "XIe": "onzieme"}
_FIRST: Final = {"ier": "premier", "iere": "premiere"}
_ROMAN_UNITS: Final = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN_TENS: Final = ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx")
# Of centuries, kings, districts and races; further on « live » would be one.
_LAST_ORDINAL: Final = 39

# fmt: off
_UNITS: Final = (
    "", "un", "deux", "trois", "quatr", "cinqu", "six", "sept", "huit", "neuv", "dix", "onz", "douz", "treiz",
    "quatorz", "quinz", "seiz", "dixsept", "dixhuit", "dixneuv",
)
# fmt: on
_TENS: Final = {2: "vingt", 3: "trent", 4: "quarant", 5: "cinquant", 6: "soixant", 8: "quatrevingt"}


def canonical_spelling(word: str) -> str:
    """Return the spelling that stands for all accepted spellings of a folded word, most often itself."""
    if word[:_SHORTEST_BEGINNING] in _heads():
        return _numerals().get(word) or _listed(word)
    return _ordinal(word) if word[:1].isdecimal() else word


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
    tables = (*_spellings(), _numerals())
    return [f"{one} {canonical}" for table in tables for one, canonical in sorted(table.items())]


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
    return frozenset(one[:_SHORTEST_BEGINNING] for table in (*_spellings(), _numerals()) for one in table)


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


@cache
def _numerals() -> dict[str, str]:
    """Return Roman numerals -> the number in digits, and ordinals in them (« xiiieme ») -> the ordinal in letters."""
    numbers = {
        ten + unit: 10 * tens + units for tens, ten in enumerate(_ROMAN_TENS) for units, unit in enumerate(_ROMAN_UNITS)
    }
    # Of two readings the higher one: « vieme » is « VIème », which is written more often than « Vième ».
    ordinals = {
        f"{roman}{suffix}{plural}": _ordinal_word(number)
        for roman, number in numbers.items()
        if 1 < number <= _LAST_ORDINAL
        for suffix in ("e", "eme", "ieme")
        for plural in ("", "s")
    }
    cardinals = {roman: str(number) for roman, number in numbers.items() if number and roman not in _NO_NUMERALS}
    return {**cardinals, **_FIRST, **{word: name for word, name in ordinals.items() if word not in _NO_ORDINALS}}
