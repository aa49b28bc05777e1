"""Markdown: front matter with the fields of a record, then the text. The title may also be a ``#`` heading.

The text is stored without its markup: paragraphs and headings between blank lines, the items of a list one a
line, links as their words, pictures as their description. Raw HTML is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from searchapp.ingest.cleaning.encoding import read_text
from searchapp.ingest.cleaning.normalize import clean_text
from searchapp.ingest.cleaning.record import ParsedRecord, Record
from searchapp.ingest.formats.frontmatter import split_front_matter
from searchapp.ingest.reader_protocol import FileContext

__all__ = ["records"]

_LISTS: Final = ("bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close")
_MARKDOWN: Final = MarkdownIt("commonmark")


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord]:
    """Yield the one record; without an id of its own it has the file's name. Raises UnreadableError."""
    yield ParsedRecord(_record(read_text(stream, context)), whole_file=True)


def _record(content: str) -> Record:
    fields, body = split_front_matter(clean_text(content))
    tokens = _MARKDOWN.parse(body)
    heading = _first_heading(tokens)
    words = _inline_text(tokens[heading + 1].children) if heading is not None else ""
    title = fields.get("title") or words
    if heading is not None and title == words:
        del tokens[heading : heading + 3]
    return {**fields, "title": title or None, "text": fields.get("text") or _plain_text(tokens)}


def _first_heading(tokens: Sequence[Token]) -> int | None:
    indexes = (index for index, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h1")
    return next(indexes, None)


def _plain_text(tokens: Sequence[Token]) -> str:
    pieces: list[str] = []
    depth = 0
    glue = ""
    for token in tokens:
        if token.type in _LISTS:
            depth += token.nesting
            glue = glue if depth > 1 else "\n\n"
        if token.type == "inline":
            text = _inline_text(token.children)
        else:
            text = token.content if token.type in ("fence", "code_block") else ""
        if text:
            pieces += (glue, text)
            glue = "\n" if depth else "\n\n"
    return "".join(pieces)


def _inline_text(tokens: Sequence[Token] | None) -> str:
    return "".join(map(_inline_piece, tokens or ()))


def _inline_piece(token: Token) -> str:
    if token.type == "image":
        return _inline_text(token.children)
    if token.type in ("softbreak", "hardbreak"):
        return " " if token.type == "softbreak" else "\n"
    return token.content if token.type in ("text", "code_inline") else ""
