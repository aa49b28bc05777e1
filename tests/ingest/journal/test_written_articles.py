"""Validation of records: what is wrong is named, and an article comes back from its record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.ingest.cleaning.record import article_from
from searchapp.ingest.journal.journal import Journal
from searchapp.ingest.journal.written_articles import (
    InvalidRecordError,
    line_of,
    parse_line,
    record_of,
    validate,
)
from searchapp.ingest.reader_protocol import FileContext
from searchapp.model import ArticleStatus
from tests.ingest.journal.conftest import PARIS, TIDE, append, lines


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"text": "x"}, "title"),
        ({"title": 3, "text": "x"}, "title"),
        ({"title": "x", "text": ["y"]}, "text"),
        ({"title": "x", "text": "y", "date": "hier"}, "date"),
        ({"title": "x", "text": "y", "modified": "31/02/2024"}, "modified"),
        ({"title": "x", "text": "y", "url": "javascript:alert(1)"}, "url"),
        ({"title": "x", "text": "y", "status": "draft"}, "status"),
        ({"title": "x", "text": "y", "author": [1]}, "author"),
        ({"title": "x", "text": "y", "id": "a\nb"}, "id"),
        ({"title": "x", "text": "y", "stub": "oui"}, "stub"),
        ({"title": "x", "text": "y", "autor": "Anne"}, "autor"),
        ({"title": "x", "text": "y", "auteur": "Anne"}, "auteur"),
        ({"titre": "x", "texte": "y", "brouillon": True}, "brouillon"),
        ({"articles": [{"title": "x", "text": "y", "date_quality": "day"}]}, "date_quality"),
        ({"status": "withdrawn", "id": "x", "reason": "erreur"}, "reason"),
        ([1], ""),
        ({"articles": [{"title": "x"}, {"title": "y"}]}, ""),
    ],
)
def test_a_record_that_is_wrong_is_told_by_its_field(record: object, field: str) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        validate(record, FileContext("x", PARIS, lenient=False))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("autor", "did you mean “author”"),
        ("auteur", "did you mean “author”"),
        ("Title", "did you mean “title”"),
        ("repairs", "leave it out"),
        ("brouillon", "there are id, title, text"),
        ("x" * 10_000, "there are id, title, text"),
    ],
)
def test_an_unknown_field_is_told_with_the_one_that_was_meant(field: str, said: str) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        validate({"title": "x", "text": "y", field: "z"}, FileContext("x", PARIS))
    assert said in str(caught.value.reason)
    assert len(str(caught.value.reason)) + len(caught.value.field) < 500


def test_what_other_formats_define_beside_is_no_unknown_field() -> None:
    schema = {"@type": "NewsArticle", "headline": "La marée", "articleBody": "Elle monte.", "wordCount": 2}
    feed = {"id": "x", "title": "La marée", "content_html": "<p>Elle monte.</p>", "banner_image": "x.png"}
    for value in (schema, feed):
        assert validate(value, FileContext("x", PARIS))[1].text == "Elle monte."


def test_an_id_that_is_not_that_of_the_address_is_wrong() -> None:
    with pytest.raises(InvalidRecordError, match="another one"):
        validate(TIDE, FileContext("x", PARIS), "autre")
    assert validate({**TIDE, "id": 7}, FileContext("x", PARIS), "7")[0]["id"] == "7"
    assert validate({**TIDE, "id": ""}, FileContext("x", PARIS), "e\u0301te")[0]["id"] == "éte"


def test_a_record_without_an_id_gets_one_that_stays() -> None:
    unnamed = {"title": "La marée", "text": "Elle monte.", "url": "https://ponant.example/1"}
    record, article = validate(unnamed, FileContext("x", PARIS))
    assert record["id"] == article.id == validate(record, FileContext("x", PARIS))[1].id


def test_other_names_are_written_in_ours() -> None:
    schema = {"@type": "NewsArticle", "headline": "La marée", "articleBody": "Elle monte."}
    record, article = validate(schema, FileContext("x", PARIS), "maree")
    assert (record["title"], article.text, article.id) == ("La marée", "Elle monte.", "maree")


def test_a_field_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(InvalidRecordError) as caught:
        parse_line(b'{"title": "x", "text": "y", "title": "z"}')
    assert "“title” stands there twice" in str(caught.value.reason)


def test_half_a_surrogate_pair_is_written_all_the_same(journal: Journal) -> None:
    value = parse_line(b'{"id": "x", "title": "La mer \\ud83d", "text": "y"}')
    record, _ = validate(value, journal.context())
    append(journal, record)
    assert lines(journal)[0]["title"] == "La mer \ud83d"


texts = st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    st.builds(
        dict,
        title=st.sampled_from(["La marée", "L’été à l’île", "« Non ! »"]),
        text=texts,
        date=st.sampled_from(["", "2024-11-06", "2024-11-06 16:49", "2024-11-06T16:49:00+02:00", "6/11/24"]),
        author=st.lists(st.sampled_from(["Anne Le Bihan", "Noël Çatal"]), unique=True),
        tags=st.lists(st.sampled_from(["mer", "marée, forte"]), unique=True),
        status=st.sampled_from([status.value for status in ArticleStatus]),
        stub=st.booleans(),
    )
)
def test_an_article_and_the_record_of_it_are_the_same(fields: dict[str, Any]) -> None:
    context = FileContext("x", PARIS)
    article = article_from({**fields, "id": "x"}, context)
    again = article_from(json.loads(line_of(record_of(article))), context)
    names = ("id", "title", "lead", "text", "date", "authors", "tags", "status", "stub", "language")
    assert [getattr(again, name) for name in names] == [getattr(article, name) for name in names]
