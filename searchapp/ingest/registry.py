"""The formats, in the order in which they are tried: the one that is surest of itself comes first."""

from __future__ import annotations

import codecs
from typing import Final

from searchapp.ingest.formats.jsonlines import JsonLinesReader
from searchapp.ingest.formats.markdown import MarkdownReader
from searchapp.ingest.formats.text import TextReader
from searchapp.ingest.reader import Reader

__all__ = ["READERS", "find_reader"]

READERS: Final[tuple[Reader, ...]] = (JsonLinesReader(), MarkdownReader(), TextReader())


def find_reader(head: bytes, filename: str) -> Reader | None:
    """Return the reader for a file that begins with ``head``, or None when no reader knows it."""
    head = head.removeprefix(codecs.BOM_UTF8)
    return next((reader for reader in READERS if reader.sniff(head, filename)), None)
