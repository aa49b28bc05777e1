"""One article of L’Écho de Vallombre in every format that searchapp reads, and what carries it."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import tarfile
import textwrap
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from html import escape
from typing import Any, Final

import zstandard

__all__ = [
    "ARTICLE",
    "CONTAINERS",
    "LEAD",
    "LEADLESS",
    "SAMPLES",
    "SINGLE",
    "arc",
    "carrier",
    "issue",
    "marked_issue",
    "mets",
    "pdf_of",
    "tar_of",
    "warc_of",
    "zip_of",
]

TITLE: Final = "Le bac de l’Orle reprend du service"
LEAD: Final = "Après six mois d’arrêt, la traversée rouvre lundi matin entre Vallombre et Rieux."
PARAGRAPHS: Final = (
    "Le capitaine Yves Kerdreux n’y croyait plus. Le bac, immobilisé depuis avril par une avarie de moteur, a repris "
    "ses essais mercredi sur l’Orle, devant une centaine de riverains venus avec du café et des « merci » peints.",
    "La pièce manquante, fondue à Port-Ponant, a coûté 48 000 euros à la régie, qui promet de ne pas augmenter le prix "
    "du billet avant la fin de l’année. Les élus de l’opposition demandent un second bateau, au cas où.",
    "Peut-être l’été prochain, répond la maire. D’ici là, un cœur de service suffira : douze traversées par jour.",
)
TEXT: Final = "\n\n".join(PARAGRAPHS)
AUTHORS: Final = ("Maëlle Guivarc’h", "Idris Benali")
DATE: Final = "2024-11-06T16:49:00+01:00"
SOURCE: Final = "L’Écho de Vallombre"
URL: Final = "https://echo-vallombre.example/bac-orle"

ARTICLE: Final = (TITLE, LEAD, TEXT, DATE, AUTHORS, SOURCE)
"""The expected article of every sample: title, lead, text, date, authors, source (of the folder in some formats)."""

BYLINE: Final = f"Par {AUTHORS[0]} et {AUTHORS[1]}, à Rieux"
DATELINE: Final = "Publié le 6 novembre 2024 à 16h49"
LINES: Final = (TITLE, BYLINE, DATELINE, LEAD, *PARAGRAPHS)
RECORD: Final[dict[str, Any]] = {
    "id": "bac-orle",
    "title": TITLE,
    "lead": LEAD,
    "text": TEXT,
    "date": DATE,
    "author": list(AUTHORS),
    "source": SOURCE,
    "url": URL,
}
BODY: Final = "".join(f"<p>{escape(paragraph, quote=False)}</p>\n" for paragraph in PARAGRAPHS)
XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def text() -> bytes:
    return "\n\n".join(LINES).encode()


def markdown() -> bytes:
    fields = f"titre: {TITLE}\nchapo: {LEAD}\nauteurs: [{', '.join(AUTHORS)}]\ndate: {DATE}\njournal: {SOURCE}"
    return f"---\n{fields}\n---\n\n# {TITLE}\n\n{TEXT}\n".encode()


def json_lines() -> bytes:
    return json.dumps(RECORD, ensure_ascii=False).encode() + b"\n"


def json_array() -> bytes:
    return json.dumps([RECORD], ensure_ascii=False, indent=1).encode()


def schema() -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": TITLE,
        "description": LEAD,
        "articleBody": TEXT,
        "datePublished": DATE,
        "author": [{"@type": "Person", "name": name} for name in AUTHORS],
        "publisher": {"@type": "Organization", "name": SOURCE},
        "url": URL,
    }


def schema_org() -> bytes:
    return json.dumps({"@graph": [{"@type": "WebSite", "name": "x"}, schema()]}, ensure_ascii=False).encode()


def ninjs() -> bytes:
    item = {
        "uri": "urn:newsml:echo:bac-orle",
        "type": "text",
        "headline": TITLE,
        "description_text": LEAD,
        "body_xhtml": BODY,
        "byline": BYLINE,
        "firstcreated": DATE,
        "source": SOURCE,
    }
    return json.dumps(item, ensure_ascii=False).encode()


def json_feed() -> bytes:
    entry = {
        "id": "1",
        "url": URL,
        "title": TITLE,
        "summary": LEAD,
        "content_html": BODY,
        "date_published": DATE,
        "authors": [{"name": name} for name in AUTHORS],
    }
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": SOURCE, "items": [entry]}
    return json.dumps(feed, ensure_ascii=False).encode()


def table(delimiter: str) -> bytes:
    file = io.StringIO()
    rows = csv.writer(file, delimiter=delimiter)
    rows.writerow(["Titre", "Chapô", "Texte", "Date de publication", "Auteurs", "Journal"])
    rows.writerow([TITLE, LEAD, TEXT, "06/11/2024 16:49", " et ".join(AUTHORS), SOURCE])
    return file.getvalue().encode()


def html(charset: str = "utf-8") -> bytes:
    facts = {key: value for key, value in schema().items() if key != "articleBody"}
    return f"""<!DOCTYPE html>
