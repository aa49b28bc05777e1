"""The stemmer measured: what accents cost, and how it joins and parts the words of a lexicon."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import combinations
from pathlib import Path

from benchmarks.stems import content_pairs, frequent_pairs, lemmas, news_counts, paice, shares
from searchapp.analysis import FrenchAnalyzer

ANALYZER = FrenchAnalyzer()


def vocabulary(shared: Path) -> list[str]:
    return (shared / "data/words/snowball_voc.txt").read_text("utf-8").split()


def without_accents(word: str) -> str:
    return ANALYZER.term(word).word


def is_beside_stopword(word: str) -> bool:
    return ANALYZER.term(without_accents(word)).is_stopword and not ANALYZER.term(word).is_stopword


@cache
def stem(form: str) -> str:
    return ANALYZER.term(form).stem


def test_every_accented_word_is_found_when_typed_without_accents(shared: Path) -> None:
    """But for those that are stopwords without their accents, as « né » and « sûr »."""
    accented = [word for word in vocabulary(shared) if not word.isascii() and not is_beside_stopword(word)]
    missed = [word for word in accented if ANALYZER.term(word).stem != ANALYZER.term(without_accents(word)).stem]
    assert len(accented) > 7000
    assert missed == []


def test_folding_loses_no_pair_that_the_stemmer_joins(shared: Path) -> None:
    joined: dict[str, list[str]] = defaultdict(list)
    for word in vocabulary(shared):
        joined[ANALYZER.term(word).stem].append(word)
    pairs = [pair for words in joined.values() for pair in combinations(words, 2) if not is_beside_stopword(pair[0])]
    lost = [(a, b) for a, b in pairs if ANALYZER.term(without_accents(a)).stem != ANALYZER.term(b).stem]
    assert len(pairs) > 20_000
    assert lost == []


def test_understemming_and_overstemming_stay_where_they_were_measured(shared: Path) -> None:
    """Paice's indices: pairs of one lemma that are parted (UI), pairs of different lemmas that are joined (OI)."""
    for among in (None, frozenset(vocabulary(shared))):
        indices = paice(lemmas(shared / "data", among), stem)
        assert indices["ui"] < 0.035
        assert indices["oi"] < 1.3


def test_everyday_words_meet_their_forms_and_no_others(shared: Path) -> None:
    data = shared / "data"
    right, wrong = (
        content_pairs(pairs, ANALYZER) for pairs in frequent_pairs(lemmas(data), news_counts(data, ANALYZER))
    )
    assert shares(right, stem)["weighted"] > 99.0
    assert shares(wrong, stem)["weighted"] < 0.2
