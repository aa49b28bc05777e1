"""The parts of a mail: what it says, and the documents that it carries. Pictures and signatures are neither."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message as Mail
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.encoding import letters
from searchapp.ingest.formats.markup import paragraphs_of, parse_html
from searchapp.ingest.reader_protocol import FileContext, UnreadableError, extension

__all__ = ["body_of", "decoded", "documents_of", "letters_of", "parts_of"]

_MOST_PARTS: Final = 1000
_SILENT_KINDS: Final = ("image", "audio", "video", "font")
_SILENT_TYPES: Final = frozenset(
    [
        *("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"),
        *("application/pgp-keys", "application/ics", "text/calendar", "text/vcard", "text/x-vcard", "text/directory"),
        *("message/delivery-status", "message/disposition-notification", "text/rfc822-headers"),
    ]
)
_SILENT_NAMES: Final = frozenset(
    [
        *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp", ".tif", ".tiff", ".heic", ".mp3", ".mp4"),
        *(".ics", ".vcf", ".asc", ".sig", ".p7s"),
    ]
)
_NOT_IN_NAMES: Final = re.compile(r"[\x00-\x1f\x7f]|^.*[/\\]")
_LONGEST_NAME: Final = 80
_ENDING: Final = 10


def parts_of(mail: Mail) -> list[Mail]:
    """Return the parts in their order, without those of mails that it carries.

    Raises UnreadableError when there are more than a thousand.
    """
    parts: list[Mail] = []
    pending = [mail]
    while pending:
        part = pending.pop()
        if part.get_content_maintype() == "multipart" and isinstance(inner := part.get_payload(), list):
            pending.extend(piece for piece in reversed(inner) if isinstance(piece, Mail))
        else:
            parts.append(part)
        if len(parts) + len(pending) > _MOST_PARTS:
            raise UnreadableError(Message("the mail has more than {limit} parts", limit=_MOST_PARTS))
    return parts


def body_of(parts: list[Mail], context: FileContext) -> tuple[str, Mail | None]:
    """Return the words of the mail, and the part that has them: its HTML, which newsletters are made for, else text."""
    plain: tuple[str, Mail | None] = "", None
    for part in parts:
        if part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/html":
            tree = parse_html(letters_of(part, context))
            if tree is not None and (words := paragraphs_of(tree)):
                return words, part
        elif part.get_content_type() == "text/plain" and plain[1] is None:
            plain = letters_of(part, context), part
    return plain


def documents_of(parts: list[Mail], body: Mail | None, context: FileContext) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each document that the mail carries; no name comes twice."""
    used: dict[str, int] = {}
    for number, part in enumerate(parts, 1):
        if part is body or not _is_document(part):
            continue
        name = _name(part, number)
        used[name] = used.get(name, 0) + 1
        if used[name] > 1:
            stem, dot, ending = name.rpartition(".")
            name = f"{stem} ({used[name]}){dot}{ending}" if stem else f"{name} ({used[name]})"
        yield name, _content(part, context)


def letters_of(part: Mail, context: FileContext) -> str:
    """Return the text of ``part``; ``context`` is told of an encoding other than UTF-8."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    text, encoding = letters(content, part.get_content_charset() or "")
    if encoding != "utf-8":
        context.repairs.add(encoding)
    return text


def decoded(raw: object) -> str:
    """Return a header, decoded and on one line; bytes that no encoding is told for are letters of ours."""
    try:
        text = str(make_header(decode_header(str(raw))))
    except (ValueError, LookupError, MessageError):
        text = str(raw)
    if not text.isascii():
        text = letters(text.encode("utf-8", "surrogateescape"))[0]
    return " ".join(text.split())


def _is_document(part: Mail) -> bool:
    """Return whether ``part`` may be an article: it is attached, or has a name, or is no kind of text."""
    kind = part.get_content_type()
    name = part.get_filename()
    if part.get_content_maintype() in _SILENT_KINDS or kind in _SILENT_TYPES:
        return False
    if name and extension(name) in _SILENT_NAMES:
        return False
    return bool(name) or part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text"


def _name(part: Mail, number: int) -> str:
    """Return the last part of the name that ``part`` has, else one made of its number and its kind."""
    name = _NOT_IN_NAMES.sub("", decoded(part.get_filename() or "")).strip(" .")
    if inner := _inner_mail(part):
        subject = decoded(inner.get("Subject") or "")
        name = (name.removesuffix(".eml") or _NOT_IN_NAMES.sub("", subject).strip(" .") or str(number)) + ".eml"
    if not name:
        name = f"{number}{mimetypes.guess_extension(part.get_content_type()) or ''}"
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - _ENDING] + name[-_ENDING:]


def _content(part: Mail, context: FileContext) -> bytes:
    if inner := _inner_mail(part):
        return inner.as_bytes()
    if part.get_content_maintype() == "text":
        return letters_of(part, context).encode("utf-8", "replace")
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _inner_mail(part: Mail) -> Mail | None:
    """Return the mail that ``part`` is, if it is one that was forwarded."""
    inner = part.get_payload() if part.get_content_type() == "message/rfc822" else None
    return inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], Mail) else None
