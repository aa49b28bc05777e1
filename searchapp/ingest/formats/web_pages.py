"""The pages of web archives: what a server answered, without its head, unpacked, as the article of its address."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.encoding import decode_guessing
from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.extras import import_extra
from searchapp.ingest.formats.archive_records import ArchiveForm, RawRecord, read_records
from searchapp.ingest.formats.html import record_of_page
from searchapp.ingest.limits import OverBudgetError
from searchapp.ingest.reader_protocol import LARGEST_TREE, FileContext, UnreadableError
from searchapp.model import Reject

__all__ = ["ArchivedPage", "records_of_pages"]

_PAGES: Final = ("text/html", "application/xhtml+xml")
_HTTP: Final = ["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/2.0", "HTTP/3"]
_OK: Final = "200"


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """The address of a record, and the type that the archive states for it."""

    address: str
    kind: str


def records_of_pages(
    stream: BinaryIO,
    form: ArchiveForm,
    page_of: Callable[[list[bytes]], ArchivedPage | None],
    context: FileContext,
) -> Iterator[ParsedRecord | Reject]:
    """Yield the record of each HTML page with status 200; one without an article is a reject that names its address.

    ``page_of`` tells what a head describes. Articles from records whose length is wrong have the repair ``length``.
    Raises UnreadableError, after all others, when the archive is cut short.
    """
    import_extra("warcio.statusandheaders", "warc")
    is_cut = False
    for record in read_records(stream, form):
        is_cut = record.is_cut
        page = page_of(record.head)
        if page and (found := _found(record, page, context)):
            yield found
    if is_cut:
        raise UnreadableError(Message("the web archive is cut short: its last record is not whole"))


def _found(record: RawRecord, page: ArchivedPage, context: FileContext) -> ParsedRecord | Reject | None:
    context.repairs.clear()
    if not record.is_intact:
        context.repairs.add("length")
    try:
        answer = _answer(record.body, page)
        if answer is None or (record.is_cut and b"</html>" not in answer[0][-200:].lower()):
            return None
        content, charset = answer
        if len(content) > LARGEST_TREE:
            raise UnreadableError(Message("the file is longer than {limit} MiB", limit=LARGEST_TREE >> 20))
        return ParsedRecord(record_of_page(decode_guessing(content, charset)[0], context.timezone, page.address))
    except OverBudgetError:
        raise
    except UnreadableError as error:
        return Reject(context.name, None, Message("{url}: {reason}", url=page.address[:200], reason=error.reason))


def _answer(body: bytes, page: ArchivedPage) -> tuple[bytes, str] | None:
    """Return an HTML page, one byte more than LARGEST_TREE at most, and the encoding that it states; else None.

    Raises UnreadableError for one that cannot be unpacked.
    """
    content, kind, encoding, transfer = body, page.kind, "", ""
    if body.startswith(b"HTTP/"):
        stream = io.BytesIO(body)
        try:
            headers = import_extra("warcio.statusandheaders", "warc").StatusAndHeadersParser(_HTTP).parse(stream)
        except Exception:  # the library raises several errors for a head that is none
            return None
        if headers.get_statuscode() != _OK:
            return None
        kind, encoding, transfer = (
            (headers.get_header(name) or "").strip().lower()
            for name in ("Content-Type", "Content-Encoding", "Transfer-Encoding")
        )
        content = stream.read()
    if not kind.strip().lower().startswith(_PAGES):
        return None
    return _unpacked(content, encoding, transfer), kind.partition("charset=")[2].strip("\"' ;")


def _unpacked(content: bytes, encoding: str, transfer: str) -> bytes:
    readers = import_extra("warcio.bufferedreaders", "warc")
    packing = encoding if encoding in readers.BufferedReader.get_supported_decompressors() else None
    if not packing and transfer != "chunked":
        return content[: LARGEST_TREE + 1]
    reader = readers.ChunkedDataReader if transfer == "chunked" else readers.BufferedReader
    try:
        unpacked: bytes = _all(reader(io.BytesIO(content), decomp_type=packing))
    except Exception as error:  # damaged pages make the library raise many errors
        raise UnreadableError(Message("the page is damaged: {reason}", reason=type(error).__name__)) from error
    return unpacked


def _all(stream: BinaryIO) -> bytes:
    """Return the bytes of ``stream``, one more than LARGEST_TREE at most; one reading may give a part."""
    parts = []
    left = LARGEST_TREE + 1
    while left > 0 and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
