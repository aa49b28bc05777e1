"""Files made to hurt: each function writes one into a folder."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import zstandard

from tests.ingest.samples import pdf_of, tar_of, zip_of

__all__ = ["HOSTILE", "write_gigabyte_line"]

MIB: Final = 1 << 20
BREVE: Final = "Le bac est à quai\n\nUne panne, dit le capitaine.\n".encode()


def entities(levels: int) -> bytes:
    """Return a feed whose title unfolds to ten to the power of ``levels`` words: « billion laughs »."""
    lines = [b'<!ENTITY e0 "ha">']
    lines += [b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10) for level in range(1, levels + 1)]
    return (
        b"<?xml version='1.0'?><!DOCTYPE rss [%s]><rss><channel><item><title>&e%d;</title><description>a</description>"
        b"</item></channel></rss>" % (b"".join(lines), levels)
    )


def spaced_entities() -> bytes:
    """Return the same, with the declarations hidden behind 100 kB of blanks."""
    return entities(9).replace(b"<!DOCTYPE rss [", b"<!DOCTYPE rss [" + b" " * 100_000)


def outside_entity() -> bytes:
    return (
        b"<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss><channel><item><title>&x;</title>"
        b"<description>a</description></item></channel></rss>"
    )


def quadratic_entity() -> bytes:
    return b"<!DOCTYPE rss [<!ENTITY x '%s'>]><rss><channel><item><title>%s</title></item></channel></rss>" % (
        b"a" * 50_000,
        b"&x;" * 50_000,
    )


def repeated(compress: Callable[[bytes], bytes]) -> bytes:
    """Return a file that unpacks to 1 GiB of line ends: the same packed mebibyte again and again."""
    return compress(b"\n" * MIB) * 1024


def zip_bomb() -> bytes:
    """Return an archive of 192 MiB of line ends, twelve times what one article may take."""
    return zip_of({"a.txt": b"\n" * (192 * MIB)})


def nested_zips() -> bytes:
    """Return ten archives in each of ten archives, six levels deep."""
    content = BREVE
    for level in range(6):
        content = zip_of({f"{number}-{level}.zip" if level else f"{number}.txt": content for number in range(10)})
    return content


def many_files() -> bytes:
    """Return an archive whose list names 200,000 files."""
    entry = b"PK\1\2" + bytes(24) + b"\1\0" + bytes(16) + b"a"
    listing = entry * 200_000
    return (
        b"PK\3\4"
        + bytes(26)
        + listing
        + b"PK\5\6"
        + bytes(4)
        + b"\xff\xff\xff\xff"
        + (len(listing).to_bytes(4, "little") + (30).to_bytes(4, "little") + b"\0\0")
    )


def zip_slip() -> bytes:
    return zip_of({"../../../../tmp/searchapp-slip.txt": BREVE, "/etc/slip.txt": BREVE, "C:\\slip.txt": BREVE})


def tar_slip() -> bytes:
    return tar_of({"../../../../tmp/searchapp-slip.txt": BREVE, "/tmp/searchapp-slip.txt": BREVE})  # noqa: S108


def tar_links() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, kind, target in (
            ("a.txt", tarfile.SYMTYPE, "/etc/passwd"),
            ("b.txt", tarfile.LNKTYPE, "a.txt"),
            ("c", tarfile.SYMTYPE, "."),
            ("d", tarfile.FIFOTYPE, ""),
            ("e", tarfile.CHRTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    return file.getvalue()


def tar_header() -> bytes:
    """Return a tar archive, gzipped, whose first name is 1 GiB long."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1024 * MIB
    return gzip.compress(info.tobuf(tarfile.GNU_FORMAT)) + repeated(gzip.compress)


def deep_mail() -> bytes:
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level) for level in range(3000)
    )
    return b"Subject: a\nFrom: b@c.fr\nMIME-Version: 1.0\n" + parts + b"\n\na"


def pdf_loop() -> bytes:
    """Return a document whose pages contain each other."""
    return pdf_of(b"").replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")


def pdf_bomb() -> bytes:
    """Return a document whose page unpacks to 128 MiB."""
    content = zlib.compress(bytes(128 * MIB))
    plain = pdf_of(content)
    return plain.replace(b"<< /Length", b"<< /Filter /FlateDecode /Length")


