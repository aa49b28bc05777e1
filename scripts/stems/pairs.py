"""Pairs of words for docs/francais.md, drawn by frequency: ``python -m scripts.stems.pairs AFF DIC RANKS.json...``

From the 5,000 commonest entries of the dictionary (function words, auxiliaries and names left out) every n-th gives
its commonest form with another that is in the lists of ranks, the rarer the further down; every m-th its commonest
form with the commonest form of the entry that looks most like it: the longest beginning in common, three letters at
least. Prints rows of Markdown: word, word, whether they should meet.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from scripts.stems.__main__ import AUXILIARIES, frequencies
from scripts.stems.grouping import folded
from scripts.stems.lexicon import Entry, read_entries
from searchapp.analysis.filters import stopwords

COMMONEST = 5_000
ALIKE = 3


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("affixes", type=Path)
    options.add_argument("words", type=Path)
    options.add_argument("ranks", type=Path, nargs="+")
    options.add_argument("--same", type=int, default=300, help="pairs of one entry")
    options.add_argument("--other", type=int, default=150, help="pairs of two entries")
    given = options.parse_args()
    counts = frequencies(given.ranks)
    entries = commonest(list(read_entries(given.affixes, given.words)), counts)
    rows = [*same(entries, counts, given.same), *other(entries, counts, given.other)]
    sys.stdout.write("".join(f"| {one} | {two} | {answer} |\n" for one, two, answer in rows))


def commonest(entries: Sequence[Entry], counts: Mapping[str, float]) -> list[Entry]:
    """Return the entries with the commonest forms; of those with the same form the one with most forms in the lists."""
    content: dict[str, Entry] = {}
    for entry in entries:
        forms = attested(entry, counts)
        if entry.kind in ("noun", "verb") and entry.lemma not in AUXILIARIES and len(forms) > 1:
            known = content.get(forms[0])
            if known is None or len(attested(known, counts)) < len(forms):
                content[forms[0]] = entry
    return sorted(content.values(), key=lambda entry: -counts[attested(entry, counts)[0]])[:COMMONEST]


def attested(entry: Entry, counts: Mapping[str, float]) -> list[str]:
    """Return the forms that are in the lists and no function words, the commonest first."""
    forms = {form.lower() for form, _ in entry.forms}
    listed = [form for form in forms if form in counts and form not in stopwords() and len(form) > 1]
    return sorted(listed, key=lambda form: (-counts[form], form))


def same(entries: Sequence[Entry], counts: Mapping[str, float], wanted: int) -> Iterator[tuple[str, str, str]]:
    for number, entry in enumerate(entries[:: len(entries) // wanted]):
        forms = attested(entry, counts)
        yield forms[0], forms[1 + number % (len(forms) - 1)], "oui"


def other(entries: Sequence[Entry], counts: Mapping[str, float], wanted: int) -> Iterator[tuple[str, str, str]]:
    for entry in entries[:: len(entries) // wanted]:
        word, forms = attested(entry, counts)[0], {folded(form) for form, _ in entry.forms}
        best, likeness = "", ALIKE - 1
        for candidate in entries:
            there = attested(candidate, counts)[0]
            common = _shared_beginning(folded(word), folded(there))
            if common > likeness and forms.isdisjoint(folded(form) for form, _ in candidate.forms):
                best, likeness = there, common
        if best:
            yield word, best, "non"


def _shared_beginning(one: str, two: str) -> int:
    return sum(1 for _ in takewhile(lambda letters: letters[0] == letters[1], zip(one, two, strict=False)))


if __name__ == "__main__":
    main()
