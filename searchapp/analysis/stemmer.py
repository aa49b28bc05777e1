"""The stemmer for French: the lemma's stem from a table, rules for words that no dictionary knows.

Table and rules look at folded words, so a word has one stem however its accents were typed: no match is lost by
folding. Forms of one word (number, gender, conjugation) meet, an adverb meets its adjective, other words do not: «
viol » and « violent », « médecin » and « médecine » (docs/francais.md has the figures). :mod:`.stem_table` holds only
what the rules would get wrong. The rules were written for this project from the inflection of French as grammars give
it.

A rule is (ending, replacement, letters that must be left before the ending). Within a step the first rule that fits is
applied; the steps are number, feminine, ending (for words that the feminine rules left alone), tail.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

from searchapp.analysis.stem_table import BEGINNING, STEMS, irregular_forms

__all__ = [
    "RULES_VERSION",
    "family_root",
    "irregular_words",
    "read_words",
    "stem",
    "stem_beside_stopword",
    "stem_by_rules",
]

# Goes up when a rule changes: stems are what an index is made of.
RULES_VERSION: Final = 2

Rule = tuple[str, str, int]

_VOWELS: Final = frozenset("aeiouy")
# Rules are looked up by the last letters of a word.
_TAIL: Final = 4
_MAX_TAILS: Final = 20_000

_NUMBER: Final[tuple[Rule, ...]] = (
    ("erons", "", 3),
    ("issons", "i", 3),
    ("aises", "ai", 3),
    ("oises", "oi", 3),
    ("eaux", "eau", 1),
    ("aux", "al", 2),
    ("eux", "eu", 1),
    ("oux", "ou", 2),
    ("ss", "ss", 0),
    ("s", "", 3),
)
_FEMININE: Final[tuple[Rule, ...]] = (
    ("ee", "ee", 0),
    ("prise", "pri", 0),
    ("mise", "mi", 0),
    ("quise", "qui", 0),
    ("aise", "ai", 3),
    ("oise", "oi", 3),
    ("euse", "eu", 2),
    ("trice", "teu", 2),
    ("issante", "i", 3),
    ("plante", "plant", 0),
    ("ante", "", 4),
    ("mente", "ment", 0),
    ("ente", "", 4),
    ("eure", "eu", 3),
    ("ere", "", 3),
    ("ndue", "nd", 2),
    ("rdue", "rd", 2),
    ("ndre", "nd", 1),
    ("rdre", "rd", 1),
    ("e", "", 3),
)
_ENDINGS: Final[tuple[Rule, ...]] = (
    # adverbs and names of actions
    ("amment", "", 3),
    ("emment", "", 4),
    ("issement", "i", 3),
    ("ivement", "iv", 3),
    ("eusement", "eu", 3),
    ("ement", "", 4),
    # verbs of the second group
    ("issaient", "i", 3),
    ("issait", "i", 3),
    ("issant", "i", 3),
    ("issent", "i", 3),
    ("issez", "i", 3),
    ("iront", "i", 3),
    ("ira", "i", 3),
    # nouns that only look like verbs
    ("trait", "trait", 0),
    ("fait", "fait", 0),
    ("ouhait", "ouhait", 0),
    ("crit", "crit", 0),
    ("dit", "dit", 0),
    # verbs of the first group, and what the others share with it
    ("eraient", "", 3),
    ("erait", "", 3),
    ("eront", "", 3),
    ("erent", "", 3),
    ("erai", "", 3),
    ("erez", "", 3),
    ("erer", "", 3),
    ("eree", "", 3),
    ("era", "", 3),
    ("aient", "", 3),
    ("ait", "", 3),
    ("iez", "", 3),
    ("ez", "", 3),
    ("ee", "", 3),
    ("er", "", 3),
    ("er", "e", 2),
    ("ant", "", 3),
    ("ent", "", 4),
    ("a", "", 4),
    ("ir", "i", 3),
    ("uit", "uit", 0),
    ("oit", "oit", 0),
    ("it", "i", 3),
    ("ndu", "nd", 2),
    ("rdu", "rd", 2),
    ("eur", "eu", 2),
    ("if", "iv", 2),
    ("euf", "euv", 1),
    ("ef", "ev", 2),
)
# Of words that are stopwords without their accents, a form that has their stem. Those not named are not inflected.
_BESIDE_STOPWORDS: Final = {
    "né": "nee", "sûr": "sure", "dû": "due", "entré": "entrer", "sommés": "sommer", "étés": "ete", "dés": "dé",
    "lés": "lé", "mémés": "mémé",
}  # fmt: skip
# Endings of word families, looked at once, after the stem: licenciement and licencier, électoral and électeur.
# fmt: off
_DERIVATION: Final = (
    "ationnel", "isation", "ication", "itation", "isateu", "istiqu", "ation", "ition", "ateu", "iteu", "isme", "aire",
    "ativ", "ement", "ment", "iqu", "ist", "age", "ance", "anc", "enc", "abl", "ibl", "teu", "ion", "ite", "air", "ier",
    "oir", "ag", "iv", "eu", "it", "ur", "is", "al", "el", "e",
)
# fmt: on


def stem(word: str) -> str:
    """Return the stem of a folded word: what the table says, else what the rules make of it."""
    return STEMS[word[:BEGINNING]].get(word) or stem_by_rules(word)


def stem_beside_stopword(exact: str) -> str:
    """Return the stem of a content word that is a stopword without its accents: « ne » does not find « né »."""
    other_form = _BESIDE_STOPWORDS.get(exact)
    return stem(other_form) if other_form else exact


def stem_by_rules(word: str) -> str:
    """Return the stem of a word that no dictionary knows; one with signs other than letters is its own stem."""
    if len(word) < 4 or not word.isalpha() or word in read_words("protected_words.txt"):
        return word
    # All rules of number end in "s" or "x", all of gender in "e".
    singular = _apply_first(word, _NUMBER_RULES) if word[-1] in "sx" else word
    bare = _apply_first(singular, _FEMININE_RULES) if singular[-1] == "e" else singular
    return _tail(_apply_first(bare, _ENDING_RULES) if bare == singular else bare)


def irregular_words(stem: str) -> tuple[str, ...]:
    """Return the words of ``stem`` that begin with other letters: yeux for oeil. Rules keep a word's first two."""
    return irregular_forms().get(stem, ())


