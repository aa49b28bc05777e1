"""The same article in every format is the same article."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searchapp.analysis import FrenchAnalyzer
from searchapp.ingest.formats.registry import READERS
from searchapp.model import Article
from tests.ingest.samples import ARTICLE, CONTAINERS, LEADLESS, SAMPLES, SINGLE, issue

if TYPE_CHECKING:
    from tests.ingest.conftest import Corpus


def facts(article: Article) -> tuple[object, ...]:
    date = article.date.isoformat() if article.date else None
    return (article.title, article.lead, article.text, date, article.authors, article.source)


@pytest.fixture
def echo(corpus: Corpus) -> Corpus:
    """A corpus whose folder gives the source to formats that have no place for it."""
    corpus.write("folders.toml", '[source]\necho = "L’Écho de Vallombre"')
    return corpus


@pytest.mark.parametrize("name", SAMPLES)
def test_every_format_gives_the_same_article(echo: Corpus, name: str) -> None:
    echo.write(f"echo/{name}", SAMPLES[name]())
    article = echo.only_article()
    assert facts(article) == ARTICLE
    assert article.language == "fr"


@pytest.mark.parametrize("name", LEADLESS)
def test_format_without_a_standfirst_begins_its_text_with_it(echo: Corpus, name: str) -> None:
    echo.write(f"echo/{name}", LEADLESS[name]())
    article = echo.only_article()
    title, lead, text, date, _, source = ARTICLE
    assert facts(article) == (title, "", f"{lead}\n\n{text}", date, article.authors, source)
    assert article.language == "fr"


def test_every_format_gives_the_same_terms(echo: Corpus) -> None:
    for name, sample in SAMPLES.items():
        echo.write(f"echo/{name}", sample())
    terms = FrenchAnalyzer().terms
    articles = echo.articles()
    assert len(articles) == len(SAMPLES)
    assert {(tuple(terms(article.title)), tuple(terms(article.text))) for article in articles} == {
        (tuple(terms(ARTICLE[0])), tuple(terms(ARTICLE[2])))
    }


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_every_container_gives_the_same_article(echo: Corpus, suffix: str) -> None:
    echo.write(f"echo/{SINGLE}{suffix}", CONTAINERS[suffix](SAMPLES[SINGLE]()))
    assert facts(echo.only_article()) == ARTICLE


def test_issue_in_an_archive_has_all_the_words_of_the_article(corpus: Corpus) -> None:
    corpus.write("echo.zip", issue())
    article = corpus.only_article()
    title, lead, text, _, _, source = ARTICLE
    assert all(part in article.text for part in (title, lead, text))
    assert (article.source, article.language) == (source, "fr")


def test_no_reader_is_without_a_sample() -> None:
    from searchapp.ingest.formats.registry import find_reader

    samples = {**SAMPLES, **LEADLESS}
    known = {reader.name for name, sample in samples.items() if (reader := find_reader(sample()[:65536], name))}
    assert {reader.name for reader in READERS} - known == {"sitemap", "METS"}  # which hold no text themselves
