"""The contract of readers, over every format: articles, or rejects with file, line and reason; no exception."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from searchapp.i18n import translator
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE
from searchapp.model import Article, Reject
from tests.ingest.samples import (
    ARTICLE,
    CONTAINERS,
    LEAD,
    LEADLESS,
    SAMPLES,
    SINGLE,
    issue,
    marked_issue,
    mets,
    pdf_of,
    warc_of,
    zip_of,
)

if TYPE_CHECKING:
    from tests.ingest.conftest import Corpus

# The issue of a newspaper is an article of another shape, so it is no sample of the same one.
READ = {**SAMPLES, **LEADLESS, "issue.zip": issue, "marked.zip": marked_issue}
TEXTUAL = [name for name in SAMPLES if name.rpartition(".")[2] not in ("pdf", "docx", "odt", "warc", "arc")]
# These say themselves which letters they have (mail), or are pure ASCII whatever their letters (JSON-LD).
UNDECLARED = [name for name in TEXTUAL if name not in ("a.eml", "a.mbox", "latin.html")]


def check(found: list[Article | Reject], name: str) -> None:
    """Check that something was found, and that each reject says which file and why, in both languages."""
    assert found
    for reject in found:
        if isinstance(reject, Reject):
            assert reject.file.startswith(name)
            assert reject.line is None or reject.line > 0
            assert "{" not in reject.reason.render() + reject.reason.render(translator("fr"))


@pytest.mark.parametrize("part", [0.2, 0.5, 0.8, 0.97])
@pytest.mark.parametrize("name", READ)
def test_truncated_file_gives_articles_or_rejects(corpus: Corpus, name: str, part: float) -> None:
    content = READ[name]()
    corpus.write(name, content[: int(len(content) * part)])
    check(corpus.read(), name)


@pytest.mark.parametrize("part", [0.3, 0.7, 0.95])
@pytest.mark.parametrize("suffix", CONTAINERS)
def test_truncated_container_is_rejected(corpus: Corpus, suffix: str, part: float) -> None:
    content = CONTAINERS[suffix](SAMPLES[SINGLE]())
    corpus.write(f"a{suffix}", content[: int(len(content) * part)])
    check(corpus.read(), "a")


def test_tar_cut_in_a_file_is_rejected(corpus: Corpus) -> None:
    corpus.write("a.tar", CONTAINERS[".tar"](SAMPLES[SINGLE]())[:900])
    assert "the tar archive is damaged or cut short" in str(corpus.rejects()[0].reason)


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("name", UNDECLARED)
def test_text_in_another_encoding_than_it_says_is_read_all_the_same(corpus: Corpus, name: str, encoding: str) -> None:
    corpus.write(name, SAMPLES[name]().decode().encode(encoding))
    article = corpus.only_article()
    assert (article.title, article.text) == (ARTICLE[0], ARTICLE[2])


@pytest.mark.parametrize("name", UNDECLARED)
def test_mojibake_is_repaired_and_counted(corpus: Corpus, name: str) -> None:
    corpus.write(name, SAMPLES[name]().decode().encode().decode("cp1252").encode())
    article = corpus.only_article()
    assert (article.title, article.text) == (ARTICLE[0], ARTICLE[2])
    assert article.repairs == ("mojibake",)


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\t\n"])
@pytest.mark.parametrize("name", READ)
def test_empty_file_is_rejected(corpus: Corpus, name: str, content: bytes) -> None:
    corpus.write(name, content)
    found = corpus.read()
    assert all(isinstance(entry, Reject) for entry in found)
    if not content:
        check(found, name)


def huge(name: str) -> bytes:
    """Return the sample with a lead of more than an article's length."""
    words = b"un mot de trop. " * (LARGEST_ARTICLE // 15)
    content = READ[name]()
    if name == "a.pdf":
        return pdf_of(b"BT /F1 10 Tf 50 800 Td\n" + b"(un mot de trop) Tj T*\n" * 5_000 + b"ET")
    if name == "a.warc":
        return warc_of(SAMPLES["a.html"]().replace(LEAD.encode(), words))
    if name == "issue.zip":
        return zip_of({"mets.xml": mets("1.xml"), "1.xml": huge("alto.xml")})
    if name == "page.xml":
        return content.replace(b">Apr", b">" + words + b" Apr", 1)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return zip_of({part: archive.read(part).replace(LEAD.encode(), words) for part in archive.namelist()})
    if name in ("a.eml", "a.mbox"):
        return content.replace(b"Votre", words)
    if name == "alto.xml":
        return content.replace(b'CONTENT="La"', b'CONTENT="' + words + b'"')
    if name == "wire.txt":
        return content.replace(b"\x03", words + b"\x03")
    encoding = "cp1252" if name == "latin.html" else "utf-8"
    assert LEAD.encode(encoding) in content
    return content.replace(LEAD.encode(encoding), words)


@pytest.mark.parametrize("name", READ)
def test_huge_field_is_rejected_with_the_limit(corpus: Corpus, name: str) -> None:
    corpus.write(name, huge(name))
    found = corpus.read()
    check(found, name)
    if name != "a.pdf":  # whose library takes a minute for so much
        assert any(word in str(found) for word in ("MiB", "limit exceeded", "Buffer size"))


@pytest.mark.parametrize("name", READ)
def test_bytes_changed_at_random_make_no_reader_fail(corpus: Corpus, name: str) -> None:
    content = bytearray(READ[name]())
    for step in range(1, 60):
        content[step * 7919 % len(content)] = step * 37 % 256
        corpus.write(name, bytes(content))
        assert len(corpus.read()) < 20
