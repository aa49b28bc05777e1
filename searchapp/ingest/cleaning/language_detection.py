"""Which language an article is in: by French small words, and by a model for what has few of them."""

from __future__ import annotations

import importlib
from functools import cache
from importlib import resources
from typing import Any, Final

__all__ = ["language_of"]

_LOOKED_AT: Final = 1000
_FEWEST_WORDS: Final = 12
# Measured on the 35,873 French texts of ../shared/data: 99 in 100 have a share above 0.14;
# sentences in the five other languages have none.
_SURELY_FRENCH: Final = 0.1
_FIRST_WORDS: Final = 120


@cache
def _small_words() -> frozenset[str]:
    text = (resources.files("searchapp.ingest.cleaning") / "data" / "french_words.txt").read_text("utf-8")
    return frozenset(
        word for line in text.splitlines() if not line.startswith("#") for word in line.replace("’", "'").split()
    )


def language_of(text: str) -> str:
    """Return the two letters of the language of ``text``; few words count as French."""
    # With the plain apostrophe most texts stay in Latin-1, which is what Python is quickest with.
    opening = text[:_LOOKED_AT].replace("’", "'").replace("'", "' ")
    if _begins_french(opening):
        return "fr"
    words = opening.lower().split()
    if len(set(words)) < _FEWEST_WORDS:
        return "fr"
    french = _small_words()
    share = sum(map(french.__contains__, words)) / len(words)
    return "fr" if share >= _SURELY_FRENCH else _by_model(text[:_LOOKED_AT])


def _begins_french(opening: str) -> bool:
    """Return whether the first words have as many French ones as all of them together would need."""
    words = opening.split(None, _FIRST_WORDS)
    rest = words.pop() if len(words) > _FIRST_WORDS else ""
    french = _small_words()
    found = [word for word in words if word in french]
    if len(found) < _SURELY_FRENCH * (len(words) + 1):
        return False
    # All blanks but the plain one are unprintable: this is how to count words without making them.
    plain = rest.replace("\n", " ").replace("\u00a0", " ").replace("\u202f", " ")
    enough = len(found) >= _SURELY_FRENCH * (len(words) + plain.count(" ") + 1) and plain.isprintable()
    return enough and (len(set(found)) >= _FEWEST_WORDS or len(set(map(str.lower, words))) >= _FEWEST_WORDS)


def _by_model(text: str) -> str:
    return str(_model().classify(text)[0])


@cache
def _model() -> Any:
    """Return the model, loaded when the first text needs it: it takes a second and some 90 MB."""
    return importlib.import_module("py3langid")
