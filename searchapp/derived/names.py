"""Names of an article: people, organisations and places, tidied from what a model of the language marks.

A model marks *mentions*: stretches of the text, each with a label. Mentions that say the same are one name: without
articles (« la France ») and titles (« M. Macron »), and a family name or a given name alone stands for the one full
name of the article that has it. What the article also writes without a capital (« Jeudi »), or
has at the beginning of sentences only, is no name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from babel import Locale

from searchapp.analysis.filters import fold, normalize, stopwords
from searchapp.analysis.value_keys import value_key

__all__ = ["LABELS", "NAMES_VERSION", "NO_NAMES", "Mention", "Names", "names_of"]

NAMES_VERSION: Final = 1
"""One higher when equal mentions give other names."""


class Names(NamedTuple):
    """The names of an article, of each kind those with the most mentions first."""

    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class Mention(NamedTuple):
    """A stretch of text that a model marks, its label, and where it starts in the text."""

    label: str
    text: str
    start: int


NO_NAMES: Final = Names()
LABELS: Final[Mapping[str, str]] = {"PER": "people", "ORG": "organisations", "LOC": "places"}
"""Labels of the models (those of WikiNER) -> attributes of :class:`Names`; other labels are left out."""

_MOST: Final = 40  # names of one kind
_LONGEST: Final = 80  # code points
_MOST_WORDS: Final = 8
_DETERMINER: Final = re.compile(
    r"(?:l[ea]s?|d[eu]s?|aux?|en|[àa]|un|une|ce|cette|ces|l['’]|d['’])(?![\w.-])\s*|[ld]['’]"
)
_CAPITAL_ARTICLE: Final = re.compile(r"(?:L[ea]s?\s+|L['’])(?=\w)")
_TITLE: Final = re.compile(
    r"(?:MM?\.|Mmes?|Mlles?|Me|Mgr|Dr|Pr|Monsieur|Madame|Ma[iî]tre|Docteur|Professeur|Sir|Lord|Lady)(?![\w-])\.?\s+"
)
_EDGES: Final = " \t.,;:!?…-–—·•*/|()[]{}<>\"'«»“”„’"
_SENTENCE_ENDS: Final = frozenset('.!?:;…«»“”"\n•–—-')
_WORD: Final = re.compile(r"[^\W\d_]+")
_BLANKS: Final = re.compile(r"\s+")


def names_of(text: str, mentions: Iterable[Mention]) -> Names:
    """Return the names of ``text``, in which a model marked ``mentions``."""
    small = {fold(normalize(word)) for word in _WORD.findall(text) if word[0].islower()}
    spelled: dict[str, Counter[str]] = {}
    labels: dict[str, Counter[str]] = {}
    sure = set()
    for label, mentioned, start in mentions:
        if name := _tidied(mentioned, small):
            key = value_key(name)
            spelled.setdefault(key, Counter())[name] += 1
            labels.setdefault(key, Counter())["LOC" if key in _territories() else label] += 1
            if " " in name or name.isupper() or key in _territories() or not _begins_sentence(text, start):
                sure.add(key)
    counted: dict[str, Counter[str]] = {label: Counter() for label in LABELS}
    for key, forms in spelled.items():
        if key in sure and (label := _most_frequent(labels[key])) in counted:
            counted[label][_most_frequent(forms)] = forms.total()
    return Names(_first(_full_names(counted["PER"])), _first(counted["ORG"]), _first(counted["LOC"]))


def _tidied(mention: str, small: set[str]) -> str:
    """Return a mention as a name, "" when it is none; ``small`` are words that the text writes without a capital."""
    if "\n" in mention:
        return ""
    name = _BLANKS.sub(" ", mention).strip(_EDGES)
    name = _DETERMINER.sub("", name, count=1) if _DETERMINER.match(name) else name
    name = _TITLE.sub("", name, count=1) if _TITLE.match(name) else name
    bare = _CAPITAL_ARTICLE.sub("", name, count=1) if _CAPITAL_ARTICLE.match(name) else name
    name = bare if value_key(bare) in _territories() else name
    words = _WORD.findall(name)
    if not words or not name[0].isupper() or not 1 < len(name) <= _LONGEST or len(words) > _MOST_WORDS:
        return ""
    key = fold(normalize(name))
    is_common = len(words) == 1 and (key in small or key in stopwords())
    return "" if is_common or key in _not_names() else name


def _begins_sentence(text: str, start: int) -> bool:
    """Return whether a word stands where any word has a capital: there models take common ones for names."""
    before = text[max(0, start - _LONGEST) : start]
    return not before.strip(" \t") or before.rstrip(" \t")[-1] in _SENTENCE_ENDS


def _full_names(people: Counter[str]) -> Counter[str]:
    """Return ``people`` with family names and given names alone counted as the one full name that has them.

    A word alone that nobody's full name has is kept from its second mention on: models often take one for a name.
    """
    parts: dict[str, set[str]] = {}
    for name in people:
        first, *rest = value_key(name).split()
        for part in {first, *(" ".join(rest[start:]) for start in range(len(rest)))} if rest else ():
            parts.setdefault(part, set()).add(name)
    whole: Counter[str] = Counter()
    for name, count in people.items():
        owners = parts.get(value_key(name), set())
        if len(owners) == 1:
            whole[next(iter(owners))] += count
        elif " " in name or count > 1:
            whole[name] += count
    return whole


def _most_frequent(counts: Counter[str]) -> str:
    return max(counts, key=lambda text: counts[text])


def _first(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in counts.most_common(_MOST))


@cache
def _territories() -> frozenset[str]:
    """Return the keys of countries and continents, from the names of the Unicode CLDR."""
    return frozenset(value_key(name) for name in Locale("fr").territories.values())


@cache
def _not_names() -> frozenset[str]:
    """Return the keys of common words and terms that models mark as names."""
    text = files(__package__).joinpath("not_names.txt").read_text("utf-8")
    return frozenset(fold(normalize(line)) for line in text.splitlines() if line and not line.startswith("#"))
