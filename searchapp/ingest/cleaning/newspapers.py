"""The newspaper of a feed: « Franceinfo - Les Titres » is Franceinfo.

The ``[feed]`` table of a corpus decides first. Then the words of the title that are the domain of the feed's address
(« Toute l’actualité sur Le Monde.fr », lemonde.fr), then the only part of it that does not just say what a feed is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Final
from urllib.parse import urlsplit

from searchapp.ingest.cleaning.normalize import clean_line, unaccented

__all__ = ["newspaper_of_feed"]

_BETWEEN: Final = re.compile(r" [-–—:/>»•·|] |(?<! )[|•·»>]| ?: ")
_WORD: Final = re.compile(r"[^\W_]+")
_DOMAIN_ENDS: Final = ("fr", "com", "net", "org", "info", "be", "ch", "ca", "eu", "lu")
_DOMAIN_END: Final = re.compile(rf"(?<=\w)\.(?:{'|'.join(_DOMAIN_ENDS)})$")
_ARTICLES: Final = ("l", "le", "la", "les", "the")
_LONGEST: Final = 200
_MOST_WORDS: Final = 6
_SHORTEST_LABEL: Final = 3
_SECOND_LEVEL: Final = ("co", "com", "gouv", "asso", "org", "ac", "presse")


def newspaper_of_feed(title: str, address: str, names: Mapping[str, str]) -> str:
    """Return the newspaper of the feed ``title``, whose site is at ``address``; ``names`` maps titles to newspapers."""
    title = clean_line(title)
    if named := names.get(title):
        return named
    return _newspaper(title, _label(address)) if len(title) <= _LONGEST else title


@lru_cache(1024)
def _newspaper(title: str, label: str) -> str:
    parts = [part.strip(" -–—|:•·»>") for part in _BETWEEN.split(title)]
    stated = [part for part in parts if part and not _is_generic(part)]
    named = next(filter(None, (_words_of(label, part) for part in parts)), "")
    name = named or (stated[0] if len(stated) == 1 else title)
    shorter = _DOMAIN_END.sub("", name)
    return shorter if " " in shorter else name


def _label(address: str) -> str:
    """Return the name in the domain of ``address``: lemonde of www.lemonde.fr, guardian of guardian.co.uk."""
    try:
        labels = (urlsplit(address).hostname or "").split(".")[:-1]
    except ValueError:
        return ""
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    label = _letters(labels[-1]) if labels else ""
    return label if len(label) >= _SHORTEST_LABEL else ""


def _words_of(label: str, part: str) -> str:
    """Return the words of ``part`` whose letters are ``label``, with their article, where the others are generic."""
    words = list(_WORD.finditer(part)) if label else []
    for size in range(1, min(_MOST_WORDS, len(words)) + 1):
        for start in range(len(words) - size + 1):
            end = start + size
            if _letters(part[words[start].start() : words[end - 1].end()]) == label and _is_generic(
                " ".join(word[0] for word in (*words[:start], *words[end:]) if word[0] not in _DOMAIN_ENDS)
            ):
                while start and words[start - 1][0].casefold() in _ARTICLES:
                    start -= 1
                return part[words[start].start() : words[end - 1].end()]
    return ""


def _letters(text: str) -> str:
    return "".join(_WORD.findall(unaccented(text).casefold()))


def _is_generic(part: str) -> bool:
    """Return whether ``part`` only has words that any feed has: « Les Titres », « Toute l’actualité », « RSS »."""
    return all(word in _generic_words() for word in _WORD.findall(unaccented(part).casefold()))


@cache
def _generic_words() -> frozenset[str]:
    text = (resources.files("searchapp.ingest.cleaning") / "data" / "feed_words.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())
