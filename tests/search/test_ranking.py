"""The second stage: its formula, and what it puts first."""

from __future__ import annotations

from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.rerank_features import make_rerank_features
from searchapp.search.ranking import rerank_scores
from searchapp.search.scored_terms import ScoredTerm, idf

ANALYZER = FrenchAnalyzer()
VOCABULARY = ["grève", "train", "phare", "port", "lycée", "marché", "neige", "journal", "vin", "pont"]
# The formula's constants once more, so that a slip in one of them shows.
TITLE, OPENING, EXACT, PAIRS, RELATED, COVERAGE = 1.25, 0.25, 0.25, 0.5, 0.3, 0.35
FIRST_WORDS = 60


def query_words(text: str, **others: ScoredTerm) -> list[ScoredTerm]:
    """The words of a query in an archive where each of them is in one article of ten."""
    words = [ScoredTerm(term.stem, term.exact, 2.2, 2.2) for term in ANALYZER.terms(text)]
    return [others.get(word.form, word) for word in words]


def features_of(title: str, text: str) -> str:
    return make_rerank_features(ANALYZER.terms(title), ANALYZER.terms(text))


def order(query: list[ScoredTerm], *articles: tuple[str, str]) -> list[int]:
    """The places of the articles, best first."""
    scores = rerank_scores(query, [features_of(title, text) for title, text in articles])
    return sorted(range(len(articles)), key=lambda place: -scores[place])


def by_the_formula(words: list[ScoredTerm], articles: list[tuple[str, str]]) -> list[float]:
    """The scores by the formula in the module's docstring, computed on lists of words."""
    read = [(ANALYZER.terms(title), ANALYZER.terms(text)) for title, text in articles]
    average = sum(len(title) + len(text) for title, text in read) / len(read) or 1.0
    title_average = sum(len(title) for title, _ in read) / len(read) or 1.0
    scores = []
    for title, text in read:
        norm = 1.2 * (1 - 0.75 + 0.75 * (len(title) + len(text)) / average)
        title_norm = 1.2 * (1 - 0.25 + 0.25 * len(title) / title_average)
        stems = [[term.stem for term in part if not term.is_stopword] for part in (title, text)]
        parts = [stems[0], stems[1][:FIRST_WORDS], stems[1][FIRST_WORDS:]]
        forms = [term.exact for part in (title, text) for term in part if not term.is_stopword]
        total = held = 0.0
        for word in words:
            counts = [part.count(word.stem) for part in parts]
            related = [sum(map(part.count, word.related_stems)) for part in parts]
            whole = sum(counts) + RELATED * sum(related)
            if whole:
                held += word.stem_idf * (1.0 if sum(counts) else RELATED)
                in_title = counts[0] + RELATED * related[0]
                total += word.stem_idf * whole / (whole + norm)
                total += word.stem_idf * TITLE * in_title / (in_title + title_norm)
                total += word.stem_idf * OPENING * counts[1] / (counts[1] + 1)
                form = forms.count(word.form)
                total += EXACT * word.form_idf * form / (form + norm)
        for left, right in pairwise(words):
            pairs = sum(pair == (left.stem, right.stem) for part in parts for pair in pairwise(part))
            total += PAIRS * (left.stem_idf + right.stem_idf) / 2 * pairs / (pairs + 1)
        scores.append(total * (held / sum(word.stem_idf for word in words)) ** COVERAGE)
    return scores


texts = st.lists(st.sampled_from([*VOCABULARY, "le", "de"]), max_size=90).map(" ".join)


@given(
    st.lists(st.sampled_from(VOCABULARY[:6]), min_size=1, max_size=4, unique=True),
    st.lists(st.tuples(texts, texts), min_size=1, max_size=4),
    st.lists(st.floats(0.1, 9), min_size=8, max_size=8),
)
def test_the_score_is_that_of_the_formula(asked: list[str], articles: list[tuple[str, str]], idfs: list[float]) -> None:
    terms = ANALYZER.terms(" ".join(asked))
    related = ANALYZER.terms("journal pont")
    words = [
        ScoredTerm(
            term.stem, term.exact, idfs[place], idfs[4 + place], (related[place].stem,) if place < len(related) else ()
        )
        for place, term in enumerate(terms)
    ]
    scores = rerank_scores(words, [features_of(*article) for article in articles])
    assert scores == pytest.approx(by_the_formula(words, articles))


