"""Understemming and overstemming, measured: ``python -m benchmarks.stems [--worst N]``; the test data must be there.

Prints JSON. Paice's indices over the lemmas of Lexique, all and those in Snowball's vocabulary: ``ui``, the share of
pairs of one lemma that are parted, and ``oi``, pairs of different lemmas that are joined, for 100,000 pairs. Then the
5,000 lemmas that are commonest in news (without auxiliaries and function words, which weigh nothing in a search): the
share of their pairs that meet, and of pairs that look alike (no lemma in common, the same three first letters) the
share that meet; plain, and weighted by how often a search for one of the words would come upon the other. ``--worst``
lists the weightiest pairs of both kinds that are wrong.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from benchmarks.common import Figures, shared
from searchapp.analysis import FrenchAnalyzer

# Function words in most of their forms; the others (été, avions) are rather nouns.
AUXILIARIES = {("être", "VER"), ("avoir", "VER")}
FREQUENT = 5_000
# Prepositions and adverbs that are written like forms of verbs; the lemmas of Lexique here have neither.
OTHERS = frozenset(["avant", "contre", "devant", "durant", "entre", "maintenant", "pendant", "puis", "sauf", "vers"])
ALIKE = 3

Stem = Callable[[str], str]


@dataclass(frozen=True)
class Lemma:
    """A lemma with its forms in order."""

    name: str
    kind: str
    forms: tuple[str, ...]


def lemmas(data: Path, among: frozenset[str] | None = None) -> list[Lemma]:
    """Return the lemmas of Lexique, auxiliaries apart; of their forms only those ``among`` the given words.

    An infinitive is no form of another verb: Lexique has « passer » under « prendre ».
    """
    with gzip.open(data / "words/lexique_groups.tsv.gz", "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    infinitives = {name for name, kind, _ in rows if kind == "VER"}
    return [
        Lemma(name, kind, tuple(form for form in forms.split() if among is None or form in among))
        for name, kind, all_forms in rows
        if (name, kind) not in AUXILIARIES
        for forms in [" ".join(form for form in all_forms.split() if form == name or form not in infinitives)]
    ]


def lemmas_of_forms(groups: Iterable[Lemma]) -> dict[str, set[str]]:
    """Return the names of the lemmas that each form belongs to."""
    owners: dict[str, set[str]] = defaultdict(set)
    for lemma in groups:
        for form in lemma.forms:
            owners[form].add(lemma.name)
    return owners


def paice(groups: Iterable[Lemma], stem: Stem) -> Figures:
    """Return Paice's indices of under- and overstemming (C. Paice, "An evaluation method for stemming algorithms")."""
    groups = list(groups)
    pairs = [pair for lemma in groups for pair in combinations(lemma.forms, 2)]
    parted = sum(stem(a) != stem(b) for a, b in pairs)
    owners = lemmas_of_forms(groups)
    joined = sum(not owners[a] & owners[b] for a, b in joined_pairs(owners, stem))
    possible = len(owners) * (len(owners) - 1) / 2
    return {"ui": round(parted / len(pairs), 4), "oi": round(joined / possible * 100_000, 3)}


def joined_pairs(forms: Iterable[str], stem: Stem) -> Iterator[tuple[str, str]]:
    """Yield the pairs of forms that have one stem."""
    by_stem: dict[str, list[str]] = defaultdict(list)
    for form in forms:
        by_stem[stem(form)].append(form)
    for forms_of_stem in by_stem.values():
        yield from combinations(forms_of_stem, 2)


