"""Bylines: « Par Maëlle Guivarc’h, à Rennes (avec Idris Benali) » names two authors."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["split_authors"]

_LONGEST: Final = 300
_BY: Final = re.compile(
    r"(?:(?:publié|écrit|rédigé|posté|signé|réalisé|article|propos recueillis|recueillis?) )?(?:par|by)(?:\s*+:)?+\s++"
    r"|(?:texte|article|rédaction|auteur|autrice)\s*+:\s*+|de notre correspondante?\s++",
    re.IGNORECASE,
)
# Runs of blanks match from their beginning only: matching from each blank would take quadratic time.
_BLANKS: Final = r"(?<!\s)\s++"
_AND: Final = re.compile(rf"{_BLANKS}(?:et|&|avec|and|with)\s++|(?:{_BLANKS})?+[;/|•·]\s*+")
_BRACKETS: Final = re.compile(rf"(?:{_BLANKS})?+\(([^()]{{0,200}})\)?+")
_TOGETHER: Final = re.compile(r"(?:avec|et|with|and)\s++", re.IGNORECASE)
_MAIL: Final = re.compile(rf"(?:{_BLANKS})?+[(<]?\S{{1,100}}@\S{{1,100}}[)>]?\s*+")
# « Anne Le Bihan - le 6 mai 2024 », « Noël Çatal | 18:52 »
_MOMENT: Final = re.compile(rf"(?:{_BLANKS})?+(?:[-–|·,]|le|à|at|on)\s++(?:le\s++)?+\d.{{0,200}}$")
_FUNCTION: Final = (
    r"(?:journalistes?|correspondante?s?|envoyée?s? spéciale?s?|envoyés? spéciaux|grande?s? reporters?|reporters?"
    r"|rédact(?:eur|rice)s?|chroniqueu(?:r|se)|éditorialiste|chef(?:fe)? d|directeur|directrice|stagiaire|pigiste)"
)
# Behind a name, with a comma or a dash or without; glued to it with a capital: « Anne Le BihanCorrespondante à Brest ».
_BEHIND: Final = re.compile(rf"(?:{_BLANKS}|,|-|–)(?:[-–]\s++)?+{_FUNCTION}\b", re.IGNORECASE)
_GLUED: Final = re.compile(
    r"(?<=[a-zà-öø-ÿ])"
    r"(?:Journaliste|Correspondante?|Envoyée? spécial|Grande? reporter|Reporter|Rédact|Chroniqueu|Édito)"
)
_IS_FUNCTION: Final = re.compile(_FUNCTION, re.IGNORECASE)
_PREPOSITIONS: Final = r"(?:à|a|au|aux|en|depuis|notre|nos|de notre)\b"
_AT: Final = re.compile(_PREPOSITIONS)
_PLACE: Final = re.compile(rf"{_BLANKS}(?:-|–)\s*+{_PREPOSITIONS}", re.IGNORECASE)
_PARTICLES: Final = ("de ", "du ", "des ", "d’", "d'", "van ", "von ", "ben ", "el ", "al ", "le ", "la ")


@lru_cache(4096)
def split_authors(byline: str) -> tuple[str, ...]:
    """Return the names in ``byline``; one that does not look like several names stays one."""
    if len(byline) > _LONGEST:
        return (byline,)
    if named := _named_mail(byline):
        return (named,)
    names: list[str] = []
    in_place = False
    for part in _AND.split(_MOMENT.sub("", _BRACKETS.sub(_bracketed, byline.strip()))):
        if in_place and " " not in part.strip():  # « à Rennes et Brest »
            continue
        own, in_place = _names(_BY.sub("", part, count=1) if _BY.match(part) else part)
        names += own
    return tuple(filter(None, (name.strip(" ,.-–") for name in names)))


def _bracketed(match: re.Match[str]) -> str:
    """Return the replacement of brackets: other names, or nothing for a place, a function or an agency."""
    return f" et {match[1][together.end() :]}" if (together := _TOGETHER.match(match[1])) else ""


def _named_mail(byline: str) -> str:
    """Return the name of “redaction@exemple.fr (Anne Le Bihan)”, as RSS writes authors; "" if it is not one."""
    address, opened, name = byline.partition("(")
    is_mail = opened and "@" in address and " " not in address.strip()
    return name.rstrip(") ") if is_mail else _MAIL.sub("", byline) if "@" in byline else ""


def _names(part: str) -> tuple[list[str], bool]:
    """Return the names between commas, and whether a place or a function stood behind them.

    “Le Bihan, Anne” is one name: else each side of a comma must have two words.
    """
    name = _without_function(part)
    sides = [side.strip() for side in name.split(",")]
    names = [side for place, side in enumerate(sides) if side and not _is_remark(side, is_first=place == 0)]
    is_cut = len(name) < len(part) or len(names) < len(sides)
    if len(names) == len(sides) and not all(" " in side for side in sides):
        return [name], is_cut
    return names, is_cut


def _without_function(name: str) -> str:
    cuts = [match.start() for pattern in (_BEHIND, _GLUED, _PLACE) if (match := pattern.search(name))]
    return name[: min(cuts, default=len(name))]


def _is_remark(side: str, *, is_first: bool) -> bool:
    """Return whether the side of a comma is a place or a function: « à Rennes », « professeur de droit »."""
    if is_first:  # « anne.lebihan » signs so
        return bool(_IS_FUNCTION.match(side) or _AT.match(side))
    return bool(_IS_FUNCTION.match(side)) or (side[0].islower() and not side.startswith(_PARTICLES))