def test_the_inverse_document_frequency_is_that_of_the_port() -> None:
    assert idf(100, 10) == pytest.approx(log(1 + (100 - 10 + 0.5) / (10 + 0.5)))
    assert idf(1, 1) == pytest.approx(log(1 + 0.5 / 1.5))
    assert idf(10, 0) > idf(10, 1) > idf(10, 10) > 0


def test_without_articles_or_words_there_is_nothing_to_order_by() -> None:
    assert rerank_scores(query_words("phare"), []) == []
    assert rerank_scores([], [features_of("Le phare", "Le phare veille.")]) == [0.0]


def test_an_article_without_a_word_has_no_score() -> None:
    assert rerank_scores(query_words("phare"), [features_of("", "… !")]) == [0.0]


def test_an_article_about_the_words_comes_before_one_that_mentions_them() -> None:
    in_text = ("La côte", "Un marché, un pont, et le phare.")
    in_title = ("Le phare", "Un marché, un pont, et la côte.")
    assert order(query_words("phare"), in_text, in_title) == [1, 0]


def test_an_article_that_begins_with_the_words_comes_before_one_that_ends_with_them() -> None:
    filler = "Le train passe. " * FIRST_WORDS
    assert order(query_words("phare"), ("", filler + "Un phare."), ("", "Un phare. " + filler)) == [1, 0]


def test_an_article_with_all_words_comes_before_one_with_many_of_one() -> None:
    many = ("", "Le phare, un phare, des phares, encore un phare et le port dort.")
    both = ("", "Le phare veille sur le marché et le vieux port dort sous la neige.")
    assert order(query_words("phare marché"), many, both) == [1, 0]


def test_the_word_as_it_was_typed_comes_before_its_other_forms() -> None:
    assert order(query_words("marché"), ("", "Les marches du port"), ("", "Les marché du port")) == [1, 0]


def test_words_side_by_side_and_in_order_come_first() -> None:
    apart = ("", "La neige tombe et le train part")
    turned = ("", "Le train neige et la tombe part")
    beside = ("", "La neige train et le tombe part")
    assert order(query_words("neige train"), apart, turned, beside)[0] == 2


def test_words_side_by_side_count_wherever_they_stand() -> None:
    filler = "Un train passe au port. " * FIRST_WORDS
    articles = [("", filler + "La neige, un phare."), ("", filler + "Un phare, la neige."), ("Neige, phare", filler)]
    words = query_words("neige phare")
    scores = rerank_scores(words, [features_of(*article) for article in articles])
    assert scores == pytest.approx(by_the_formula(words, articles))
    assert scores[0] > scores[1]


def test_a_pair_across_title_and_text_is_none() -> None:
    split, joined = ("La neige", "Le train part au port"), ("Le port", "La neige, le train part")
    words = query_words("neige train")
    assert by_the_formula(words, [split, joined]) == pytest.approx(
        rerank_scores(words, [features_of(*split), features_of(*joined)])
    )


def test_a_word_of_the_family_counts_for_a_part_of_the_word() -> None:
    strike = ANALYZER.terms("gréviste")[0].stem
    words = [ScoredTerm(ANALYZER.terms("grève")[0].stem, "grève", 2.2, 2.2, related_stems=(strike,))]
    articles = ("", "Un marché au port."), ("", "Un gréviste au port."), ("", "Une grève au port.")
    scores = rerank_scores(words, [features_of(*article) for article in articles])
    assert scores[0] == 0.0 < scores[1] < scores[2] / 2


def test_a_synonym_of_two_words_counts_as_the_word_itself_wherever_it_stands_in_a_row() -> None:
    words = [ScoredTerm("onu", "onu", 2.2, 0.0, alternatives=(("nation", "unir"),))]
    itself, synonym, turned = (
        ("L’ONU", "Un vote."),
        ("Les Nations unies", "Un vote."),
        ("Unies les nations", "Un vote."),
    )
    scores = rerank_scores(words, [features_of(*article) for article in (itself, synonym, turned)])
    assert scores[1] == pytest.approx(scores[0], rel=0.2)
    assert scores[2] == 0.0


def test_a_long_article_does_not_win_by_its_length() -> None:
    short = ("", "Le phare de Sarmane est à vendre.")
    long = ("", "Le phare de Sarmane est à vendre. " + "Le train passe au port. " * 30 + "Un phare.")
    assert order(query_words("phare"), long, short) == [1, 0]
