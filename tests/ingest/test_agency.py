"""The formats of news agencies: NewsML 1, wire text, NewsML-G2, NITF, SportsML, ninjs."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from searchapp.model import ArticleStatus

if TYPE_CHECKING:
    from tests.ingest.conftest import ArticleOf, Corpus, ReasonOf


def newsml1(*components: str, status: str = "Usable", more: str = "") -> str:
    return f"""<NewsML Version="1.2"><Catalog Href="http://agence.example/catalogue.xml"/><NewsItem xml:lang="fr">
<Identification><NewsIdentifier><ProviderId>agence.example</ProviderId><DateId>20241106</DateId>
<NewsItemId>TX-12</NewsItemId><RevisionId PreviousRevision="1" Update="N">2</RevisionId></NewsIdentifier>
</Identification><NewsManagement><FirstCreated>20241106T154900+0000</FirstCreated>
<ThisRevisionCreated>20241106T170000Z</ThisRevisionCreated>
<Status FormalName="{status}"/>{more}</NewsManagement>{"".join(components)}</NewsItem></NewsML>"""


def content(body: str, kind: str = "Text") -> str:
    return f'<ContentItem><MediaType FormalName="{kind}"/><DataContent>{body}</DataContent></ContentItem>'


def component(*parts: str, headline: str = "", role: str = "", attributes: str = "", lines: str = "") -> str:
    title = f"<HeadLine>{headline}</HeadLine>" if headline else ""
    return (
        f"<NewsComponent {attributes}>"
        + (f'<Role FormalName="{role}"/>' if role else "")
        + f"<NewsLines>{title}{lines}"
        f"</NewsLines>{''.join(parts)}</NewsComponent>"
    )


BODIES = {
    "paragraphs": "<p>Le bac a repris.</p><p>Il part à midi.</p>",
    "NITF": "<nitf><body><body.content><p>Le bac a repris.</p><p>Il part à midi.</p></body.content></body></nitf>",
    "XHTML": "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title></head><body><h1>Le bac rouvre</h1>"
    "<p>Le bac a repris.</p><p>Il part à midi.</p></body></html>",
    "escaped markup": "&lt;p&gt;Le bac a repris.&lt;/p&gt;&lt;p&gt;Il part à midi.&lt;/p&gt;",
    "CDATA": "<![CDATA[<p>Le bac a repris.</p><p>Il part à midi.</p>]]>",
    "plain text": "   Le bac a repris.\n   Il part à midi.",
    "lines with tags": "Le <b>bac</b> a repris.\n\nIl part à midi.".replace("<", "&lt;"),
    "signed by editors": "<p>Le bac a repris.</p><p>Il part à midi.</p><p>akb/tr/dv</p>",
}


@pytest.mark.parametrize("kind", BODIES)
def test_body_of_newsml_1_is_read_in_every_form(article_of: ArticleOf, kind: str) -> None:
    item = newsml1(component(content(BODIES[kind]), headline="Le bac rouvre"))
    assert article_of("a.xml", item).text.replace("\n\n", " ").replace("\n", " ") == "Le bac a repris. Il part à midi."


def test_body_of_newsml_1_may_be_encoded_in_base64(article_of: ArticleOf) -> None:
    encoded = b64encode(BODIES["paragraphs"].encode()).decode()
    body = f'<ContentItem><Encoding Notation="Base64"><DataContent>{encoded}</DataContent></Encoding></ContentItem>'
    item = newsml1(component(body, headline="Le bac rouvre"))
    assert article_of("a.xml", item).text == "Le bac a repris.\n\nIl part à midi."


def test_newsml_1_gives_its_facts_from_the_nearest_component(article_of: ArticleOf) -> None:
    administrative = (
        "<AdministrativeMetadata><Provider><Party FormalName='Agence du Ponant'/></Provider></AdministrativeMetadata>"
    )
    keyword = "<DescriptiveMetadata><Property FormalName='Keyword' Value='mer'/></DescriptiveMetadata>"
    inner = component(content("<p>Il part à midi.</p>"), role="Main")
    lines = "<ByLine>Par Maëlle Guivarc’h</ByLine><SlugLine>transports-mer</SlugLine>"
    article = article_of(
        "a.xml", newsml1(component(administrative, keyword, inner, headline="Le bac rouvre", lines=lines))
    )
    assert (article.id, article.title) == ("urn:newsml:agence.example:20241106:TX-12", "Le bac rouvre")
    assert (article.source, article.authors, article.tags) == ("Agence du Ponant", ("Maëlle Guivarc’h",), ("mer",))
    assert str(article.date) == "2024-11-06 15:49:00+00:00"
    assert str(article.modified) == "2024-11-06 17:00:00+00:00"


def test_title_lead_and_body_are_told_by_their_roles(article_of: ArticleOf) -> None:
    parts = [
        component(content("Le bac rouvre"), role="Title"),
        component(content("Six mois d’arrêt."), role="Lead"),
        component(content("Il part à midi."), role="Body"),
    ]
    article = article_of("a.xml", newsml1(component(*parts)))
    assert (article.title, article.lead, article.text) == ("Le bac rouvre", "Six mois d’arrêt.", "Il part à midi.")


def test_each_language_of_an_item_is_an_article(corpus: Corpus) -> None:
    french = component(content("Il part à midi."), headline="Le bac rouvre", attributes='xml:lang="fr"')
    dutch = component(content("Hij vertrekt om twaalf uur."), headline="De veerboot vaart", attributes='xml:lang="nl"')
    corpus.write("a.xml", newsml1(component(french, dutch, headline="Le bac rouvre")))
    assert [(article.title, article.language) for article in corpus.articles()] == [
        ("Le bac rouvre", "fr"),
        ("De veerboot vaart", "nl"),
    ]


def test_same_story_in_two_formats_is_one_article(article_of: ArticleOf) -> None:
    forms = component(content("<p>Il part à midi.</p>")) + component(content("Il part, à midi."))
    item = newsml1(component(forms, headline="Le bac rouvre", attributes='EquivalentsList="yes"'))
    assert article_of("a.xml", item).text == "Il part à midi."


def test_stories_with_headlines_of_their_own_are_articles(corpus: Corpus) -> None:
    stories = [component(content(f"Texte {n}."), headline=f"Titre {n}") for n in range(3)]
    corpus.write("a.xml", newsml1(component(*stories)))
    assert [(article.title, article.text) for article in corpus.articles()] == [
        (f"Titre {n}", f"Texte {n}.") for n in range(3)
    ]


def photo(headline: str = "Le bac à quai") -> str:
    caption = component(content("<p>Le bac à quai, mercredi.</p>"), role="Caption")
    picture = component('<ContentItem Href="bac.jpg"><MediaType FormalName="Photo"/></ContentItem>', role="Main")
    return component(caption, picture, headline=headline)


def test_caption_of_a_picture_is_no_part_of_the_story(article_of: ArticleOf) -> None:
    item = newsml1(component(content("<p>Il part à midi.</p>"), photo(), headline="Le bac rouvre"))
    assert article_of("a.xml", item).text == "Il part à midi."


def test_picture_alone_is_told_and_no_article(reason_of: ReasonOf) -> None:
    assert "pictures" in reason_of("a.xml", newsml1(photo()))


def test_several_items_of_a_file_are_read(corpus: Corpus) -> None:
    one = newsml1(component(content("Il part à midi."), headline="Le bac rouvre"))
    corpus.write("a.xml", one.replace("</NewsML>", one[one.index("<NewsItem") :].replace("TX-12", "TX-13")))
    assert [article.id[-5:] for article in corpus.articles()] == ["TX-12", "TX-13"]


@pytest.mark.parametrize(
    ("status", "read"),
    [
        ("Usable", ArticleStatus.PUBLISHED),
        ("usable", ArticleStatus.PUBLISHED),
        ("Canceled", ArticleStatus.WITHDRAWN),
        ("WITHHELD", ArticleStatus.WITHDRAWN),
    ],
)
def test_status_of_newsml_1(article_of: ArticleOf, status: str, read: ArticleStatus) -> None:
    item = newsml1(component(content("Il part à midi."), headline="Le bac rouvre"), status=status)
    assert article_of("a.xml", item).status is read


def test_withdrawn_item_of_newsml_1_needs_no_words(article_of: ArticleOf) -> None:
    article = article_of("a.xml", newsml1(status="Canceled"))
    assert (article.id, article.status) == ("urn:newsml:agence.example:20241106:TX-12", ArticleStatus.WITHDRAWN)


def test_rectified_item_of_newsml_1_is_corrected(article_of: ArticleOf) -> None:
    item = newsml1(component(content("Il part à midi."), headline="Le bac"), more='<Instruction FormalName="Rectify"/>')
    assert article_of("a.xml", item).status is ArticleStatus.CORRECTED


WIRE = (
    "\x01pon025 3 eco 121   pon 967\r\n\r\nTransports/mer\r\n\r\n\x02(RECTIFIE)\r\nVallombre:\r\n"
    "Le bac reprend la mer (armateur)\r\nPar Maëlle Guivarc’h, pon =\r\n\r\n"
    "   Rieux (pon) - Le bac a repris son service mercredi, après six semaines\r\nde réparations, dit son armateur.\r\n"
    "   Deux cents passagers attendaient.\r\n\r\nrieux          12h00   13h00\r\nvallombre      12h40   13h40\r\n\r\n"
    "(pon/sj)\r\n\r\n\x03061649 GMT nov 24\r\n\x04"
)


def test_wire_text_gives_the_story_without_its_header_and_end_marks(article_of: ArticleOf) -> None:
    article = article_of("a.txt", WIRE)
    assert (article.title, article.authors) == ("Le bac reprend la mer", ("Maëlle Guivarc’h",))
    assert article.text.startswith(
        "Rieux (pon) - Le bac a repris son service mercredi, après six semaines de réparations, dit son armateur.\n\n"
        "Deux cents passagers attendaient.\n\nrieux "
    )
    assert article.text.endswith("\nvallombre      12h40   13h40")
    assert (article.source, article.tags, article.id) == ("pon", ("Transports", "mer"), "pon025-2024-11-06")
    assert str(article.date) == "2024-11-06 16:49:00+00:00"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "mac_roman", "cp850"])
def test_wire_text_without_control_characters_is_the_same_article(article_of: ArticleOf, encoding: str) -> None:
    straight = WIRE.replace("’", "'")
    stripped = straight.translate(dict.fromkeys(range(1, 5)))
    article = article_of("a.txt", stripped.encode(encoding))
    whole = article_of("a.txt", straight)
    assert (article.title, article.text, article.date) == (whole.title, whole.text, whole.date)


@pytest.mark.parametrize("drop", ["", "\x01\x02\x03\x04"])
def test_several_messages_of_a_wire_are_articles(corpus: Corpus, drop: str) -> None:
    messages = "\r\n".join(WIRE.replace("pon025", f"pon02{n}") for n in range(3))
    corpus.write("fil.txt", messages.translate(dict.fromkeys(map(ord, drop))))
    assert [article.id for article in corpus.articles()] == [f"pon02{n}-2024-11-06" for n in range(3)]


def test_wire_of_the_american_kind_gives_title_and_text(article_of: ArticleOf) -> None:
    wire = (
        "\x16\x16\x01a0105PONANT\x1fkoko-\r\nu s\x14\x12 BC-Voile-Coupe   09-12 0344\r\n\x02BC-Voile-Coupe\r\n"
        "Voile: Rieux gagne la coupe+\r\n     RIEUX, 9 déc. (pon) - Rieux a gagné dimanche la coupe des baies, "
        "devant\r\nVallombre.\r\n     Le port a fêté.\r\n\x03PON-21:37-09-12-18\x04\r\n"
    )
    article = article_of("a.txt", wire)
    assert (article.title, str(article.date)) == ("Voile: Rieux gagne la coupe", "2018-12-09 21:37:00+01:00")
    assert (
        article.text
        == "RIEUX, 9 déc. (pon) - Rieux a gagné dimanche la coupe des baies, devant Vallombre.\n\nLe port a fêté."
    )


def g2(inline: str, *, meta: str = "<headline>Le bac rouvre</headline>", item_meta: str = "") -> str:
    return f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:1" xml:lang="fr"><itemMeta>
<itemClass qcode="ninat:text"/><provider literal="pon.example"><name>Agence du Ponant</name></provider>{item_meta}
</itemMeta>
<contentMeta>{meta}</contentMeta><contentSet>{inline}</contentSet></newsItem>"""


