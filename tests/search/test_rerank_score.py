"""The rerank score: its formula, and what it puts first."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.rerank_features import read_rerank_features
from searchapp.derived.rerank_features_writer import make_rerank_features
from searchapp.errors import IndexDamaged
from searchapp.search.likeness import likeness
from searchapp.search.rerank_score import RerankScores, rerank_scores, score
from searchapp.search.scored_terms import ScoredTerm, idf
from searchapp.search.spellings import QuerySpellings, TypedForm
from searchapp.search.term_counts import count_terms

ANALYZER = FrenchAnalyzer()
VOCABULARY = ["grève", "train", "phare", "port", "lycée", "marché", "neige", "journal", "vin", "pont"]
# The formula's constants once more, so that a slip in one of them shows.
TITLE, OPENING, EXACT, EXACT_TITLE, NAME = 1.25, 0.25, 0.25, 0.75, 0.5
PAIRS, WINDOW, RELATED, COVERAGE, LIKENESS = 0.5, 0.12, 0.75, 0.35, 0.5
FIRST_WORDS = 60


def query_words(text: str, **others: ScoredTerm) -> list[ScoredTerm]:
    """The words of a query in an archive where each of them is in one article of ten."""
    words = [ScoredTerm(term.stem, term.exact, 2.2, 2.2) for term in ANALYZER.terms(text)]
    return [others.get(word.form, word) for word in words]


def features_of(title: str, text: str) -> bytes:
    return make_rerank_features(ANALYZER.terms(title), ANALYZER.terms(text))


def order(query: list[ScoredTerm], *articles: tuple[str, str]) -> list[int]:
    """The places of the articles, best first."""
    scores = rerank_scores(query, [features_of(title, text) for title, text in articles])
    return sorted(range(len(articles)), key=lambda place: -scores[place])


def window_part(query: str, article: tuple[str, str]) -> float:
    """The share of words close together in the score of an article."""
    return float(scored(query_words(query), article).shares()["window"][0])


def scored(words: list[ScoredTerm], *articles: tuple[str, str]) -> RerankScores:
    features = [features_of(*article) for article in articles]
    counts = count_terms(words, features)
    assert counts is not None
    return score(words, counts, features)


def by_words(words: list[ScoredTerm], *articles: tuple[str, str]) -> list[float]:
    """The scores of articles without likeness, which depends on all of them."""
    scores = scored(words, *articles)
    alone: list[float] = (scores.scores - scores.likeness).tolist()
    return alone


def density(words: list[ScoredTerm], part: list[str]) -> float:
    """The weights of the words that a text holds, by how close together they stand once: every stretch is tried."""
    held = [word for word in words if word.stem in part]
    if len(held) < 2:
        return 0.0
    stretches = [part[start:end] for end in range(len(part) + 1) for start in reversed(range(end))]
    full = [stretch for stretch in stretches if all(word.stem in stretch for word in held)]
    length = min(map(len, full))
    return sum(word.stem_idf for word in held) * sqrt(len(held) / length)


def by_the_formula(words: list[ScoredTerm], articles: list[tuple[str, str]]) -> list[float]:
    """The scores by the formula in the module's docstring, computed on lists of words."""
    read = [(ANALYZER.terms(title), ANALYZER.terms(text)) for title, text in articles]
    average = sum(len(title) + len(text) for title, text in read) / len(read) or 1.0
    title_average = sum(len(title) for title, _ in read) / len(read) or 1.0
    scores = []
    for title, text in read:
        norm = 1.4 * (1 - 0.75 + 0.75 * (len(title) + len(text)) / average)
        title_norm = 1.4 * (1 - 0.25 + 0.25 * len(title) / title_average)
        stems = [[term.stem for term in part if not term.is_stopword] for part in (title, text)]
        parts = [stems[0], stems[1][:FIRST_WORDS], stems[1][FIRST_WORDS:]]
        title_forms, text_forms = [[term.exact for term in part if not term.is_stopword] for part in (title, text)]
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
                in_title = title_forms.count(word.form)
                form = in_title + text_forms.count(word.form)
                total += EXACT * word.form_idf * form / (form + norm)
                total += EXACT_TITLE * word.form_idf * in_title / (in_title + title_norm)
                total += NAME * word.form_idf * (word.is_name and form > 0)
        for left, right in pairwise(words):
            pairs = sum(pair == (left.stem, right.stem) for part in stems for pair in pairwise(part))
            total += PAIRS * (left.stem_idf + right.stem_idf) / 2 * pairs / (pairs + 1)
        total += WINDOW * sum(density(words, part) for part in stems)
        scores.append(total * (held / sum(word.stem_idf for word in words)) ** COVERAGE)
    alike = likeness([make_rerank_features(title, text) for title, text in read], np.array(scores))
    return [own + LIKENESS * max(scores) * part for own, part in zip(scores, alike.tolist(), strict=True)]


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
            term.stem,
            term.exact,
            idfs[place],
            idfs[4 + place],
            (related[place].stem,) if place < len(related) else (),
            is_name=place == 1,
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


def test_words_close_together_come_before_words_far_apart_in_any_order() -> None:
    far = ("", "La neige tombe. Un marché ouvre au port, un lycée ferme, et le train part.")
    close = ("", "Un marché ouvre au port, un lycée ferme. Le train part sous la neige.")
    assert order(query_words("neige train"), far, close) == [1, 0]


