"""A detail that is wrong costs itself, not its article: it is left out and told. With ``--strict`` it is a reject."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from searchapp.ingest import Remarks, read_corpus
from searchapp.ingest.repairs import describe_repair
from searchapp.model import Article, ArticleStatus, DateQuality, Reject
from tests.ingest.conftest import PARIS
from tests.ingest.samples import SAMPLES

if TYPE_CHECKING:
    from tests.ingest.conftest import ArticleOf, Corpus

LONG_ID = "https://echo-vallombre.example/?" + "&".join(f"partie={number}" for number in range(40))


def record(**fields: object) -> str:
    return json.dumps({"id": "bac", "title": "Le bac", "text": "Une panne de moteur.", **fields})


@pytest.mark.parametrize(
    ("fields", "attribute", "value", "repair"),
    [
        ({"date": "hier"}, "date_quality", DateQuality.INVALID, "date"),
        ({"date": [True]}, "date_quality", DateQuality.INVALID, "date"),
        ({"date": "2150-01-01"}, "date_quality", DateQuality.FUTURE, "date"),
        ({"modified": "hier"}, "modified", None, "modified"),
        ({"status": "perdu"}, "status", ArticleStatus.PUBLISHED, "status"),
        ({"url": "javascript:alert(1)"}, "url", "", "url"),
        ({"author": [True]}, "authors", (), "author"),
        ({"tags": {"nombre": None}}, "tags", (), "tags"),
        ({"section": True}, "section", "", "section"),
        ({"id": " bac\n1 "}, "id", "bac 1", "id"),
        ({"title": None}, "title", "", "title"),
    ],
)
def test_wrong_detail_is_left_out_and_told(
    corpus: Corpus, fields: dict[str, Any], attribute: str, value: object, repair: str
) -> None:
    corpus.write("a.jsonl", record(**fields))
    article = corpus.only_article()
    assert (getattr(article, attribute), article.text) == (value, "Une panne de moteur.")
    assert article.repairs == (repair,)
    (reject,) = read_corpus(corpus.root, PARIS, lenient=False)
    assert isinstance(reject, Reject) or repair == "modified"


def test_long_id_is_shortened_the_same_way_each_time(article_of: ArticleOf) -> None:
    one, again = (article_of("a.jsonl", record(id=LONG_ID)).id for _ in range(2))
    other = article_of("a.jsonl", record(id=LONG_ID + "0")).id
    assert one == again != other
    assert one.startswith("https://echo-vallombre.example/")
    assert len(one) == len(other) == 200


@pytest.mark.parametrize(
    ("label", "status"),
    [
        ("publish", ArticleStatus.PUBLISHED),
        ("stat:usable", ArticleStatus.PUBLISHED),
        ("Corrigé", ArticleStatus.CORRECTED),
        ("Retirée", ArticleStatus.WITHDRAWN),
        ("en attente", ArticleStatus.WITHDRAWN),
    ],
)
def test_status_of_another_program_is_understood(article_of: ArticleOf, label: str, status: ArticleStatus) -> None:
    article = article_of("a.jsonl", record(status=label))
    assert (article.status, article.repairs) == (status, ())


@pytest.mark.parametrize(
    ("fields", "attribute", "value"),
    [
        ({"title": 1984}, "title", "1984"),
        ({"title": {"rendered": "Le bal"}}, "title", "Le bal"),
        ({"text": ["Un.", "Deux."]}, "text", "Un.\n\nDeux."),
        ({"author": [{"name": "Anne Le Bihan"}]}, "authors", ("Anne Le Bihan",)),
        ({"tags": [1, "mer"]}, "tags", ("1", "mer")),
        ({"id": 7.5}, "id", "7.5"),
        ({"id": {"$oid": "507f1f77"}}, "id", "507f1f77"),
        ({"date": {"$date": "2024-11-06"}}, "date_quality", DateQuality.DAY),
    ],
)
def test_value_of_another_type_is_read_as_text(
    article_of: ArticleOf, fields: dict[str, Any], attribute: str, value: object
) -> None:
    article = article_of("a.jsonl", record(**fields))
    assert (getattr(article, attribute), article.repairs) == (value, ())


def test_remarks_are_counted_by_kind_and_three_are_named() -> None:
    remarks = Remarks()
    for number in range(5):
        remarks.note(Article(f"a{number}", "a", "b", repairs=("boilerplate", "date")), "a.jsonl")
    remarks.note(Article("b", "a", "b", repairs=("url",)), "b.jsonl")
    dates, addresses = remarks.counted()
    assert (dates.articles, dates.examples) == (5, ("a.jsonl: a0", "a.jsonl: a1", "a.jsonl: a2"))
    assert (addresses.articles, addresses.examples) == (1, ("b.jsonl: b",))


@pytest.mark.parametrize("name", ["mojibake", "date", "cp1252"])
def test_every_repair_is_described(name: str) -> None:
    assert describe_repair(name).render()


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.md", "a.csv", "a.html", "a.rss"])
def test_nul_in_a_text_is_left_out_and_told(corpus: Corpus, name: str) -> None:
    corpus.write(name, SAMPLES[name]().replace("Peut-être".encode(), "Peut-\0être".encode()))
    article = corpus.only_article()
    assert "Peut-être l’été prochain" in article.text
    assert article.repairs == ("nul",)
