"""The formats, in the order in which they are tried: the one that is surest of itself comes first."""

from __future__ import annotations

import codecs
from typing import Final

from searchapp.ingest import sniffers as kinds
from searchapp.ingest.formats.jsonlines import JsonLinesReader
from searchapp.ingest.formats.on_demand import OnDemandReader
from searchapp.ingest.formats.text import TextReader
from searchapp.ingest.reader_protocol import Reader

__all__ = ["READERS", "find_reader"]

READERS: Final[tuple[Reader, ...]] = (
    OnDemandReader("PDF", kinds.is_pdf, "pdf"),
    OnDemandReader("WARC", kinds.is_warc, "warc"),
    OnDemandReader("DOCX", kinds.is_docx, "docx"),
    OnDemandReader("ODT", kinds.is_odt, "odt"),
    OnDemandReader("NewsML-G2", kinds.is_newsml, "newsml"),
    OnDemandReader("NITF", kinds.is_nitf, "nitf"),
    OnDemandReader("sitemap", kinds.is_sitemap, "sitemap"),
    OnDemandReader("ALTO", kinds.is_alto, "alto"),
    OnDemandReader("METS", kinds.is_mets, "mets"),
    OnDemandReader("RSS/Atom", kinds.is_feed, "feed"),
    OnDemandReader("mailbox", kinds.is_mailbox, "mail"),
    JsonLinesReader(),
    OnDemandReader("mail", kinds.is_mail, "mail"),
    OnDemandReader("Markdown", kinds.is_markdown, "markdown"),
    OnDemandReader("HTML", kinds.is_html, "html"),
    OnDemandReader("CSV/TSV", kinds.is_table, "table"),
    TextReader(),
)


def find_reader(head: bytes, filename: str) -> Reader | None:
    """Return the reader for a file that begins with ``head``, or None when no reader knows it."""
    head = head.removeprefix(codecs.BOM_UTF8)
    return next((reader for reader in READERS if reader.sniff(head, filename)), None)