@pytest.mark.parametrize(
    "inline",
    [
        "<inlineXML><html><body><header><h1>Le bac rouvre</h1><time>06.11.2024</time></header>"
        "<section><p>Il part.</p></section><footer><p>pon sj</p></footer></body></html></inlineXML>",
        "<inlineXML><html><body><h1>Le bac rouvre</h1><p>Il part.</p></body></html></inlineXML>",
        "<inlineData contenttype='text/html'>&lt;p&gt;Il part.&lt;/p&gt;</inlineData>",
        "<inlineData contenttype='text/plain'>Le bac rouvre\n\n  Il part.</inlineData>",
        "<inlineXML><nitf><body><body.head><hedline><hl1>Le bac rouvre</hl1></hedline></body.head><body.content>"
        "<p>Il part.</p></body.content></body></nitf></inlineXML>",
    ],
)
def test_body_of_newsml_g2_has_neither_header_nor_markup(article_of: ArticleOf, inline: str) -> None:
    article = article_of("a.xml", g2(inline))
    assert (article.title, article.text, article.source) == ("Le bac rouvre", "Il part.", "Agence du Ponant")


def test_title_of_newsml_g2_may_stand_in_its_nitf_alone(article_of: ArticleOf) -> None:
    nitf = (
        "<inlineXML><nitf><body><body.head><hedline><hl1>Le bac rouvre</hl1></hedline><byline>Par Idris Benali</byline>"
        "</body.head><body.content><p>Il part.</p></body.content></body></nitf></inlineXML>"
    )
    article = article_of("a.xml", g2(nitf, meta=""))
    assert (article.title, article.authors) == ("Le bac rouvre", ("Idris Benali",))


