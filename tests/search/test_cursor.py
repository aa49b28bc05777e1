"""The text of a cursor: signed, and bound to a generation and a search."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.errors import InvalidRequest
from searchapp.model import Filters, Grouping, Match, SearchRequest, Sort
from searchapp.search.cursor import CursorCodec, Position

KEY = bytes(range(32))
CODEC = CursorCodec(KEY, "20261125T013123.348582Z-b9f2")
REQUEST = SearchRequest("marée", Filters({"source": ("Le Phare", "Écho")}, date_from=date(2024, 1, 1)))
NUMBERS = st.integers(0, 2**64 - 1)


@given(NUMBERS, st.none() | st.tuples(NUMBERS, NUMBERS))
def test_a_cursor_gives_back_its_position(rank: int, after: tuple[int, int] | None) -> None:
    cursor = CODEC.encode(Position(rank, after), REQUEST)
    assert CODEC.decode(cursor, REQUEST) == Position(rank, after)
    assert len(cursor) == 76


@given(st.integers(0, 75), st.sampled_from("AZaz09-_"))
def test_a_cursor_with_one_character_changed_is_refused(index: int, character: str) -> None:
    cursor = CODEC.encode(Position(30, (7, 8)), REQUEST)
    changed = cursor[:index] + character + cursor[index + 1 :]
    if changed != cursor:
        with pytest.raises(InvalidRequest, match="not a cursor of an earlier answer"):
            CODEC.decode(changed, REQUEST)


@given(st.text() | st.text("AZaz09-_=", min_size=70, max_size=80) | st.binary().map(lambda some: some.hex()))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="Leave it out to begin at the first page"):
        CODEC.decode(text, REQUEST)


@pytest.mark.parametrize("offset", [0, 10, 10**9, 2**63, 2**64, 10**30, -1])
def test_a_number_of_results_to_skip_is_no_cursor(offset: int) -> None:
    text = json.dumps(["20261125T013123.348582Z-b9f2", offset]).encode()
    with pytest.raises(InvalidRequest, match="not a cursor"):
        CODEC.decode(base64.urlsafe_b64encode(text).decode().rstrip("="), REQUEST)


def test_a_cursor_of_another_key_is_refused() -> None:
    forged = CursorCodec(bytes(32), "20261125T013123.348582Z-b9f2").encode(Position(10, (0, 0)), REQUEST)
    with pytest.raises(InvalidRequest, match="not a cursor"):
        CODEC.decode(forged, REQUEST)


def test_a_cursor_of_another_generation_has_expired() -> None:
    old = CursorCodec(KEY, "20251125T013123.348582Z-0000").encode(Position(10, (0, 0)), REQUEST)
    with pytest.raises(InvalidRequest, match="indexed anew"):
        CODEC.decode(old, REQUEST)


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, query="marees"),
        replace(REQUEST, sort=Sort.OLDEST),
        replace(REQUEST, match=Match.ALL),
        replace(REQUEST, recency=30),
        replace(REQUEST, group=Grouping.COPIES),
        replace(REQUEST, correct=False),
        replace(REQUEST, filters=Filters()),
        replace(REQUEST, filters=replace(REQUEST.filters, excluded={"source": ("Écho",)})),
        replace(REQUEST, filters=replace(REQUEST.filters, values={"source": ("Le Phare",)})),
        replace(REQUEST, filters=Filters({"section": ("Le Phare", "Écho")}, date_from=date(2024, 1, 1))),
        replace(REQUEST, filters=replace(REQUEST.filters, date_from=None, date_to=date(2024, 1, 1))),
    ],
)
def test_a_cursor_goes_on_in_its_own_search_only(other: SearchRequest) -> None:
    with pytest.raises(InvalidRequest, match="another search"):
        CODEC.decode(CODEC.encode(Position(10), other), REQUEST)


def test_a_cursor_ends_when_the_ranking_changes() -> None:
    other = CursorCodec(KEY, "20261125T013123.348582Z-b9f2", "other synonyms").encode(Position(10), REQUEST)
    with pytest.raises(InvalidRequest, match="another search"):
        CODEC.decode(other, REQUEST)


def test_the_length_of_pages_and_the_order_of_filters_may_change() -> None:
    filters = replace(REQUEST.filters, values={"source": ("Écho", "Le Phare")})
    cursor = CODEC.encode(Position(10), replace(REQUEST, per_page=50, page=3, filters=filters))
    assert CODEC.decode(cursor, REQUEST) == Position(10)
