"""Plain text: title, perhaps the title again, standfirst, paragraphs; first or last may come a date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.ingest.dates import is_date
from searchapp.ingest.encoding import is_binary, read_text
from searchapp.ingest.normalize import clean_text
from searchapp.ingest.reader import FileContext, UnreadableError, extension
from searchapp.ingest.record import Record, article_from
from searchapp.model import Article, Reject

__all__ = ["TextReader"]

_EXTENSIONS: Final = ("", ".txt", ".text")
_MARKUP: Final = re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE)
_LONGEST_TITLE: Final = 300
_LONGEST_LEAD: Final = 1000
# Lines are wrapped at 72 to 100 characters; a longer one is a paragraph.
_LONGEST_WRAPPED_LINE: Final = 120
# Not shorter than 30 characters: “M. Dupont” ends no sentence.
_SENTENCE: Final = re.compile(r".{30,298}?[.!?…](?=\s)")


class TextReader:
    """Reads a file that holds one article."""

    name = "text"

    def sniff(self, head: bytes, filename: str) -> bool:
        """Return whether the file is text, not markup, and its name does not say something else."""
        return extension(filename) in _EXTENSIONS and not is_binary(head) and not _MARKUP.match(head)

    def read(self, stream: BinaryIO, context: FileContext) -> Iterator[Article | Reject]:
        """Yield the article; its id is the file's name."""
        try:
            yield article_from(_record(read_text(stream)), context, context.article_id)
        except UnreadableError as error:
            yield error.reject(context.name)


def _record(content: str) -> Record:
    lines = clean_text(content).split("\n")
    date = _take_date(lines)
    title, *rest = lines or [""]
    if len(title) > _LONGEST_TITLE:
        return {"title": _shortened(title), "text": "\n".join(lines), "date": date}
    lead, text = _lead_and_text(_paragraphs(_without_repeat(title, rest)))
    return {"title": title, "lead": lead, "text": text, "date": date}


def _take_date(lines: list[str]) -> str | None:
    """Return the line that is only a date; remove it, and the blank lines beside it, from ``lines``."""
    found = None
    for end in (-1, 0):
        if lines and is_date(lines[end].strip()):
            found = lines.pop(end)
            while lines and not lines[end]:
                lines.pop(end)
    return found


def _without_repeat(title: str, rest: list[str]) -> str:
    body = "\n".join(rest).lstrip("\n")
    first, _, following = body.partition("\n")
    return following if first.split() == title.split() else body


def _paragraphs(body: str) -> list[str]:
    """Return the paragraphs: parts between blank lines or, without any, lines too long to be wrapped ones."""
    parts = body.strip("\n").split("\n\n")
    lines = parts[0].split("\n")
    if len(parts) == 1 and max(map(len, lines)) > _LONGEST_WRAPPED_LINE:
        return lines
    return parts


def _lead_and_text(paragraphs: list[str]) -> tuple[str, str]:
    first, *others = paragraphs
    if others and len(first) <= _LONGEST_LEAD:
        return first, "\n\n".join(others)
    return "", "\n\n".join(paragraphs)


def _shortened(line: str) -> str:
    """Return the first sentence of ``line``, or as many of its words as a title may have."""
    if sentence := _SENTENCE.match(line):
        return sentence[0]
    start = line[: _LONGEST_TITLE - 1]
    return f"{start.rpartition(' ')[0] or start}…"
