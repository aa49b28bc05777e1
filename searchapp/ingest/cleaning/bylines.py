"""Bylines: « Par Maëlle Guivarc’h et Idris Benali, à Rennes » names two authors."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["split_authors"]

_LONGEST: Final = 300
_BY: Final = re.compile(r"(?:par|by|texte|propos recueillis par|de notre correspondante?)\s*:?\s+", re.IGNORECASE)
# Runs of blanks match from their beginning only: matching from each blank would take quadratic time.
_BLANKS: Final = r"(?<!\s)\s++"
_AND: Final = re.compile(rf"{_BLANKS}(?:et|&|avec|and)\s++|(?:{_BLANKS})?+[;/|]\s*+")
_PLACE: Final = re.compile(
    rf"(?:{_BLANKS})?+(?:,|-|–|\()\s*+(?:à|a|au|aux|en|depuis|notre|nos|envoyée?s?|correspondante?s?|journalistes?"
    r"|de notre)\b",
    re.IGNORECASE,
)
_MAIL: Final = re.compile(rf"(?:{_BLANKS})?+[(<]?\S{{1,100}}@\S{{1,100}}[)>]?\s*+")


@lru_cache(4096)
def split_authors(byline: str) -> tuple[str, ...]:
    """Return the names in ``byline``; one that does not look like several names stays one."""
    if len(byline) > _LONGEST:
        return (byline,)
    if named := _named_mail(byline):
        return (named,)
    names: list[str] = []
    for part in _AND.split(_without_place(byline)):
        names += _split_commas(_BY.sub("", part, count=1) if _BY.match(part) else part)
    return tuple(filter(None, (name.strip(" ,.") for name in names)))


def _without_place(byline: str) -> str:
    byline = byline.strip()
    if match := _PLACE.search(byline):
        byline = byline[: match.start()]
    return byline


def _named_mail(byline: str) -> str:
    """Return the name of “redaction@exemple.fr (Anne Le Bihan)”, as RSS writes authors; "" if it is not one."""
    address, opened, name = byline.partition("(")
    is_mail = opened and "@" in address and " " not in address.strip()
    return name.rstrip(") ") if is_mail else _MAIL.sub("", byline) if "@" in byline else ""


def _split_commas(part: str) -> list[str]:
    """Split “Anne Le Bihan, Noël Çatal”, not “Le Bihan, Anne”: each side of a comma must have two words."""
    sides = part.split(",")
    return sides if all(len(side.split()) > 1 for side in sides) else [part]
