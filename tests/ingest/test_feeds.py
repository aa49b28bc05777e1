"""Feeds: what belongs to the article, and what to its pictures, to its feed and to its podcast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searchapp.ingest.cleaning.newspapers import newspaper_of_feed
from searchapp.model import ArticleStatus

if TYPE_CHECKING:
    from searchapp.model import Article
    from tests.ingest.conftest import ArticleOf, Corpus

SPACES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in {
        "media": "http://search.yahoo.com/mrss/",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "d": "http://purl.org/dc/elements/1.1/",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "a": "http://www.w3.org/2005/Atom",
        "prism": "http://prismstandard.org/namespaces/basic/2.0/",
        "jeu": "http://jeu.example/",
    }.items()
)
LINES = "Un seul pli a été déposé ; l’acheteuse veut y lire."


def rss(item: str, channel: str = "<title>Le Phare</title>") -> str:
    return f'<rss version="2.0" {SPACES}><channel>{channel}<item>{item}</item></channel></rss>'


def atom(entry: str, attributes: str = "", head: str = "<title>Le Phare</title>") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{head}<entry>{entry}</entry></feed>'


@pytest.mark.parametrize(
    "parts",
    [
        "<media:title>phare.jpg</media:title>{}<media:description>Le phare en 2019</media:description>",
        "<media:group><media:content><media:title>phare.jpg</media:title></media:content></media:group>{}",
        "{}<media:credit>ANNE LE BIHAN</media:credit><media:text>phare.jpg</media:text>",
        "<jeu:title>Gagnez un vélo</jeu:title><jeu:author>Jeu</jeu:author>{}",
    ],
)
def test_what_describes_a_picture_is_no_part_of_the_article(article_of: ArticleOf, parts: str) -> None:
    item = parts.format(f"<title>Le phare est vendu</title><description>{LINES}</description>")
    article = article_of("a.rss", rss(item))
    assert (article.title, article.lead, article.text, article.authors) == ("Le phare est vendu", "", LINES, ())


def test_captions_in_a_text_are_left_out(article_of: ArticleOf) -> None:
    body = f"<![CDATA[<figure><img src='a.jpg'><figcaption>Photo A. Le Bihan</figcaption></figure><p>{LINES}</p>]]>"
    item = f"<title>Le phare est vendu</title><content:encoded>{body}</content:encoded>"
    assert article_of("a.rss", rss(item)).text == LINES


def test_whole_text_comes_before_the_description(article_of: ArticleOf) -> None:
    lead = "Le phare trouve une acheteuse."
    item = f"<title>a</title><description>{lead}</description><content:encoded>{LINES}</content:encoded>"
    article = article_of("a.rss", rss(item))
    assert (article.lead, article.text) == (lead, LINES)


@pytest.mark.parametrize("excerpt", ["Un seul pli a été déposé […]", "Un seul pli\n  a été déposé...", LINES])
def test_description_that_is_the_beginning_of_the_text_is_no_lead(article_of: ArticleOf, excerpt: str) -> None:
    item = f"<title>a</title><description>{excerpt}</description><content:encoded>{LINES}</content:encoded>"
    assert article_of("a.rss", rss(item)).lead == ""


def test_line_that_wordpress_adds_to_each_text_is_left_out(article_of: ArticleOf) -> None:
    footer = "<p>L’article <a href='/a'>Le phare est vendu</a> est apparu en premier sur <a href='/'>Le Phare</a>.</p>"
    item = f"<title>a</title><content:encoded><![CDATA[<p>{LINES}</p>{footer}]]></content:encoded>"
    assert article_of("a.rss", rss(item)).text == LINES


def test_names_of_other_namespaces_count_whatever_their_prefix(article_of: ArticleOf) -> None:
    item = (
        "<d:title>Le phare est vendu</d:title><d:creator>Anne Le Bihan</d:creator><d:date>2024-11-06</d:date>"
        "<d:subject>mer</d:subject><a:link rel='alternate' href='https://phare.example/1'/>"
        "<prism:section>Ville</prism:section>"
    )
    article = article_of("a.rss", rss(item))
    assert (article.title, article.authors, article.tags) == ("Le phare est vendu", ("Anne Le Bihan",), ("mer",))
    assert (article.url, article.section, str(article.date)[:10]) == ("https://phare.example/1", "Ville", "2024-11-06")


def test_podcast_has_its_author_its_words_and_its_tags(article_of: ArticleOf) -> None:
    item = (
        "<title>Épisode 3</title><itunes:author>Noël Çatal</itunes:author>"
        "<itunes:summary>La vie au phare.</itunes:summary>"
        "<itunes:keywords>mer, phare</itunes:keywords><itunes:duration>12:30</itunes:duration>"
    )
    article = article_of("a.rss", rss(item))
    assert (article.authors, article.text, article.tags) == (("Noël Çatal",), "La vie au phare.", ("mer", "phare"))


@pytest.mark.parametrize(
    ("content", "language"),
    [
        (rss("<title>a</title>", "<title>b</title><language>en-us</language>"), "en-US"),
        (rss("<title>a</title><d:language>br</d:language>", "<title>b</title><language>fr</language>"), "br"),
        (atom("<title>a</title>", 'xml:lang="de"'), "de"),
        (atom('<title>a</title><content xml:lang="es">b</content>', 'xml:lang="de"'), "de"),
        (f'<rss {SPACES} xml:lang="nl"><channel><item><title>a</title></item></channel></rss>', "nl"),
    ],
)
def test_language_of_the_feed_is_that_of_its_entries(article_of: ArticleOf, content: str, language: str) -> None:
    assert article_of("a.rss", content).language == language


def test_authors_of_a_feed_are_those_of_its_entries_without_one(corpus: Corpus) -> None:
    head = "<title>Le Phare</title><author><name>Zoé Quéméner</name></author>"
    entries = "<title>Un</title></entry><entry><title>Deux</title><author><name>Idris Benali</name></author>"
    corpus.write("a.atom", atom(entries, head=head))
    assert [article.authors for article in corpus.articles()] == [("Zoé Quéméner",), ("Idris Benali",)]


def test_entry_that_a_feed_deletes_is_withdrawn(article_of: ArticleOf) -> None:
    content = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">'
    content += '<at:deleted-entry ref="phare-1" when="2024-11-06T16:49:00Z"/></feed>'
    article = article_of("a.atom", content)
    assert (article.id, article.status) == ("phare-1", ArticleStatus.WITHDRAWN)


def test_entry_without_a_title_is_an_article(article_of: ArticleOf) -> None:
    article = article_of("a.rss", rss(f"<guid>1</guid><description>{LINES}</description>"))
    assert (article.title, article.text) == ("", LINES)


def test_address_is_also_a_permanent_guid(article_of: ArticleOf) -> None:
    assert article_of("a.rss", rss("<title>a</title><guid>https://a.example/1</guid>")).url == "https://a.example/1"
    other = article_of("a.rss", rss('<title>a</title><guid isPermaLink="false">https://a.example/1</guid>'))
    assert (other.url, other.id) == ("", "https://a.example/1")


@pytest.mark.parametrize(
    ("attributes", "address"),
    [("", "https://phare.example/1"), ('xml:base="https://ponant.example/rss/"', "https://ponant.example/1")],
)
def test_relative_address_is_completed(article_of: ArticleOf, attributes: str, address: str) -> None:
    head = '<title>Le Phare</title><link href="https://phare.example/une"/>'
    article = article_of("a.atom", atom('<title>a</title><link href="/1"/>', attributes, head))
    assert article.url == address


def check_of_undeclared(article: Article) -> None:
    assert (article.title, article.authors, article.repairs) == ("Le phare est vendu", ("Anne Le Bihan",), ("xml",))


def test_feed_of_an_undeclared_prefix_is_read(corpus: Corpus) -> None:
    corpus.write(
        "a.rdf", "<rdf:RDF><channel><title>Le Phare</title></channel><item><title>Le bac</title></item></rdf:RDF>"
    )
    assert corpus.only_article().title == "Le bac"


def test_prefix_that_was_not_declared_is_still_known(article_of: ArticleOf) -> None:
    item = "<media:title>phare.jpg</media:title><title>Le phare est vendu</title><dc:creator>Anne Le Bihan</dc:creator>"
    check_of_undeclared(article_of("a.rss", f"<rss><channel><item>{item}</item></channel></rss>"))


@pytest.mark.parametrize(
    ("title", "address", "newspaper"),
    [
        ("Franceinfo - Les Titres", "https://www.francetvinfo.fr/", "Franceinfo"),
        ("L’Écho de Vallombre", "https://echo.example/", "L’Écho de Vallombre"),
        ("L’Écho - Sport", "https://www.echo.example/", "L’Écho"),
        ("Toute l’actualité sur Le Ponant.fr", "https://www.leponant.fr/rss", "Le Ponant"),
        ("Ponant news | The Lantern", "https://www.thelantern.co.uk", "The Lantern"),
        ("À la une : La Gazette", "", "La Gazette"),
        ("Actualités", "", "Actualités"),
        ("Brest - Quimper", "", "Brest - Quimper"),
        ("Flux " * 50, "http://[", ("Flux " * 50).strip()),
        ("", "", ""),
    ],
)
def test_newspaper_of_a_feed_is_found_in_its_title(title: str, address: str, newspaper: str) -> None:
    assert newspaper_of_feed(title, address, {}) == newspaper


def test_table_of_the_corpus_names_the_newspaper_of_a_feed(corpus: Corpus) -> None:
    corpus.write("folders.toml", '[feed]\n"Toute l’actu - Ponant" = "Le Phare du Ponant"')
    corpus.write("a.rss", rss("<title>a</title>", "<title>Toute l’actu - Ponant</title>"))
    assert corpus.only_article().source == "Le Phare du Ponant"


def test_newspaper_that_an_entry_was_taken_from_is_its_source(article_of: ArticleOf) -> None:
    item = '<title>a</title><source url="https://echo.example/rss">L’Écho - Les titres</source>'
    assert article_of("a.rss", rss(item)).source == "L’Écho"
