"""Keys of whole values (sources, authors, tags): spellings of one name have the same key."""

from __future__ import annotations

import re
from typing import Final

from searchapp.analysis.filters import fold, normalize

__all__ = ["value_key"]

_GAPS: Final = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_AT_END: Final = ' .,;:«»"“”'


def value_key(value: str) -> str:
    """Return ``value`` without what writers disagree on: capitals, accents, apostrophes, hyphens, spaces, a final stop.

    « Le Monde » and « LE MONDE », « Ouest-France » and « Ouest France » have one key. Other signs count: « C » is not
    « C++ ». A value that is signs only is its own key.
    """
    folded = _GAPS.sub(" ", fold(normalize(value))).lstrip(' «»"“”').rstrip(_AT_END)
    return folded or normalize(value)