def map_of_everything() -> bytes:
    """Return an issue whose map has thousands of articles that are all of the same page."""
    areas = b"<fptr><area FILEID='f' BEGIN='b' END='e'/></fptr>"
    divisions = b"".join(b"<div TYPE='ARTICLE' ID='a%d'>%s</div>" % (number, areas) for number in range(40_000))
    page = b"<alto><TextBlock ID='b'><TextLine ID='e'><String CONTENT='%s'/></TextLine></TextBlock></alto>"
    return zip_of(
        {
            "mets.xml": b"<mets><fileSec><file ID='f'><FLocat href='1.xml'/></file></fileSec><structMap TYPE='LOGICAL'>"
            b"<div TYPE='ISSUE'>" + divisions + b"</div></structMap></mets>",
            "1.xml": page % (b"mot " * 500_000),
        }
    )


def scattered_pdf() -> bytes:
    """Return a document of a hundred pages with as many blocks as are put in order, none below another."""
    shown = b"".join(
        b"BT /F1 %d Tf %d %d Td (mot de trop) Tj ET\n" % (8 + 30 * (number % 2), 37 * number % 500, 91 * number % 800)
        for number in range(150)
    )
    return pdf_of(*[shown] * 100)


def newsml1(components: bytes) -> bytes:
    """Return an agency's message with these components."""
    return (
        b"<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>a</ProviderId><DateId>20241106</DateId>"
        b"<NewsItemId>b</NewsItemId></NewsIdentifier></Identification>"
        b"<NewsComponent><NewsLines><HeadLine>Le bac</HeadLine></NewsLines>%s</NewsComponent></NewsItem></NewsML>"
    ) % components


def wire(text: bytes) -> bytes:
    return b"\x01ech025 4 eco 121 bac 007\r\n\r\nbac-Orle\r\n\r\n\x02Le bac\r\n%s\r\n\x03061649 nov 24\r\n\x04" % text


def scattered_blocks() -> bytes:
    """Return a page of 80,000 blocks, none below another."""
    blocks = b"".join(
        b"<TextBlock HPOS='%d' VPOS='%d' WIDTH='30' HEIGHT='9'><TextLine><String CONTENT='mot'/></TextLine></TextBlock>"
        % (37 * number % 5000, 91 * number % 8000)
        for number in range(80_000)
    )
    return b"<alto><Layout><Page><PrintSpace>%s</PrintSpace></Page></Layout></alto>" % blocks


def wrong_lengths(form: bytes) -> bytes:
    """Return a web archive of many records that all state a length beyond its end."""
    return b"filedesc://a 0.0.0.0 20081106164900 text/plain 0\n" * form.startswith(b"http") + form * 20_000


