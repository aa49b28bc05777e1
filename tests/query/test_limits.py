"""The limits of the query language, each at its boundary, and the remarks about them."""

from __future__ import annotations

from datetime import date

import pytest

from searchapp.query import (
    And,
    Bool,
    DateRange,
    Field,
    Fuzzy,
    MatchAll,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Word,
    narrows,
    parse,
    show,
)
from searchapp.query.ast import Exact
from searchapp.query.dates import Period


def remarks(text: str) -> list[str]:
    return [str(remark.message) for remark in parse(text).remarks]


@pytest.mark.parametrize(
    ("text", "words"),
    [("ab " * 63, 63), ("ab " * 64, 64), ("ab " * 65, 64), ("titre:ab " * 65, 64), ("(" + "ab " * 65 + ") ab", 64)],
)
def test_sixty_four_words_are_used(text: str, words: int) -> None:
    assert show(parse(text).tree).count("ab") == words
    assert bool(remarks(text)) == ("ab " * 65 in text or "titre" in text)


@pytest.mark.parametrize(("length", "cut"), [(1023, False), (1024, False), (1025, True)])
def test_a_query_has_1024_characters(length: int, cut: bool) -> None:
    assert (remarks("a" * length) == ["Only the first 1024 characters of the query were read."]) == cut


def test_the_remark_on_a_long_query_names_what_was_left_out() -> None:
    (remark,) = parse("mot" * 400).remarks
    assert (remark.start, remark.end) == (1024, 1200)
    (remark,) = parse("ab " * 70).remarks
    assert (remark.start, remark.end) == (64 * 3, 70 * 3 - 1)


@pytest.mark.parametrize(("depth", "told"), [(31, False), (32, False), (33, True)])
def test_parentheses_are_thirty_two_deep(depth: int, told: bool) -> None:
    text = "(" * depth + "pont" + ")" * depth
    assert parse(text).tree == parse("pont").tree
    assert bool(remarks(text)) == told


@pytest.mark.parametrize(("number", "told"), [(7, False), (8, False), (9, True)])
def test_eight_proximities_are_looked_for_and_the_others_read_as_et(number: int, told: bool) -> None:
    tree = parse(" ".join(f"pont{place} PROCHE/3 vin{place}" for place in range(number))).tree
    assert isinstance(tree, Bool)
    assert tree.must[:8] == tuple(Phrase(f"pont{place} vin{place}", 3) for place in range(min(number, 8)))
    assert tree.must[8:] == ((And((Word("pont8"), Word("vin8"))),) if told else ())
    assert bool(remarks(" ".join(['"a b"~3'] * number))) == told


@pytest.mark.parametrize(
    ("text", "slop", "told"),
    [
        ('"pont vin"~98', 98, False),
        ('"pont vin"~99', 99, False),
        ('"pont vin"~100', 99, True),
        ("pont PROCHE/99 vin", 99, False),
        ("pont PROCHE/100 vin", 99, True),
        ("pont PROCHE/1 vin", 1, False),
        ("pont PROCHE/2 vin", 2, False),
        ("pont PROCHE vin", 5, False),
    ],
)
def test_words_may_be_ninety_nine_words_apart(text: str, slop: int, told: bool) -> None:
    assert parse(text).tree == Bool((), (Phrase("pont vin", slop),))
    assert bool(remarks(text)) == told


@pytest.mark.parametrize(("number", "read"), [(7, 7), (8, 8), (9, 8)])
def test_eight_dates_in_words_are_read(number: int, read: int) -> None:
    def day(_: str) -> Period:
        return date(2024, 11, 6), date(2024, 11, 6)

    tree = parse(" OU ".join(f'date:"jour {place}"' for place in range(number)), day).tree
    assert show(tree).count("2024-11-06") == read


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("autuer:x", "auteur"),
        ("rubriqe:x", "rubrique"),
        ("titer:x", "titre"),
        ("pays:x", ""),
        ("rubriquerubriques:x", ""),
    ],
)
def test_a_slip_in_the_name_of_a_field_is_told_with_the_name(text: str, name: str) -> None:
    (remark,) = remarks(text)
    assert (f"did you mean {name}?" in remark) == bool(name)


def test_a_name_of_one_letter_or_an_empty_value_is_no_field_and_nothing_is_told() -> None:
    assert remarks("a:x") == remarks("pays:") == []
    assert remarks("ab:x") != []