def test_subtitle_of_newsml_g2_is_the_standfirst(article_of: ArticleOf) -> None:
    meta = "<headline role='hld:subHeadline'>Six mois d’arrêt</headline><headline>Le bac rouvre</headline>"
    article = article_of("a.xml", g2("<inlineData>Il part.</inlineData>", meta=meta))
    assert (article.title, article.lead) == ("Le bac rouvre", "Six mois d’arrêt")


def test_package_that_lists_items_of_other_files_is_no_article(reason_of: ReasonOf) -> None:
    package = g2("").replace("newsItem", "packageItem")
    assert "lists of items" in reason_of("a.xml", package)


@pytest.mark.parametrize("wrap", ["{}", g2("<inlineXML>{}</inlineXML>")], ids=["alone", "in NewsML-G2"])
def test_results_and_standings_of_sportsml_are_rows(article_of: ArticleOf, wrap: str) -> None:
    def team(name: str, stats: str) -> str:
        return f'<team><team-metadata><name full="{name}"/></team-metadata>{stats}</team>'

    match = team("Rieux", '<team-stats score="2"/>') + team("Vallombre", '<team-stats score="1"/>')
    table = team("Rieux", '<team-stats standing-points="34"><rank value="1"/></team-stats>')
    sports = (
        "<sports-content><sports-metadata><sports-title>Le bac rouvre</sports-title></sports-metadata>"
        f'<sports-event>{match}</sports-event><standing content-label="Ligue des baies">{table}</standing>'
        "</sports-content>"
    )
    assert article_of("a.xml", wrap.format(sports)).text == "Rieux 2 - 1 Vallombre\nLigue des baies\n1. Rieux 34"


