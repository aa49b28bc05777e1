"""Words that mean the same in another part of speech: adverbs of adjectives, names of actions of verbs.

They get the stem of what they come from, as readers of news search for « licencier » and « licenciement » alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scripts.stems.lexicon import Entry

__all__ = ["derived_pairs"]

_NOT_DERIVED = {"département", "parlement", "appartement", "environnement"}


def derived_pairs(entries: Sequence[Entry], *, actions: bool = True) -> Iterator[tuple[str, str]]:
    """Yield (derived, base): « vivement », « vive »; « licenciement », « licencie »."""
    nominal = {form for entry in entries if entry.kind == "noun" for form, _ in entry.forms}
    verbal = {form for entry in entries if entry.kind == "verb" for form, _ in entry.forms}
    for entry in entries:
        word = entry.lemma
        if entry.kind != "noun" or not word.endswith("ment") or word in _NOT_DERIVED:
            continue
        root = word[:-4]
        if entry.is_adverb:
            yield from ((word, base) for base in _adjectives(root) if base in nominal)
        elif actions and root.endswith("e") and root in verbal:
            yield word, root


def _adjectives(root: str) -> Iterator[str]:
    """Yield what may stand before -ment: vive, poli, énorme (énormément), constant (constamment), évident."""
    yield root
    if root.endswith("é"):
        yield root[:-1] + "e"
    if root.endswith(("am", "em")):
        yield root[:-1] + "nt"
