"""Dates in the forms of ISO 8601, databases, mails, feeds and foreign programs, and those of French pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.ingest.cleaning.article_dates import is_beyond_tomorrow, is_date, read_date, update_in
from searchapp.ingest.reader_protocol import UnreadableError
from searchapp.model import DateQuality

PARIS = ZoneInfo("Europe/Paris")
AFTERNOON = "2024-11-06T16:49:00+01:00"
LOCAL, EXACT, DAY, GUESSED = DateQuality.LOCAL, DateQuality.EXACT, DateQuality.DAY, DateQuality.GUESSED


def check(value: object, moment: str, quality: DateQuality) -> None:
    parsed, told = read_date(value, PARIS)
    assert parsed is not None
    assert (parsed.astimezone(PARIS), told) == (datetime.fromisoformat(moment).astimezone(PARIS), quality)


@pytest.mark.parametrize(
    ("text", "moment", "quality"),
    [
        ("1932", "1932-01-01T00:00:00+00:00", DateQuality.YEAR),
        ("1932-05", "1932-05-01T00:00:00+01:00", DateQuality.MONTH),
        ("19320501", "1932-05-01T00:00:00+01:00", DAY),
        ("2024-W45", "2024-11-04T00:00:00+01:00", DateQuality.MONTH),
        ("2024-W45-3", "2024-11-06T00:00:00+01:00", DAY),
        ("2024W453", "2024-11-06T00:00:00+01:00", DAY),
        ("2024-311", "2024-11-06T00:00:00+01:00", DAY),
        ("2024311T1649", AFTERNOON, LOCAL),
        ("1932-05/1932-06", "1932-05-01T00:00:00+01:00", DateQuality.MONTH),
        ("2024-11-06/2024-11-08", "2024-11-06T00:00:00+01:00", DAY),
        ("2024-11-06T16", "2024-11-06T16:00:00+01:00", LOCAL),
        ("2024-11-06t16:49:00z", "2024-11-06T16:49:00+00:00", EXACT),
        ("2024-11-06T24:00", "2024-11-07T00:00:00+01:00", LOCAL),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00", EXACT),
        ("2024-11-06T16:49:00+01:00[Europe/Paris]", AFTERNOON, EXACT),
        ("2024-11-06 10:49:00 America/Montreal", AFTERNOON, EXACT),
        ("2024-011-06T16:49:00+01:00", AFTERNOON, EXACT),
    ],
)
def test_every_form_of_iso_8601_is_read(text: str, moment: str, quality: DateQuality) -> None:
    check(text, moment, quality)


@pytest.mark.parametrize(
    ("value", "quality"),
    [
        (1730908140, EXACT),
        ("1730908140", EXACT),
        (1730908140.0, EXACT),
        ("1730908140000", EXACT),
        ("1730908140000000", EXACT),
        ("/Date(1730908140000+0100)/", EXACT),
        ("20241106164900", LOCAL),
        ("202411061649", LOCAL),
        ("20241106T154900Z", EXACT),
        ("20241106 16:49", LOCAL),
    ],
)
def test_digits_of_databases_are_a_moment(value: object, quality: DateQuality) -> None:
    check(value, AFTERNOON, quality)


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 06 November 2024 16:49:00 +0100",
        "Wednesday, 6 Nov 24 16:49 CET",
        "Wed, 06 Nov, 2024 15:49:00 UTC",
        "Wed Nov  6 16:49:00 2024 +0100",
        "Wed Nov 06 16:49:00 CET 2024",
        "Wed Nov 06 16:49:00 +0100 2024",
        "Wed Nov 06 2024 16:49:00 GMT+0100 (heure normale d’Europe centrale)",
        "Wed, 06 Nov 2024 16:49:00 GMT+1",
        "Wed, 06 Nov 2024 16:49:00 +01:00",
        "Wed, 06 Nov 2024 16:49:00 Europe/Paris",
        "Wed, 06 Nov 2024 10:49:00 ET",
        "06-Nov-2024 15:49:00 GMT",
        "Wed, 2024/11/06 10:49:00 EST",
        "November 6, 2024, 4:49 p.m. CET",
        "2024-11-06 15:49:00 +0000 UTC",
        "mer., 06 nov. 2024 16:49:00 +0100",
        "Mer, 6 Nov 2024 16:49:00 MET",
        "Mittwoch, 6. November 2024 16:49 MEZ",
        "miércoles, 6 de noviembre de 2024 16:49 CET",
        "Τετ, 06 Νοέμ 2024 16:49:00 +0100",
        "2024-november-6T16:49+01:00",
    ],
)
def test_moment_of_mails_feeds_and_programs_is_read(text: str) -> None:
    check(text, AFTERNOON, EXACT)


@pytest.mark.parametrize(
    ("text", "moment", "quality"),
    [
        ("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06+00:00", EXACT),
        ("6 Nov 24", "2024-11-06T00:00:00+01:00", DAY),
        ("6 Nov 104 16:49 +0100", "2004-11-06T16:49:00+01:00", EXACT),
        ("Nov. 6th, 2024", "2024-11-06T00:00:00+01:00", DAY),
        ("Mar 5, 2024", "2024-03-05T00:00:00+01:00", DAY),
        ("2024.11.06", "2024-11-06T00:00:00+01:00", DAY),
        ("2024/11/06 16:49", AFTERNOON, LOCAL),
        ("2024年11月06日 16:49", AFTERNOON, LOCAL),
        ("2024-11-06 오후 4:49", AFTERNOON, LOCAL),
        ("11/6/2024 4:49:00 PM", AFTERNOON, GUESSED),
        ("11/25/2024", "2024-11-25T00:00:00+01:00", GUESSED),
        ("novembre 2024", "2024-11-01T00:00:00+01:00", DateQuality.MONTH),
        ("11/2024", "2024-11-01T00:00:00+01:00", DateQuality.MONTH),
        ("06/11/68", "1968-11-06T00:00:00+01:00", GUESSED),
    ],
)
def test_what_a_foreign_date_leaves_open_is_told(text: str, moment: str, quality: DateQuality) -> None:
    check(text, moment, quality)


@pytest.mark.parametrize(
    ("text", "quality"),
    [
        ("mer. 6 nov. 2024, 16:49", LOCAL),
        ("Publié le mercredi 6 novembre 2024 à 16:49:00", LOCAL),
        ("Mis en ligne le 06/11/2024 à 16h49 (heure de Paris)", LOCAL),
        ("Publié le 6 novembre 2024 à 16 heures 49", LOCAL),
        ("6 novembre 2024 | 16h49 | Mis à jour le 7 novembre", LOCAL),
        ("Date de publication : 06-11-2024 - 16:49", LOCAL),
    ],
)
def test_date_printed_in_french_is_read_and_known(text: str, quality: DateQuality) -> None:
    assert is_date(text)
    check(text, AFTERNOON, quality)


def test_hours_in_words_are_read() -> None:
    check("1er mai 2024 à 8 heures", "2024-05-01T08:00:00+02:00", LOCAL)
    check("le 1er mai 2024 à midi", "2024-05-01T12:00:00+02:00", LOCAL)


def test_date_of_an_update_is_read_behind_numbers_too() -> None:
    assert update_in("Publié le 06/11/2024 à 16h49, mis à jour le 07/11/2024 à 8h") == "07/11/2024 a 8h"


@pytest.mark.parametrize(
    "text",
    [
        *("Sun, 16 Dec 2012 1:2:3:4 GMT", "Sun, 16 zzz 2012 11:47:32 GMT", "Sun, 16 Dec zz 11:47:32 GMT"),
        *("Sun, 16 Dec 2012 11:47:32 +zz:00", "Sun, 99 Jun 2009 12:00:00 GMT", "2013-xx-27", "2013-01-27-01"),
        *("22013", "013", "il y a 5 minutes", "hier", "6 brumaire 2024", "31 juin 2024", "Nov 6 Dec 7 2024"),
        *("6 novembre", "2024-11-06T25:00", "2024-11-06 16:49 Europe/Nulle_Part x", "²² Nov 2024"),
    ],
)
def test_what_is_only_partly_a_date_is_none(text: str) -> None:
    with pytest.raises(UnreadableError, match="is not a date"):
        read_date(text, PARIS)


@given(st.text(st.sampled_from("0123456789 -/:.,TZWGM+hNovembrmejdPl()[]年오후"), max_size=60))
def test_no_text_makes_a_date_fail_otherwise(text: str) -> None:
    try:
        moment, quality = read_date(text, PARIS)
    except UnreadableError:
        return
    assert (moment is None) is (quality is DateQuality.MISSING)


def test_tomorrow_is_believed_and_the_day_after_is_not() -> None:
    now = datetime.now(UTC)
    assert not is_beyond_tomorrow(now + timedelta(days=1))
    assert is_beyond_tomorrow(now + timedelta(days=2))
