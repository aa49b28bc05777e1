"""Plain text: title, perhaps the title again, standfirst, paragraphs; the first or last line may be a date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.ingest.cleaning.encoding import is_binary, read_text
from searchapp.ingest.cleaning.record import ParsedRecord, article_or_reject
from searchapp.ingest.formats.page_layout import record_of_text
from searchapp.ingest.reader_protocol import FileContext, UnreadableError, extension
from searchapp.model import Article, Reject

__all__ = ["TextReader"]

_EXTENSIONS: Final = ("", ".txt", ".text")
_MARKUP: Final = re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE)


class TextReader:
    """Reads a file that holds one article."""

    name = "text"

    def sniff(self, head: bytes, filename: str) -> bool:
        """Return whether the file is text, not markup, with no extension of another format."""
        return extension(filename) in _EXTENSIONS and not is_binary(head) and not _MARKUP.match(head)

    def read(self, stream: BinaryIO, context: FileContext) -> Iterator[Article | Reject]:
        """Yield the article; its id is the file's name."""
        try:
            record = record_of_text(read_text(stream, context))
        except UnreadableError as error:
            yield error.reject(context.name)
            return
        yield article_or_reject(ParsedRecord(record, whole_file=True), context)
