"""Names of an article, from the mentions that a model marks in it."""

from __future__ import annotations

import pytest

from searchapp.derived.names import Mention, Names, names_of


def names(text: str, **labels: str) -> Names:
    """The names of ``text``, in which each label marks some texts, separated by bars, wherever they stand."""
    mentions = []
    for label, marked in labels.items():
        for mention in dict.fromkeys(marked.split("|")):
            start = -1
            while (start := text.find(mention, start + 1)) >= 0:
                mentions.append(Mention(label, mention, start))
    return names_of(text, sorted(mentions, key=lambda mention: mention.start))


def test_titles_and_articles_are_no_part_of_a_name() -> None:
    text = "Hier, M. Armand Vauquelin a traversé la France avec Mme Odile Sartre."
    found = names(text, PER="M. Armand Vauquelin|Mme Odile Sartre", LOC="la France")
    assert found == Names(("Armand Vauquelin", "Odile Sartre"), (), ("France",))


def test_a_family_name_alone_counts_for_the_full_name() -> None:
    text = "Avec Odile Sartre. Selon Armand Vauquelin, tout va bien. Mais Vauquelin doute, dit Vauquelin."
    assert names(text, PER="Armand Vauquelin|Vauquelin|Odile Sartre").people == ("Armand Vauquelin", "Odile Sartre")


def test_a_family_name_that_two_people_have_stays_alone() -> None:
    text = "Chez Armand Vauquelin et Lise Vauquelin, rien. Selon Vauquelin, un Vauquelin ne ment pas."
    assert "Vauquelin" in names(text, PER="Vauquelin|Armand Vauquelin|Lise Vauquelin").people


def test_spellings_of_a_name_are_one_with_the_label_that_most_have() -> None:
    text = "Le port de Saint-Étienne et celui de Saint-Etienne ; à Saint-Étienne encore."
    found = names_of(
        text,
        [
            Mention("LOC", "Saint-Étienne", 11),
            Mention("ORG", "Saint-Etienne", 36),
            Mention("LOC", "Saint-Étienne", 54),
        ],
    )
    assert found == Names(places=("Saint-Étienne",))


def test_a_country_is_a_place_whatever_the_model_says() -> None:
    assert names("On va au Brésil.", PER="Brésil") == Names(places=("Brésil",))


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Le jeudi, on dort. Ce Jeudi est férié.", "Jeudi"),
        ("La route est longue. Menées par un chien, les chèvres rentrent.", "Menées"),
        ("Vu par le président de la République.", "président de la République"),
        ("Dans ce Covid-19 qui dure.", "Covid-19"),
        ("Il a dit A et B.", "A"),
        ("Le Grand\n\nPort", "Grand\n\nPort"),
    ],
)
def test_what_is_no_name_is_left_out(text: str, marked: str) -> None:
    assert names(text, ORG=marked) == Names()


def test_acronyms_count_at_the_beginning_of_a_sentence() -> None:
    assert names("SNCF : le train part. CRAMPON n’ira pas.", ORG="SNCF|CRAMPON").organisations == ("SNCF", "CRAMPON")


def test_the_most_mentioned_come_first() -> None:
    text = "On va à Vallombre puis à Sarmane, de Sarmane à Orle, et de Sarmane à Orle."
    assert names(text, LOC="Vallombre|Sarmane|Orle").places == ("Sarmane", "Orle", "Vallombre")