def family_root(stem: str) -> str:
    """The root that the stems of a word family share: of voler and vol, of électoral and électeur.

    An ending of derivation goes where five letters stay; a stem without one loses what the rules take from a word.
    """
    root = _without_derivation(stem)
    if root == stem:
        root = _without_derivation(stem_by_rules(stem))
    bare = root.rstrip("ei")
    return bare if len(bare) >= 5 else root


def _without_derivation(stem: str) -> str:
    for ending, _, left in _DERIVATION_RULES[stem[-_TAIL:]]:
        if stem.endswith(ending) and len(stem) - len(ending) >= left:
            return stem[: -len(ending)]
    return stem


@cache
def read_words(name: str) -> frozenset[str]:
    """Return the words of a list in ``data/``."""
    return frozenset(word for line in _lines(name) for word in line.split())


def _lines(name: str) -> Iterator[str]:
    text = (resources.files("searchapp.analysis") / "data" / name).read_text("utf-8")
    return (bare for line in text.splitlines() if (bare := line.partition("#")[0].strip()))


def _apply_first(word: str, rules: _RulesByTail) -> str:
    """Apply the first rule that fits."""
    for ending, replacement, left in rules[word[-_TAIL:]]:
        if word.endswith(ending) and len(word) - len(ending) >= left:
            kept = word[: -len(ending)]
            if not _VOWELS.isdisjoint(kept):
                return kept + replacement
    return word


class _RulesByTail(dict[str, tuple[Rule, ...]]):
    """The rules of a step, in their order, by the last letters of the words that they can apply to.

    Three at most for nearly all of the 5,000 tails that French words have.
    """

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        super().__init__()
        self._rules = rules
        self._places: dict[str, list[int]] = {}
        for place, (ending, _, _) in enumerate(rules):
            self._places.setdefault(ending[-_TAIL:], []).append(place)

    def __missing__(self, tail: str) -> tuple[Rule, ...]:
        places = sorted(place for start in range(len(tail)) for place in self._places.get(tail[start:], ()))
        rules = tuple(self._rules[place] for place in places)
        if len(self) < _MAX_TAILS:
            self[tail] = rules
        return rules


_DERIVATION_RULES: Final = _RulesByTail(tuple((ending, "", 5) for ending in sorted(_DERIVATION, key=len, reverse=True)))
_NUMBER_RULES: Final = _RulesByTail(_NUMBER)
_FEMININE_RULES: Final = _RulesByTail(_FEMININE)
_ENDING_RULES: Final = _RulesByTail(_ENDINGS)


def _tail(stem: str) -> str:
    """Return ``stem`` with one letter for a double consonant, "i" for a last "y", no last "e"."""
    if len(stem) > 4 and stem[-1] == "e":
        stem = stem[:-1]
    if len(stem) > 4 and stem[-1] == stem[-2] and stem[-1] not in "aeious":
        stem = stem[:-1]
    return stem[:-1] + "i" if stem[-1] == "y" and len(stem) > 3 else stem
