"""Keys of whole values (sources, authors, tags): spellings of one name have the same key."""

from __future__ import annotations

import re
from typing import Final

from searchapp.analysis.filters import fold, normalize

__all__ = ["value_key", "value_key_of_normal"]

_GAPS: Final = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_AT_END: Final = ' .,;:«»"“”'


def value_key(value: str) -> str:
    """Return ``value`` without what writers disagree on: capitals, accents, apostrophes, hyphens, spaces, a final stop.

    « Le Monde » and « LE MONDE », « Ouest-France » and « Ouest France » have one key. Other signs count: « C » is not
    « C++ ». A value that is signs only is its own key.
    """
    return value_key_of_normal(normalize(value))


def value_key_of_normal(normal: str) -> str:
    """Return the key of a value that :func:`~searchapp.analysis.filters.normalize` returned."""
    folded = fold(normal)
    # The quick way for most values gives what the pattern would.
    gapless = " ".join(folded.replace("-", " ").split()) if folded.isascii() else _GAPS.sub(" ", folded)
    return gapless.lstrip(' «»"“”').rstrip(_AT_END) or normal
