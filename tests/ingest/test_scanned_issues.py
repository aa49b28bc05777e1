"""Scanned issues: METS, ALTO and PAGE XML, in a folder and in a ZIP archive."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from searchapp.ingest import CorpusReader, dispatch
from searchapp.model import Article, Reject
from tests.ingest.samples import PARAGRAPHS, SAMPLES, mets, tar_of, zip_of

if TYPE_CHECKING:
    from tests.ingest.conftest import Corpus, ReasonOf

PAGE = SAMPLES["alto.xml"]()
TINY = b"<alto><TextBlock><TextLine><String CONTENT='a'/></TextLine></TextBlock></alto>"
ISSUES = {
    "beside": {"numero/1.xml": PAGE, "numero/mets.xml": mets("1.xml")},
    "in a folder below": {"numero/ALTO/1.xml": PAGE, "numero/mets.xml": mets("file://./ALTO/1.xml")},
    "in a hidden folder": {"numero/.pages/1.xml": PAGE, "numero/mets.xml": mets("./.pages/1.xml")},
    "in the folder above": {"numero/1.xml": PAGE, "numero/METS/mets.xml": mets("../1.xml", "../1.xml")},
    "with a mark": {"numero/ALTO/1.xml": PAGE, "numero/mets.xml": b"\xef\xbb\xbf" + mets("ALTO/1.xml")},
    "in UTF-16": {
        "numero/ALTO/1.xml": PAGE.decode().encode("utf-16"),
        "numero/mets.xml": mets("ALTO/1.xml").decode().encode("utf-16"),
    },
    "compressed by itself": {"numero/1.xml": gzip.compress(PAGE), "numero/mets.xml": gzip.compress(mets("1.xml"))},
}


def ids(corpus: Corpus) -> list[str]:
    return [article.id for article in corpus.articles()]


def the_issue(corpus: Corpus) -> Article:
    """Return the article of the issue; everything else that was read is a page in a folder above its METS file."""
    (issue,) = (found for found in corpus.articles() if found.id.endswith("mets"))
    assert not corpus.rejects()
    return issue


@pytest.mark.parametrize("name", ISSUES)
def test_issue_has_the_text_of_its_pages(corpus: Corpus, name: str) -> None:
    for file, content in ISSUES[name].items():
        corpus.write(file, content)
    issue = the_issue(corpus)
    assert (issue.title, issue.source) == ("L’Écho de Vallombre du 6 novembre", "L’Écho de Vallombre")
    assert PARAGRAPHS[1] in issue.text
    assert len(corpus.articles()) == 1 + (name == "in the folder above")


@pytest.mark.parametrize("name", ISSUES)
@pytest.mark.parametrize("outer", ["", "zip", "tar"])
def test_issue_in_a_zip_archive_is_the_same_as_in_a_folder(corpus: Corpus, name: str, outer: str) -> None:
    for file, content in ISSUES[name].items():
        corpus.write(f"fonds.zip/{file}", content)
    in_folder = corpus.articles()
    for path in sorted((corpus.root / "fonds.zip").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (corpus.root / "fonds.zip").rmdir()
    content = zip_of(ISSUES[name])
    wrapped = {"": content, "zip": zip_of({"a.zip": content}), "tar": tar_of({"a.zip": content})}[outer]
    corpus.write("fonds.zip", wrapped)
    in_archive = corpus.articles()
    assert not corpus.rejects()
    assert [article.text for article in in_archive] == [article.text for article in in_folder]
    if not outer:
        assert in_archive == in_folder


def test_page_that_its_binding_takes_in_is_no_article_of_its_own(corpus: Corpus) -> None:
    files = {
        "numero/ALTO/1.xml": PAGE,
        "numero/ALTO/2.xml": PAGE,
        "numero/manifest.xml": mets("file://./ALTO/1.xml"),
        "seule/1.xml": PAGE,
    }
    for name, content in files.items():
        corpus.write(f"a/{name}", content)
    expected = ["numero/ALTO/2", "numero/manifest", "seule/1"]
    assert ids(corpus) == [f"a/{name}" for name in expected]
    pages = CorpusReader(corpus.root, ZoneInfo("Europe/Paris"), pattern="a/numero/ALTO/*.xml")  # no binding is read
    assert [entry.id for entry in pages if isinstance(entry, Article)] == ["a/numero/ALTO/1", "a/numero/ALTO/2"]
    corpus.write("b.zip", zip_of({f"./{name}": content for name, content in reversed(files.items())}))
    assert [article_id for article_id in ids(corpus) if article_id.startswith("b.zip")] == [
        f"b.zip/{name}" for name in reversed(expected)
    ]


@pytest.mark.parametrize("page", ["../../secret.xml", "/etc/passwd.xml", "rien.xml", "..xml"])
def test_binding_cannot_read_outside_the_corpus(corpus: Corpus, reason_of: ReasonOf, page: str) -> None:
    (corpus.root.parent / "secret.xml").write_bytes(PAGE)
    reason = reason_of("numero/mets.xml", mets(page))
    assert reason == f"its page “{page}” cannot be read: the file is not beside it"


@pytest.mark.parametrize(
    "page", ["../secret.xml", "../../secret.xml", "../../../secret.xml", "/secret.xml", "rien.xml"]
)
def test_binding_cannot_read_outside_its_archive(corpus: Corpus, page: str) -> None:
    corpus.write("secret.xml", PAGE)
    inner = zip_of({"numero/mets.xml": mets(page)})
    corpus.write("b.zip", zip_of({"numero/a.zip": inner, "secret.xml": PAGE}))
    (reject,) = corpus.rejects()
    assert reject.file == "b.zip/numero/a.zip/numero/mets.xml"
    assert str(reject.reason) == f"its page “{page}” cannot be read: the file is not beside it"
    assert ids(corpus) == ["b.zip/secret", "secret"]


def with_flag(archive: bytes, name: str) -> bytes:
    """Return ``archive`` with the file ``name`` marked as encrypted in the list."""
    entry = archive.rindex(name.encode()) - 46
    return archive[: entry + 8] + b"\1" + archive[entry + 9 :]


def test_page_that_is_encrypted_or_damaged_or_a_link_is_told_by_its_binding(corpus: Corpus) -> None:
    content = zip_of({"numero/mets.xml": mets("1.xml"), "numero/1.xml": PAGE})
    corpus.write("encrypted.zip", with_flag(content, "numero/1.xml"))
    place = content.index(b"numero/1.xml") + 200
    corpus.write("damaged.zip", content[:place] + b"\xff" * 50 + content[place + 50 :])
    entry = content.rindex(b"numero/1.xml") - 46
    corpus.write("link.zip", content[: entry + 38] + (0o120777 << 16).to_bytes(4, "little") + content[entry + 42 :])
    corpus.write("broken.zip", zip_of({"numero/mets.xml": mets("1.xml"), "numero/1.xml": PAGE[:500]}))
    assert not corpus.articles()
    told = {reject.file: str(reject.reason) for reject in corpus.rejects()}
    page = "its page “1.xml” cannot be read: "
    assert told.pop("broken.zip/numero/mets.xml").startswith(f"{page}not valid XML")
    assert told == {
        "encrypted.zip/numero/mets.xml": f"{page}it is encrypted",
        "encrypted.zip/numero/1.xml": "it is encrypted",
        "damaged.zip/numero/1.xml": "the ZIP archive is damaged or cut short",
        "damaged.zip/numero/mets.xml": f"{page}the ZIP archive is damaged or cut short",
        "link.zip/numero/mets.xml": f"{page}it is a link, which is not followed inside an archive",
        "link.zip/numero/1.xml": "it is a link, which is not followed inside an archive",
    }


def test_pages_of_a_binding_that_is_not_read_are_articles(corpus: Corpus) -> None:
    content = zip_of({"numero/mets.xml": mets("1.xml"), "numero/1.xml": PAGE})
    corpus.write("a.zip", with_flag(content, "numero/mets.xml"))
    corpus.write(
        "b.zip",
        zip_of(
            {"__MACOSX/mets.xml": mets("1.xml"), "__MACOSX/../1.xml": PAGE, ".mets.xml": mets("2.xml"), "2.xml": PAGE}
        ),
    )
    assert ids(corpus) == ["a.zip/numero/1", "b.zip/2"]


def test_issue_in_a_tar_archive_says_what_to_do_and_its_pages_are_articles(corpus: Corpus) -> None:
    corpus.write("a.tar", tar_of(ISSUES["beside"]))
    reject, page = sorted(corpus.read(), key=lambda found: isinstance(found, Article))
    assert isinstance(reject, Reject)
    assert isinstance(page, Article)
    assert (reject.file, page.id) == ("a.tar/numero/mets.xml", "a.tar/numero/1")
    assert "unpack what it came in (a tar archive, a mail), or make a ZIP archive of it" in str(reject.reason)


@pytest.mark.parametrize("archive", [False, True])
def test_bindings_are_looked_for_among_so_many_files_of_a_folder(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, archive: bool
) -> None:
    corpus.isolated = False
    monkeypatch.setattr("searchapp.ingest.sources.sibling_files.MAX_METS_CANDIDATES", 2)
    monkeypatch.setattr("searchapp.ingest.archives.archive_members.MAX_METS_CANDIDATES", 2)
    files = {"1.xml": PAGE, "2.xml": PAGE, "mets.xml": mets("1.xml")}
    for name, content in ({"a.zip": zip_of(files)} if archive else files).items():
        corpus.write(name, content)
    assert len(corpus.articles()) == 3


def test_each_file_of_an_archive_is_looked_at_once(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus.isolated = False
    looked_at = []
    find = dispatch.find_mets_pages
    monkeypatch.setattr(dispatch, "find_mets_pages", lambda *given: (looked_at.append(given[1]), find(*given))[1])
    folders = [f"{number % 30}/{number}.xml" for number in range(90)]
    corpus.write("a.zip", zip_of(dict.fromkeys(folders, PAGE)))
    assert len(corpus.articles()) == 90
    assert sorted(looked_at) == sorted(folders)


def test_bindings_that_name_the_same_pages_again_and_again_are_over_budget(corpus: Corpus) -> None:
    issues = {f"{number}/mets.xml": mets(*["../1.xml"] * 1000) for number in range(30)}
    corpus.write("a.zip", zip_of({"1.xml": TINY, **issues}))
    assert "it unpacks to more than" in str(corpus.rejects()[-1].reason)
    assert 10 < len(corpus.articles()) < 20


@pytest.mark.parametrize(("pages", "taken"), [(999, 999), (1000, 1000), (1001, 1000)])
def test_an_issue_has_the_text_of_a_thousand_pages(corpus: Corpus, pages: int, taken: int) -> None:
    corpus.write("numero/1.xml", TINY)
    corpus.write("numero/mets.xml", mets(*["1.xml"] * pages))
    assert len(the_issue(corpus).text.split()) == taken


@pytest.mark.parametrize("start", ["", "./", "file:", "file://", "file:./", "file://./"])
def test_a_page_may_be_named_as_an_address_of_its_folder(corpus: Corpus, start: str) -> None:
    corpus.write("numero/1.XML", TINY)
    corpus.write("numero/mets.xml", mets(f"{start}1.XML"))
    assert the_issue(corpus).text == "a"


def test_the_facts_of_an_issue_are_those_that_stand_first(corpus: Corpus) -> None:
    content = mets("1.xml").decode()
    section = content[content.index("<mets:dmdSec") : content.index("<mets:fileSec")]
    corpus.write("numero/1.xml", TINY)
    corpus.write("numero/mets.xml", content.replace(section, section + section.replace("novembre", "décembre")))
    assert the_issue(corpus).title == "L’Écho de Vallombre du 6 novembre"


def binding(sections: dict[str, str], divisions: str, files: str = "1.xml", rest: str = "") -> str:
    """Return a METS file: MODS sections by id, the divisions of its logical map, files f1, f2, …"""
    facts = "".join(
        f'<dmdSec ID="{key}"><mods xmlns="http://www.loc.gov/mods/v3">{mods}</mods></dmdSec>'
        for key, mods in sections.items()
    )
    listed = "".join(
        f'<file ID="f{number}"><FLocat xlink:href="{name}"/></file>' for number, name in enumerate(files.split(), 1)
    )
    return (
        f'<mets xmlns="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink">{facts}<fileSec>{listed}'
        f'</fileSec><structMap TYPE="LOGICAL">{divisions}</structMap>{rest}</mets>'
    )


def division(kind: str, *inner: str, **attributes: str) -> str:
    named = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<div TYPE="{kind}"{named}>{"".join(inner)}</div>'


def area(block: str, file: str = "f1", end: str = "") -> str:
    return f'<fptr><area FILEID="{file}" BETYPE="IDREF" BEGIN="{block}"{end and f" END={end!r}"}/></fptr>'


def title(words: str) -> str:
    return f"<titleInfo><title>{words}</title></titleInfo>"


def page(**blocks: str) -> str:
    """Return a page of blocks by id; each line of a block is a line of one String."""
    shown = "".join(
        f'<TextBlock ID="{key}">'
        + "".join(f'<TextLine><String CONTENT="{line}"/></TextLine>' for line in text.split("\n"))
        + "</TextBlock>"
        for key, text in blocks.items()
    )
    return f"<alto><Layout><Page><PrintSpace>{shown}</PrintSpace></Page></Layout></alto>"


BAC = page(
    b1="LE BAC REPREND",
    b2="Le bac a repris mercredi, après six semaines de répa-",
    b3="LE PONT",
    b4="Il est fermé.",
    b5="4",
)


def test_each_article_that_the_map_marks_is_one_with_its_title_page_section_and_columns_in_order(
    corpus: Corpus,
) -> None:
    corpus.write("n/1.xml", BAC)
    corpus.write("n/2.xml", page(c1="rations. Deux cents passagers attendaient.", c2="Par Anne Le Bihan"))
    articles = (
        division("ARTICLE", division("TITLE", area("b1")), area("b2"), area("c1", "f2"), ID="A1"),
        division("ARTICLE", area("b4"), division("AUTHOR", area("c2", "f2")), ID="A2", DMDID="D2", LABEL="x"),
    )
    divisions = division("ISSUE", division("SECTION", *articles, LABEL="Transports"), DMDID="D1")
    sections = {
        "D1": f"{title('Le Phare')}<originInfo><dateIssued>02.04.1893</dateIssued></originInfo>",
        "D2": f"{title('Le pont est fermé')}<language><languageTerm type='code'>fr</languageTerm></language>",
    }
    corpus.write("n/mets.xml", binding(sections, divisions, "1.xml 2.xml"))
    bac, pont = corpus.articles()
    assert (bac.id, bac.title, bac.section, bac.tags) == (
        "n/mets/A1",
        "LE BAC REPREND",
        "Transports",
        ("page 1", "page 2"),
    )
    assert bac.text == "Le bac a repris mercredi, après six semaines de réparations. Deux cents passagers attendaient."
    assert (pont.title, pont.text, pont.authors) == ("Le pont est fermé", "Il est fermé.", ("Anne Le Bihan",))
    assert {article.source for article in (bac, pont)} == {"Le Phare"}
    assert {article.date.date().isoformat() for article in (bac, pont) if article.date} == {"1893-04-02"}


def test_article_may_be_tied_to_its_areas_by_links(corpus: Corpus) -> None:
    corpus.write("n/1.xml", BAC)
    physical = division("page", division("area", area("b3", end="b4"), ID="P1"), ORDER="1", ORDERLABEL="IV")
    links = '<structLink><smLink xlink:from="#A1" xlink:to="#P1"/></structLink>'
    rest = f'<structMap TYPE="PHYSICAL">{physical}</structMap>{links}'
    corpus.write("n/mets.xml", binding({}, division("ISSUE", division("ARTICLE", ID="A1")), rest=rest))
    assert corpus.only_article().text == "LE PONT\n\nIl est fermé."


def test_pages_that_two_articles_share_as_a_whole_are_one_text(corpus: Corpus) -> None:
    corpus.write("n/1.xml", BAC)
    articles = (division("ARTICLE", '<fptr FILEID="f1"/>', ID=name) for name in ("A1", "A2"))
    corpus.write("n/mets.xml", binding({"D": title("Le Phare")}, division("ISSUE", *articles, DMDID="D")))
    assert the_issue(corpus).title == "Le Phare"


def test_words_belong_to_one_article_and_those_of_announcements_to_none(corpus: Corpus) -> None:
    corpus.write("n/1.xml", BAC)
    articles = (
        division("ARTICLE", area("b2"), ID="A1", LABEL="Le bac"),
        division("ARTICLE", area("b2"), area("b4"), ID="A2", LABEL="Le pont"),
        division("ADVERTISEMENT", area("b3")),
    )
    corpus.write("n/mets.xml", binding({}, division("ISSUE", *articles)))
    assert [article.text.count("mercredi") for article in corpus.articles()] == [1, 0]


def test_page_that_cannot_be_read_is_told_and_the_articles_of_the_others_are_read(corpus: Corpus) -> None:
    corpus.write("n/1.xml", BAC)
    articles = (
        division("ARTICLE", area("b4"), LABEL="Le pont", ID="A1"),
        division("ARTICLE", area("x", "f2"), area("y", "f3"), LABEL="Le phare", ID="A2"),
    )
    corpus.write("n/mets.xml", binding({}, division("ISSUE", *articles), "1.xml 2.xml 3.xml"))
    assert [article.title for article in corpus.articles()] == ["Le pont", "Le phare"]
    assert str(corpus.rejects()[0].reason).startswith("its page “2.xml” and 1 more cannot be read")


@pytest.mark.parametrize("name", ["M1.xml", "T1.xml"])
def test_issue_whose_map_is_a_file_of_its_own_is_read_there(corpus: Corpus, name: str) -> None:
    corpus.write("n/ocr/X1.xml", BAC)
    group = '<fileGrp USE="toc"><file><FLocat xlink:href="toc/M1.xml"/></file></fileGrp>'
    manifest = binding({}, "", "ocr/X1.xml").replace("</fileSec>", f"{group}</fileSec>")
    corpus.write("n/manifest.xml", manifest)
    divisions = division("ISSUE", division("ARTICLE", area("b4"), ID="D1", LABEL="Le pont"))
    corpus.write(f"n/toc/{name}", binding({}, divisions, "../ocr/X1.xml"))
    assert corpus.only_article().id == f"n/toc/{name[:2]}/D1"


def test_table_of_contents_takes_its_pages_in_without_a_manifest(corpus: Corpus) -> None:
    divisions = division("ISSUE", division("ARTICLE", area("b4"), ID="D1", LABEL="Le pont"))
    files = {"ocr/X1.xml": BAC, "toc/T1.xml": binding({}, divisions, "../ocr/X1.xml")}
    for name, content in files.items():
        corpus.write(f"n/{name}", content)
    corpus.write("a.zip", zip_of({name: content.encode() for name, content in files.items()}))
    assert ids(corpus) == ["a.zip/toc/T1/D1", "n/toc/T1/D1"]


@pytest.mark.parametrize(
    ("mods", "day"),
    [
        ("<originInfo><dateIssued keyDate='yes'>1893-04-02</dateIssued></originInfo>", "1893-04-02"),
        ("<originInfo><dateIssued>1893/04/02</dateIssued></originInfo>", "1893-04-02"),
        ("<originInfo><dateIssued>[2 avril 1893]</dateIssued></originInfo>", "1893-04-02"),
        (
            "<originInfo><dateCreated>2008-07-07</dateCreated><dateIssued point='end'>1944-08-20</dateIssued>"
            "<dateIssued>1893-04-02</dateIssued></originInfo>",
            "1893-04-02",
        ),
        ("<part><date>1893-04-02</date></part>", "1893-04-02"),
    ],
)
def test_date_of_issue_is_read_in_every_form_of_mods(corpus: Corpus, mods: str, day: str) -> None:
    corpus.write("n/1.xml", BAC)
    corpus.write("n/mets.xml", binding({"D1": title("Le Phare"), "D2": mods}, ""))
    date = the_issue(corpus).date
    assert date is not None
    assert date.date().isoformat() == day


def test_language_is_the_code_of_the_best_authority(corpus: Corpus) -> None:
    corpus.write("n/1.xml", BAC)
    terms = (
        "<language><languageTerm>German</languageTerm><scriptTerm>Latin</scriptTerm></language>"
        "<language><languageTerm authority='iso639-2b' type='code'>ger</languageTerm>"
        "<languageTerm authority='rfc3066' type='code'>de</languageTerm></language>"
    )
    corpus.write("n/mets.xml", binding({"D1": f"{title('Le Phare')}{terms}"}, ""))
    assert the_issue(corpus).language == "de"


def test_newspaper_is_what_the_issue_belongs_to_and_nobody_is_no_publisher(corpus: Corpus) -> None:
    corpus.write("n/1.xml", BAC)
    host = f"<relatedItem type='host'>{title('Le Phare')}</relatedItem>"
    publisher = "<originInfo><publisher>[s.n.] (Brest)</publisher></originInfo>"
    corpus.write("n/mets.xml", binding({"D1": f"{title('1893-04-02 (Année 2)')}{host}{publisher}"}, ""))
    assert the_issue(corpus).source == "Le Phare"


@pytest.mark.parametrize("number", ["4", "— 4 —", "Page 4", "p. 12", "IV", "N° 3"])
def test_number_of_a_page_is_neither_its_title_nor_its_end(corpus: Corpus, number: str) -> None:
    corpus.write(
        "a.xml", page(n=number, t="LE PHARE", b="Un seul pli a été déposé.", c="L’acheteuse veut y lire.", m=number)
    )
    article = corpus.only_article()
    assert (article.title, article.lead, article.text) == (
        "LE PHARE",
        "Un seul pli a été déposé.",
        "L’acheteuse veut y lire.",
    )


def test_margins_of_a_page_are_no_text(corpus: Corpus) -> None:
    margin = '<TopMargin><TextBlock><TextLine><String CONTENT="LE PONANT, 2 AVRIL"/></TextLine></TextBlock></TopMargin>'
    corpus.write("a.xml", BAC.replace("<PrintSpace>", f"{margin}<PrintSpace>"))
    assert corpus.only_article().title == "LE BAC REPREND"


HALVES = {
    "whole": '<String CONTENT="tra" SUBS_TYPE="HypPart1" SUBS_CONTENT="travaux"/><HYP CONTENT="-"/>|'
    '<String CONTENT="vaux" SUBS_TYPE="HypPart2" SUBS_CONTENT="travaux"/>',
    "put together": '<String CONTENT="tra-" SUBS_TYPE="HypPart1" SUBS_CONTENT="tra-vaux"/>|'
    '<String CONTENT="vaux" SUBS_TYPE="HypPart2" SUBS_CONTENT="tra-vaux"/>',
    "not told": '<String CONTENT="tra" SUBS_TYPE="HypPart1"/><HYP/>|<String CONTENT="vaux" SUBS_TYPE="HypPart2"/>',
    "only a hyphen": '<String CONTENT="tra"/><HYP CONTENT="\u00ad"/>|<String CONTENT="vaux"/>',
}


@pytest.mark.parametrize("kind", HALVES)
def test_halves_of_a_word_are_one_however_a_page_tells_them(corpus: Corpus, kind: str) -> None:
    before, behind = HALVES[kind].split("|")
    first, last = ('<String CONTENT="Des"/><SP/>', '<SP/><String CONTENT="longs"/>')
    lines = f"<TextLine>{first}{before}</TextLine><TextLine>{behind}{last}</TextLine>"
    corpus.write(
        "a.xml",
        f"<alto><TextBlock><TextLine><String CONTENT='Titre'/></TextLine></TextBlock>"
        f"<TextBlock>{lines}</TextBlock></alto>",
    )
    assert corpus.only_article().text == "Des travaux longs"


def region(kind: str, text: str, **attributes: str) -> str:
    named = "".join(f' {name}="{value}"' for name, value in attributes.items())
    line = f"<TextLine><TextEquiv><Unicode>{text}</Unicode></TextEquiv></TextLine>"
    return f"<TextRegion type='{kind}'{named}>{line}</TextRegion>"


def test_transcribed_page_is_read_without_heads_and_with_its_initial(corpus: Corpus) -> None:
    regions = (
        region("header", "Le Ponant, 2 avril"),
        region("paragraph", "L’acheteuse veut y lire.", custom="readingOrder {index:3;}"),
        region("drop-capital", "U", custom="readingOrder {index:1;}"),
        region("paragraph", "n seul pli a été déposé.", custom="readingOrder {index:2;}"),
        region("heading", "Le phare est vendu", custom="readingOrder {index:0;}"),
        region("page-number", "3"),
    )
    corpus.write("a.xml", f"<PcGts><Page>{''.join(regions)}</Page></PcGts>")
    article = corpus.only_article()
    assert (article.title, article.lead, article.text) == (
        "Le phare est vendu",
        "Un seul pli a été déposé.",
        "L’acheteuse veut y lire.",
    )


def test_best_reading_of_a_transcribed_line_counts(corpus: Corpus) -> None:
    readings = "".join(
        f"<TextEquiv index='{number}'><Unicode>{text}</Unicode></TextEquiv>"
        for number, text in ((1, "Le phrae"), (0, "Le phare"))
    )
    words = "".join(f"<Word><TextEquiv><Unicode>{word}</Unicode></TextEquiv></Word>" for word in ("Un", "pli."))
    corpus.write(
        "a.xml",
        f"<PcGts><TextRegion><TextLine>{readings}</TextLine></TextRegion><TextRegion><TextLine>{words}</TextLine></TextRegion></PcGts>",
    )
    article = corpus.only_article()
    assert (article.title, article.text) == ("Le phare", "Un pli.")
