"""The advanced form: fields become a query, and a query becomes fields again without losing its meaning."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from searchapp.query import LONGEST_QUERY, And, Bool, Field, Node, Not, Or, parse, show
from searchapp.query.query_form import QueryForm, form_of, query_text
from tests.query.texts import any_text, random_text


def form(text: str) -> QueryForm:
    return form_of(parse(text).tree)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (QueryForm(words="grève trains"), "grève trains"),
        (QueryForm(all="grève trains"), "+grève +trains"),
        (QueryForm(phrase="pouvoir d’achat"), '"pouvoir d’achat"'),
        (QueryForm(any="train autocar"), "train OU autocar"),
        (QueryForm(none="grève"), "SAUF grève"),
        (QueryForm(words="train", none='grève "trêve de Noël"'), 'train -grève -"trêve de Noël"'),
        (QueryForm(near="maire pont", distance=3), '"maire pont"~3'),
        (QueryForm(title="pont"), "titre:pont"),
        (QueryForm(title="pont fermé"), "titre:(pont ET fermé)"),
        (QueryForm(source="Le Phare du Ponant"), 'source:"Le Phare du Ponant"'),
        (QueryForm(author="Vernet"), "auteur:Vernet"),
        (QueryForm(first=date(2019, 3, 1), last=date(2019, 3, 31)), "date:2019-03"),
        (QueryForm(first=date(2019, 3, 1)), "depuis:2019-03"),
        (QueryForm(all="marchand*", rest="atleast3 pont"), "+marchand* (atleast3 pont)"),
    ],
)
def test_fields_are_written_as_a_query_and_read_back(fields: QueryForm, text: str) -> None:
    assert query_text(fields) == text
    assert form(text) == fields


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("train ET grève", QueryForm(all="train grève")),
        ("train SAUF grève", QueryForm(words="train", none="grève")),
        ('"un pont" "une ville"', QueryForm(phrase="un pont", all='"une ville"')),
        ("titre:pont titre:maire", QueryForm(title="pont maire")),
        ("pont PROCHE/4 pierre", QueryForm(near="pont pierre", distance=4)),
        ("source:gazette", QueryForm(source="gazette")),
        ("", QueryForm()),
    ],
)
def test_other_ways_to_write_a_query_fill_the_same_fields(text: str, fields: QueryForm) -> None:
    assert form(text) == fields


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("pont atleast3 mairie", "atleast3 mairie"),
        ("(a OU b) ET (c OU d)", "c OU d"),
        ("source:gazette source:phare", "source:phare"),
        ("chapo:ville pont", "chapo:ville"),
        ("pont SAUF titre:maire", "SAUF titre:maire"),
        ('"a b"~3 "c d"~4', '"c d"~4'),
        ("train OU titre:pont", "train OU titre:pont"),
    ],
)
def test_a_clause_without_a_field_of_its_own_is_kept_as_text(text: str, rest: str) -> None:
    assert form(text).rest == rest


@pytest.mark.parametrize("typed", ["titre:pont OU maire", "-pont (maire", "ET OU SAUF", "+33 6 12 34 56 78", "c++ 3M€"])
@pytest.mark.parametrize("name", ["words", "all", "any", "none", "phrase", "near", "title", "source", "author"])
def test_operators_inside_a_field_are_words_of_that_field(name: str, typed: str) -> None:
    again = form(query_text(QueryForm(**{name: typed})))
    assert again.rest == ""
    assert again == form(query_text(again))
    filled = {field for field in QueryForm.__slots__ if getattr(again, field) != getattr(QueryForm(), field)}
    assert filled <= {name, *({"phrase", "all"} if name in ("words", "all", "any") else ())}


@given(st.one_of(any_text(), st.randoms(use_true_random=False).map(random_text)))
def test_a_query_keeps_its_meaning_through_the_form(text: str) -> None:
    tree = parse(text).tree
    written = query_text(form_of(tree))
    assume(len(written) <= LONGEST_QUERY)
    assert meaning(parse(written).tree) == meaning(tree)


@given(any_text(), any_text(), st.sampled_from(["words", "all", "any", "none", "phrase", "near", "title", "source"]))
def test_fields_that_were_read_from_a_query_stay_as_they_are(text: str, other: str, name: str) -> None:
    written = query_text(QueryForm(**{name: text}, author=other))
    assume(len(written) <= LONGEST_QUERY)
    once = form(written)
    again = query_text(once)
    assume(len(again) <= LONGEST_QUERY)
    assert form(again) == once


def meaning(tree: Node) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The preferred, required and excluded clauses of a query, one by one."""
    whole = tree if isinstance(tree, Bool) else Bool()
    must: set[str] = set()
    must_not = {text for clause in whole.must_not for text in _alternatives(clause)}
    for clause in (part for joined in whole.must for part in _joined(joined)):
        if isinstance(clause, Not):
            must_not |= _alternatives(clause.node)
        elif isinstance(clause, Field) and clause.name == "title":
            must |= {show(Field("title", part)) for part in _joined(clause.node)}
        else:
            must.add(show(clause))
    return frozenset(map(show, whole.should)), frozenset(must), frozenset(must_not)


def _joined(node: Node) -> tuple[Node, ...]:
    return node.clauses if isinstance(node, And) else (node,)


def _alternatives(node: Node) -> set[str]:
    return set(map(show, node.clauses if isinstance(node, Or) else (node,)))
