"""Moment and status of an article's version, from every format that has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from searchapp.model import ArticleStatus, DateQuality
from tests.ingest.samples import DATE, SAMPLES, schema

if TYPE_CHECKING:
    from tests.ingest.conftest import ArticleOf

UPDATED = "2024-11-07T08:30:00+01:00"
WORDS = "Une panne, dit le capitaine."


def sample(name: str, before: str, after: str) -> bytes:
    """Return the sample of a format with ``after`` put behind its only ``before``."""
    content = SAMPLES[name]().decode()
    assert content.count(before) == 1
    return content.replace(before, before + after).encode()


def told(name: str) -> bytes:
    """Return the sample ``name`` with the moment UPDATED in the field of its format."""
    lines = {
        "a.txt": ("Publié le 6 novembre 2024 à 16h49", ", mis à jour le jeudi 7 novembre 2024 à 8h30"),
        "a.jsonl": ('{"id": "bac-orle"', f', "modified": "{UPDATED}"'),
        "array.json": ('"id": "bac-orle"', f', "modified": "{UPDATED}"'),
        "schema.json": ('"@type": "NewsArticle"', f', "dateModified": "{UPDATED}"'),
        "ninjs.json": ('"type": "text"', f', "versioncreated": "{UPDATED}"'),
        "feed.json": (f'"date_published": "{DATE}"', f', "date_modified": "{UPDATED}"'),
        "a.html": ('"@type": "NewsArticle"', f', "dateModified": "{UPDATED}"'),
        "a.rss": ("<item>", f"<a:updated xmlns:a='http://www.w3.org/2005/Atom'>{UPDATED}</a:updated>"),
        "rdf.xml": ("<item>", f"<t:modified xmlns:t='http://purl.org/dc/terms/'>{UPDATED}</t:modified>"),
        "nitf.xml": ('<date.issue norm="20241106T164900+0100"/>', '<revision-history norm="20241107T083000+0100"/>'),
    }
    if name == "a.csv":
        content = SAMPLES[name]().decode().splitlines()
        content[0] += ";Modifié le"
        content[-1] += ";07/11/2024 08:30"
        return "\n".join(content).encode()
    if name == "opengraph.html":
        tag = f'<meta property="article:modified_time" content="{UPDATED}">'
        return SAMPLES[name]().decode().replace("<meta", tag + "<meta", 1).encode()
    if name == "atom.xml":
        return SAMPLES[name]().replace(b"2024-11-07T08:00:00Z", UPDATED.encode())
    if name == "newsml.xml":
        return SAMPLES[name]().replace(b"2024-11-06T17:00:00+01:00", UPDATED.encode())
    if name == "a.md":
        return SAMPLES[name]().replace(b"date:", f"mis_à_jour_le: {UPDATED}\ndate:".encode())
    return sample(name, *lines[name])


FORMATS = [
    *("a.txt", "a.md", "a.jsonl", "array.json", "schema.json", "ninjs.json", "feed.json", "a.csv", "a.html"),
    *("opengraph.html", "a.rss", "rdf.xml", "atom.xml", "newsml.xml", "nitf.xml"),
]


@pytest.mark.parametrize("name", FORMATS)
def test_moment_of_this_version_is_known_and_makes_no_correction(article_of: ArticleOf, name: str) -> None:
    article = article_of(name, told(name))
    assert article.modified is not None
    assert article.modified.isoformat() == UPDATED
    assert article.date is not None
    assert article.date.isoformat() == DATE
    assert article.status is ArticleStatus.PUBLISHED
    assert article.repairs == ()


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "schema.json", "a.html", "a.rss", "nitf.xml", "a.eml", "a.docx"])
def test_format_that_tells_no_version_gives_none(article_of: ArticleOf, name: str) -> None:
    assert article_of(name, SAMPLES[name]()).modified is None


def test_last_change_of_a_sitemap_is_the_version(article_of: ArticleOf) -> None:
    news = "<news:news xmlns:news='n'><news:title>Le bac</news:title></news:news>"
    article = article_of(
        "a.xml", f"<urlset><url><loc>https://e.fr/a</loc><lastmod>{UPDATED}</lastmod>{news}</url></urlset>"
    )
    assert article.modified is not None
    assert article.modified.isoformat() == UPDATED


@pytest.mark.parametrize("wrong", ["hier", "2024-13-45", True, 12, {"a": 1}])
def test_version_that_is_no_date_costs_nobody_the_article_and_is_told(article_of: ArticleOf, wrong: object) -> None:
    article = article_of("a.jsonl", json.dumps({"title": "Le bac", "text": WORDS, "modified": wrong, "date": DATE}))
    assert article.modified is None
    assert article.repairs == ("modified",)
    assert article.date_quality is DateQuality.EXACT


def status_of(article_of: ArticleOf, name: str, content: str | bytes) -> ArticleStatus:
    return article_of(name, content).status


@pytest.mark.parametrize("word", ["Withdrawn", "Retracted", "Canceled"])
def test_withdrawn_thing_of_schema_org_is_withdrawn(article_of: ArticleOf, word: str) -> None:
    thing = {"@type": "NewsArticle", "headline": "Le bac", "url": "https://e.fr/a", "creativeWorkStatus": word}
    assert status_of(article_of, "a.json", json.dumps(thing)) is ArticleStatus.WITHDRAWN


def test_correction_that_schema_org_tells_is_one(article_of: ArticleOf) -> None:
    thing = {**schema(), "correction": {"@type": "CorrectionComment", "text": "Le prix était faux."}}
    assert status_of(article_of, "a.json", json.dumps(thing)) is ArticleStatus.CORRECTED


@pytest.mark.parametrize("word", ["canceled", "withheld", "stat:canceled"])
def test_withdrawn_item_of_ninjs_needs_no_words(article_of: ArticleOf, word: str) -> None:
    item = {"uri": "urn:bac", "headline": "", "body_text": "", "pubstatus": word}
    article = article_of("a.json", json.dumps(item))
    assert (article.id, article.status) == ("urn:bac", ArticleStatus.WITHDRAWN)


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("stat:usable", "stat:canceled", ArticleStatus.WITHDRAWN),
        ("stat:usable", "stat:withheld", ArticleStatus.WITHDRAWN),
        ('<pubStatus qcode="stat:usable"/>', '<signal qcode="sig:correction"/>', ArticleStatus.CORRECTED),
    ],
)
def test_status_of_newsml(article_of: ArticleOf, before: str, after: str, status: ArticleStatus) -> None:
    content = SAMPLES["newsml.xml"]().decode()
    assert before in content
    assert status_of(article_of, "a.xml", content.replace(before, after)) is status


@pytest.mark.parametrize(
    ("docdata", "status"),
    [
        ('<docdata management-status="canceled">', ArticleStatus.WITHDRAWN),
        ('<docdata management-status="withheld">', ArticleStatus.WITHDRAWN),
        ('<docdata><correction info="Le prix était faux."/>', ArticleStatus.CORRECTED),
    ],
)
def test_status_of_nitf(article_of: ArticleOf, docdata: str, status: ArticleStatus) -> None:
    content = SAMPLES["nitf.xml"]().decode().replace("<docdata>", docdata)
    assert status_of(article_of, "a.xml", content) is status


def test_withdrawn_item_of_newsml_needs_no_words(article_of: ArticleOf) -> None:
    meta = '<itemMeta><itemClass qcode="ninat:text"/><pubStatus qcode="stat:canceled"/></itemMeta>'
    article = article_of("a.xml", f'<newsItem guid="bac">{meta}</newsItem>')
    assert (article.id, article.title, article.status) == ("bac", "", ArticleStatus.WITHDRAWN)
