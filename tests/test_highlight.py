"""Marks and fragments over stored text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.analysis import FrenchAnalyzer
from searchapp.engines.resolver import Resolver, Wanted
from searchapp.highlight import FRAGMENT_LENGTH, Highlighter
from searchapp.query import parse

ANALYZER = FrenchAnalyzer()
HIGHLIGHTER = Highlighter(ANALYZER)
PARAGRAPH = "Le conseil a siégé tard. Il fut question de tout, du pont, du port et même du vin. " * 6


def wanted(query: str) -> Wanted:
    return Resolver(ANALYZER).wanted(parse(query).tree)


def marks(text: str, query: str) -> list[str]:
    return [text[start:end] for start, end in HIGHLIGHTER.whole(text, wanted(query)).spans]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Toute l’ingérence", "ingerence", ["ingérence"]),
        ("Deux chevaux, un cheval", "cheval", ["chevaux", "cheval"]),
        ("L’e\u0301tat", "état", ["e\u0301tat"]),
        ("Les gilets jaunes et un gilet jaune", '"gilets jaunes"', ["gilets jaunes"]),
        ("Le marché de Noël", "le marché -noël", ["marché"]),
        ("La une", "la", ["La"]),
        ("L’O.N.U. siège", "onu", ["O.N.U."]),
        ("Rien", "", []),
    ],
)
def test_marks_stand_on_the_original_spelling(text: str, query: str, expected: list[str]) -> None:
    assert marks(text, query) == expected


def test_a_fragment_begins_with_a_sentence_and_ends_on_a_word() -> None:
    fragment, *_ = HIGHLIGHTER.fragments(PARAGRAPH + "Enfin, le phare fut vendu. " + PARAGRAPH, wanted("phare"))
    assert fragment.text.startswith("Enfin, le phare fut vendu.")
    assert len(fragment.text) <= FRAGMENT_LENGTH
    assert (fragment.cut_before, fragment.cut_after) == (True, True)
    assert PARAGRAPH.find(fragment.text.split(". ", 1)[1]) == 0


def test_the_piece_with_most_different_words_is_chosen() -> None:
    text = f"Un phare, un phare, un phare.\n\n{PARAGRAPH}\n\nLe phare de Sarmane est à vendre."
    (fragment,) = HIGHLIGHTER.fragments(text, wanted("phare Sarmane"), count=1)
    assert fragment.text == "Le phare de Sarmane est à vendre."


def test_two_fragments_come_in_the_order_of_the_text_and_do_not_overlap() -> None:
    text = f"Un phare.\n\n{PARAGRAPH}\n\nSarmane dort. Le phare de Sarmane veille."
    first, second = HIGHLIGHTER.fragments(text, wanted("phare Sarmane"))
    assert first.text == "Un phare."
    assert first.start + len(first.text) <= second.start


def test_a_text_without_a_match_gives_its_opening() -> None:
    (fragment,) = HIGHLIGHTER.fragments(PARAGRAPH, wanted("phare"))
    assert fragment.spans == ()
    assert PARAGRAPH.startswith(fragment.text)
    assert fragment.cut_after


def test_an_empty_text_gives_nothing() -> None:
    assert HIGHLIGHTER.fragments("", wanted("phare")) == ()


@given(
    st.text(alphabet="le phare.\n \u202fé«»" + "x" * 3, max_size=600),
    st.sampled_from(["phare", '"le phare"', "é x"]),
)
def test_fragments_are_pieces_of_the_text_with_their_marks_inside(text: str, query: str) -> None:
    for fragment in HIGHLIGHTER.fragments(text, wanted(query)):
        end = fragment.start + len(fragment.text)
        assert text[fragment.start : end] == fragment.text
        assert "\n" not in fragment.text
        assert all(fragment.start <= start < stop <= end for start, stop in fragment.spans)


@given(
    st.lists(
        st.lists(st.sampled_from(["le", "la", "phare", "l’", "20", "000", "vents,", "rouges", "port\n"])).map(" ".join),
        min_size=2,
        max_size=4,
    ),
    st.sampled_from(
        [
            '"le phare"',
            '"le port"~3 vent',
            "vent rouge",
            "20 000",
            '"20 000 vents"',
            "le",
            'pha* "vent rouge"',
            "20000",
            "=20000",
            "200*",
        ]
    ),
)
def test_marks_are_the_same_whether_all_tokens_are_looked_at_or_only_those_of_interest(
    texts: list[str], query: str
) -> None:
    thorough = Highlighter(ANALYZER)
    thorough._tokens = thorough._all_tokens  # type: ignore[method-assign]
    looked_for = wanted(query)
    assert [HIGHLIGHTER.whole(text, looked_for) for text in texts] == [
        thorough.whole(text, looked_for) for text in texts
    ]
