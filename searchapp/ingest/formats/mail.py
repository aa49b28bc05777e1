"""Mails and mailboxes: a newsletter is an article, its subject the title, its sender the source."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.utils import parseaddr
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.encoding import letters, read_bytes
from searchapp.ingest.formats.layout import record_of_text
from searchapp.ingest.formats.markup import paragraphs_of, parse_html
from searchapp.ingest.kinds import is_mailbox
from searchapp.ingest.reader import LARGEST_ARTICLE, FileContext, UnreadableError
from searchapp.ingest.record import Found, Record
from searchapp.model import Reject

__all__ = ["records"]

_START: Final = b"From "
_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEAD: Final = 1024
_MOST_PARTS: Final = 200


def records(stream: BinaryIO, context: FileContext) -> Iterator[Found | Reject]:
    """Yield the record of the mail, or of each mail of a mailbox."""
    peek = getattr(stream, "peek", None)
    if not (peek and is_mailbox(peek(_HEAD)[:_HEAD], context.name)):
        yield Found(_record(read_bytes(stream), context), alone=True)
        return
    for line, content in _mails(stream):
        try:
            if content is None:
                raise UnreadableError(Message("the article is longer than {limit} MiB", limit=LARGEST_ARTICLE >> 20))
            yield Found(_record(content, context), line)
        except UnreadableError as error:
            yield error.reject(context.name, line)


def _mails(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield each mail of a mailbox with the line where it begins; ``None`` for one that is too long."""
    lines: list[bytes] = []
    size = begin = 0
    for number, line in enumerate(_bounded_lines(stream), 1):
        if line.startswith(_START) and (not lines or not lines[-1].strip()):
            if lines:
                yield begin, _joined(lines, size)
            lines, size, begin = [], 0, number
        size += len(line)
        if size <= LARGEST_ARTICLE or not line.strip():
            lines.append(line)
    if lines:
        yield begin, _joined(lines, size)


def _bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(1 << 20):
        yield line


def _joined(lines: list[bytes], size: int) -> bytes | None:
    return _QUOTED.sub(rb"\1", b"".join(lines[1:])) if size <= LARGEST_ARTICLE else None


def _record(content: bytes, context: FileContext) -> Record:
    try:
        mail = email.message_from_bytes(content)
        body = _body(mail, context)
        sender, address = parseaddr(_header(mail, "From"))
        record = record_of_text(f"{_header(mail, 'Subject')}\n\n{body}")
    except UnreadableError:
        raise
    except Exception as error:  # the standard library stumbles over broken mails in many ways
        raise UnreadableError(Message("the mail is damaged: {reason}", reason=type(error).__name__)) from error
    return {
        **record,
        "id": _header(mail, "Message-ID").strip("<> "),
        "date": _header(mail, "Date").partition(" (")[0] or record["date"],
        "source": sender or address,
        "url": _header(mail, "Archived-At").strip("<> "),
        "language": _header(mail, "Content-Language").partition(",")[0],
    }


def _header(mail: Mail, name: str) -> str:
    """Return a header, decoded and on one line; bytes that no encoding is told for are letters of ours."""
    raw = mail.get(name)
    if raw is None:
        return ""
    try:
        text = str(make_header(decode_header(str(raw))))
    except (ValueError, LookupError):
        text = str(raw)
    if not text.isascii():
        text = letters(text.encode("utf-8", "surrogateescape"))[0]
    return " ".join(text.split())


def _body(mail: Mail, context: FileContext) -> str:
    """Return the words of the mail: its HTML, which newsletters are made for, else its plain text."""
    plain = ""
    for number, part in enumerate(mail.walk()):
        if number > _MOST_PARTS or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/html":
            tree = parse_html(_letters(part, context))
            if tree is not None and (words := paragraphs_of(tree)):
                return words
        elif part.get_content_type() == "text/plain":
            plain = plain or _letters(part, context)
    return plain


def _letters(part: Mail, context: FileContext) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    text, encoding = letters(content, part.get_content_charset() or "")
    if encoding != "utf-8":
        context.repairs.add(encoding)
    return text
