"""Excerpts: the fragment of a text that is shown, its beginning and its end."""

from __future__ import annotations

import pytest

from searchapp.analysis import FrenchAnalyzer
from searchapp.model import Fragment
from searchapp.query import parse
from searchapp.search.highlight import Highlighter
from searchapp.search.highlight_terms import extract_highlight_terms
from searchapp.search.spellings import QuerySpellings

ANALYZER = FrenchAnalyzer()
HIGHLIGHTER = Highlighter(ANALYZER)
FILLER = "Le vent tourne et le port dort encore sous la pluie. " * 6


def excerpt(text: str, query: str, count: int = 1) -> tuple[Fragment, ...]:
    wanted = extract_highlight_terms(parse(query).tree, QuerySpellings(ANALYZER))
    return HIGHLIGHTER.fragments(text, wanted, count=count)


def marks(text: str, query: str) -> list[str]:
    wanted = extract_highlight_terms(parse(query).tree, QuerySpellings(ANALYZER))
    return [text[start:end] for start, end in HIGHLIGHTER.whole(text, wanted).spans]


def test_two_different_words_are_worth_more_than_any_number_of_one() -> None:
    often = "Phare, " * 20
    (fragment,) = excerpt(f"{often}\n\n{FILLER}\n\nLe phare de Sarmane.", "phare Sarmane")
    assert fragment.text == "Le phare de Sarmane."


def test_of_the_same_words_more_of_them_are_worth_more_wherever_they_stand() -> None:
    (fragment,) = excerpt(f"Un phare.\n\n{FILLER * 400}\n\nUn phare, deux phares.", "phare")
    assert fragment.text == "Un phare, deux phares."


def test_of_pieces_that_show_the_same_the_first_one_is_shown() -> None:
    (fragment,) = excerpt(f"Le phare dort.\n\n{FILLER}\n\nLe phare veille.", "phare")
    assert fragment.text == "Le phare dort."


def test_two_pieces_at_most_are_shown() -> None:
    text = f"\n\n{FILLER}\n\n".join(f"Le phare numéro {number}." for number in (1, 2, 3))
    wanted = extract_highlight_terms(parse("phare").tree, QuerySpellings(ANALYZER))
    assert [fragment.text for fragment in HIGHLIGHTER.fragments(text, wanted)] == [
        "Le phare numéro 1.",
        "Le phare numéro 2.",
    ]


def test_a_second_piece_that_touches_the_first_one_is_not_shown_twice() -> None:
    text = f"Un phare. {FILLER[:150]} Un phare. {FILLER}"
    fragments = excerpt(text, "phare", count=2)
    assert [text[start:end] for fragment in fragments for start, end in fragment.spans] == ["phare", "phare"]


@pytest.mark.parametrize(("length", "cut"), [(219, False), (220, False), (221, True)])
def test_a_paragraph_of_220_characters_is_shown_whole_and_a_longer_one_is_cut(length: int, cut: bool) -> None:
    text = ("Phare " + "à " * 200)[: length - 1] + "!"
    (fragment,) = excerpt(text, "phare")
    assert (fragment.text == text, fragment.cut_before, fragment.cut_after) == (not cut, False, cut)


def test_a_piece_holds_as_many_whole_words_as_have_a_place() -> None:
    (fragment,) = excerpt("Phare " + "à " * 200, "phare")
    assert (len(fragment.text), fragment.text[-2:]) == (219, " à")


@pytest.mark.parametrize(("place", "shown"), [(214, 2), (215, 1)])
def test_a_word_that_is_cut_off_at_the_end_of_a_piece_has_no_mark(place: int, shown: int) -> None:
    text = ("Un phare, " + FILLER.replace(".", ","))[: place - 1] + " phare " + FILLER
    (fragment,) = excerpt(text, "phare")
    assert text.rindex("phare") == place
    assert (fragment.start, len(fragment.spans)) == (0, shown)


@pytest.mark.parametrize(("last_word", "before"), [("à ", 59), ("", 57)])
def test_without_a_sentence_a_piece_begins_on_a_word_some_sixty_characters_before_its_mark(
    last_word: str, before: int
) -> None:
    text = "le " * 100 + last_word + "phare " + "le " * 100
    (fragment,) = excerpt(text, "phare")
    assert text.index("phare") - fragment.start == before
    assert (fragment.cut_before, fragment.cut_after) == (True, True)


@pytest.mark.parametrize(("between", "whole"), [(107, True), (108, True), (109, False)])
def test_a_piece_begins_with_the_sentence_of_its_mark_unless_that_begins_far_before(between: int, whole: bool) -> None:
    text = "le " * 80 + "là. " + ("Puis " + "là " * 50)[: between - 1] + " phare " + "le " * 100
    assert text.index("phare") - text.index("Puis") == between
    (fragment,) = excerpt(text, "phare")
    assert fragment.text.startswith("Puis") == whole


def test_of_several_sentences_the_last_one_before_the_mark_begins_the_piece() -> None:
    text = "Il pleut. Il vente. Le phare brille " + "et le port dort " * 30
    (fragment,) = excerpt(text, "phare")
    assert fragment.text.startswith("Le phare brille")
    (fragment,) = excerpt("Sur la côte le phare brille " + "et le port dort " * 30, "phare")
    assert fragment.text.startswith("Sur la côte")


def test_near_the_end_of_a_paragraph_a_piece_begins_earlier_so_that_it_is_no_scrap() -> None:
    text = "le port dort " * 40 + "au phare"
    (fragment,) = excerpt(text, "phare")
    assert 200 < len(fragment.text) <= 220
    assert fragment.text.endswith("au phare")
    assert (fragment.cut_before, fragment.cut_after) == (True, False)


def test_a_short_last_sentence_is_shown_with_what_stands_before() -> None:
    text = "le port dort " * 40 + "encore. Le phare aussi."
    (fragment,) = excerpt(text, "phare")
    assert fragment.text.endswith("encore. Le phare aussi.")
    assert len(fragment.text) > 200


def test_a_word_longer_than_a_fragment_is_shown_whole() -> None:
    word = "phare" * 60
    (fragment,) = excerpt(f"{word} {FILLER}", word)
    assert fragment.text == word
    assert fragment.spans == ((0, 300),)


def test_a_piece_keeps_to_its_paragraph() -> None:
    text = f"{FILLER}\nLe phare.\n{FILLER}"
    (fragment,) = excerpt(text, "phare")
    assert (fragment.text, fragment.cut_before, fragment.cut_after) == ("Le phare.", False, False)


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Les gilets jaunes", 'gilets "gilets jaunes"', ["gilets jaunes"]),
        ("Gilets gris, gilets jaunes, gilets jaunes", '"gilets jaunes"', ["gilets jaunes", "gilets jaunes"]),
        ("Jaunes gilets jaunes gilets", '"gilets jaunes"', ["gilets jaunes"]),
        ("gilets", '"gilets jaunes"', []),
        ("Le vieux phare du vieux port", '"vieux port"~0', ["vieux port"]),
        ("Le phare, et au loin le port", "phare PROCHE/4 port", ["phare", "port"]),
        ("Le phare, et là, tout au loin, le port", "phare PROCHE/4 port", []),
        (
            "Phare, port. Rien du tout ici ce soir. Port et phare.",
            "phare PROCHE/1 port",
            ["Phare", "port", "Port", "phare"],
        ),
        ("Phare port phare", "phare PROCHE/1 port", ["Phare", "port", "phare"]),
    ],
)
def test_marks_stand_on_the_whole_of_what_was_asked_for(text: str, query: str, expected: list[str]) -> None:
    assert marks(text, query) == expected
