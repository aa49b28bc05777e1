"""The stemmer measured: what accents cost, and how it joins and parts the words of a lexicon."""

from __future__ import annotations

import gzip
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from searchapp.analysis import FrenchAnalyzer

ANALYZER = FrenchAnalyzer()


def vocabulary(shared: Path) -> list[str]:
    return (shared / "data/words/snowball_voc.txt").read_text("utf-8").split()


def without_accents(word: str) -> str:
    return ANALYZER.term(word).word


def test_every_accented_word_is_found_when_typed_without_accents(shared: Path) -> None:
    accented = [word for word in vocabulary(shared) if not word.isascii()]
    missed = [word for word in accented if ANALYZER.term(word).stem != ANALYZER.term(without_accents(word)).stem]
    assert len(accented) > 7000
    assert missed == []


def test_folding_loses_no_pair_that_the_stemmer_joins(shared: Path) -> None:
    joined: dict[str, list[str]] = defaultdict(list)
    for word in vocabulary(shared):
        joined[ANALYZER.term(word).stem].append(word)
    pairs = [pair for words in joined.values() for pair in combinations(words, 2)]
    lost = [(a, b) for a, b in pairs if ANALYZER.term(without_accents(a)).stem != ANALYZER.term(b).stem]
    assert len(pairs) > 20_000
    assert lost == []


def test_understemming_and_overstemming_stay_where_they_were_measured(shared: Path) -> None:
    """Paice's indices: pairs of one lemma that are parted (UI), pairs of different lemmas that are joined (OI)."""
    groups: dict[tuple[str, str], list[str]] = {}
    with gzip.open(shared / "data/words/lexique_groups.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            lemma, kind, forms = line.rstrip("\n").split("\t")
            groups[lemma, kind] = forms.split()
    wanted = parted = 0
    lemmas: dict[str, set[str]] = defaultdict(set)
    for (lemma, _), forms in groups.items():
        stems = [ANALYZER.term(form).stem for form in forms]
        wanted += len(stems) * (len(stems) - 1) // 2
        parted += sum(a != b for a, b in combinations(stems, 2))
        for form in forms:
            lemmas[form].add(lemma)
    stems_of = defaultdict(list)
    for form in lemmas:
        stems_of[ANALYZER.term(form).stem].append(form)
    wrong = sum(not lemmas[a] & lemmas[b] for forms in stems_of.values() for a, b in combinations(forms, 2))
    everything = len(lemmas) * (len(lemmas) - 1) // 2
    assert parted / wanted < 0.42
    assert wrong / everything * 100_000 < 3.0