def test_race_of_many_is_a_table_of_places(article_of: ArticleOf) -> None:
    runners = "".join(
        f'<player><player-metadata><name first="{first}" last="{last}"/></player-metadata>'
        f'<player-stats rank="{rank}" time="{time}"/></player>'
        for rank, first, last, time in (
            ("1", "Anne", "Le Bihan", "31:02"),
            ("2", "Noël", "Çatal", "31:40"),
            ("3", "Zoé", "Quéméner", ""),
        )
    )
    sports = f"<sports-content><sports-event>{runners}</sports-event></sports-content>"
    assert article_of("a.xml", sports).text == "1. Anne Le Bihan 31:02\n2. Noël Çatal 31:40\n3. Zoé Quéméner"


def test_cells_of_a_table_are_words_of_their_own(article_of: ArticleOf) -> None:
    table = (
        "<table><tr><td>1</td><td>Rieux</td><td>34</td></tr><tr><td>2</td><td>Vallombre</td><td>31</td></tr></table>"
    )
    item = g2(f"<inlineXML><html><body><p>Classement</p>{table}</body></html></inlineXML>")
    assert article_of("a.xml", item).text == "Classement\n\n1 Rieux 34\n\n2 Vallombre 31"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("usable", ArticleStatus.PUBLISHED),
        ("stat:usable", ArticleStatus.PUBLISHED),
        ("Publié", ArticleStatus.PUBLISHED),
        ("cancelled", ArticleStatus.WITHDRAWN),
        ("http://cv.iptc.org/newscodes/pubstatusg2/canceled", ArticleStatus.WITHDRAWN),
        ("kill", ArticleStatus.WITHDRAWN),
        ("Retirée", ArticleStatus.WITHDRAWN),
        ("draft", ArticleStatus.WITHDRAWN),
        ("Corrigé", ArticleStatus.CORRECTED),
    ],
)
def test_status_in_the_words_of_agencies_is_understood(
    article_of: ArticleOf, written: str, read: ArticleStatus
) -> None:
    article = article_of("a.json", json.dumps({"title": "Le bac", "text": "Il part.", "status": written}))
    assert (article.status, article.repairs) == (read, ())


@pytest.mark.parametrize("written", ["perdu", 3])
def test_unknown_status_is_published_and_told(article_of: ArticleOf, written: object) -> None:
    article = article_of("a.json", json.dumps({"title": "Le bac", "text": "Il part.", "status": written}))
    assert (article.status, article.repairs) == (ArticleStatus.PUBLISHED, ("status",))


def test_functions_and_places_in_a_byline_of_nitf_are_no_names(article_of: ArticleOf) -> None:
    article = article_of(
        "a.xml",
        "<nitf><body><body.head><hedline><hl1>Le bac</hl1></hedline><byline>Par Anne Le Bihan<byttl>Envoyée à Rieux"
        "</byttl></byline></body.head><body.content><p>Il part.</p></body.content></body></nitf>",
    )
    assert article.authors == ("Anne Le Bihan",)