HOSTILE: Final[dict[str, Callable[[], bytes]]] = {
    "laughs.xml": lambda: entities(9),
    "laughs-spaced.xml": spaced_entities,
    "outside.xml": outside_entity,
    "quadratic.xml": quadratic_entity,
    "bomb.zip": zip_bomb,
    "bomb.txt.gz": lambda: repeated(gzip.compress),
    "bomb.txt.bz2": lambda: repeated(bz2.compress),
    "bomb.txt.xz": lambda: repeated(lzma.compress),
    "bomb.txt.zst": lambda: repeated(zstandard.ZstdCompressor().compress),
    "bomb.docx": lambda: zip_of({"word/document.xml": b"\n" * (64 * MIB), "[Content_Types].xml": b""}),
    "nested.zip": nested_zips,
    "many.zip": many_files,
    "slip.zip": zip_slip,
    "slip.tar": tar_slip,
    "links.tar": tar_links,
    "header.tar.gz": tar_header,
    "nul.txt": lambda: bytes(20 * MIB),
    "nul.csv": lambda: b"title,text\n" + bytes(20 * MIB),
    "nul.jsonl": lambda: b'{"title": "' + bytes(17 * MIB) + b'"}',
    "deep.json": lambda: b'{"title":' + b'{"a":' * 3_000_000,
    "deep-array.json": lambda: b'[{"a":' + b"[" * 5_000_000,
    "wide.json": lambda: b'{"a":[' + b"[]," * 5_000_000 + b"0]}",
    "deep.xml": lambda: b"<rss><channel><item>" + b"<a>" * 5_000_000,
    "wide.xml": lambda: b"<rss><channel><item>" + b"<a/>" * 4_000_000 + b"</item></channel></rss>",
    "between.xml": lambda: b"<rss>" + (b"<a/>" * 10_000 + b"<item><title>a</title></item>") * 100 + b"</rss>",
    "deep.html": lambda: b"<html><body>" + b"<div>" * 700_000 + b"<p>a",
    "wide.html": lambda: b"<html><body><article>" + b"<p>a <b>b</b></p>" * 200_000,
    "attributes.html": lambda: b"<html><body " + b"".join(b"a%d=b " % number for number in range(300_000)) + b">a",
    "attributes.xml": lambda: b"<rss " + b"".join(b"a%d='b' " % number for number in range(250_000)) + b"/>",
    "names.xml": lambda: b"<rss " + b"".join(b"xmlns:a%d='b' " % number for number in range(150_000)) + b"/>",
    "tags.html": lambda: b"<a " * 1_300_000,
    "quotes.html": lambda: b"<a b='" * 600_000,
    "comments.html": lambda: b"<!--" * 900_000,
    "doctype.xml": lambda: b"<!DOCTYPE a [" + b"] " * 60_000,
    "deep.eml": deep_mail,
    "header.eml": lambda: b"Subject: a\nFrom: b@c.fr\nTo: " + b"=?utf-8?q?a?= " * 700_000 + b"\n\na",
    "deep.md": lambda: b"# a\n\n" + b"> " * 200_000 + b"a",
    "brackets.md": lambda: b"# a\n\n" + b"[" * 60_000 + b"a" + b"](" * 15_000,
    "byline.txt": lambda: b"Titre\n\nPar " + b"A" * 5_000_000 + b"\n\n" + b"1/1/" * 10_000,
    "deep.page.xml": lambda: b"<PcGts><ReadingOrder>" + b"<OrderedGroup>" * 1_000_000,
    "deep-map.xml": lambda: b"<mets><structMap TYPE='LOGICAL'>" + b"<div TYPE='SECTION'>" * 1_000_000,
    "cuts.txt": lambda: b"Titre\n\n" + b"a-\nb" * 1_000_000,
    "map.zip": map_of_everything,
    "scattered.pdf": scattered_pdf,
    "deep.newsml1.xml": lambda: newsml1(b"<NewsComponent>" * 900_000),
    "wide.newsml1.xml": lambda: newsml1(b"<NewsComponent><Role FormalName='Lead'/></NewsComponent>" * 90_000),
    "roles.newsml1.xml": lambda: newsml1(b"<Role FormalName='Lead'/>" * 90_000),
    "escaped.newsml1.xml": lambda: newsml1(
        b"<ContentItem><DataContent>" + b"&amp;lt;p&amp;gt;" * 200_000 + b"</DataContent></ContentItem>"
    ),
    "lines.wire.txt": lambda: wire(b"   a -\r\n" * 400_000),
    "heads.wire.txt": lambda: wire(b"=\r\n") * 20_000,
    "slug.wire.txt": lambda: wire(b"bac-" * 5_000_000),
    "rows.sports.xml": lambda: (
        b"<sports-content><standing>"
        + b"<team><team-metadata><name full='Rieux'/></team-metadata><team-stats standing-points='3'/></team>" * 90_000
    ),
    "items.ninjs.json": lambda: b'{"uri": "a", "item": [' * 40_000,
    "regions.page.xml": lambda: (
        b"<PcGts><Page><ReadingOrder><OrderedGroup>" + b"<RegionRefIndexed index='1' regionRef='r'/>" * 150_000
    ),
    "blocks.alto.xml": scattered_blocks,
    "lines.alto.xml": lambda: (
        b"<alto><Layout><Page><PrintSpace><TextBlock>"
        + (b"<TextLine>" + b"<String CONTENT='mot'/>" * 300) * 200
        + b"</TextLine>" * 200
        + b"</TextBlock></PrintSpace></Page></Layout></alto>"
    ),
    "lengths.warc": lambda: wrong_lengths(
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 4000000\r\n\r\nHTTP/1.1 200 OK\r\n\r\na\r\n\r\n"
    ),
    "lengths.arc": lambda: wrong_lengths(b"http://a 1.1.1.1 20081106164900 text/plain 4000000\nHTTP/1.1 200 OK\n\na\n"),
    "loop.pdf": pdf_loop,
    "bomb.pdf": pdf_bomb,
    "trailer.pdf": lambda: b"%PDF-1.7\n" + b"1 0 obj\n<<" * 60_000,
}
"""The content of each file, by its name."""


def write_gigabyte_line(folder: Path) -> list[str]:
    """Write a line of 1 GB under several names (one file) and return them."""
    names = ["line.txt", "line.jsonl", "line.csv", "line.html", "line.eml", "line.xml"]
    first = folder / names[0]
    with first.open("wb") as file:
        for _ in range(1000):
            file.write(b"a" * 1_000_000)
    for name in names[1:]:
        (folder / name).hardlink_to(first)
    return names