@pytest.mark.parametrize(
    ("text", "distance"),
    [("pont~0", 1), ("pont~1", 1), ("pont~2", 2), ("pont~3", 2), ("pont~10", 2), ("pont~01", 1), ("pont~1000", 2)],
)
def test_a_word_may_be_two_letters_away(text: str, distance: int) -> None:
    assert parse(text).tree == Bool((Fuzzy("pont", distance),))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("pont (vin (eau", "("),
        ("vin ET (pont PROCHE (port eau))", "pont PROCHE (port eau)"),
        ("eau titre: vin", "titre:"),
        ("eau date:hierr vin", "date:hierr"),
        ('eau "vin"~500', "~500"),
        ("eau PROCHE/500 vin", "PROCHE/500"),
        ('eau "vin', '"vin'),
        ("eau ab:vin", "ab"),
        ("eau *v", "*v"),
        ("eau atleast2 =vin", "atleast2"),
        ("eau =*vin", "=*vin"),
    ],
)
def test_a_remark_points_at_what_it_is_about(text: str, place: str) -> None:
    (remark,) = parse(text).remarks
    assert text[remark.start : remark.end] == place


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("pont) vin", Bool((Word("pont"), Word("vin")))),
        ("pont ET (vin", Bool((), (And((Word("pont"), Word("vin"))),))),
        ("((pont OU vin) eau", Bool((), (Bool((Word("eau"),), (Or((Word("pont"), Word("vin"))),)),))),
        (") pont OU vin", Bool((), (Or((Word("pont"), Word("vin"))),))),
        ("pont ET -vin", Bool((), (And((Word("pont"), Not(Word("vin")))),))),
        ("SAUF (pont)", Bool((), (), (Word("pont"),))),
        ("pont ET SAUF ET vin", Bool((Word("pont"), Word("et"), Word("sauf"), Word("et"), Word("vin")))),
        ("pont SAUF", Bool((Word("pont"), Word("sauf")))),
        ("pont OU SAUF", Bool((Word("pont"), Word("ou"), Word("sauf")))),
        ("SAUF pont OU vin", Bool((), (Or((Not(Word("pont")), Word("vin"))),))),
        ("(SAUF pont)", Bool((), (), (Word("pont"),))),
        ("pont ET (SAUF vin)", Bool((), (And((Word("pont"), Not(Word("vin")))),))),
        ("ET ET", Bool((Word("et"), Word("et")))),
    ],
)
def test_operators_and_parentheses_out_of_place_cost_nobody_the_rest(text: str, tree: Node) -> None:
    assert parse(text).tree == tree


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ('"pont vin"~0', '"pont vin"'),
        ('"pont vin"~1', '"pont vin"~1'),
        ("pont~1", "pont~"),
        ("pont~2", "pont~2"),
        ("+pont", "+pont"),
        ("+pont* -vin", "+pont* -vin"),
        ('+"pont vin"', '"pont vin"'),
        ("+=pont", "=pont"),
        ("titre:(pont vin)", "titre:(pont vin)"),
        ("titre:(pont)", "titre:pont"),
        ("pont OU (vin ET eau)", "pont OU vin ET eau"),
        ("pont ET (vin OU eau)", "pont ET (vin OU eau)"),
        ("SAUF (pont OU vin)", "SAUF (pont OU vin)"),
        ("eau SAUF (pont OU vin)", "eau -(pont OU vin)"),
        ("a ET SAUF (pont OU vin)", "a ET SAUF (pont OU vin)"),
        ("a ET SAUF titre:pont", "a ET SAUF titre:pont"),
        ("a OU (SAUF pont)", "a OU SAUF pont"),
        ("pont OU vin", "pont OU vin"),
        ("+(pont OU vin) eau", "eau (pont OU vin)"),
        ("+(pont OU vin) -eau", "(pont OU vin) -eau"),
        ("+(pont OU vin) +(port OU eau)", "(pont OU vin) (port OU eau)"),
        ("date:2020-01-01..2020-12-31", "date:2020"),
        ("date:2020-02-01..2020-02-29", "date:2020-02"),
        ("date:2020-02-01..2020-02-28", "date:2020-02-01..2020-02-28"),
        ("date:2020-01-01..2022-12-31", "date:2020..2022"),
        ("date:2020-01-02..2022-12-31", "date:2020-01-02..2022-12-31"),
        ("date:2020-01-01..2022-12-30", "date:2020-01-01..2022-12-30"),
        ("depuis:2020-01-01", "depuis:2020"),
        ("depuis:2020-02-01", "depuis:2020-02"),
        ("depuis:2020-02-02", "depuis:2020-02-02"),
        ("date:..2020-12-31", "avant:2021"),
        ("avant:2021-02-01", "avant:2021-02"),
    ],
)
def test_the_normal_form_is_as_short_as_it_can_be(text: str, normal: str) -> None:
    assert show(parse(text).tree) == normal
    assert show(parse(normal).tree) == normal


@pytest.mark.parametrize(
    ("node", "narrowing"),
    [
        (Field("source", Word("écho")), True),
        (Field("title", Word("pont")), False),
        (DateRange(date(2024, 1, 1), None), True),
        (Not(Field("source", Word("écho"))), True),
        (Not(Word("pont")), False),
        (And((DateRange(None, date(2024, 1, 1)), Field("tag", Word("eau")))), True),
        (And((DateRange(None, date(2024, 1, 1)), Word("eau"))), False),
        (Or((Field("tag", Word("eau")), Field("section", Word("sport")))), True),
        (Or((Field("tag", Word("eau")), Word("sport"))), False),
        (Word("pont"), False),
        (MatchAll(), False),
    ],
)
def test_dates_and_whole_values_only_narrow(node: Node, narrowing: bool) -> None:
    assert narrows(node) == narrowing


def test_where_a_node_stood_is_no_part_of_what_it_means() -> None:
    for text in ("march*", "pont~2", "titre:pont"):
        assert parse(text).tree == parse(f"  {text}").tree
    assert Prefix("pont", (0, 5)) == Prefix("pont", (9, 14))
    assert Fuzzy("pont", 1, (0, 5)) == Fuzzy("pont", 1, (9, 14)) != Fuzzy("pont", 2)
    assert Exact("pont") != Word("pont")
