"""Where the words are: one compiled pattern over the text as it is, so that spans point into the original.

Nothing is normalised before this step. Signs that normalisation would remove or join (combining accents of NFD text,
soft hyphens, zero-width signs) count as parts of a word instead.

Nearly every token is taken by the pattern's first branch, which reads possessively and never goes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = [
    "APOSTROPHES",
    "IGNORABLE",
    "PATTERN",
    "begins_with_group",
    "join_thousands",
    "raw_tokens",
    "raw_tokens_with_spans",
]

# What people type, paste or get from a scanner for an apostrophe (list: Wikimedia, "On Merging Apostrophes").
APOSTROPHES: Final = "'\u2018\u2019\u201b\u2032\u00b4\u0060\uff07\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u05f3\ua78c"
# Soft hyphen, zero-width space/non-joiner/joiner, word joiner, byte order mark.
IGNORABLE: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"

_APOSTROPHE = f"[{re.escape(APOSTROPHES)}]"
_MARKS = rf"\u0300-\u036f{IGNORABLE}"
_LETTER = r"[^\W\d][\u0300-\u036f]*"
_REST = rf"(?:[{_MARKS}{re.escape(APOSTROPHES)}]++\w++)*+[{_MARKS}]*+"
# "en 2019 200 personnes" holds two numbers: a group of thousands has three digits at most before it. After twelve
# groups it is a column of numbers, which would be looked through again from each of them.
_NUMBER = r"(?<!\w)\d{1,3}(?:[ \u00a0\u2009\u202f.]\d{3}){1,12}+(?!\w)|(?<![\w.,])\d++[.,]\d++(?!\w|[.,]\d)"
_ACRONYM = rf"{_LETTER}(?:\.{_LETTER})+\.?(?![\w{_MARKS}])"

PATTERN: Final = re.compile(
    rf"[^\W\d]\w++{_REST}"
    rf"|(?=\d)(?:{_NUMBER})"
    rf"|{_ACRONYM}"
    rf"|\w[\u0300-\u036f]*{_APOSTROPHE}{_ACRONYM}"  # « l’O.N.U. »
    rf"|\w++{_REST}"
)


_THOUSANDS: Final = re.compile(r"(?<!\w)\d{1,3}(?:[ \u00a0\u2009\u202f.]\d{3}){1,12}+(?!\w)")
_GROUP: Final = re.compile(r"\d{3}(?!\w)")
_SPACES: Final = re.compile(r"[ \u00a0\u2009\u202f]")
# Most of what stands between two spaces: letters and, before and after them, signs that are part of no word.
_LATIN: Final = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff"
_SIMPLE: Final = re.compile(rf"""["«“(\[]*([{_LATIN}]++)[.,;:!?…"»”)\]]*""")


def join_thousands(text: str) -> str:
    """Return ``text`` with the spaces inside « 20 000 » taken out: what is left has no token with a space in it."""
    return _THOUSANDS.sub(lambda match: _SPACES.sub(".", match[0]), text)


def begins_with_group(chunk: str) -> bool:
    """Return whether ``chunk`` may be the rest of a number whose first group stands before a space."""
    return _GROUP.match(chunk) is not None


def raw_tokens(text: str) -> list[str]:
    """Return the tokens of ``text`` as they stand there."""
    if simple := _SIMPLE.fullmatch(text):
        return [simple[1]]
    return PATTERN.findall(text.replace("_", " "))


def raw_tokens_with_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each token with its start and end in code points of ``text``."""
    for match in PATTERN.finditer(text.replace("_", " ")):
        yield match[0], match.start(), match.end()
