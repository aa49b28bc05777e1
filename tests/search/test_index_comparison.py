"""Comparison of two indexes: equal ones, and every kind of difference with its reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchapp import bootstrap
from searchapp.config import Config, load_config
from searchapp.search.index_comparison import IndexComparison, compare_indexes
from searchapp.search.service import SearchService

ARTICLES = [
    {"id": "phare", "title": "Le vieux phare", "text": "Il éclaire la côte.", "source": "Écho", "date": "2024-05-01"},
    {"id": "port", "title": "Le port", "text": "Le phare veille sur le port.", "source": "Écho", "date": "2024-06-01"},
    {"id": "criée", "title": "La criée", "text": "On y vend la pêche du jour.", "source": "Cap", "date": "2024-06-02"},
]

Index = Callable[..., SearchService]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """Index articles into a folder of their own, and open the service over it."""
    services: list[SearchService] = []

    def index(name: str, articles: list[dict[str, str]] = ARTICLES, engine: str = "whoosh") -> SearchService:
        services.append(bootstrap.open_service(indexed(tmp_path, name, articles, engine)))
        return services[-1]

    yield index
    for service in services:
        service.close()


def indexed(folder: Path, name: str, articles: list[dict[str, str]], engine: str = "whoosh") -> Config:
    corpus = folder / f"{name}.jsonl"
    corpus.write_text("".join(json.dumps(row) + "\n" for row in articles), "utf-8")
    config = load_config({"corpus": corpus, "index": folder / name, "engine": engine, "jobs": 1})
    bootstrap.reindex(config)
    return config


def details(report: IndexComparison) -> list[str]:
    return [detail.render() for difference in report.differences for detail in difference.details]


def test_two_engines_with_the_same_articles_answer_alike(index: Index) -> None:
    report = compare_indexes(
        index("one"), index("other", engine="tantivy"), ["phare", "port OR pêche", "", "source:cap"]
    )
    assert (report.queries, report.same_totals, report.same_facets, report.same_hits) == (4, 4, 4, 4)
    assert report.differences == []
    assert list(map(len, report.milliseconds)) == [4, 4]


def test_an_article_that_one_index_lacks_is_named(index: Index) -> None:
    report = compare_indexes(index("one"), index("other", ARTICLES[:1]), ["phare", "vieux"])
    assert (report.same_totals, report.same_facets, report.same_hits) == (1, 1, 1)
    assert details(report) == [
        "articles: 2 (2) and 1 (1)",
        "language “fr”: 2 and 1",
        "source “Écho”: 2 and 1",
        "year “2024”: 2 and 1",
        "date “2024-06”: 1 and 0",
        "rank 2: “port” and “–”",
        "only the first index has the article “port”",
    ]


def test_articles_in_another_order_come_with_their_scores(index: Index) -> None:
    longer = {**ARTICLES[0], "text": "Rien. " * 60}
    other = {**ARTICLES[1], "title": "Phare, phare"}
    report = compare_indexes(index("one"), index("other", [longer, other]), ["phare"])
    assert (report.same_totals, report.same_hits) == (1, 0)
    assert "rank 1: “phare” and “port”" in details(report)
    assert any(text.startswith("their scores are") for text in details(report))


def test_articles_of_equal_scores_are_told_as_such(index: Index) -> None:
    twins = [{"id": name, "title": "Le phare", "text": "Il éclaire."} for name in ("a", "b")]
    report = compare_indexes(index("one", twins), index("other", twins[::-1]), ["phare"])
    assert details(report) == ["rank 1: “a” and “b”", "their scores are equal but for rounding"]
