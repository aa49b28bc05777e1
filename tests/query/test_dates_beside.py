"""Dates beside words: what may have been meant as a date, and what may not."""

from __future__ import annotations

from datetime import date

import pytest

from searchapp.query import date_beside
from searchapp.query.date_words import CalendarWords

WORDS = CalendarWords(lambda: date(2026, 11, 25))


@pytest.mark.parametrize(
    ("text", "rest", "first", "last"),
    [
        ("grève mars 2019", "grève", "2019-03-01", "2019-03-31"),
        ("grève  des trains en mars 2019 Vallombre", "grève des trains Vallombre", "2019-03-01", "2019-03-31"),
        ("inondation du 13 octobre 2021", "inondation", "2021-10-13", "2021-10-13"),
        ("le 1er mai 2018 manifestation", "manifestation", "2018-05-01", "2018-05-01"),
        ("musique des années 90", "musique", "1990-01-01", "1999-12-31"),
        ("marée 12/03/2019", "marée", "2019-03-12", "2019-03-12"),
        ("strike March 2019", "strike", "2019-03-01", "2019-03-31"),
    ],
)
def test_a_date_with_a_year_beside_words_is_found(text: str, rest: str, first: str, last: str) -> None:
    offer = date_beside(text, WORDS)
    assert offer
    assert (offer.query, offer.first.isoformat(), offer.last.isoformat()) == (rest, first, last)


@pytest.mark.parametrize(
    "text",
    [
        "mars 2019",
        "en mars 2019",
        "mars attaque",
        "JO 2024",
        "100 jours de grève",
        "mai 68",
        "avril 20190",
        "",
        "grève",
    ],
)
def test_other_words_are_no_date(text: str) -> None:
    assert date_beside(text, WORDS) is None


@pytest.mark.parametrize("text", ["32/13/2019 grève", "grève 31 février 2019"])
def test_an_impossible_day_is_not_offered(text: str) -> None:
    offer = date_beside(text, WORDS)
    assert offer is None or offer.words == "février 2019"
