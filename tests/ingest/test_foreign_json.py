"""JSON of crawlers, news APIs and publishing systems: whatever they call the fields, and whatever they put around."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from searchapp.ingest import read_corpus
from searchapp.model import Reject
from tests.ingest.conftest import PARIS

if TYPE_CHECKING:
    from tests.ingest.conftest import ArticleOf, Corpus

TITLE, TEXT, ADDRESS = "Le bac reprend la mer", "Le bac a repris son service mercredi.", "https://phare.example/bac"
AUTHORS = ("Anne Le Bihan", "Noël Çatal")

# Objects as these programs write them, with what each of them calls date, source and authors.
FOREIGN: dict[str, dict[str, Any]] = {
    "news-please": {
        "title": TITLE,
        "maintext": TEXT,
        "date_publish": "2024-11-06 16:49:00",
        "date_download": "2024-11-09 08:00:00",
        "authors": list(AUTHORS),
        "source_domain": "Le Phare",
        "url": ADDRESS,
    },
    "newspaper4k": {
        "title": TITLE,
        "text": TEXT,
        "publish_date": "2024-11-06T16:49:00+01:00",
        "authors": list(AUTHORS),
        "source_url": "https://phare.example",
        "canonical_link": ADDRESS,
        "publisher": "Le Phare",
        "html": "<html><p>Menu</p></html>",
    },
    "trafilatura": {
        "title": TITLE,
        "raw_text": "Le bac a repris",
        "text": TEXT,
        "date": "2024-11-06T16:49:00",
        "author": "; ".join(AUTHORS),
        "source": ADDRESS,
        "source-hostname": "Le Phare",
        "hostname": "phare.example",
    },
    "news api": {
        "title": TITLE,
        "content": TEXT,
        "publishedAt": "2024-11-06T15:49:00Z",
        "source": {"id": None, "name": "Le Phare"},
        "author": ", ".join(AUTHORS),
        "url": ADDRESS,
    },
    "event registry": {
        "uri": "8412",
        "title": TITLE,
        "body": TEXT,
        "dateTimePub": "2024-11-06T15:49:00Z",
        "source": {"uri": "phare.example", "title": "Le Phare"},
        "authors": [{"name": name, "type": "author"} for name in AUTHORS],
        "url": ADDRESS,
    },
    "the guardian": {
        "webTitle": TITLE,
        "webUrl": ADDRESS,
        "webPublicationDate": "2024-11-06T15:49:00Z",
        "fields": {"bodyText": TEXT, "byline": " and ".join(AUTHORS), "publication": "Le Phare"},
    },
    "new york times": {
        "headline": {"main": TITLE, "kicker": None},
        "web_url": ADDRESS,
        "body": TEXT,
        "pub_date": "2024-11-06T15:49:00+0000",
        "source": "Le Phare",
        "byline": {"original": "By " + " and ".join(AUTHORS)},
    },
    "wordpress": {
        "id": 12,
        "link": ADDRESS,
        "title": {"rendered": TITLE},
        "content": {"rendered": f"<p>{TEXT}</p>", "protected": False},
        "date": "2024-11-06T16:49:00",
        "authors": [{"display_name": "x", "name": name} for name in AUTHORS],
        "site_name": "Le Phare",
        "status": "publish",
    },
    "readability": {
        "title": TITLE,
        "textContent": TEXT,
        "publishedTime": "2024-11-06T16:49:00+01:00",
        "byline": " et ".join(AUTHORS),
        "siteName": "Le Phare",
        "url": ADDRESS,
    },
    "milliseconds": {
        "headline": TITLE,
        "article_html": f"<p>{TEXT}</p>",
        "created": 1730908140000,
        "creators": list(AUTHORS),
        "creditline": "Le Phare",
        "canonicalUrl": ADDRESS,
    },
}
# What stands around lists of articles.
ENVELOPES: dict[str, Any] = {
    "articles": lambda parts: {"status": "ok", "totalResults": 1, "articles": parts},
    "data": lambda parts: {"pagination": {"limit": 1}, "data": parts},
    "item": lambda parts: {"item": parts},
    "results in articles": lambda parts: {"articles": {"page": 1, "results": parts}},
    "docs in response": lambda parts: {"status": "OK", "response": {"docs": parts, "meta": {"hits": 1}}},
    "elasticsearch": lambda parts: {
        "took": 3,
        "hits": {"total": {"value": 1}, "hits": [{"_id": "x", "_source": part} for part in parts]},
    },
    "json:api": lambda parts: {"data": [{"type": "article", "attributes": part} for part in parts]},
    "rss as json": lambda parts: {"rss": {"channel": {"title": "Le Phare", "item": parts}}},
}


@pytest.mark.parametrize("program", FOREIGN)
def test_fields_are_known_by_the_names_that_programs_give_them(article_of: ArticleOf, program: str) -> None:
    article = article_of("a.json", json.dumps([FOREIGN[program]]))
    assert (article.title, article.text, article.url) == (TITLE, TEXT, ADDRESS)
    assert (article.authors, article.source, article.repairs) == (AUTHORS, "Le Phare", ())
    assert article.date is not None
    assert article.date.astimezone(PARIS).isoformat() == "2024-11-06T16:49:00+01:00"


@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize("program", ["news api", "new york times"])
def test_articles_are_found_in_what_stands_around_them(article_of: ArticleOf, program: str, envelope: str) -> None:
    article = article_of("a.json", json.dumps(ENVELOPES[envelope]([FOREIGN[program]])))
    assert (article.title, article.text, article.source) == (TITLE, TEXT, "Le Phare")


def test_article_that_has_lists_of_its_own_is_no_envelope(article_of: ArticleOf) -> None:
    article = article_of("a.json", json.dumps({**FOREIGN["news api"], "items": [{"title": "Photo", "text": "x"}]}))
    assert article.title == TITLE


def test_json_feed_says_newspaper_and_language_for_all(article_of: ArticleOf) -> None:
    entry = {"id": "1", "title": TITLE, "content_html": f"<p>{TEXT}</p>", "authors": [{"name": "Anne Le Bihan"}]}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Le Phare - Les titres", "language": "fr-FR"}
    article = article_of("a.json", json.dumps({**feed, "home_page_url": "https://phare.example", "items": [entry]}))
    assert (article.source, article.language, article.text) == ("Le Phare", "fr-FR", TEXT)


def test_user_names_the_keys_of_other_programs(corpus: Corpus) -> None:
    corpus.write("folders.toml", '[column]\n"Corps_brut" = "text"\n"meta.paru" = "date"\n')
    record = {"title": TITLE, "corps brut": TEXT, "meta": {"paru": "2024-11-06"}}
    corpus.write("a.json", json.dumps([record]))
    article = corpus.only_article()
    assert (article.text, str(article.date)[:10], article.repairs) == (TEXT, "2024-11-06", ())


def test_text_under_an_unknown_key_is_told(corpus: Corpus) -> None:
    corpus.write("a.jsonl", json.dumps({"title": TITLE, "corps_brut": TEXT}))
    article = corpus.only_article()
    assert (article.text, article.repairs) == ("", ("text",))
    (reject,) = read_corpus(corpus.root, PARIS, lenient=False)
    assert isinstance(reject, Reject)


def test_title_alone_is_no_remark(article_of: ArticleOf) -> None:
    assert article_of("a.jsonl", json.dumps({"title": TITLE, "url": ADDRESS, "image": f"{ADDRESS}.jpg"})).repairs == ()


def test_text_that_an_api_cut_is_a_stub(article_of: ArticleOf) -> None:
    article = article_of("a.json", json.dumps([{"title": TITLE, "content": f"{TEXT} Deux cents… [+1423 chars]"}]))
    assert (article.text, article.stub) == (f"{TEXT} Deux cents", True)


ENCODED = {
    "title": "L&rsquo;&Eacute;tat r&eacute;agit <em>enfin</em>",
    "lead": "Un &eacute;t&eacute; sans pluie",
    "text": "<p>L&#8217;eau manque.</p><p>Les r&amp;eacute;servoirs aussi.</p>",
    "author": "Ma&euml;lle Guivarc&#8217;h",
    "section": "Soci&eacute;t&eacute;",
    "source": "L&#039;&Eacute;cho",
    "tags": ["s&eacute;cheresse"],
}


@pytest.mark.parametrize("renamed", [{}, {"text": "articleBody", "author": "byline"}])
def test_html_and_its_entities_become_text(article_of: ArticleOf, renamed: dict[str, str]) -> None:
    record = {renamed.get(name, name): value for name, value in ENCODED.items()}
    article = article_of("a.jsonl", json.dumps(record))
    assert (article.title, article.lead) == ("L’État réagit enfin", "Un été sans pluie")
    assert article.text == "L’eau manque.\n\nLes réservoirs aussi."
    assert (article.authors, article.section) == (("Maëlle Guivarc’h",), "Société")
    assert (article.source, article.tags) == ("L'Écho", ("sécheresse",))


def test_html_without_blocks_keeps_its_paragraphs(article_of: ArticleOf) -> None:
    text = "Le <b>bac</b> repart.\n\nDeux cents passagers &amp; un chien."
    article = article_of("a.jsonl", json.dumps({"title": "a", "text": text}))
    assert article.text == "Le bac repart.\n\nDeux cents passagers & un chien."


@pytest.mark.parametrize("between", ["", "\n", " \n\n"])
@pytest.mark.parametrize("indent", [None, 2])
def test_objects_one_behind_the_other_are_read(corpus: Corpus, between: str, indent: int | None) -> None:
    objects = [json.dumps({"title": f"Le bac {number}", "text": TEXT}, indent=indent) for number in range(3)]
    corpus.write("a.json", between.join(objects))
    assert [article.title for article in corpus.articles()] == ["Le bac 0", "Le bac 1", "Le bac 2"]
