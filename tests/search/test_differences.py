"""The differences of two versions: added and missing words, wherever they stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from searchapp.model import Article
from searchapp.search.differences import compare, describe_copy, new_words
from tests.work import is_linear

CRIEE = "La criée ferme lundi.\n\nLes pêcheurs de Port-Ponant demandent un délai."
SUITE = "Une réunion publique est prévue jeudi soir à la mairie."


def stretches(text: str, other: str) -> list[str]:
    return [text[start:end] for start, end in new_words(text, other)]


def test_an_added_paragraph_is_new() -> None:
    assert stretches(f"{CRIEE}\n\n{SUITE}", CRIEE) == [SUITE.rstrip(".")]


def test_nothing_is_new_when_paragraphs_move_or_merge() -> None:
    moved = "LES PÊCHEURS de Port-Ponant demandent un délai. La criée ferme lundi."
    assert stretches(moved, CRIEE) == []


def test_a_corrected_word_alone_is_new() -> None:
    assert stretches(CRIEE.replace("lundi", "mardi"), CRIEE) == ["mardi"]


def test_a_text_of_two_words_is_compared_as_it_is() -> None:
    assert stretches("À suivre", "à suivre") == []
    assert stretches("À suivre", "la suite") == ["À suivre"]


@given(st.text(alphabet="ab .\n"), st.text(alphabet="ab .\n"))
def test_new_stretches_lie_in_the_text_one_after_the_other(text: str, other: str) -> None:
    edges = [edge for span in new_words(text, other) for edge in span]
    assert edges == sorted(edges)
    assert new_words(text, text) == ()
    assert all(0 <= edge <= len(text) for edge in edges)


def test_a_copy_is_described_by_length_title_and_longest_addition() -> None:
    shown = Article("depeche", "La criée ferme", CRIEE)
    copy = describe_copy(Article("echo", "Port-Ponant : la criée ferme", f"{SUITE}\n\n{CRIEE[:21]}"), shown)
    assert (copy.words, copy.added, copy.missing, copy.has_other_title) == (14, 10, 8, True)
    assert copy.excerpt == SUITE.rstrip(".")


def test_a_lead_that_stands_in_the_text_of_the_other_is_no_difference() -> None:
    lead, _, text = CRIEE.partition("\n\n")
    comparison = compare(Article("a", "Criée", text, lead=lead), Article("b", "Criée", CRIEE))
    spans = [part.spans for parts in (comparison.titles, comparison.leads, comparison.texts) for part in parts]
    assert set(spans) == {()}


def test_comparing_takes_time_in_proportion_to_the_texts() -> None:
    assert is_linear(lambda size: new_words("a b a c " * size, "c a b a " * size), 4_000)