<html lang="fr"><head><meta charset="{charset}"><title>{TITLE} | {SOURCE}</title>
<script type="application/ld+json">{json.dumps(facts)}</script></head>
<body><header><nav><a href="/">Accueil</a> <a href="/sport">Sport</a></nav></header>
<main><article><h1>{TITLE}</h1><p class="chapo">{LEAD}</p><p class="byline">{BYLINE}</p>
<time datetime="{DATE}">{DATELINE}</time>
{BODY}</article></main><footer><p>Mentions légales</p></footer></body></html>""".encode(charset)


def html_open_graph() -> bytes:
    return f"""<html lang="fr"><head><title>{TITLE} - {SOURCE}</title>
<meta property="og:title" content="{TITLE}"><meta property="og:site_name" content="{SOURCE}">
<meta property="og:description" content="{LEAD}"><meta name="author" content="{" et ".join(AUTHORS)}"></head>
<body><article><h1>{TITLE}</h1><p>{LEAD}</p><time datetime="{DATE}">mercredi</time>
{BODY}</article></body></html>""".encode()


def rss() -> bytes:
    return f"""{XML}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>{SOURCE}</title><link>https://echo.example</link>
<item><title>{TITLE}</title><link>{URL}</link><guid isPermaLink="false">bac-orle</guid>
<description>{LEAD}</description><dc:creator>{AUTHORS[0]}</dc:creator><dc:creator>{AUTHORS[1]}</dc:creator>
<pubDate>Wed, 06 Nov 2024 16:49:00 +0100</pubDate>
<content:encoded><![CDATA[{BODY}]]></content:encoded></item></channel></rss>""".encode()


def rdf() -> bytes:
    return f"""{XML}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>{SOURCE}</title></channel><item><title>{TITLE}</title><link>{URL}</link><description>{LEAD}</description>
<dc:creator>{" et ".join(AUTHORS)}</dc:creator><dc:date>{DATE}</dc:date>
<content:encoded>{escape(BODY)}</content:encoded></item></rdf:RDF>""".encode()


def atom() -> bytes:
    people = "".join(f"<author><name>{name}</name></author>" for name in AUTHORS)
    return f"""{XML}<feed xmlns="http://www.w3.org/2005/Atom"><title>{SOURCE}</title>
<entry><id>bac-orle</id><title>{TITLE}</title><link rel="alternate" href="{URL}"/><published>{DATE}</published>
<updated>2024-11-07T08:00:00Z</updated>{people}<summary>{LEAD}</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{BODY}</div></content></entry></feed>""".encode()


def newsml() -> bytes:
    creators = "".join(f"<creator><name>{name}</name></creator>" for name in AUTHORS)
    return f"""{XML}<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<newsItem guid="urn:newsml:echo:bac" version="1" xml:lang="fr"><itemMeta><itemClass qcode="ninat:text"/>
<provider literal="echo"><name>{SOURCE}</name></provider><versionCreated>2024-11-06T17:00:00+01:00</versionCreated>
<pubStatus qcode="stat:usable"/></itemMeta><contentMeta><contentCreated>{DATE}</contentCreated>{creators}
<headline>{TITLE}</headline><description role="drol:summary">{LEAD}</description><language tag="fr"/></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x
</title></head><body>{BODY}</body></html></inlineXML></contentSet></newsItem>
<newsItem guid="urn:newsml:echo:photo"><itemMeta><itemClass qcode="ninat:picture"/></itemMeta><contentMeta><headline>Le
bac</headline></contentMeta></newsItem></itemSet></newsMessage>""".encode()


def newsml1() -> bytes:
    return f"""{XML}<NewsML Version="1.2"><NewsItem xml:lang="fr"><Identification><NewsIdentifier>
