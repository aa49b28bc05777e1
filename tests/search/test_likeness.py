"""Likeness to the best results: what articles have in common with them in all their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.rerank_features_writer import make_rerank_features
from searchapp.search.likeness import likeness

ANALYZER = FrenchAnalyzer()
WORDS = ["grève", "train", "phare", "port", "lycée", "neige", "journal"]
STRIKE = "Le syndicat prolonge la grève des cheminots, les quais restent vides."
ALIKE = "Les cheminots et leur syndicat bloquent les quais."
OTHER = "Le boulanger du village fête ses vingt ans de métier."


def likenesses(texts: Sequence[str], scores: Sequence[float]) -> list[float]:
    features = [make_rerank_features([], ANALYZER.terms(text)) for text in texts]
    found: list[float] = likeness(features, np.array(scores, float)).tolist()
    return found


def by_the_formula(texts: Sequence[str], scores: Sequence[float]) -> list[float]:
    """The likeness by the formula in the module's docstring, computed word by word."""
    counts = [Counter(term.stem for term in ANALYZER.terms(text)) for text in texts]
    frequency = Counter(stem for held in counts for stem in held)
    vectors = []
    for held in counts:
        vector = {stem: (1 + log(tf)) * log((len(texts) + 1) / frequency[stem]) for stem, tf in held.items()}
        length = sqrt(sum(weight**2 for weight in vector.values())) or 1.0
        vectors.append({stem: weight / length for stem, weight in vector.items()})
    best = sorted(range(len(texts)), key=lambda place: -scores[place])[:3]
    centre = {stem: sum(scores[place] * vectors[place].get(stem, 0) for place in best) for stem in frequency}
    whole = sum(scores[place] for place in best)
    return [sum(weight * centre[stem] for stem, weight in vector.items()) / whole for vector in vectors]


@given(st.lists(st.tuples(st.lists(st.sampled_from(WORDS), max_size=9), st.floats(0.1, 9)), min_size=1, max_size=7))
def test_likeness_is_that_of_the_formula(articles: list[tuple[list[str], float]]) -> None:
    texts, scores = [" ".join(words) for words, _ in articles], [score for _, score in articles]
    assert likenesses(texts, scores) == pytest.approx(by_the_formula(texts, scores))


def test_an_article_of_the_subject_of_the_best_is_more_like_it_than_another() -> None:
    best, alike, other = likenesses([STRIKE, ALIKE, OTHER], [9.0, 0.0, 0.0])
    assert best > alike > other == 0


def test_the_fourth_best_says_nothing_of_the_subject() -> None:
    texts = [STRIKE, STRIKE, STRIKE, OTHER, OTHER]
    assert likenesses(texts, [9, 9, 9, 8, 0])[3:] == [0, 0]


def test_nothing_is_like_the_best_when_no_article_has_a_score() -> None:
    assert likenesses([STRIKE, ALIKE], [0, 0]) == [0, 0]
    assert likenesses([], []) == []
    assert likenesses(["", STRIKE], [1, 1])[0] == 0


def test_of_a_long_article_the_first_thousand_words_are_compared() -> None:
    filler = "Un phare. " * 1_000
    assert likenesses([STRIKE, filler + STRIKE], [9, 0])[1] == 0
    assert likenesses([STRIKE, STRIKE + filler], [9, 0])[1] > 0
