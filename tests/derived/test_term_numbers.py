"""Numbers of terms, and the rerank features that are made with them."""

from __future__ import annotations

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.rerank_features import OPENING_WORDS, STEM_SIZE, form_hash, read_rerank_features, stem_hash
from searchapp.derived.rerank_features_writer import make_rerank_features
from searchapp.derived.term_numbers import term_numbers

ANALYZER = FrenchAnalyzer()


def test_a_term_keeps_its_number_and_no_two_share_one() -> None:
    terms = ANALYZER.terms("Le port, le phare et le port encore")
    numbers = term_numbers(terms)
    assert numbers == term_numbers(terms)
    assert numbers[1] == numbers[6]
    assert len(set(numbers)) == len(set(map(id, terms)))


def test_two_analyzers_number_their_terms_apart() -> None:
    ours, others = ANALYZER.terms("marée"), FrenchAnalyzer().terms("marée")
    assert term_numbers(ours) != term_numbers(others)


def test_nothing_has_no_numbers() -> None:
    assert not term_numbers([])


def test_the_features_hold_the_hashes_of_all_content_words_in_order() -> None:
    title, body = ANALYZER.terms("La marée monte"), ANALYZER.terms("Les marées de l'automne montent au port")
    features = read_rerank_features(make_rerank_features(title, body))
    words = [term for term in (*title, *body) if not term.is_stopword]
    assert (features.title_length, features.length) == (len(title), len(title) + len(body))
    assert features.title_words + features.body_words == len(words)
    assert features.stems == b"".join(stem_hash(term.stem).to_bytes(STEM_SIZE, "little") for term in words)
    assert features.forms == bytes(form_hash(term.exact) for term in words)


def test_joined_words_behind_the_opening_come_last() -> None:
    late, early = ANALYZER.terms("tard")[0], ANALYZER.terms("tôt")[0]
    body = ANALYZER.terms("marée " * (OPENING_WORDS + 5))
    features = read_rerank_features(make_rerank_features([], body, [], [(OPENING_WORDS + 2, late), (3, early)]))
    assert features.joined_opening == 1
    assert features.forms[-2:] == bytes(map(form_hash, (early.exact, late.exact)))


def test_features_are_the_same_whether_or_not_the_numbers_are_given() -> None:
    title, text = "Week-end au phare", "Le week-end, 5 km de dunes et l'eau du F-16."
    (title_terms, joined_title), (body, joined_body) = map(ANALYZER.analyze, (title, text))
    joined = [term for _, term in joined_title]
    numbers = term_numbers([*title_terms, *body, *joined, *(term for _, term in joined_body)])
    given = make_rerank_features(title_terms, body, joined, joined_body, numbers)
    assert given == make_rerank_features(title_terms, body, joined, joined_body)