<ProviderId>echo.example</ProviderId><DateId>20241106</DateId><NewsItemId>bac</NewsItemId></NewsIdentifier>
</Identification><NewsManagement><FirstCreated>{DATE}</FirstCreated><Status FormalName="Usable"/></NewsManagement>
<NewsComponent><NewsLines><HeadLine>{TITLE}</HeadLine><ByLine>{BYLINE}</ByLine></NewsLines>
<AdministrativeMetadata><Provider><Party FormalName="{SOURCE}"/></Provider></AdministrativeMetadata>
<NewsComponent><Role FormalName="Lead"/><ContentItem><DataContent><p>{LEAD}</p></DataContent></ContentItem>
</NewsComponent><NewsComponent><Role FormalName="Body"/><ContentItem><MediaType FormalName="Text"/>
<DataContent>{BODY}</DataContent></ContentItem></NewsComponent></NewsComponent></NewsItem></NewsML>""".encode()


def wire() -> bytes:
    """Return a message of IPTC 7901; it has no place for a standfirst, which begins its text."""
    paragraphs = "\r\n\r\n".join("   " + "\r\n".join(textwrap.wrap(part, 69)) for part in (LEAD, *PARAGRAPHS))
    return (
        f"\x01ech025 4 eco 121 bac 007\r\n\r\nbac-Orle\r\n\r\n\x02{TITLE}\r\n{BYLINE} =\r\n\r\n{paragraphs}\r\n\r\n"
        "\x03061649 nov 24\r\n\x04"
    ).encode()


def sports() -> bytes:
    return f"""{XML}<sports-content><sports-metadata doc-id="bac" date-time="{DATE}" language="fr">
<sports-title>{TITLE}</sports-title></sports-metadata>
<article><nitf><body><body.content><p>{LEAD}</p>{BODY}</body.content></body></nitf></article></sports-content>""".encode()


def nitf() -> bytes:
    people = " et ".join(f"<person>{name}</person>" for name in AUTHORS)
    return f"""{XML}<!DOCTYPE nitf SYSTEM "nitf-3-5.dtd"><nitf><head><title>{TITLE}</title>
<docdata><doc-id id-string="bac"/><date.issue norm="20241106T164900+0100"/></docdata></head>
<body><body.head><hedline><hl1>{TITLE}</hl1></hedline><byline>Par {people}</byline><distributor>{SOURCE}</distributor>
<abstract><p>{LEAD}</p></abstract></body.head><body.content>{BODY}</body.content></body></nitf>""".encode()


def mail() -> bytes:
    message = EmailMessage()
    message["Subject"] = TITLE
    message["From"] = f"{SOURCE} <lettre@echo-vallombre.example>"
    message["Date"] = "Wed, 06 Nov 2024 16:49:00 +0100"
    message["Message-ID"] = "<bac@echo-vallombre.example>"
    message.set_content("Votre messagerie ne montre pas le HTML.")
    message.add_alternative(f"<html><body><p>{BYLINE}</p><p>{LEAD}</p>{BODY}</body></html>", subtype="html")
    return message.as_bytes()


def mailbox() -> bytes:
    return b"From lettre@echo-vallombre.example Wed Nov  6 16:49:00 2024\n" + mail() + b"\n"


def carrier() -> bytes:
    """Return a mail that carries the article as a document, a page and an archive, beside words of its own."""
    message = EmailMessage()
    message["Subject"] = "Communiqué"
    message["From"] = "Mairie <presse@rieux.example>"
    message.set_content("Ci-joint.\n\nBien à vous.")
    for name, content in (("a.docx", docx()), ("a.txt", text()), ("a.zip", zip_of({"a.html": html()}))):
        message.add_attachment(content, "application", "octet-stream", filename=name)
    return message.as_bytes()


def pdf() -> bytes:
    """Return a document of one page in Helvetica, with lines as a word processor breaks them."""
    lines = [line for part in LINES for line in (*textwrap.wrap(part, 88, break_on_hyphens=False), "")]
    shown = "".join(f"({_escaped(line)}) Tj T*\n" for line in lines)
    return pdf_of(f"BT /F1 10 Tf 14 TL 50 800 Td\n{shown}ET".encode("cp1252"))


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def pdf_of(*contents: bytes, title: str = "") -> bytes:
    """Return a document of pages with these drawing commands, in Helvetica (/F1)."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(contents)))
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        f"<< /Title ({title}) >>".encode("cp1252"),
    ]
    for number, content in enumerate(contents):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R"
            f" /Resources << /Font << /F1 {font} >> >> >>".encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    file = bytearray(b"%PDF-1.4\n")
    places = []
    for number, part in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    file += (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            len(objects) + 1,
            table,
            len(objects) + 1,
            len(file),
        )
    )
    return bytes(file)


