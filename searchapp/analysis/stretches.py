"""Stretches: chunks that go together although spaces stand between them, as numbers and compounds do.

« 20 000 » is one token, « 5 km », « RN 12 » and « aujourd hui » are compounds. A stretch is *open* at a chunk with
which such a thing may begin: one that begins or ends with a digit. It goes on with other numbers and with units; after
the head of a word that lost its apostrophe (« aujourd ») with the word's tail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from searchapp.analysis.compounds import HEADS, TAILS, UNITS

__all__ = ["are_capitals", "digit_gaps", "is_open", "may_go_on", "spaced_stretch"]

_OPENING: Final = "\"«“(['’"
_CLOSING: Final = '.,;:!?…)]»”"'
_CAPITALS: Final = re.compile(r"[(«“\"]?(?:[LlDd]['’])?[A-Z]{1,4}\.?")
_EUROS: Final = ("million", "millions", "milliard", "milliards", "d'euros", "d’euros")
_CONTINUING: Final = frozenset([*UNITS, "°", "x", "\u00d7", *_EUROS])
_DIGIT_GAP: Final = re.compile(r"(?:\d|\(0\))(\s++)(?=\d|\(0\))")


def is_open(chunk: str) -> bool:
    """Return whether a number in groups, or a compound of a number and what stands apart, may begin with ``chunk``."""
    return _ends_with_digits(chunk) or chunk.lstrip(_OPENING)[:1].isdecimal()


def may_go_on(chunk: str) -> bool:
    """Return whether ``chunk`` may stand after a number in a stretch: another number, or a unit."""
    return _begins_with_digits(chunk) or chunk.rstrip(_CLOSING).lower().partition("/")[0] in _CONTINUING


def are_capitals(chunk: str) -> bool:
    """Return whether ``chunk`` may be the letters of a code whose number stands apart: « RN », « l’A »."""
    return not chunk.islower() and _CAPITALS.fullmatch(chunk) is not None


def digit_gaps(text: str) -> Iterator[str]:
    """Yield the blanks between digits and digits, in order; « (0) » of a telephone number counts as digits."""
    return (match[1] for match in _DIGIT_GAP.finditer(text))


def spaced_stretch(
    chunks: Sequence[str], first: int, continues: Mapping[str, bool], gaps: Iterator[str]
) -> tuple[str, int]:
    """Return the text of the stretch that is open at ``chunks[first]``, and the index of the chunk after it.

    ``gaps``: those of :func:`digit_gaps` from here on, since a number has plain blanks between its groups. What stands
    before a unit does not matter. The last of ``chunks`` must end the stretch.
    """
    parts, end = [chunks[first]], first + 1
    if chunks[first].lower() in HEADS and chunks[end].rstrip(_CLOSING).lower() in TAILS:
        return f"{chunks[first]} {chunks[end]}", end + 1
    while continues[chunks[end]]:
        between_digits = _ends_with_digits(chunks[end - 1]) and _begins_with_digits(chunks[end])
        parts += (next(gaps) if between_digits else " ", chunks[end])
        end += 1
    return "".join(parts), end


def _begins_with_digits(chunk: str) -> bool:
    return chunk[:1].isdecimal() or chunk.startswith("(0)")


def _ends_with_digits(chunk: str) -> bool:
    return chunk[-1:].isdecimal() or chunk.endswith("(0)")
