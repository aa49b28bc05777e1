"""WARC web archives: the HTML pages with status 200; other records are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.encoding import decode_guessing
from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.extras import import_extra
from searchapp.ingest.formats.html import record_of_page
from searchapp.ingest.limits import OverBudgetError
from searchapp.ingest.reader_protocol import LARGEST_TREE, FileContext, UnreadableError
from searchapp.model import Reject

__all__ = ["records"]

_PAGES: Final = ("text/html", "application/xhtml+xml")


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord | Reject]:
    """Yield the record of each page; a page without an article is a reject that names its address."""
    archive = import_extra("warcio.archiveiterator", "warc").ArchiveIterator(stream)
    archive.INC_RECORD = ""  # else it writes about broken records to standard error
    iterator = iter(archive)
    while True:
        try:
            record = next(iterator, None)
            content = _page(record)
        except (UnreadableError, OverBudgetError):
            raise
        except Exception as error:  # broken records make the library raise many errors
            reason = type(error).__name__
            raise UnreadableError(
                Message("the web archive is damaged or cut short: {reason}", reason=reason)
            ) from error
        if record is None:
            return
        if content is not None:
            yield _found(content, record, context)


def _page(record: Any) -> bytes | None:
    """Return the bytes of an HTML page, one more than LARGEST_TREE at most; None for other records."""
    if record is None or record.rec_type not in ("response", "resource"):
        return None
    headers = record.http_headers
    if headers is not None and headers.get_statuscode() != "200":
        return None
    kind = (headers or record.rec_headers).get_header("Content-Type") or ""
    if not kind.strip().lower().startswith(_PAGES):
        return None
    content: bytes = record.content_stream().read(LARGEST_TREE + 1)
    if len(content) <= LARGEST_TREE and record.raw_stream.limit > 0:
        raise EOFError  # the record promises more
    return content


def _found(content: bytes, record: Any, context: FileContext) -> ParsedRecord | Reject:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    try:
        if len(content) > LARGEST_TREE:
            raise UnreadableError(Message("the file is longer than {limit} MiB", limit=LARGEST_TREE >> 20))
        content_type = record.http_headers.get_header("Content-Type") if record.http_headers else ""
        charset = (content_type or "").partition("charset=")[2]
        return ParsedRecord(record_of_page(decode_guessing(content, charset)[0], context.timezone, url))
    except UnreadableError as error:
        return Reject(context.name, None, Message("{url}: {reason}", url=url[:200], reason=error.reason))