def zip_of(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def tar_of(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def docx() -> bytes:
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in LINES)
    document = f'{XML}<w:document xmlns:w="{name}"><w:body>{paragraphs}</w:body></w:document>'
    return zip_of({"[Content_Types].xml": b"<Types/>", "word/document.xml": document.encode()})


def odt() -> bytes:
    office, words = (f"urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0" for kind in ("office", "text"))
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in LINES[1:])
    content = (
        f'{XML}<office:document-content xmlns:office="{office}" xmlns:text="{words}"><office:body><office:text>'
        f"<text:h>{TITLE}</text:h>{paragraphs}</office:text></office:body></office:document-content>"
    )
    return zip_of({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()})


def alto() -> bytes:
    return f"{XML}<alto xmlns='http://www.loc.gov/standards/alto/ns-v3#'><Layout><Page><PrintSpace>{_blocks()}</PrintSpace></Page></Layout></alto>".encode()


def page_xml() -> bytes:
    """Return the transcription of a page, with its regions in another order than they are read in."""
    regions = "".join(
        f"<TextRegion id='r{number}' type='{'heading' if not number else 'paragraph'}'>"
        + "".join(
            f"<TextLine id='r{number}l{place}'><TextEquiv><Unicode>{escape(line)}</Unicode></TextEquiv></TextLine>"
            for place, line in enumerate(textwrap.wrap(part, 60, break_on_hyphens=False))
        )
        + "</TextRegion>"
        for number, part in reversed(list(enumerate(LINES)))
    ).replace("traversées", "traver-</Unicode></TextEquiv></TextLine><TextLine><TextEquiv><Unicode>sées")
    order = "".join(f"<RegionRefIndexed index='{n}' regionRef='r{n}'/>" for n in range(len(LINES)))
    return f"""{XML}<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"><Page>
<ReadingOrder><OrderedGroup id="g">{order}</OrderedGroup></ReadingOrder>{regions}</Page></PcGts>""".encode()


def mets(*pages: str) -> bytes:
    """Return the binding of an issue that has these pages, and a picture of one."""
    files = "".join(f"<mets:file><mets:FLocat xlink:href={_quoted(page)}/></mets:file>" for page in ("1.jp2", *pages))
    return f"""{XML}<mets:mets xmlns:mets="http://www.loc.gov/METS/" xmlns:xlink="http://www.w3.org/1999/xlink">
<mets:dmdSec ID="d"><mods xmlns="http://www.loc.gov/mods/v3"><titleInfo>
<title>{SOURCE} du 6 novembre</title></titleInfo><originInfo><publisher>{SOURCE}</publisher>
<dateIssued>2024-11-06</dateIssued></originInfo></mods></mets:dmdSec>
<mets:fileSec>{files}</mets:fileSec></mets:mets>""".encode()


def issue() -> bytes:
    """Return an archive of a binding and its page."""
    return zip_of({"numero/mets.xml": mets("ALTO/1.xml"), "numero/ALTO/1.xml": alto()})


def marked_issue() -> bytes:
    """Return an archive of a page and of a binding whose logical map marks two articles on it."""
    divisions = "".join(
        f"""<mets:div ID="a{number}" TYPE="ARTICLE" DMDID="d{number}"><mets:fptr><mets:area FILEID="f1" BETYPE="IDREF"
 BEGIN="b{number}"/></mets:fptr></mets:div>"""
        for number in range(2)
    )
    sections = "".join(
        f"""<mets:dmdSec ID="d{number}"><mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>{title}</title>
</titleInfo></mods></mets:dmdSec>"""
        for number, title in enumerate((TITLE, "Marché déplacé"))
    )
    binding = mets("ALTO/1.xml").decode().replace("<mets:file>", '<mets:file ID="f0">', 1)
    binding = binding.replace("<mets:file>", '<mets:file ID="f1">').replace(
        "<mets:fileSec>", f"{sections}<mets:fileSec>"
    )
    logical = (
        f"""<mets:structMap TYPE="LOGICAL"><mets:div TYPE="ISSUE" DMDID="d">{divisions}</mets:div></mets:structMap>"""
    )
    blocks = "".join(
        f"""<TextBlock ID="b{number}"><TextLine><String CONTENT={_quoted(text)}/></TextLine></TextBlock>"""
        for number, text in enumerate((LEAD, "Le marché s’installe quai aux Fleurs dès samedi, dit la mairie."))
    )
    return zip_of(
        {
            "numero/mets.xml": binding.replace("</mets:mets>", f"{logical}</mets:mets>").encode(),
            "numero/ALTO/1.xml": f"<alto><Layout><Page>{blocks}</Page></Layout></alto>".encode(),
        }
    )


