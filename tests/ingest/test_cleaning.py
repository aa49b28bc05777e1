"""Behaviour that all formats share: clean text, dates, encodings."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.ingest.cleaning import boilerplate
from searchapp.ingest.cleaning import language_detection as language
from searchapp.ingest.cleaning.article_dates import is_date, parse_date
from searchapp.ingest.cleaning.encoding import decode, is_binary
from searchapp.ingest.cleaning.normalize import clean_line, clean_text
from searchapp.ingest.reader_protocol import UnreadableError
from tests.ingest.samples import TEXT

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Un\r\nDeux\rTrois\u2028Quatre\u2029Cinq\x85Six", "Un\nDeux\nTrois\nQuatre\nCinq\nSix"),
        ("Un  \n\t\n \n\nDeux\n", "Un\n\nDeux"),
        ("e\u0301te\u0301", "été"),
        ("a\x00b\x07c\x7fd\ufeffe", "abcde"),
        ("Colonne\tdeux", "Colonne\tdeux"),
        ("12\u202f000\u00a0€ : «\u00a0non\u00a0»…", "12\u202f000\u00a0€ : «\u00a0non\u00a0»…"),
        ("l\x92\xe9t\xe9 \x9cuvre", "l’été œuvre"),
        ("page\fsuivante", "page\nsuivante"),
    ],
)
def test_text_is_cleaned(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


def test_title_has_one_line_and_keeps_its_no_break_spaces() -> None:
    assert clean_line(" Grève :\n  le\t bac  à\u00a0quai ") == "Grève : le bac à\u00a0quai"


@given(st.text(st.characters(codec=None)))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_line(clean_line(text)) == clean_line(text)
    clean_text(text).encode()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-11-06", "2024-11-06T00:00:00+01:00"),
        ("2024-07-14 16:49", "2024-07-14T16:49:00+02:00"),
        ("2024-11-06T16:49:07", "2024-11-06T16:49:07+01:00"),
        ("2024-11-06T16:49:07.25Z", "2024-11-06T16:49:07.250000+00:00"),
        ("2024-11-06T16:49:07,123456789-0330", "2024-11-06T16:49:07.123456-03:30"),
        ("2024-11-06T16:49+01", "2024-11-06T16:49:00+01:00"),
        ("06/11/2024", "2024-11-06T00:00:00+01:00"),
        ("6/7/2024 9:05", "2024-07-06T09:05:00+02:00"),
        ("06/11/2024 à 16h49", "2024-11-06T16:49:00+01:00"),
        (" 1631-05-30 ", "1631-05-30T00:00:00+00:09:21"),
    ],
)
def test_date_is_read_in_its_usual_forms(text: str, moment: str) -> None:
    parsed = parse_date(text, PARIS)
    assert parsed is not None
    assert parsed.isoformat() == moment


def test_date_keeps_the_zone_that_it_names() -> None:
    parsed = parse_date("2024-11-06T16:49:00Z", PARIS)
    assert parsed is not None
    assert parsed.utcoffset() == UTC.utcoffset(None)


@pytest.mark.parametrize(
    "value",
    [
        *("2024-02-30", "31/04/2024", "11/31/2024", "2024-11-06T25:00", "2024-11-06T16:49+99:00"),
        *("1399-12-31", "2201-01-01", "0000-01-01"),
        *("2024-W54-1", "2024-366-1", "20241306", "2024-13", "mercredi", "12", [], True),
    ],
)
def test_wrong_date_is_named(value: object) -> None:
    with pytest.raises(UnreadableError, match="is not a date") as caught:
        parse_date(value, PARIS)
    assert f"“{value}”" in str(caught.value.reason)


def test_sentence_with_a_date_is_no_date() -> None:
    assert is_date("2024-11-06 16:49")
    assert not is_date("Le 2024-11-06 à Sarmane")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("L’été".encode(), "L’été"),
        ("L’été".encode("utf-8-sig"), "L’été"),
        ("L’été coûte 3 €".encode("cp1252"), "L’été coûte 3 €"),
        ("Un été, une forêt, un château".encode()[:-2] + b"\xc3", "Un été, une forêt, un châte\ufffd"),
        (b"", ""),
    ],
)
def test_letters_are_recognised(content: bytes, text: str) -> None:
    assert decode(content) == text


def test_letters_of_no_encoding_are_refused() -> None:
    with pytest.raises(UnreadableError, match="neither UTF-8 nor Windows-1252"):
        decode(b"caf\x81")


@pytest.mark.parametrize("content", [b"L'\xe9t\xe9\n", b"a\tb\r\n\f", "À l’été".encode(), b""])
def test_text_is_not_binary(content: bytes) -> None:
    assert not is_binary(content)


@pytest.mark.parametrize("content", [b"abc\0", bytes(range(1, 256))])
def test_signs_that_text_never_has_are_binary(content: bytes) -> None:
    assert is_binary(content)


FRENCH_LETTERS = "aàâæbcçdeéèêëœ’' \u00a0\u202f\n\t.,-–«»…ABCÉŒIßµ½€\u0301\u0131İ→"


@given(st.text(FRENCH_LETTERS, max_size=40))
def test_folding_all_letters_at_once_gives_what_folding_each_gives(text: str) -> None:
    assert boilerplate._folded(text) == boilerplate._folded_slowly(text.strip())


def test_every_letter_of_windows_1252_folds_the_same_both_ways() -> None:
    for letter in bytes(range(256)).decode("cp1252", "ignore"):
        assert boilerplate._folded(f"a{letter}b") == boilerplate._folded_slowly(f"a{letter}b")


STOPWORDS = ["le", "la", "Les", "de", "du", "et", "l’eau", "d'un", "que", "qui", "dans", "pour", "par", "sur", "une"]
WORDS = st.lists(
    st.sampled_from([*STOPWORDS, "the", "mayor", "said", "bridge", "closed", "Rat", "MONTH"]), max_size=200
)


@given(WORDS, st.sampled_from([" ", "\n", "\u00a0", "\u202f", "\u2003", " \t "]))
def test_first_words_are_french_only_where_all_of_them_are(words: list[str], blank: str) -> None:
    opening = blank.join(words)[:1000].replace("'", "’").replace("’", "’ ")
    if language._begins_french(opening):
        every = opening.lower().split()
        assert len(set(every)) >= 12
        assert sum(word in language._stopwords() for word in every) >= 0.1 * len(every)


def test_ordinary_french_is_known_by_its_first_words() -> None:
    assert language._begins_french(TEXT.replace("’", "’ "))
