"""The tables of fields and facets hold what the values and the documentation name."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from searchapp.model import Article
from searchapp.schema import ARTICLE_FIELDS, FACETS, STORED_FIELDS, Facet, ReadFrom

DOCS = Path(__file__).parents[1] / "docs"


def rows_of(page: str) -> str:
    """The first cells of the tables of a page of the documentation."""
    lines = (DOCS / page).read_text("utf-8").splitlines()
    return "\n".join(line.split("|")[1] for line in lines if line.startswith("| `"))


def test_every_attribute_of_an_article_has_one_row() -> None:
    assert sorted(row.attribute for row in ARTICLE_FIELDS) == sorted(field.name for field in fields(Article))
    assert len({row.name for row in ARTICLE_FIELDS}) == len(ARTICLE_FIELDS)


def test_stored_forms_keep_their_order_so_that_digests_stay() -> None:
    first = "id title lead text date modified source section author url language tags status date_quality stub repairs"
    names = [row.name for row in STORED_FIELDS]
    assert [name for name in names if name in first.split()] == first.split()
    assert sorted(names) == sorted(row.name for row in ARTICLE_FIELDS)


def test_no_synonym_means_two_fields() -> None:
    synonyms = [synonym for row in ARTICLE_FIELDS for synonym in (row.name, *row.synonyms.split())]
    assert len(set(synonyms)) == len(synonyms)


@pytest.mark.parametrize(
    "row", [row.name for row in ARTICLE_FIELDS if row.read_from in (ReadFrom.RECORD, ReadFrom.RULE)]
)
def test_the_corpus_page_explains_every_field_of_a_record(row: str) -> None:
    assert f"`{row}`" in rows_of("corpus.md")


@pytest.mark.parametrize("facet", FACETS, ids=lambda facet: facet.field)
def test_the_endpoint_page_names_every_facet(facet: Facet) -> None:
    assert f"`{facet.field}`" in rows_of("api.md")


@pytest.mark.parametrize("facet", FACETS, ids=lambda facet: facet.field)
def test_a_facet_is_an_attribute_of_articles(facet: Facet) -> None:
    assert facet.attribute in {field.name for field in fields(Article)}
