"""Laws that hold for any text: there is a tree, soon, and its normal form reads back as this very tree."""

from __future__ import annotations

import time
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from searchapp.query import LONGEST_QUERY, parse, show
from searchapp.query.date_words import CalendarWords
from tests.query.texts import any_text, random_text

WORDS = CalendarWords(lambda: date(2024, 11, 6))
# benchmarks/query_laws.py draws 100,000.
DRAWN = 3_000


@given(st.one_of(any_text(), st.randoms(use_true_random=False).map(random_text)))
def test_a_normal_form_reads_back_as_the_same_tree(text: str) -> None:
    tree = parse(text, WORDS).tree
    assert parse(show(tree)).tree == tree


@given(any_text())
def test_a_normal_form_is_short_and_shows_itself(text: str) -> None:
    shown = show(parse(text, WORDS).tree)
    assert len(shown) <= LONGEST_QUERY
    assert show(parse(shown).tree) == shown


@given(any_text())
def test_remarks_point_into_the_text_in_order(text: str) -> None:
    places = [(remark.start, remark.end) for remark in parse(text, WORDS).remarks]
    assert places == sorted(places)
    assert all(0 <= start <= end <= max(len(text), 1) for start, end in places)


def test_a_text_is_read_within_fifty_milliseconds() -> None:
    random = Random(5)
    parse("date:hier", WORDS)
    for text in (random_text(random) for _ in range(DRAWN)):
        assert seconds(text) < 0.050 or seconds(text) < 0.050, text


def seconds(text: str) -> float:
    """Processor time, since other programs may run beside the tests."""
    started = time.process_time()
    parse(text, WORDS)
    return time.process_time() - started
