"""Mails and mailboxes: a newsletter is an article, its subject the title, its sender the source.

A document attached to a mail (a press release, say) is an article of its own: it is read like a file in a folder named
as the mail, and inherits the mail's source and date.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from datetime import datetime
from email.message import Message as Mail
from email.utils import parseaddr, parsedate
from itertools import chain, pairwise
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.article_dates import parse_date
from searchapp.ingest.cleaning.encoding import read_bytes
from searchapp.ingest.cleaning.ids import id_of_url
from searchapp.ingest.cleaning.record import ParsedRecord
from searchapp.ingest.formats.mailparts import body_of, decoded, documents_of, parts_of
from searchapp.ingest.formats.page_layout import record_of_text
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE, FileContext, UnreadableError, article_too_long, peek
from searchapp.ingest.sniffers import is_header_line, is_mailbox
from searchapp.model import Article, Reject

__all__ = ["records"]

_START: Final = b"From "
_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)
_BLANKS: Final = b"\r\n\t "
_MAILBOX_DATE: Final = "X-Searchapp-Mailbox-Date"
_HEAD: Final = 1024
_LONGEST_KEY: Final = 60


def records(stream: BinaryIO, context: FileContext) -> Iterator[ParsedRecord | Article | Reject]:
    """Yield the record of the mail, or of each mail of a mailbox, and the articles of the documents attached to it."""
    if not is_mailbox(peek(stream, _HEAD), context.name):
        yield from _read(read_bytes(stream), context)
        return
    for line, content in _mails(stream):
        try:
            if content is None:
                raise article_too_long()
            context.repairs.clear()  # each mail has its own encoding
            yield from _read(content, context, line)
        except UnreadableError as error:
            yield error.reject(context.name, line)


def _read(content: bytes, context: FileContext, line: int | None = None) -> Iterator[ParsedRecord | Article | Reject]:
    """Yield the record of a mail, unless it only has attachments, and these; ``line``: its first in a mailbox."""
    record, documents = _record(content, context)
    if record.get("lead") or record["text"] or not documents:
        yield ParsedRecord(record, line, whole_file=line is None)
    context.repairs.clear()
    folder = f"{_key(str(record['id']), line)}/" if line else ""
    for name, document in documents:
        if context.read_attachment:
            yield from context.read_attachment(document, folder + name, _inherited(record, context))


def _key(message_id: str, line: int | None) -> str:
    """Return the folder name of a mail's attachments: by its Message-ID, so that it stays when the mail moves."""
    key = message_id.replace("/", "_")
    return (key if len(key) <= _LONGEST_KEY else id_of_url(key)) or str(line)


def _inherited(record: dict[str, object], context: FileContext) -> dict[str, str]:
    try:
        date = parse_date(record["date"], context.timezone)
    except UnreadableError:  # the reject of the mail itself reports it
        date = None
    values = {"source": str(record["source"]), "date": date.isoformat() if date else ""}
    return {name: value for name, value in values.items() if value}


def _mails(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield each mail of a mailbox with the line where it begins; ``None`` for one that is too long."""
    lines: list[bytes] = []
    size = begin = 0
    for number, (line, following) in enumerate(pairwise(chain(iter(lambda: stream.readline(1 << 20), b""), (b"",))), 1):
        if line.startswith(_START) and (not lines or (not lines[-1].strip() and _begins_mail(line, following))):
            if lines:
                yield begin, _joined(lines, size)
            lines, size, begin = [], 0, number
        size += len(line)
        if size <= LARGEST_ARTICLE or not line.strip():
            lines.append(line)
    if lines:
        yield begin, _joined(lines, size)


def _begins_mail(line: bytes, following: bytes) -> bool:
    """Return whether a line « From … » begins a mail: it has a date, or a header follows. Sentences begin so too."""
    return is_header_line(following.rstrip(b"\r\n")) or is_mailbox(line, "")


def _joined(lines: list[bytes], size: int) -> bytes | None:
    """Return the mail, and in a header of ours the date of the line that parts it from the one before."""
    if size > LARGEST_ARTICLE:
        return None
    content = _QUOTED.sub(rb"\1", b"".join(lines[1:])).lstrip(_BLANKS)
    return b"%s: %s\n%s" % (_MAILBOX_DATE.encode(), _date_of_line(lines[0]).encode(), content)


def _date_of_line(line: bytes) -> str:
    """Return the date of « From a@b.example Wed Nov  6 16:49:00 2024 », "" when there is none."""
    moment = parsedate(line.decode("latin-1").partition(" ")[2].partition(" ")[2])
    try:
        return datetime(*moment[:6]).isoformat() if moment else ""  # noqa: DTZ001 - no zone is stated
    except ValueError:
        return ""


def _record(content: bytes, context: FileContext) -> tuple[dict[str, object], list[tuple[str, bytes]]]:
    try:
        mail = email.message_from_bytes(content.lstrip(_BLANKS))
        parts = parts_of(mail)
        body, part = body_of(parts, context)
        sender, address = parseaddr(_header(mail, "From"))
        record = record_of_text(f"{_header(mail, 'Subject')}\n\n{body}")
        documents = list(documents_of(parts, part, context))
        facts = {
            "id": _header(mail, "Message-ID").strip("<> "),
            "date": _date(mail) or record.get("date"),
            "source": sender or address,
            "url": _header(mail, "Archived-At").strip("<> "),
            "language": _header(mail, "Content-Language").partition(",")[0],
        }
    except UnreadableError:
        raise
    except Exception as error:  # the standard library stumbles over broken mails in many ways
        raise UnreadableError(Message("the mail is damaged: {reason}", reason=type(error).__name__)) from error
    return {**record, **facts}, documents


def _date(mail: Mail) -> str:
    """Return when the mail was written, else when it was received or put into its mailbox."""
    received = _header(mail, "Received").rpartition(";")[2].strip()
    stated = _header(mail, "Date") or _header(mail, "Resent-Date") or received or _header(mail, _MAILBOX_DATE)
    return stated.partition(" (")[0]


def _header(mail: Mail, name: str) -> str:
    raw = mail.get(name)
    return "" if raw is None else decoded(raw)
