"""Words near each other: what counts as near, and which stretches of a text are."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.engines.proximity import stand_in_a_row, stand_near, stretches


@pytest.mark.parametrize(
    ("text", "terms", "slop", "near"),
    [
        ("phare port", "phare port", 0, True),
        ("port phare", "phare port", 0, True),
        ("phare du port", "phare port", 0, False),
        ("phare du port", "phare port", 1, True),
        ("phare du vieux port", "phare port", 1, False),
        ("phare du vieux port", "phare port", 2, True),
        ("phare vent", "phare port", 9, False),
        ("vent phare", "vent vent", 9, False),
        ("vent phare vent", "vent vent", 1, True),
        ("vent phare vent", "vent vent", 0, False),
        ("phare vent vent port phare", "phare port", 0, True),
        ("", "phare port", 5, False),
        ("phare", "phare", 0, True),
    ],
)
def test_words_are_near_with_so_many_others_between_in_any_order(text: str, terms: str, slop: int, near: bool) -> None:
    assert stand_near(text.split(), terms.split(), slop) == near


@pytest.mark.parametrize(
    ("text", "terms", "stands"),
    [
        ("le vieux port", "vieux port", True),
        ("le port vieux", "vieux port", False),
        ("vieux vieux port", "vieux port", True),
        ("le vieux", "vieux port", False),
        ("port", "port", True),
        ("", "port", False),
    ],
)
def test_words_stand_in_a_row_in_their_order_only(text: str, terms: str, stands: bool) -> None:
    assert stand_in_a_row(text.split(), terms.split()) == stands


words = st.lists(st.sampled_from("abcx"), max_size=14)


@given(words, st.sampled_from([["a"], ["a", "b"], ["a", "a"], ["a", "b", "c"], ["a", "a", "b"]]), st.integers(0, 4))
def test_stretches_are_those_that_a_look_at_every_window_finds(text: list[str], terms: list[str], slop: int) -> None:
    length = len(terms) + slop
    placed = [(place, word) for place, word in enumerate(text) if word in terms]
    holding = [
        (place - length + 1, place)
        for place, word in placed
        if all(text[max(0, place - length + 1) : place + 1].count(term) >= terms.count(term) for term in terms)
    ]
    spans = list(stretches(placed, terms, slop))
    assert [last for _, last in spans] == [last for _, last in holding]
    for (first, last), (earliest, _) in zip(spans, holding, strict=True):
        assert first == min(place for place, _ in placed if earliest <= place <= last)
    assert all(one[0] <= other[0] for one, other in pairwise(spans))
