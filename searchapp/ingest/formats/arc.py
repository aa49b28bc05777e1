"""ARC web archives, which came before WARC: a line and a body for each page that was fetched.

The line is « address IP date type length », in the second version with more fields before the length. Internet Archive,
“Arc File Format”, 1996.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.formats.archive_records import ArchiveForm
from searchapp.ingest.formats.web_pages import ArchivedPage, records_of_pages
from searchapp.ingest.reader_protocol import FileContext
from searchapp.model import Reject

__all__ = ["records"]

_FEWEST_FIELDS: Final = 5
_DATE_DIGITS: Final = range(8, 15)
_HEAD_OF_ARCHIVE: Final = b"filedesc:"


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord | Reject]:
    """Yield the record of each page; a page without an article is a reject that names its address."""
    return records_of_pages(stream, _FORM, _page, context)


def _date_place(fields: list[bytes]) -> int:
    """Return the number of the field with the date, 0 for a line that begins no record; addresses may hold blanks."""
    if len(fields) < _FEWEST_FIELDS or b":" not in fields[0] or not fields[-1].isdigit():
        return 0
    places = (place for place in range(2, len(fields) - 1) if fields[place].isdigit())
    return next((place for place in places if len(fields[place]) in _DATE_DIGITS), 0)


def _begins(line: bytes) -> bool:
    return line[:1].isalpha() and bool(_date_place(line.rstrip(b"\r\n").split(b" ")))


def _length(head: list[bytes]) -> int:
    digits = head[0].split()[-1]
    return int(digits) if digits.isdigit() and len(digits) < len("1" + "0" * 15) else -1


def _page(head: list[bytes]) -> ArchivedPage | None:
    fields = head[0].rstrip(b"\r\n").split(b" ")
    if fields[0].startswith(_HEAD_OF_ARCHIVE):
        return None
    date = _date_place(fields)
    address = b" ".join(fields[: date - 1]).decode("utf-8", "replace")
    return ArchivedPage(address, fields[date + 1].decode("utf-8", "replace"))


_FORM: Final = ArchiveForm(_begins, _length, lambda head: False, has_block=False)
