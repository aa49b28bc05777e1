"""Web archives: WARC and ARC; a wrong length harms its own record only, and is told."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from tests.ingest.samples import arc

if TYPE_CHECKING:
    from tests.ingest.conftest import Corpus

HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n%s\r\n%s"
NAMES = ("bac", "pont", "phare")


def page(name: str) -> bytes:
    text = (
        f"<p>La mairie de Vallombre a parlé mercredi du {name}, devant une centaine de riverains venus au port.</p>" * 2
    )
    return (
        f"<html lang='fr'><head><title>Le {name}</title></head><body><article>{text}</article></body></html>".encode()
    )


def record(name: str, wrong: int = 0, body: bytes = b"", kind: str = "application/http") -> bytes:
    body = body or HTTP % (b"", page(name))
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://phare.example/{name}\r\n"
        f"WARC-Record-ID: <urn:uuid:{name}>\r\nContent-Type: {kind}\r\nContent-Length: {len(body) + wrong}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def titles(corpus: Corpus) -> list[str]:
    return [article.title for article in corpus.articles()]


@pytest.mark.parametrize("wrong", [-150, -3, 5, 60, 400, 99_999_999])
@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("packed", [False, True])
def test_wrong_length_loses_no_page_and_is_told(corpus: Corpus, wrong: int, place: int, packed: bool) -> None:
    records = [record(name, wrong if number == place else 0) for number, name in enumerate(NAMES)]
    corpus.write("a.warc.gz" if packed else "a.warc", b"".join(map(gzip.compress if packed else bytes, records)))
    articles = corpus.articles()
    assert [article.title for article in articles] == [f"Le {name}" for name in NAMES]
    assert [article.repairs for article in articles] == [("length",) if number == place else () for number in range(3)]


@pytest.mark.parametrize("length", [b"", b"x", b"-1", b"9" * 30])
def test_length_that_is_no_number_is_a_wrong_one(corpus: Corpus, length: bytes) -> None:
    first = record("bac")
    stated = first[first.index(b"Content-Length: ") + 16 :].partition(b"\r\n")[0]
    corpus.write("a.warc", first.replace(b"Length: " + stated, b"Length: " + length) + record("pont"))
    assert titles(corpus) == ["Le bac", "Le pont"]


def test_what_stands_between_records_is_passed_over(corpus: Corpus) -> None:
    corpus.write("a.warc", record("bac") + b"\0\xff no record\r\n" * 9 + record("pont"))
    assert titles(corpus) == ["Le bac", "Le pont"]


def test_archive_inside_a_record_is_part_of_it(corpus: Corpus) -> None:
    corpus.write("a.warc", record("bac") + record("x", body=b"\r\n" + record("pont"), kind="application/warc"))
    assert titles(corpus) == ["Le bac"]


def test_page_that_shows_records_of_an_archive_is_whole_while_lengths_are_right(corpus: Corpus) -> None:
    shown = page("bac").replace(
        b"</article>", b"<pre>\n\nWARC/1.0\nWARC-Type: response\n</pre><p>Fin du bac.</p></article>"
    )
    corpus.write("a.warc", record("bac", body=HTTP % (b"", shown)) + record("pont"))
    assert titles(corpus) == ["Le bac", "Le pont"]


def test_damaged_page_is_a_reject_and_the_archive_goes_on(corpus: Corpus) -> None:
    body = HTTP % (b"Content-Encoding: gzip\r\n", gzip.compress(page("bac"))[:40])
    corpus.write("a.warc", record("bac", body=body) + record("pont"))
    assert titles(corpus) == ["Le pont"]


@pytest.mark.parametrize("encoding", ["gzip", "chunked"])
def test_packed_pages_are_unpacked(corpus: Corpus, encoding: str) -> None:
    content = page("bac")
    bodies = {
        "gzip": HTTP % (b"Content-Encoding: gzip\r\n", gzip.compress(content)),
        "chunked": HTTP % (b"Transfer-Encoding: chunked\r\n", b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)),
    }
    corpus.write("a.warc", record("bac", body=bodies[encoding]))
    assert titles(corpus) == ["Le bac"]


def test_archive_that_is_cut_short_is_told_behind_its_whole_pages(corpus: Corpus) -> None:
    corpus.write("a.warc", record("bac") + record("pont")[:-80])
    assert titles(corpus) == ["Le bac"]
    assert "cut short" in str(corpus.rejects()[0].reason)


def arc_record(name: str, fields: bytes = b"", wrong: int = 0) -> bytes:
    body = HTTP % (b"", page(name))
    head = b"https://phare.example/%s 10.0.0.1 20081106164900 text/html %s%d\n"
    return head % (name.encode(), fields, len(body) + wrong) + body + b"\n"


@pytest.mark.parametrize("fields", [b"", b"200 abc123 - 1200 x.arc.gz "])
@pytest.mark.parametrize("wrong", [-60, 0, 30, 99_999_999])
def test_pages_of_the_form_before_warc_are_read(corpus: Corpus, fields: bytes, wrong: int) -> None:
    head = arc().partition(b"https://")[0]
    records = head, arc_record("bac", fields, wrong), arc_record("pont", fields)
    corpus.write("a.arc.gz", b"".join(map(gzip.compress, records)))
    bac, pont = corpus.articles()
    assert (bac.title, bac.url) == ("Le bac", "https://phare.example/bac")
    assert (pont.title, "filedesc" in pont.text) == ("Le pont", False)


def test_pages_without_success_and_other_files_are_passed_over(corpus: Corpus) -> None:
    gone = arc_record("bac").replace(b"200 OK", b"404 No")
    picture = b"dns:phare.example 10.0.0.1 20081106164900 text/dns 4\nabcd\n"
    corpus.write("a.arc", arc().partition(b"https://")[0] + gone + picture + arc_record("pont"))
    assert titles(corpus) == ["Le pont"]
