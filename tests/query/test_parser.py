"""Query text -> tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.query import MAX_QUERY_LENGTH, Bag, Every, Node, Phrase, Word, parse, show


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Every()),
        ("  … !", Every()),
        ("pêcheurs", Bag((Word("pêcheurs"),))),
        ("l’état d'urgence", Bag((Word("l’état"), Word("d'urgence")))),
        ('"gilets  jaunes"', Bag(must=(Phrase("gilets jaunes"),))),
        ("«\u202fà la une\u202f»", Bag(must=(Phrase("à la une"),))),
        ("“à la une” marché", Bag((Word("marché"),), (Phrase("à la une"),))),
        ("marché -Noël", Bag((Word("marché"),), (), (Word("Noël"),))),
        ("+marché", Bag((), (Word("marché"),))),
        ('marché -"de Noël"', Bag((Word("marché"),), (), (Phrase("de Noël"),))),
        ("porte-parole", Bag((Word("porte-parole"),))),
        ("- + --", Every()),
    ],
)
def test_a_text_becomes_a_tree(text: str, tree: Node) -> None:
    assert parse(text).tree == tree


def test_an_open_quotation_is_closed_and_told() -> None:
    parsed = parse('"gilets jaunes')
    assert parsed.tree == Bag(must=(Phrase("gilets jaunes"),))
    assert "gilets jaunes" in str(parsed.remarks[0])


def test_excluded_words_alone_are_told() -> None:
    assert "every other article" in str(parse("-marché").remarks[0])


def test_what_is_too_long_is_cut_and_told() -> None:
    parsed = parse("mot " * MAX_QUERY_LENGTH)
    assert len(parsed.remarks) == 2
    assert isinstance(parsed.tree, Bag)
    assert len(parsed.tree.should) == 64


@given(st.text())
def test_any_text_gives_a_tree_and_its_normal_form_gives_it_again(text: str) -> None:
    tree = parse(text).tree
    assert parse(show(tree)).tree == tree


@given(st.text(alphabet="ab '’\"«»“”„+-.\u202f\n"))
def test_any_quotes_and_signs_give_a_tree_that_comes_back(text: str) -> None:
    tree = parse(text).tree
    assert parse(show(tree)).tree == tree
