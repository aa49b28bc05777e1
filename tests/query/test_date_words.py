"""Days in words mean what people mean by them, counted from a Wednesday."""

from __future__ import annotations

from datetime import date

import pytest

from searchapp.query.date_words import CalendarWords

WORDS = CalendarWords(lambda: date(2024, 3, 6))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("hier", "2024-03-05", "2024-03-05"),
        ("avant-hier", "2024-03-04", "2024-03-04"),
        ("aujourd’hui", "2024-03-06", "2024-03-06"),
        ("cette semaine", "2024-03-04", "2024-03-10"),
        ("la semaine dernière", "2024-02-26", "2024-03-03"),
        ("last week", "2024-02-26", "2024-03-03"),
        ("ce mois-ci", "2024-03-01", "2024-03-31"),
        ("le mois dernier", "2024-02-01", "2024-02-29"),
        ("février 2023", "2023-02-01", "2023-02-28"),
        ("l'année dernière", "2023-01-01", "2023-12-31"),
        ("this year", "2024-01-01", "2024-12-31"),
        ("il y a 3 jours", "2024-03-03", "2024-03-03"),
        ("8 novembre 2022", "2022-11-08", "2022-11-08"),
        ("1er mai 2023", "2023-05-01", "2023-05-01"),
        ("  8   NOVEMBRE  2022 ", "2022-11-08", "2022-11-08"),
        ("1 j", "2024-03-05", "2024-03-06"),
        ("7j", "2024-02-28", "2024-03-06"),
        ("2 semaines", "2024-02-21", "2024-03-06"),
        ("3 mois", "2023-12-06", "2024-03-06"),
        ("10 ans", "2014-03-06", "2024-03-06"),
        ("années 90", "1990-01-01", "1999-12-31"),
        ("les années 1930", "1930-01-01", "1939-12-31"),
        ("années 2000", "2000-01-01", "2009-12-31"),
        ("années 10", "2010-01-01", "2019-12-31"),
        ("1980s", "1980-01-01", "1989-12-31"),
    ],
)
def test_words_are_a_first_and_a_last_day(text: str, first: str, last: str) -> None:
    assert WORDS(text) == (day(first), day(last))


@pytest.mark.parametrize("text", ["", "12", "le pont", "j", "7", "ab", "31 février 2023", "2000 ans", "mars " * 7])
def test_what_is_no_day_is_none(text: str) -> None:
    assert WORDS(text) is None


@pytest.mark.parametrize(("spaces", "read"), [(32 - 15, True), (33 - 15, False)])
def test_a_text_longer_than_any_date_is_none(spaces: int, read: bool) -> None:
    text = "8 novembre 2022" + "." * spaces
    assert len(text) in (32, 33)
    assert read or WORDS(text) is None


def test_today_is_asked_each_time() -> None:
    days = iter([date(2024, 3, 6), date(2024, 3, 7)])
    words = CalendarWords(lambda: next(days))
    assert words("hier") == (day("2024-03-05"), day("2024-03-05"))
    assert words("hier") == (day("2024-03-06"), day("2024-03-06"))
