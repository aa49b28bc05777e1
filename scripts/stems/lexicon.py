"""A Hunspell dictionary as entries: each word with its part of speech and its inflected forms.

Format: hunspell(5). Read are suffix rules (SFX) with flags of two letters and the morphological fields po: and is:;
prefixes, which in French are elisions and units of measure, are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Entry", "read_entries"]

_NOMINAL = {"nom", "adj", "adv", "titr", "nb", "nbro"}
_NAMES = {"prn", "patr", "npr"}
# Only letters: compounds are tokens of their own, and signs are no matter of inflection.
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A word with its forms, as they are written; a form's features tell its cell: {"mas", "pl"}, {"ipre", "3sg"}."""

    lemma: str
    kind: str
    """noun, verb, name or other (function words)."""
    forms: tuple[tuple[str, frozenset[str]], ...]
    is_adverb: bool = False


@dataclass(frozen=True, slots=True)
class _Suffix:
    strip: str
    add: str
    condition: re.Pattern[str]
    features: frozenset[str]


def read_entries(affixes: Path, words: Path) -> Iterator[Entry]:
    """Yield the entries of a dictionary, given its .aff and .dic files."""
    suffixes = _read_suffixes(affixes)
    for line in words.read_text("utf-8").splitlines()[1:]:
        word, *fields = line.split()
        lemma, _, flags = word.partition("/")
        if not _WORD.fullmatch(lemma):
            continue
        parts = {field[3:].split("_")[0] for field in fields if field.startswith("po:")}
        forms = [] if "()" in flags else [(lemma, _features(fields))]
        flags = flags.replace("Um()", "S.()")  # units: prefixes (kilomètre) that add nothing to the plural
        for position in range(0, len(flags), 2):
            forms += (
                (lemma[: len(lemma) - len(suffix.strip)] + suffix.add, suffix.features)
                for suffix in suffixes.get(flags[position : position + 2], ())
                if lemma.endswith(suffix.strip) and suffix.condition.search(lemma)
            )
        spelled = tuple(form for form in forms if _WORD.fullmatch(form[0]))
        yield Entry(lemma, _kind(parts), spelled, parts == {"adv"})


def _kind(parts: set[str]) -> str:
    if any(part[:2] in ("v0", "v1", "v2", "v3") for part in parts) or parts & {"infi", "ppas", "ppre"}:
        return "verb"
    if parts & _NOMINAL and not parts & {"mg"}:
        return "noun"
    return "name" if parts & _NAMES else "other"


def _read_suffixes(affixes: Path) -> dict[str, list[_Suffix]]:
    """Return the suffix rules of each flag."""
    suffixes = defaultdict(list)
    for line in affixes.read_text("utf-8").splitlines():
        parts = line.split()
        if len(parts) >= 5 and parts[0] == "SFX":
            strip = "" if parts[2] == "0" else parts[2]
            added = parts[3].partition("/")[0]
            pattern = re.compile(f"(?:{parts[4]})$")
            suffixes[parts[1]].append(_Suffix(strip, "" if added == "0" else added, pattern, _features(parts[5:])))
    return suffixes


def _features(fields: list[str]) -> frozenset[str]:
    return frozenset(field[3:].rstrip("!") for field in fields if field[:3] in ("po:", "is:"))