def _blocks() -> str:
    blocks = []
    for part in LINES:
        lines = (
            "".join(f"<String CONTENT={_quoted(word)}/><SP/>" for word in line.split(" "))
            for line in textwrap.wrap(part, 60, break_on_hyphens=False)
        )
        blocks.append(f"<TextBlock>{''.join(f'<TextLine>{line}</TextLine>' for line in lines)}</TextBlock>")
    return "".join(blocks).replace(
        '<String CONTENT="traversées"/>',
        '<String CONTENT="traver-" SUBS_TYPE="HypPart1" SUBS_CONTENT="traversées"/></TextLine><TextLine>'
        '<String CONTENT="sées" SUBS_TYPE="HypPart2" SUBS_CONTENT="traversées"/>',
    )


def _quoted(word: str) -> str:
    return f'"{escape(word)}"'


def arc() -> bytes:
    """Return an archive of the form before WARC: its own head, and one page."""
    about = b"1 0 Bac\nURL IP-address Archive-date Content-type Archive-length\n"
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html()
    head = b"filedesc://bac.arc 0.0.0.0 20241108000000 text/plain %d\n%s\n" % (len(about), about)
    return head + b"%s 10.0.0.1 20241108000000 text/html %d\n%s\n" % (URL.encode(), len(page), page)


def warc() -> bytes:
    return warc_of(html())


def warc_of(page: bytes) -> bytes:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s" % (
        len(page),
        page,
    )
    records = [
        (b"warcinfo", b"application/warc-fields", b"software: test\r\n"),
        (b"response", b"application/http; msgtype=response", answer),
    ]
    return b"".join(
        b"WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: %s\r\nWARC-Date: 2024-11-08T00:00:00Z\r\n"
        b"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-00000000000%d>\r\nContent-Type: %s\r\n"
        b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (kind, URL.encode(), number, mime, len(content), content)
        for number, (kind, mime, content) in enumerate(records)
    )


SAMPLES: Final[dict[str, Callable[[], bytes]]] = {
    "a.txt": text,
    "a.md": markdown,
    "a.jsonl": json_lines,
    "array.json": json_array,
    "schema.json": schema_org,
    "ninjs.json": ninjs,
    "feed.json": json_feed,
    "a.csv": lambda: table(";"),
    "a.tsv": lambda: table("\t"),
    "a.html": html,
    "latin.html": lambda: html("windows-1252"),
    "opengraph.html": html_open_graph,
    "a.rss": rss,
    "rdf.xml": rdf,
    "atom.xml": atom,
    "newsml.xml": newsml,
    "newsml1.xml": newsml1,
    "nitf.xml": nitf,
    "a.eml": mail,
    "a.mbox": mailbox,
    "a.pdf": pdf,
    "a.docx": docx,
    "a.odt": odt,
    "alto.xml": alto,
    "page.xml": page_xml,
    "a.warc": warc,
    "a.arc": arc,
}
"""The sample of each format, by the name of its file."""

LEADLESS: Final[dict[str, Callable[[], bytes]]] = {"wire.txt": wire, "sports.xml": sports}
"""The samples of formats without a place for a standfirst, which begins their text."""

SINGLE: Final = "a.html"

CONTAINERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
    ".zip": lambda content: zip_of({"dossier/": b"", "dossier/a.html": content}),
    ".tar": lambda content: tar_of({"dossier/a.html": content}),
    ".tar.gz": lambda content: gzip.compress(tar_of({"dossier/a.html": content})),
    ".tgz": lambda content: gzip.compress(tar_of({"./a.html": content})),
    ".tar.zip": lambda content: zip_of({"a.tar": tar_of({"a.html": content})}),
}
"""Wraps a page as a.html."""
