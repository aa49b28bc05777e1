"""Spelling corrections of words that no article has, and related stems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.spelling import SpellingDictionary, build_spelling_dictionary

ANALYZER = FrenchAnalyzer()
Known = Callable[..., SpellingDictionary]


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Known]:
    """A spelling dictionary of an archive in which so many articles hold each word."""
    opened: list[SpellingDictionary] = []

    def build(**documents: int) -> SpellingDictionary:
        path = tmp_path / f"{len(opened)}.sqlite"
        build_spelling_dictionary(path, documents.items(), ANALYZER)
        opened.append(SpellingDictionary(path, ANALYZER))
        return opened[-1]

    yield build
    for spelling in opened:
        spelling.close()


def correction(spelling: SpellingDictionary, word: str, least: int = 3) -> str:
    corrections = spelling.corrections(ANALYZER.term(word).word, least)
    return " ".join(corrections[0].forms) if corrections else ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("galatte", "galette"),
        ("galete", "galette"),
        ("glaette", "galette"),  # two letters that changed places are one slip
        ("gamotte", ""),
        ("gal2tte", ""),
        ("moulinos", "moulinas"),
        ("moulunos", ""),
        ("conservorei", "conserverie"),
        ("cumserverit", ""),
        ("charebtte", "charrette"),
        ("chorebtte", ""),
    ],
)
def test_one_slip_is_mended_and_two_in_a_word_of_nine_letters_or_more(known: Known, typed: str, meant: str) -> None:
    assert correction(known(galette=9, moulinas=9, conserverie=9, charrette=9), typed) == meant


@pytest.mark.parametrize(("typed", "meant"), [("farre", "phare"), ("porr", "port"), ("prt", ""), ("porrt", "port")])
def test_a_word_of_three_letters_is_left_as_it_was_typed(known: Known, typed: str, meant: str) -> None:
    assert correction(known(phare=9, port=9), typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"), [("farmacie", "pharmacie"), ("ortografe", "orthographe"), ("akoitique", ""), ("kaouan", "")]
)
def test_what_sounds_alike_is_found_however_it_is_written(known: Known, typed: str, meant: str) -> None:
    assert correction(known(pharmacie=3, orthographe=3, aquatique=3), typed) == meant


@pytest.mark.parametrize(("crotte", "meant"), [(9, "cote"), (50, "cote"), (500, "crotte")])
def test_what_sounds_alike_is_meant_unless_another_word_is_far_commoner(known: Known, crotte: int, meant: str) -> None:
    assert correction(known(cote=3, crotte=crotte), "cotte") == meant


@pytest.mark.parametrize(("conservant", "meant"), [(9, "conservent"), (500, "conservent"), (3000, "conservant")])
def test_fewer_slips_are_likelier_unless_another_word_is_far_commoner(
    known: Known, conservant: int, meant: str
) -> None:
    assert correction(known(conservent=3, conservant=conservant), "consorvent") == meant


def test_of_words_equally_near_the_commoner_is_meant_and_else_the_first_one(known: Known) -> None:
    assert correction(known(galetta=3, galette=4), "galetto") == "galette"
    assert correction(known(galetta=3, galette=3), "galetto") == "galetta"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("dessai", "essai"), ("lécole", "école"), ("quélection", "élection"), ("lharmonie", "harmonie"), ("lmarin", "")],
)
def test_a_lost_apostrophe_is_put_back(known: Known, typed: str, meant: str) -> None:
    assert correction(known(essai=3, école=3, élection=3, harmonie=3, phare=3), typed) == meant


def test_a_lost_apostrophe_is_likelier_than_a_slip_but_not_before_a_rare_word(known: Known) -> None:
    assert correction(known(essai=3, dessin=900), "dessai") == "essai"
    assert correction(known(essai=2, dessain=9), "dessai") == "dessain"


@pytest.mark.parametrize(("port", "vent", "meant"), [(6, 6, "port vent"), (5, 9, ""), (9, 5, "")])
def test_a_lost_space_is_put_back_between_words_of_six_articles(known: Known, port: int, vent: int, meant: str) -> None:
    assert correction(known(port=port, vent=vent), "portvent") == meant


def test_a_lost_space_is_where_both_words_are_common(known: Known) -> None:
    assert correction(known(porte=7, souverte=90, portes=9, ouverte=9), "portesouverte") == "portes ouverte"
    assert correction(known(porte=10, souverte=90, portes=9, ouverte=9), "portesouverte") == "porte souverte"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("coupedumonde", "coupe du monde"), ("miseenscène", "mise en scène"), ("coupedanslemonde", ""), ("dumonde", "")],
)
def test_words_written_as_one_may_have_a_function_word_between_them(known: Known, typed: str, meant: str) -> None:
    assert correction(known(coupe=9, monde=9, mise=9, scène=9), typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"), [("alette", "galette"), ("aglette", "galette"), ("calette", "galette"), ("ggalette", "galette")]
)
def test_a_slip_at_the_beginning_is_mended(known: Known, typed: str, meant: str) -> None:
    assert correction(known(galette=9), typed) == meant


def test_letters_swapped_or_doubled_are_likelier_than_others(known: Known) -> None:
    assert correction(known(carton=9, canton=9), "catron") == "carton"
    assert correction(known(balle=9, bayle=9), "bale") == "balle"


def test_how_many_articles_a_correction_needs_is_for_the_asker_to_say(known: Known) -> None:
    spelling = known(galette=2)
    assert [correction(spelling, "galete", least) for least in (1, 2, 3)] == ["galette", "galette", ""]


def test_a_word_keeps_its_commonest_spelling_and_else_the_first_one(known: Known) -> None:
    assert correction(known(pêcheur=4, pécheur=3), "pecheurr") == "pêcheur"
    assert correction(known(pêcheur=3, pécheur=3), "pecheurr") == "pécheur"


def test_a_family_has_its_eight_commonest_members(known: Known) -> None:
    endings = ["al", "el", "iste", "aire", "age", "able", "ible", "ance", "oir", "ation", "ition", "ateur"]
    family = [f"nation{ending}" for ending in endings]
    spelling = known(nation=99, **{word: 20 - place for place, word in enumerate(family)})
    assert list(spelling.related_stems("nation")) == [ANALYZER.term(word).stem for word in family[:8]]


def test_a_short_word_has_no_family(known: Known) -> None:
    assert known(gare=9, garer=9, garage=9).related_stems(ANALYZER.term("gare").stem) == ()


def test_words_of_three_letters_are_no_part_of_a_correction(known: Known) -> None:
    spelling = known(eau=9, mer=9, phare=9)
    assert correction(spelling, "queau") == correction(spelling, "merphare") == ""


def test_without_a_lexicon_nothing_is_corrected_whichever_thread_asks(tmp_path: Path) -> None:
    spelling = SpellingDictionary(tmp_path / "none.sqlite", ANALYZER)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(correction, spelling, "galatte").result() == ""
        assert pool.submit(spelling.related_stems, "galet").result() == ()
    spelling.close()
