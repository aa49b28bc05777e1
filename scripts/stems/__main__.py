"""``python -m scripts.stems DICTIONARY.aff DICTIONARY.dic RANKS.json...`` writes the table of the stemmer.

The dictionary is « Toutes variantes » of Dicollecte (Grammalecte) for Hunspell, MPL 2.0; Debian packages it as
hunspell-fr-comprehensive. Each RANKS is a JSON list of words, the commonest first: wikipedia.json and
commonWords.json of the npm package @zxcvbn-ts/language-fr (MIT; the second counts OpenSubtitles 2024 by way of OPUS,
ODC-BY).
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from scripts.stems.adverbs import adverb_pairs
from scripts.stems.grouping import group_forms
from scripts.stems.lexicon import Entry, read_entries
from scripts.stems.table import exceptions, stems_of_groups
from searchapp.analysis.stem_table import BEGINNING
from searchapp.analysis.stemmer import read_words, stem_by_rules

FOLDER = Path(__file__).parent
TABLE = FOLDER.parents[1] / "searchapp/analysis/data/stems.txt"
HEADER = """\
# Inflected French forms with their stems, from the dictionary "Toutes variantes" of Dicollecte (Grammalecte), by
# Olivier R. and contributors. This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a
# copy of the MPL was not distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.
"""
# Forms of auxiliaries are function words; those that are content words as well (été, sommes, avions) are left to these.
AUXILIARIES = {"être", "avoir"}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("affixes", type=Path)
    options.add_argument("words", type=Path)
    options.add_argument("ranks", type=Path, nargs="+")
    options.add_argument("--table", type=Path, default=TABLE)
    given = options.parse_args()
    stems = stems_of_forms(list(read_entries(given.affixes, given.words)), frequencies(given.ranks))
    write_table(given.table, exceptions(stems, stem_by_rules))


def stems_of_forms(entries: Sequence[Entry], counts: dict[str, float]) -> dict[str, str]:
    """Return the stem of each folded form of the dictionary."""
    joined, apart = decisions((FOLDER / "decisions.txt").read_text("utf-8"))
    plain = [entry for entry in entries if entry.kind != "verb" or entry.lemma not in AUXILIARIES]
    apart += [frozenset([word]) for word in read_words("protected_words.txt")]
    groups = group_forms(plain, counts, [*joined, *adverb_pairs(plain)], apart)
    return stems_of_groups(groups, stem_by_rules)


def frequencies(paths: Iterable[Path]) -> dict[str, float]:
    """Return the frequency of each word, which falls with its rank as Zipf and Mandelbrot have it."""
    counts: dict[str, float] = defaultdict(float)
    for path in paths:
        for rank, word in enumerate(json.loads(path.read_text("utf-8")), start=10):
            counts[word] += 1 / rank
    return dict(counts)


def decisions(text: str) -> tuple[list[tuple[str, str]], list[frozenset[str]]]:
    """Return the pairs whose groups are joined, and the sets that stand apart."""
    joined: list[tuple[str, str]] = []
    apart: list[frozenset[str]] = []
    for line in text.splitlines():
        kind, _, words = line.partition("#")[0].partition(":")
        if kind == "join":
            one, other = words.split()
            joined.append((one, other))
        elif kind == "set":
            apart.append(frozenset(words.split()))
    return joined, apart


def write_table(path: Path, entries: Iterable[tuple[str, str]]) -> None:
    """Write (form, stem) pairs as :mod:`searchapp.analysis.stem_table` reads them."""
    lines: dict[str, dict[str, list[str]]] = {}
    for form, stem in entries:
        lines.setdefault(form[:BEGINNING], {}).setdefault(stem, []).append(form)
    rows = (
        " ".join([beginning, *(f"={stem} {' '.join(forms)}" for stem, forms in stems.items())])
        for beginning, stems in lines.items()
    )
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), "ascii")


if __name__ == "__main__":
    main()
