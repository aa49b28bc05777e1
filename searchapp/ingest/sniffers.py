"""Sniffers: one test for each format, on the first bytes of a file and, where those do not decide, on its name."""

from __future__ import annotations

import re
from typing import Final

from searchapp.ingest.cleaning.encoding import is_binary
from searchapp.ingest.reader_protocol import extension
from searchapp.ingest.signatures import is_zip

__all__ = [
    "is_alto",
    "is_arc",
    "is_docx",
    "is_feed",
    "is_header_line",
    "is_html",
    "is_mail",
    "is_mailbox",
    "is_markdown",
    "is_mets",
    "is_newsml",
    "is_newsml1",
    "is_nitf",
    "is_odt",
    "is_page_xml",
    "is_pdf",
    "is_sitemap",
    "is_sports",
    "is_table",
    "is_warc",
    "is_wire",
]

_BEFORE_ROOT: Final = re.compile(
    rb"(?:\s+|<\?.{0,2000}?\?>|<!--.{0,20000}?-->|<!DOCTYPE[^>\[]{0,2000}(?:\[.{0,20000}?\]\s*)?>)", re.DOTALL
)
_ROOT: Final = re.compile(rb"<(?:[\w.-]{1,40}:)?([A-Za-z][\w.-]{0,40})")
_G2_ROOTS: Final = frozenset(
    (
        *(b"newsmessage", b"newsitem", b"packageitem", b"conceptitem", b"knowledgeitem", b"planningitem"),
        *(b"catalogitem", b"partialitem"),
    )
)
_HTML: Final = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_HTML_AT: Final = 2048
_HEADER: Final = re.compile(
    rb"(?:from|to|subject|date|received|return-path|message-id|mime-version|delivered-to|reply-to|content-type|sender"
    rb"|list-[a-z]+|x-[\w-]+|dkim-signature|authentication-results|arc-[\w-]+):[ \t]?.*\r?$",
    re.IGNORECASE,
)
_MAIL_MARKS: Final = re.compile(rb"^(?:subject|from|message-id|mime-version):", re.IGNORECASE | re.MULTILINE)
_FENCES: Final = ((b"---", b":"), (b"+++", b"="))
_WIRE_MARKS: Final = re.compile(rb"[\x16\x7f\s]{0,80}(\x01)?")
# bsf025 3 ec 121   atp 967
_WIRE_HEADER: Final = re.compile(
    rb"[A-Za-z]{1,5}\d{2,5} {1,4}[1-9] {1,4}[A-Za-z]{1,4} {1,4}\d{1,5}(?:[ \t][^\n]{0,80})?\r?\n\s*\n"
)
_MAILBOX: Final = re.compile(rb"From \S{1,200} +\w{3} \w{3} [ \d]\d \d\d:\d\d")


def is_feed(head: bytes, filename: str) -> bool:
    """Return whether it is RSS, RSS 1.0 or Atom."""
    return _root(head) in (b"rss", b"feed", b"rdf", b"channel") or _named(head, filename, ".rss", ".atom")


def is_newsml(head: bytes, filename: str) -> bool:
    """Return whether it is NewsML-G2."""
    return _root(head) in _G2_ROOTS


def is_newsml1(head: bytes, filename: str) -> bool:
    """Return whether it is NewsML 1, whose names begin with capital letters."""
    return _root_name(head) in (b"NewsML", b"NewsItem")


def is_nitf(head: bytes, filename: str) -> bool:
    """Return whether it is NITF."""
    return _root(head) == b"nitf" or _named(head, filename, ".nitf")


def is_sports(head: bytes, filename: str) -> bool:
    """Return whether it is SportsML."""
    return _root(head) == b"sports-content"


def is_sitemap(head: bytes, filename: str) -> bool:
    """Return whether it is a sitemap."""
    return _root(head) in (b"urlset", b"sitemapindex")


def is_alto(head: bytes, filename: str) -> bool:
    """Return whether it is ALTO, the text of a scanned page."""
    return _root(head) == b"alto"


