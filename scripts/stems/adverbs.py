"""Adverbs of adjectives: they get the stem of the adjective, as « vivement » says of a verb what « vive » says of a
noun.

Names of actions do not get the stem of their verb: measured (docs/francais.md), « changement » found by « changer »
gains nothing on any judged set; such words help in ranking, as a family.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scripts.stems.lexicon import Entry

__all__ = ["adverb_pairs"]


def adverb_pairs(entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    """Yield (adverb, a form of its adjective): « vivement », « vive »; « constamment », « constant »."""
    nominal = {form for entry in entries if entry.kind == "noun" for form, _ in entry.forms}
    for entry in entries:
        if entry.is_adverb and entry.lemma.endswith("ment"):
            root = entry.lemma[:-4]
            base = root[:-1] + "nt" if root.endswith(("am", "em")) else root
            if base in nominal and not root.endswith(("i", "u", "é")):
                yield entry.lemma, base
