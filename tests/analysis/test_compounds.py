"""Stretches of a text that are also written as one word."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchapp.analysis import FrenchAnalyzer

ANALYZER = FrenchAnalyzer()
PIECES = st.sampled_from(
    ["F-16", "l’Oréal", "RN", "12", "5", "km", "18", "h", "30", "week-end", "été", "39", "19,", "aujourd", "hui", "à"]
)


def joined(text: str) -> list[str]:
    return sorted(term.word for _, term in ANALYZER.analyze(text)[1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Un week-end à Notre-Dame", ["notredame", "weekend"]),
        ("Un hors-d’œuvre, une plate-forme.", ["horsdoeuvre", "plateforme"]),
        ("L’Oréal et Jean d’Ormesson", ["dormesson", "loreal"]),
        ("l’été d’un homme", []),
        ("Est-il là ? Celui-ci, elles-mêmes, dit-elle.", []),
        ("Un rendez-vous", ["rendezvous"]),
        ("Un F-16, un A 380, la RN 12.", ["a380", "f16", "rn12"]),
        ("Le 15 mai, En 2019 il pleut", []),
        ("L. 1242-8, L1242-8", ["l1242", "l1242"]),
        ("À 18 h 30, 18:30 ou 18h30", ["18h30"] * 3),
        ("5 km, 1,5km, 10 000 kilomètres", ["1.5km", "10000km", "5km"]),
        ("3 M€, 3M€, 3 millions d’euros", ["3m€"] * 3),
        ("20 d’entre eux, en 2019 l’État", ["letat"]),
        ("Appelez le 39 19.", ["3919"]),
        ("Le 06 12 34 56 78 et 10 000", []),
        ("SIRET 732 829 320 00074", ["73282932000074"]),
        ("L’article 49-3", ["49.3"]),
        ("C’est aujourd hui", ["aujourdhui"]),
        ("Un 4x4, un 4 x 4", ["4x4", "4x4"]),
        ("(20 km) sur l’A 13", ["20km", "a13"]),
        ("En 2019\n\n20 km", ["20km"]),
        ("20 m2", ["20m2", "m2"]),
    ],
)
def test_the_joined_words_of_a_text(text: str, expected: list[str]) -> None:
    assert joined(text) == expected


def test_a_compound_stands_where_its_parts_and_their_elision_do() -> None:
    text = "Le F 16 de L’Oréal à Notre-Dame"
    assert [compound.raw for compound, _ in ANALYZER.compounds(text)] == ["F 16", "L’Oréal", "Notre-Dame"]
    assert all(text[one.start : one.end] == one.raw for one, _ in ANALYZER.compounds(text))


def test_a_query_may_have_small_letters_before_a_number() -> None:
    assert [term.word for _, term in ANALYZER.compounds("le f 16", lenient=True)] == ["f16"]
    assert not list(ANALYZER.compounds("le f 16"))


@pytest.mark.parametrize("text", ["week-end", "F-16", "F 16", "d’Ormesson", "18 h 30", "aujourd hui"])
def test_an_exact_form_gives_its_term_again(text: str) -> None:
    (compound,) = (term for _, term in ANALYZER.compounds(text))
    again = ANALYZER.term_of_form(compound.exact)
    assert (again.exact, again.word, again.stem) == (compound.exact, compound.word, compound.stem)


@given(st.lists(PIECES, max_size=6))
def test_the_quick_way_over_chunks_finds_what_is_found_in_the_whole_text(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert joined(text) == sorted(term.word for _, term in ANALYZER.compounds(text))


BLANKS = [" ", "\n", "\t", "\u00a0", "\u202f", "\u2028", "\x0b"]
AMOUNTS = [
    "6",
    "000",
    "100",
    "1,5",
    "39",
    ".",
    "-",
    "°",
    "’",
    "|",
    "heures",
    "km",
    "h",
    "x",
    "€",
    "millions",
    "d’euros",
    "F",
]


@example("6 000\n100 heures")
@given(st.lists(st.sampled_from([*BLANKS, *AMOUNTS]), max_size=12).map("".join))
def test_no_term_has_a_blank_or_a_bar(text: str) -> None:
    """Such a term would part the fields of the rerank features."""
    terms, placed = ANALYZER.analyze(text)
    every = (*terms, *(term for _, term in placed))
    forms = [form for term in every for form in (term.exact, term.word, term.stem)]
    assert [form for form in forms if "|" in form or form.split() != [form]] == []


def test_a_number_does_not_go_on_in_the_next_line() -> None:
    assert joined("payés 6 000\n100 heures") == ["100h"]