def is_page_xml(head: bytes, filename: str) -> bool:
    """Return whether it is PAGE XML, the transcription of a page."""
    return _root(head) == b"pcgts"


def is_mets(head: bytes, filename: str) -> bool:
    """Return whether it is METS, the list of the scanned pages of an issue."""
    return _root(head) == b"mets"


def is_wire(head: bytes, filename: str) -> bool:
    """Return whether it is wire text: it begins with SOH, or with the header line of a message."""
    head = head.lstrip(b"\0")
    if is_binary(head):
        return False
    marked = _WIRE_MARKS.match(head)
    return bool(marked and marked[1]) or bool(_WIRE_HEADER.match(head.lstrip(b"\x7f\r\n ")))


def is_html(head: bytes, filename: str) -> bool:
    """Return whether it is an HTML page."""
    if is_binary(head):
        return False
    return bool(_HTML.search(head[:_HTML_AT])) or extension(filename) in (".html", ".htm", ".xhtml")


def is_markdown(head: bytes, filename: str) -> bool:
    """Return whether it is text that begins with front matter, or is named as Markdown is."""
    return not is_binary(head) and (_has_front_matter(head) or extension(filename) in (".md", ".markdown", ".mdown"))


def is_table(head: bytes, filename: str) -> bool:
    """Return whether it is text with the name of a table: CSV itself looks like prose."""
    return _named(head, filename, ".csv", ".tsv", ".tab")


def is_mail(head: bytes, filename: str) -> bool:
    """Return whether it is a mail: a block of header lines, such as Subject and From."""
    if is_binary(head[:1024]):
        return False
    first = head.lstrip().split(b"\n", 1)[0]  # saved mails may begin with an empty line
    begins = bool(_HEADER.match(first)) and len(_MAIL_MARKS.findall(head[:16_384])) > 1
    return begins or extension(filename) == ".eml"


def is_mailbox(head: bytes, filename: str) -> bool:
    """Return whether it is a mailbox: mails one after the other."""
    if not head.startswith(b"From "):
        return False
    named = extension(filename) in (".mbox", ".mbx")
    return named or bool(_MAILBOX.match(head)) or is_header_line(head.partition(b"\n")[2].partition(b"\n")[0])


def is_header_line(line: bytes) -> bool:
    """Return whether ``line`` is a line of the header of a mail."""
    return bool(_HEADER.match(line))


def is_pdf(head: bytes, filename: str) -> bool:
    """Return whether it is a PDF document; some programs write a few bytes before its signature."""
    return b"%PDF-" in head[:1024]


def is_docx(head: bytes, filename: str) -> bool:
    """Return whether it is a Word document."""
    return is_zip(head) and (extension(filename) == ".docx" or (b"[Content_Types].xml" in head and b"word/" in head))


def is_odt(head: bytes, filename: str) -> bool:
    """Return whether it is an OpenDocument text."""
    marked = b"mimetypeapplication/vnd.oasis.opendocument.text" in head[:200]
    return is_zip(head) and (marked or extension(filename) == ".odt")


def is_warc(head: bytes, filename: str) -> bool:
    """Return whether it is a web archive."""
    return head.startswith(b"WARC/")


def is_arc(head: bytes, filename: str) -> bool:
    """Return whether it is a web archive of the form before WARC."""
    return head.startswith(b"filedesc:")


def _root(head: bytes) -> bytes:
    """Return the local name of the first element, in small letters; b"" for a file that is not XML."""
    return _root_name(head).lower()


def _root_name(head: bytes) -> bytes:
    offset = 0
    while match := _BEFORE_ROOT.match(head, offset):
        offset = match.end()
    root = _ROOT.match(head, offset)
    return root[1] if root else b""


def _has_front_matter(head: bytes) -> bool:
    first, _, following = head.lstrip().partition(b"\n")
    second = following.partition(b"\n")[0]
    return any(first.rstrip() == fence and separator in second for fence, separator in _FENCES)


def _named(head: bytes, filename: str, *extensions: str) -> bool:
    return extension(filename) in extensions and not is_binary(head)
