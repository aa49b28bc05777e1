"""Compounds: what several tokens are together, since people also write it as one word.

« week-end » and « weekend », « F-16 », « F16 » and « F 16 », « 5 km » and « 5km », « L’Oréal » and « Loreal »: the
tokens keep their positions, and the *joined word* (weekend, f16, 5km, loreal) is indexed beside them, without one.

Compounds are found by their form alone. Words with a hyphen are compounds unless they end in a pronoun (« est-il »);
elided words count before a capital only; letters before a number that stands apart are capitals, four at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from searchapp.analysis.filters import fold, join_number, normalize
from searchapp.analysis.tokenizer import APOSTROPHES, IGNORABLE, NUMBER_IN_GROUPS, PATTERN, SPACES

__all__ = [
    "HEADS",
    "TAILS",
    "UNITS",
    "Compound",
    "compounds",
    "exact_form",
    "joined_word",
    "other_amounts",
    "other_numbers",
    "percentages",
]

_APOSTROPHE = f"[{re.escape(APOSTROPHES)}]"
_HYPHEN = "[-\u2010\u2011]"
_MARKS = f"\u0300-\u036f{IGNORABLE}"
_LETTER = "[^\\W\\d_\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089]"
_DIGIT = "[\\d\u00b2\u00b3\u2080-\u2089]"
_WORD = rf"{_LETTER}[{_MARKS}]*+(?:{_LETTER}[{_MARKS}]*+)*+"
_SPACE = r"\s"
# Groups stand apart by the blanks that a number may have: a line end parts two numbers.
_NUMBER = rf"\d{{1,3}}(?:[{SPACES}.]\d{{3}}){{1,4}}(?!\d)|\d{{1,9}}(?:[.,]\d{{1,4}})?(?![.,]?\d)"

# Units as news writes them, with the sign or abbreviation that stands for all their forms.
# fmt: off
_UNITS: Final = {
    "h": "h heure heures", "min": "min mn minute minutes", "s": "s sec seconde secondes",
    "km": "km kilometre kilometres", "m": "m metre metres", "cm": "cm centimetre centimetres",
    "mm": "mm millimetre millimetres", "km2": "km2", "m2": "m2", "m3": "m3", "cm3": "cm3", "ha": "ha hectare hectares",
    "kg": "kg kilo kilos kilogramme kilogrammes", "g": "g gramme grammes", "mg": "mg milligramme milligrammes",
    "t": "t tonne tonnes", "l": "l litre litres", "hl": "hl hectolitre hectolitres", "cl": "cl centilitre centilitres",
    "ml": "ml millilitre millilitres", "w": "w watt watts", "kw": "kw kilowatt kilowatts",
    "mw": "mw megawatt megawatts", "gw": "gw gigawatt gigawatts", "tw": "tw", "wh": "wh",
    "kwh": "kwh kilowattheure kilowattheures", "mwh": "mwh megawattheure megawattheures",
    "gwh": "gwh gigawattheure gigawattheures", "twh": "twh terawattheure terawattheures", "v": "v volt volts",
    "hz": "hz hertz", "mhz": "mhz", "ghz": "ghz", "ko": "ko", "mo": "mo", "go": "go", "to": "to", "px": "px",
    "db": "db decibel decibels", "hpa": "hpa", "bar": "bar bars", "kcal": "kcal", "cal": "cal calories",
    "c": "c °c", "f": "°f", "k€": "k€", "m€": "m€ meur", "md€": "md€ mds€ mdeur", "m$": "m$", "md$": "md$ mds$",
    "d": "d", "k": "k", "md": "md mds", "e": "e eme ieme", "er": "er", "ere": "ere re",
}
# fmt: on
_UNIT_OF: Final = {form: unit for unit, forms in _UNITS.items() for form in forms.split()}
_ACCENTED_UNITS: Final = (
    "ème ième ère mètre mètres kilomètre kilomètres centimètre centimètres millimètre millimètres mégawatt mégawatts "
    "térawattheure térawattheures décibel décibels m² km² m³ cm³"
)
UNITS: Final = frozenset([*_UNIT_OF, *_ACCENTED_UNITS.split()])
_UNIT_FORMS = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_FOLDED_UNITS = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_AMOUNTS_IN_WORDS: Final = {
    "million deuros": "m€",
    "millions deuros": "m€",
    "milliard deuros": "md€",
    "milliards deuros": "md€",
}
# « est-il », « celui-ci », « dis-le »: words that were not joined to make another.
_PRONOUNS: Final = frozenset(
    [
        *("je", "tu", "il", "elle", "on", "nous", "vous", "ils", "elles", "ce", "t", "y", "en", "la", "le", "les"),
        *("lui", "leur", "moi", "toi", "ci", "meme", "memes", "ca", "eux"),
    ]
)
_WITH_PRONOUN: Final = frozenset(["rendez-vous", "chez-soi", "quant-à-soi"])

_HOUR = rf"\d{{1,2}}{_SPACE}?(?:h|:|heures?){_SPACE}?[0-5]\d(?![\w:])"
_AMOUNT = (
    rf"(?:{_NUMBER}){_SPACE}?(?:(?:million|milliard)s?{_SPACE}d{_APOSTROPHE}euros|(?:°{_SPACE}?)?(?:{_UNIT_FORMS}))"
    rf"(?!\w|{_APOSTROPHE})"
)
# The article of the constitution is 49.3, 49-3; matches end 3-0.
_PAIR = r"\d{1,3}-\d{1,2}(?![\w\-]|[.,]\d)"
_DIMENSIONS = rf"\d{{1,3}}{_SPACE}?[xX\u00d7]{_SPACE}?\d{{1,3}}(?!\w)"
_CODE_IN_DIGITS = rf"\d{{1,6}}{_LETTER}\w{{0,12}}(?!\w)"
# Groups that no other number has: 39 19, 732 829 320 00074, 1234 5678 9012 3456.
_GROUPS = (
    rf"(?:\d{{2}}{_SPACE}\d{{2}}(?![\w%€]|[.,]\d|{_SPACE}[\d%€])"
    rf"|\d{{1,5}}(?:[{_SPACE}.\-]\d{{2,7}}){{2,9}}(?![\w]|[.,\-]\d))"
)
_HYPHENED = rf"{_WORD}(?:{_HYPHEN}{_WORD}(?:{_APOSTROPHE}{_WORD})?){{1,4}}+(?!\w|{_HYPHEN}\w)"
_CODE_IN_LETTERS = rf"{_LETTER}{{1,12}}(?:{_HYPHEN}|\.)?{_DIGIT}{{1,6}}\w{{0,8}}(?!\w)"
_ELIDED = rf"(?i:[ldjmtsnc]|qu){_APOSTROPHE}(?=[A-ZÀ-ÖØ-ÞŒ]\w){_WORD}(?!\w|{_HYPHEN}\w|\.\w)"
# What people write when the apostrophe is lost.
HEADS: Final = frozenset(["aujourd", "prud", "presqu", "quelqu"])
TAILS: Final = frozenset(["hui", "homme", "hommes", "homal", "homale", "île", "îles", "ile", "iles", "un", "une"])
_APOSTROPHE_LOST = rf"(?i:{'|'.join(sorted(HEADS))}){_SPACE}(?i:{'|'.join(sorted(TAILS))})(?!\w)"
_LETTERS_APART = rf"\.?{_SPACE}\d{{1,5}}(?![.,]?\d|{_SPACE}\d{{3}})"

_PATTERN: Final = re.compile(
    rf"(?<![\w{_MARKS}.,\-])(?:{_HOUR}|(?i:{_AMOUNT})|{NUMBER_IN_GROUPS}|{_DIMENSIONS}|{_PAIR}|{_CODE_IN_DIGITS}|{_GROUPS})"
    rf"|(?<![\w{_MARKS}\-\u2010\u2011])(?:{_HYPHENED}|{_CODE_IN_LETTERS}|[A-Z]{{1,4}}{_LETTERS_APART})"
    rf"|(?<![\w{_MARKS}\-\u2010\u2011'’])(?:{_ELIDED}|{_APOSTROPHE_LOST})"
)
# Every compound has a digit, a hyphen, a space, or an apostrophe before a capital; most texts of one token have none.
_MAY_HOLD: Final = re.compile(rf"{_DIGIT}|{_HYPHEN}|{_SPACE}|{_APOSTROPHE}[A-ZÀ-ÖØ-ÞŒ]")
_LENIENT: Final = re.compile(rf"(?<![\w{_MARKS}\-\u2010\u2011'’])[A-Za-z]{{1,4}}{_LETTERS_APART}")
_HOUR_PARTS: Final = re.compile(r"(\d{1,2})\s?(?:h|:|heures?)\s?(\d\d)")
_AMOUNT_PARTS: Final = re.compile(rf"({_NUMBER})\s?(?:°\s?)?({_FOLDED_UNITS}|(?:million|milliard)s? deuros)")
_SEPARATORS: Final = re.compile(rf"[\s.]+|{_HYPHEN}+")
_WITH_POINT: Final = re.compile(r"\d{1,3}\.\d{1,2}")
_PAIR_PARTS: Final = re.compile(r"(\d{1,3})-(\d{1,2})")
_DIMENSION_PARTS: Final = re.compile(r"(\d{1,3})\s?[x\u00d7]\s?(\d{1,3})")
_BLANKS: Final = re.compile(r"[\s.]+")
_HYPHENS: Final = re.compile(_HYPHEN)
_DIGITS: Final = re.compile(r"\D")
_ONLY_DIGITS: Final = re.compile(r"[\d\s.\-]+")
_HAS_DIGIT: Final = re.compile(_DIGIT)
_HAS_BLANK: Final = re.compile(r"\s")
_ONE_LETTER_APART: Final = re.compile(rf"{_LETTER}\.?\s\d+")
_PERCENTAGE: Final = re.compile(rf"(?<![\w.,])({_NUMBER})\s?(%|(?i:pour\s?cents?)(?!\w))")
# Groups that numbers of so many digits are written in: short telephone numbers, SIRET, social security, bank cards.
_GROUP_LENGTHS: Final = {4: (2, 2), 14: (3, 3, 3, 5), 15: (1, 2, 2, 2, 3, 3, 2), 16: (4, 4, 4, 4)}
_LEADING_LETTERS: Final = re.compile(rf"{_LETTER}+")
# Of a code: more letters are a word of their own.
_SHORT: Final = 3
_FEW_DIGITS: Final = 6
# Of inclusive writing after its last hyphen: « -e », « -es », with a combining accent.
_LONGEST_SUFFIX: Final = 3


@dataclass(frozen=True, slots=True)
class Compound:
    """A stretch of a text that is also written as one word: ``start`` and ``end`` in code points."""

    start: int
    end: int
    raw: str

    @property
    def is_spaced(self) -> bool:
        """True when blanks stand between its parts."""
        return _HAS_BLANK.search(self.raw) is not None

    @property
    def is_code(self) -> bool:
        """True when its parts mean little alone: « F-16 », « 18h30 », « 5km »; not « Covid-19 », « RN 12 »."""
        if self.is_spaced:
            return _ONE_LETTER_APART.fullmatch(self.raw) is not None
        letters = _LEADING_LETTERS.match(self.raw)
        return _HAS_DIGIT.search(self.raw) is not None and len(letters[0] if letters else "") <= _SHORT


def compounds(text: str, *, lenient: bool = False) -> Iterator[Compound]:
    """Yield the compounds of ``text`` in order; with ``lenient``, letters before a number may be small (« f 16 »)."""
    if not _MAY_HOLD.search(text):
        return
    matches: Iterable[re.Match[str]] = _PATTERN.finditer(text)
    if lenient:
        others = {match.start(): match for match in matches}
        others.update((match.start(), match) for match in _LENIENT.finditer(text))
        matches = (others[start] for start in sorted(others))
    for match in matches:
        raw = match[0]
        if _is_compound(raw):
            yield Compound(match.start(), match.end(), raw)


def _is_compound(raw: str) -> bool:
    """Return whether what has the form of a compound is one: no single token, no word with a pronoun, no few digits."""
    if _HAS_DIGIT.search(raw):
        digits = _DIGITS.sub("", raw)
        few = len(digits) <= _FEW_DIGITS and len(digits) != len("3919")
        few = few and not _PAIR_PARTS.fullmatch(raw)
        return PATTERN.fullmatch(raw) is None and not (few and _ONLY_DIGITS.fullmatch(raw))
    *before, last = _HYPHENS.split(raw)
    if before and len(last) <= _LONGEST_SUFFIX and PATTERN.fullmatch(raw):  # « étudiant-e-s »
        return False
    return not before or fold(normalize(last)) not in _PRONOUNS or normalize(raw) in _WITH_PRONOUN


def joined_word(raw: str) -> str:
    """Return the folded word that ``raw``, the text of a compound, is when it is written as one."""
    text = fold(normalize(raw))
    if not _HAS_DIGIT.search(text):
        return _SEPARATORS.sub("", text)
    if match := _HOUR_PARTS.fullmatch(text):
        return f"{match[1]}h{match[2]}"
    if match := _PAIR_PARTS.fullmatch(text):
        return f"{match[1]}.{match[2]}"
    if match := _DIMENSION_PARTS.fullmatch(text):
        return f"{match[1]}x{match[2]}"
    if match := _AMOUNT_PARTS.fullmatch(text):
        return join_number(match[1]) + (_UNIT_OF.get(match[2]) or _AMOUNTS_IN_WORDS[match[2]])
    return _SEPARATORS.sub("", text)


def exact_form(raw: str) -> str:
    """Return the exact form of a compound, without spaces."""
    return _BLANKS.sub("_", normalize(raw))


def percentages(text: str) -> Iterator[Compound]:
    """Yield « 10 % » and « 10 pour cent » in ``text``: compounds that have no joined word, since « % » is no token."""
    return (Compound(match.start(), match.end(), match[0]) for match in _PERCENTAGE.finditer(text))


def other_numbers(word: str) -> Iterator[str]:
    """Yield the other ways to write the word of a number: « 39 19 » for « 3919 », « 49-3 » for « 49.3 »."""
    if _WITH_POINT.fullmatch(word):
        yield word.replace(".", "-")
    elif word.isdecimal() and (lengths := _GROUP_LENGTHS.get(len(word))):
        ends = [*accumulate(lengths)]
        yield " ".join(word[start:end] for start, end in zip([0, *ends], ends, strict=False))


def other_amounts(raw: str) -> Iterator[str]:
    """Yield the other ways to write an amount: « 20 min » for « 20 minutes », « 18:30 » for « 18h30 »."""
    text = fold(normalize(raw))
    if percentage := _PERCENTAGE.fullmatch(text):
        yield from (f"{percentage[1]} {sign}" for sign in ("%", "pour cent"))
    elif hour := _HOUR_PARTS.fullmatch(text):
        yield from (f"{hour[1]}{sign}{hour[2]}" for sign in ("h", ":", " heures "))
    elif pair := _PAIR_PARTS.fullmatch(text):
        yield f"{pair[1]}.{pair[2]}"
    elif amount := _AMOUNT_PARTS.fullmatch(text):
        unit = _UNIT_OF.get(amount[2]) or _AMOUNTS_IN_WORDS[amount[2]]
        in_words = (words for words, sign in _AMOUNTS_IN_WORDS.items() if sign == unit)
        others = (form for form in (*_UNITS[unit].split(), *in_words) if form != amount[2])
        yield from (f"{amount[1]} {form}".replace("deuros", "d'euros") for form in others)
