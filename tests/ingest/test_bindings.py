"""METS files, in a folder and in a ZIP archive: the issue is one article, with the text of its pages."""

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
