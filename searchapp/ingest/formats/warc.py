"""WARC web archives: the HTML pages with status 200; other records are skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.formats.archive_records import ArchiveForm
from searchapp.ingest.formats.web_pages import ArchivedPage, records_of_pages
from searchapp.ingest.reader_protocol import FileContext
from searchapp.model import Reject

__all__ = ["records"]

_VERSION: Final = re.compile(rb"WARC/\d\.\d{1,2}\r?\n?$")


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord | Reject]:
    """Yield the record of each page; a page without an article is a reject that names its address."""
    return records_of_pages(stream, _FORM, _page, context)


def _fields(head: list[bytes]) -> dict[str, str]:
    """Return the fields of a head by their names in small letters."""
    lines = (line.decode("utf-8", "replace").partition(":") for line in head[1:])
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _length(head: list[bytes]) -> int:
    value = _fields(head).get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < len("1" + "0" * 15) else -1


def _is_nested(head: list[bytes]) -> bool:
    return "warc" in _fields(head).get("content-type", "").replace("warc-fields", "")


def _page(head: list[bytes]) -> ArchivedPage | None:
    fields = _fields(head)
    if fields.get("warc-type", "").lower() not in ("response", "resource"):
        return None
    return ArchivedPage(fields.get("warc-target-uri", "").strip("<>"), fields.get("content-type", ""))


_FORM: Final = ArchiveForm(lambda line: bool(_VERSION.match(line)), _length, _is_nested, has_block=True)
