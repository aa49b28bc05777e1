"""XML that is not well-formed, as feeds and agencies send it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.ingest.conftest import Corpus


def nitf(title: str, text: str) -> str:
    return (
        f"<nitf><body><body.head><hedline><hl1>{title}</hl1></hedline></body.head>"
        f"<body.content><p>{text}</p></body.content></body></nitf>"
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Kerdreux & fils", "Kerdreux & fils"),
        ("Kerdreux&fils; associés", "Kerdreux&fils; associés"),
        ("moins de 3 < 5 bacs", "moins de 3 < 5 bacs"),
        ("la criée&#0; rouvre", "la criée rouvre"),
        ("l’&Eacute;cho &AMP; le Phare", "l’Écho & le Phare"),
        ("<![CDATA[Kerdreux & fils <3]]>", "Kerdreux & fils <3"),
        ("<b>Le <i>bac</b></i> rouvre", "Le bac rouvre"),
        ("<afp:lieu>Rieux</afp:lieu> attend", "Rieux attend"),
        ("la crié\0e rouvre", "la criée rouvre"),
        ("<x:lieu>Rieux</x:lieu> <afp:>attend</afp:>", "Rieux attend"),
    ],
)
def test_xml_that_is_not_well_formed_keeps_its_words(corpus: Corpus, written: str, read: str) -> None:
    corpus.write("a.xml", nitf("Le bac", written).encode())
    assert corpus.only_article().text == read


def test_a_bare_ampersand_is_told_as_a_repair(corpus: Corpus) -> None:
    corpus.write("a.xml", nitf("Le bac", "Kerdreux & fils").encode())
    assert corpus.only_article().repairs == ("xml",)


def test_well_formed_xml_needs_no_repair(corpus: Corpus) -> None:
    corpus.write("a.xml", nitf("Le bac", "Kerdreux &amp; fils, l&#8217;<b>atelier</b> <![CDATA[& <3]]>").encode())
    assert corpus.only_article().repairs == ()


def test_an_entity_cut_by_the_end_of_a_chunk_stays_whole(corpus: Corpus) -> None:
    for length in range(65_530 - 90, 65_530):
        corpus.write("a.xml", nitf("Le bac", "x" * length + "&amp;<![CDATA[&]]>").encode())
        article = corpus.only_article()
        assert (article.text[length:], article.repairs) == ("&&", ())


def test_prefix_that_is_declared_nowhere_hides_no_element(corpus: Corpus) -> None:
    corpus.write(
        "a.xml",
        "<n:nitf><n:head><n:title>Le bac</n:title></n:head><n:body.content>Il rouvre.</n:body.content></n:nitf>",
    )
    article = corpus.only_article()
    assert (article.title, article.text) == ("Le bac", "Il rouvre.")


def test_file_cut_short_is_a_reject_and_keeps_what_was_whole(corpus: Corpus) -> None:
    corpus.write("a.rss", "<rss><channel><item><title>Le bac</title></item><item><title>Le ph")
    assert [article.title for article in corpus.articles()] == ["Le bac"]
    assert "Premature end" in str(corpus.rejects()[0].reason)


def test_what_follows_the_document_is_told(corpus: Corpus) -> None:
    corpus.write("a.xml", nitf("Le bac", "Il rouvre.") + "<p>Et encore.</p>")
    assert [article.text for article in corpus.articles()] == ["Il rouvre."]
    assert "Extra content" in str(corpus.rejects()[0].reason)


def test_dtd_of_another_format_does_not_make_a_file_unreadable(corpus: Corpus) -> None:
    dtd = '<!DOCTYPE nitf [<!ENTITY % nitf SYSTEM "nitf-3-0.dtd"> %nitf; ]>'
    corpus.write("a.xml", (dtd + nitf("Le bac", "Il rouvre.")).encode())
    assert corpus.only_article().title == "Le bac"