def test_words_of_an_article_are_close_together_where_they_stand_closest() -> None:
    once = ("", "La neige, le train. " + "Un marché ouvre au port. " * 9 + "La neige.")
    never = ("", "La neige. " + "Un marché ouvre au port. " * 9 + "Le train, un marché, un port et la neige.")
    assert window_part("train neige", once) > window_part("train neige", never) > 0


def test_words_of_title_and_text_are_not_close_together() -> None:
    assert window_part("neige train", ("La neige", "Le train part au port")) == 0


def test_a_title_with_the_word_as_it_was_typed_comes_first() -> None:
    assert order(query_words("marché"), ("Les marchés", "Un marché"), ("Le marché", "Des marchés")) == [1, 0]


def test_an_article_with_the_name_that_was_typed_comes_first() -> None:
    name = replace(query_words("Lenoir")[0], is_name=True)
    articles = ("", "Un phare, un phare."), ("", "Lenoir parle au port.")
    assert order(query_words("phare lenoir"), *articles) == [0, 1]
    assert order(query_words("phare lenoir", lenoir=name), *articles) == [1, 0]


def test_the_parts_of_a_score_add_up_to_it() -> None:
    words = query_words("neige train marché")
    articles = ("La neige", "Le train de neige part au marché"), ("", "Le port")
    shares = scored(words, *articles).shares()
    total = [sum(float(share[row]) for share in shares.values()) for row in range(len(articles))]
    assert total == pytest.approx(rerank_scores(words, [features_of(*article) for article in articles]))


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
    scores = by_words(words, *articles)
    assert scores[0] == 0.0 < scores[1] < scores[2] / 2


def test_a_synonym_of_two_words_counts_as_the_word_itself_wherever_it_stands_in_a_row() -> None:
    words = [ScoredTerm("onu", "onu", 2.2, 0.0, alternatives=(("nation", "unir"),))]
    itself, synonym, turned = (
        ("L’ONU", "Un vote."),
        ("Les Nations unies", "Un vote."),
        ("Unies les nations", "Un vote."),
    )
    scores = by_words(words, itself, synonym, turned)
    assert scores[1] == pytest.approx(scores[0], rel=0.2)
    assert scores[2] == 0.0


def test_another_spelling_counts_where_it_is_more_frequent_than_the_word() -> None:
    words = [ScoredTerm("week", "week", 2.2, 0.0, spellings=(("weekend",),))]
    texts = "Le weekend, un weekend.", "Week, week.", "Week, weekend, week.", "Week."
    none, both, mixed, once = by_words(words, *(("", text) for text in texts))
    assert none == pytest.approx(both, rel=0.2)
    assert mixed < 1.2 * both
    assert once < both


def test_a_compound_counts_as_it_was_typed() -> None:
    week, end = ANALYZER.terms("week end")
    joined = ANALYZER.term("weekend")
    typed = TypedForm((week, end), (joined,))
    words = [ScoredTerm(week.stem, "-", 2.2, 2.2, typed_form=typed), ScoredTerm(end.stem, "-", 2.2, 2.2)]
    apart, turned = ("", "Un week end au port."), ("", "Un end week au port.")
    exact = scored(words, apart, turned).shares()["exact"]
    assert exact[0] > exact[1] == 0


def test_the_articles_of_one_query_may_be_counted_in_several_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    words = query_words("neige train marché")
    features = [features_of("La neige", "Le train de neige " * count) for count in range(5)]
    at_once = rerank_scores(words, features)
    monkeypatch.setattr("searchapp.search.term_counts._BYTES_AT_A_TIME", 30)
    assert rerank_scores(words, features) == at_once


def test_a_word_far_behind_the_beginning_of_a_text_is_not_close_to_another() -> None:
    far = "Un marché ouvre au port. " * 1_200
    assert window_part("neige train", ("", far + "La neige et le train.")) == 0


def test_bytes_that_are_no_features_are_told() -> None:
    whole = features_of("La neige", "Le train part au port")
    for damaged in (b"", b"|mer|", whole[:-1], whole + b"1", bytes([255]) * 24 + whole[24:]):
        with pytest.raises(IndexDamaged):
            read_rerank_features(damaged)


def test_a_long_article_does_not_win_by_its_length() -> None:
    short = ("", "Le phare de Sarmane est à vendre.")
    long = ("", "Le phare de Sarmane est à vendre. " + "Le train passe au port. " * 30 + "Un phare.")
    assert order(query_words("phare"), long, short) == [1, 0]


@pytest.mark.parametrize(
    ("query", "names"),
    [("Le maire Lenoir à l’Élysée", {"lenoir", "élysée"}), ("Grève à Ponant", {"ponant"}), ("grève à ponant", set())],
)
def test_names_are_the_words_with_a_capital_letter_inside_a_query(query: str, names: set[str]) -> None:
    assert QuerySpellings(ANALYZER).names(query) == names


def test_a_term_of_more_documents_than_are_left_weighs_next_to_nothing() -> None:
    assert 0 < idf(2, 5) < idf(2, 2) < idf(2, 1)
