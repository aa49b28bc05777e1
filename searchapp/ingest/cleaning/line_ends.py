"""Words cut at the end of a line: « tra-⏎vaux » is « travaux », but « peut-⏎être » keeps its hyphen.

Typesetters print the same sign for both. A soft hyphen says that the word was cut. For a plain one the article itself
is the dictionary: the form that it has elsewhere, « portefeuille » or « porte-parole », is right. Failing that, lists
of words with a hyphen of their own decide; a word in none of them was cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

__all__ = ["join_cut_words", "join_lines", "join_paragraphs"]

_SOFT: Final = "\u00ad"
_HYPHENS: Final = "\u2010-"  # in patterns the last of a set
# OCR writes the sign of a cut as « ¬ », old German prints have « ⸗ ».
_SIGNS: Final = f"{_SOFT}\u00ac\u2e17{_HYPHENS}"
_MARKS: Final = (_SOFT, *(f"{sign}\n" for sign in _SIGNS))
_CUT: Final = re.compile(rf"(?<=\w)([{_SIGNS}])\n[ \t]*(\w+(?:[{_HYPHENS}]\w+)*+)([^\w\s{_SIGNS}]*+)([ \t]*+)")
_ENDS_CUT: Final = re.compile(rf"\w[{_SIGNS}]$")
_WORD: Final = re.compile(rf"\w+(?:[{_HYPHENS}]\w+)*+")
_LAST_WORD: Final = re.compile(rf"(?<![\w{_HYPHENS}])[\w{_HYPHENS}]++$")
_PARTS: Final = re.compile(f"[{_HYPHENS}]")
_LONGEST_WORD: Final = 60
# « dit-il », « lui-même », « peut-être », « au-delà », « vingt-deux »
_BEHIND_HYPHEN: Final = frozenset(
    (
        *("il", "elle", "ils", "elles", "je", "nous", "vous", "moi", "toi", "là", "même", "mêmes", "être", "t", "y"),
        *("deux", "midi", "chef", "dessus", "dessous", "delà", "devant", "dehors", "clé", "clés", "clef"),
    )
)
# « ex-ministre », « c’est-à-dire », « Saint-Denis », « quatre-vingts »
_BEFORE_HYPHEN: Final = frozenset(
    (
        *("ex", "vice", "non", "quasi", "demi", "semi", "franco", "anglo", "peut", "à", "sous", "avant", "après"),
        *("arrière", "grand", "nord", "sud", "ouest", "saint", "sainte", "st", "ste", "notre", "plate", "porte"),
        *("rendez", "chef", "tout", "outre", "dix", "vingt", "trente", "quarante", "cinquante", "soixante", "quatre"),
        *("social",),
    )
)
# Second parts that go on a word after « sous », « avant », « porte »: « souscription », « avantage », « portefeuille ».
_NO_HYPHEN: Final = {
    "sous": ("cri", "tract", "trair"),
    "avant": ("ag",),
    "porte": ("feuille", "manteau"),
    "ex": (
        *("act", "agé", "amen", "cel", "cep", "cès", "cit", "clam", "clu", "cur", "cus", "empl", "erc", "igen", "ist"),
        *("pan", "pér", "pert", "pir", "pli", "plo", "pos", "press", "pul", "ten", "tér", "tin", "tor", "trai", "trao"),
        *("tré", "trê"),
    ),
}
# First parts of compound names, with those of the list above: « Jean-Pierre », « Seine-Maritime ».
_BEGIN_NAMES: Final = frozenset(
    (
        *("jean", "marie", "anne", "pierre", "paul", "louis", "charles", "mont", "bourg", "seine", "loire", "haute"),
        *("hauts", "basse", "alpes", "pyrénées", "côtes", "maine", "rhône", "charente", "meurthe", "eure", "sables"),
    )
)
# « Ille-et-Vilaine », « Boulogne-sur-Mer », « c’est-à-dire » go on with another part.
_LINKS: Final = frozenset(("et", "sur", "sous", "en", "de", "du", "la", "le", "les", "lès", "aux", "à"))
# Pairs in which each word is common at the beginning, or at the end, of others: « Fran-⏎ce », « est-⏎ce ».
_PAIRS: Final = {
    "ce": ("est", "était", "serait", "sera", "fut"),
    "ci": ("celui", "celle", "ceux", "celles", "mois", "jours", "temps", "fois"),
    "on": ("t", "dit", "peut", "doit", "sait", "est", "voit", "croit", "faut", "veut"),
    "un": ("vingt", "trente", "quarante", "cinquante", "soixante", "et"),
    "leur": ("dites", "donnez", "laissez", "faites"),
    "à": ("est", "vis"),
}
# A sentence begins so, and no second part of a name: « PARIS-⏎Le ministre ».
_BEGIN_SENTENCES: Final = frozenset(("le", "la", "les", "l", "un", "une", "il", "elle", "on", "des", "en", "au", "aux"))


def join_cut_words(text: str) -> str:
    """Return ``text`` with its cut words whole on the first of their two lines; the very same text without any.

    The lines have no blanks at their ends. Soft hyphens go wherever they stand, as no reader sees them. A blank line
    ends a paragraph, and no word goes on behind it.
    """
    if not any(mark in text for mark in _MARKS):  # nearly no text has one; a search would take longer than its JSON
        return text
    known: set[str] = set()

    def joined(cut: re.Match[str]) -> str:
        if not known:
            known.update(word.casefold() for word in _WORD.findall(text))
        line = text[max(0, cut.start() - _LONGEST_WORD) : cut.start()]
        before = _LAST_WORD.search(line)
        hyphen = _hyphen_between(before[0] if before else "", cut[1], cut[2], known)
        return cut[0] if hyphen is None else f"{hyphen}{cut[2]}{cut[3]}" + ("\n" if cut[4] else "")

    return _CUT.sub(joined, text).replace(_SOFT, "")


def join_lines(lines: Iterable[str]) -> str:
    """Return the lines of a paragraph as one line, with cut words whole."""
    return " ".join(join_cut_words("\n".join(lines)).split("\n"))


def join_paragraphs(paragraphs: Iterable[str]) -> list[str]:
    """Return ``paragraphs`` with those in one that a cut word joins: columns and pages end in the middle of words."""
    joined: list[list[str]] = []
    for paragraph in paragraphs:
        if joined and _ENDS_CUT.search(joined[-1][-1]) and paragraph[:1].islower():
            joined[-1].append(paragraph)
        else:
            joined.append([paragraph])
    return [join_lines(parts) if len(parts) > 1 else parts[0] for parts in joined]


def _hyphen_between(before: str, sign: str, behind: str, known: set[str]) -> str | None:
    """Return the sign between the parts of a cut word: a hyphen or nothing; None when they are two words."""
    if sign not in _HYPHENS:
        return ""
    first, second = before.casefold(), behind.casefold()
    if f"{first}{second}" in known:
        return ""
    if f"{first}-{second}" in known:
        return sign
    last, next_part, *others = (_PARTS.split(first)[-1], *_PARTS.split(second))
    if behind[0].isupper() and not f"{before}{behind}".isupper():
        return sign if last in _BEGIN_NAMES | _BEFORE_HYPHEN and second not in _BEGIN_SENTENCES else None
    is_compound = (bool(others) and next_part in _LINKS) or _has_own_hyphen(last, next_part)
    return sign if is_compound else ""


def _has_own_hyphen(first: str, second: str) -> bool:
    """Return whether a hyphen belongs between these words, in small letters and without other parts of the compound."""
    if first[-1:].isdigit() or second[:1].isdigit():
        return True
    if second in _PAIRS:
        return first in _PAIRS[second]
    continues = second.startswith(_NO_HYPHEN.get(first, ("\0",)))
    return second in _BEHIND_HYPHEN or (first in _BEFORE_HYPHEN and not continues)
