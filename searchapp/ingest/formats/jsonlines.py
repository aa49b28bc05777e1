"""JSON Lines: one article a line, a JSON object with the fields of a record. A single object may span lines.

A line that cannot be read is a reject; the next line is read as if nothing had been.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.encoding import decode, is_binary
from searchapp.ingest.reader import LARGEST_ARTICLE, FileContext, UnreadableError, extension
from searchapp.ingest.record import Record, article_from
from searchapp.model import Article, Reject

__all__ = ["JsonLinesReader"]

_OBJECT: Final = re.compile(rb'\s*\{\s*["}]')
_ARRAY: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*(\{|$)")
_BRACE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*")
_EXTENSIONS: Final = (".jsonl", ".ndjson", ".json")


class JsonLinesReader:
    """Reads a file line by line."""

    name = "JSON Lines"

    def sniff(self, head: bytes, filename: str) -> bool:
        """Return whether the file begins with a JSON object, or is text and named so."""
        return bool(_OBJECT.match(head)) or (extension(filename) in _EXTENSIONS and not is_binary(head))

    def read(self, stream: BinaryIO, context: FileContext) -> Iterator[Article | Reject]:
        """Yield the article of each line; lines count from 1."""
        for number, line in _articles(stream):
            if number == 1 and line and _ARRAY.match(line):
                yield Reject(context.name, None, Message("a JSON array; write one article a line: jq -c '.[]' FILE"))
                return
            try:
                yield article_from(_record(line), context)
            except UnreadableError as error:
                yield error.reject(context.name, number)


def _articles(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines that are not blank with their numbers; ``None`` for one that is too long."""
    for number, line in enumerate(_lines(stream), 1):
        if number == 1 and line is not None and _BRACE.fullmatch(line):
            yield number, _whole(line, stream)
            return
        if line is None or not line.isspace():
            yield number, line


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    while line := stream.readline(LARGEST_ARTICLE + 1):
        too_long = len(line) > LARGEST_ARTICLE
        while too_long and line and not line.endswith(b"\n"):
            line = stream.readline(1 << 20)
        yield None if too_long else line


def _whole(first: bytes, stream: BinaryIO) -> bytes | None:
    """Return a single object that spans the lines of its file."""
    content = first + stream.read(LARGEST_ARTICLE)
    return content if len(content) <= LARGEST_ARTICLE else None


def _record(line: bytes | None) -> Record:
    if line is None:
        raise UnreadableError(Message("the article is longer than {limit} MiB", limit=LARGEST_ARTICLE >> 20))
    if b"\0" in line:
        raise UnreadableError(Message("the line holds a NUL byte"))
    try:
        record = json.loads(decode(line))
    except json.JSONDecodeError as error:
        raise UnreadableError(
            Message("not valid JSON at column {column}: {reason}", column=error.colno, reason=error.msg)
        ) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; brackets in brackets
        raise UnreadableError(Message("the JSON is nested too deeply, or holds an endless number")) from error
    if not isinstance(record, dict):
        raise UnreadableError(Message("not a JSON object; each line must hold one, with a title and a text"))
    return record
