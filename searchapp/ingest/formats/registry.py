"""The readers, in the order in which they are tried: formats with the surest signature come first."""

from __future__ import annotations

import codecs
from typing import Final

from searchapp.ingest import sniffers
from searchapp.ingest.formats.jsonlines import JsonLinesReader
from searchapp.ingest.formats.on_demand import OnDemandReader
from searchapp.ingest.formats.text import TextReader
from searchapp.ingest.reader_protocol import Reader

__all__ = ["READERS", "find_reader"]

READERS: Final[tuple[Reader, ...]] = (
    OnDemandReader("PDF", sniffers.is_pdf, "pdf"),
    OnDemandReader("WARC", sniffers.is_warc, "warc"),
    OnDemandReader("ARC", sniffers.is_arc, "arc"),
    OnDemandReader("DOCX", sniffers.is_docx, "docx"),
    OnDemandReader("ODT", sniffers.is_odt, "odt"),
    OnDemandReader("NewsML 1", sniffers.is_newsml1, "newsml1"),
    OnDemandReader("NewsML-G2", sniffers.is_newsml, "newsml"),
    OnDemandReader("NITF", sniffers.is_nitf, "nitf"),
    OnDemandReader("SportsML", sniffers.is_sports, "sports"),
    OnDemandReader("sitemap", sniffers.is_sitemap, "sitemap"),
    OnDemandReader("ALTO", sniffers.is_alto, "alto"),
    OnDemandReader("PAGE", sniffers.is_page_xml, "page_xml"),
    OnDemandReader("METS", sniffers.is_mets, "mets"),
    OnDemandReader("RSS/Atom", sniffers.is_feed, "feed"),
    OnDemandReader("wire text", sniffers.is_wire, "wire"),
    OnDemandReader("mailbox", sniffers.is_mailbox, "mail"),
    JsonLinesReader(),
    OnDemandReader("mail", sniffers.is_mail, "mail"),
    OnDemandReader("Markdown", sniffers.is_markdown, "markdown"),
    OnDemandReader("HTML", sniffers.is_html, "html"),
    OnDemandReader("CSV/TSV", sniffers.is_table, "table"),
    TextReader(),
)


def find_reader(head: bytes, filename: str) -> Reader | None:
    """Return the reader for a file that begins with ``head``, or None when no reader knows it."""
    head = head.removeprefix(codecs.BOM_UTF8)
    return next((reader for reader in READERS if reader.sniff(head, filename)), None)