def news_counts(data: Path, analyzer: FrenchAnalyzer) -> Counter[str]:
    """Return how often each exact form stands in the news articles."""
    counts: Counter[str] = Counter()
    with gzip.open(data / "orange/docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            counts.update(term.exact for term in analyzer.terms(json.loads(line)["text"]))
    return counts


def counts_of_lemmas(groups: list[Lemma], counts: Mapping[str, int]) -> list[dict[str, float]]:
    """Return for each lemma how often each of its forms is meant.

    The count of a form of several lemmas is shared out by how common they are: by the mean count of the forms that
    are a lemma's alone, or, where it has none (« fils »), by its commonest form.
    """
    owners = Counter(form for lemma in groups for form in lemma.forms)
    levels = []
    for lemma in groups:
        alone = [counts[form] for form in lemma.forms if owners[form] == 1]
        commonest = max((counts[form] for form in lemma.forms), default=0)
        levels.append((sum(alone) / len(alone) if alone else commonest) + 0.01)
    whole: dict[str, float] = defaultdict(float)
    for lemma, level in zip(groups, levels, strict=True):
        for form in lemma.forms:
            whole[form] += level
    return [
        {form: counts[form] * level / whole[form] for form in lemma.forms}
        for lemma, level in zip(groups, levels, strict=True)
    ]


def frequent_pairs(groups: list[Lemma], counts: Mapping[str, int]) -> tuple[dict[tuple[str, str], float], ...]:
    """Return the pairs of forms that should meet and those that should not, with their weights.

    Weight of a pair of one lemma: a search for one of its forms, as often as that is meant, times the share of the
    other among them. Of a pair of two lemmas: the smaller of the counts.
    """
    owners = lemmas_of_forms(groups)
    meant = counts_of_lemmas(groups, counts)
    ranked = sorted(range(len(groups)), key=lambda number: (-sum(meant[number].values()), number))[:FREQUENT]
    right: dict[tuple[str, str], float] = defaultdict(float)
    for number in ranked:
        whole = sum(meant[number].values()) or 1
        for a, b in combinations(groups[number].forms, 2):
            right[a, b] += meant[number][a] * meant[number][b] / whole
    beginnings: dict[str, list[str]] = defaultdict(list)
    for form in sorted({form for number in ranked for form in groups[number].forms}):
        beginnings[form[:ALIKE]].append(form)
    wrong = {
        (a, b): float(min(counts[a], counts[b]))
        for forms in beginnings.values()
        for a, b in combinations(forms, 2)
        if not owners[a] & owners[b]
    }
    return right, wrong


def content_pairs(pairs: Mapping[tuple[str, str], float], analyzer: FrenchAnalyzer) -> dict[tuple[str, str], float]:
    """Return the pairs without stopwords, as written or as typed without accents (« dû »)."""
    forms = {form for pair in pairs for form in pair}
    stopwords = {form for form in forms if form in OTHERS or analyzer.term(analyzer.term(form).word).is_stopword}
    return {pair: weight for pair, weight in pairs.items() if stopwords.isdisjoint(pair)}


def shares(pairs: Mapping[tuple[str, str], float], stem: Stem) -> Figures:
    """Return the share of pairs that meet, plain and weighted, in percent."""
    met = [weight for (a, b), weight in pairs.items() if stem(a) == stem(b)]
    plain, weighted = len(met) / len(pairs), sum(met) / sum(pairs.values())
    return {"pairs": len(pairs), "meet": round(100 * plain, 3), "weighted": round(100 * weighted, 3)}


def worst(pairs: Mapping[tuple[str, str], float], stem: Stem, meet: bool, count: int) -> list[str]:
    """Return the weightiest pairs that meet, or that do not."""
    listed = [(weight, pair) for pair, weight in pairs.items() if (stem(pair[0]) == stem(pair[1])) is meet]
    return [f"{a}/{b} {weight:.0f}" for weight, (a, b) in sorted(listed, reverse=True)[:count]]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--worst", type=int, default=0)
    count = options.parse_args().worst
    data = shared() / "data"
    analyzer = FrenchAnalyzer()
    memory: dict[str, str] = {}

    def stem(form: str) -> str:
        return memory.get(form) or memory.setdefault(form, analyzer.term(form).stem)

    snowball = frozenset((data / "words/snowball_voc.txt").read_text("utf-8").split())
    groups = lemmas(data)
    right, wrong = (content_pairs(pairs, analyzer) for pairs in frequent_pairs(groups, news_counts(data, analyzer)))
    figures: Figures = {
        "lexique": paice(groups, stem),
        "snowball": paice(lemmas(data, snowball), stem),
        "inflected": shares(right, stem),
        "alike": shares(wrong, stem),
    }
    if count:
        figures["parted"] = worst(right, stem, False, count)
        figures["joined"] = worst(wrong, stem, True, count)
    json.dump(figures, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
