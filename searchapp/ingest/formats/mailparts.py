"""The parts of a mail: its body and the documents attached to it. Pictures and signatures are ignored."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message as Mail
from typing import Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.encoding import decode_guessing
from searchapp.ingest.formats.markup import paragraphs_of, parse_html
from searchapp.ingest.reader_protocol import FileContext, UnreadableError, extension

__all__ = ["body_of", "decoded", "documents_of", "parts_of", "text_of_part"]

_MAX_PARTS: Final = 1000
_IGNORED_MAIN_TYPES: Final = ("image", "audio", "video", "font")
_IGNORED_TYPES: Final = frozenset(
    [
        *("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"),
        *("application/pgp-keys", "application/ics", "text/calendar", "text/vcard", "text/x-vcard", "text/directory"),
        *("message/delivery-status", "message/disposition-notification", "text/rfc822-headers"),
    ]
)
_IGNORED_EXTENSIONS: Final = frozenset(
    [
        *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp", ".tif", ".tiff", ".heic", ".mp3", ".mp4"),
        *(".ics", ".vcf", ".asc", ".sig", ".p7s"),
    ]
)
_NOT_IN_NAMES: Final = re.compile(r"[\x00-\x1f\x7f]|^.*[/\\]")
_LONGEST_NAME: Final = 80
_ENDING: Final = 10


def parts_of(mail: Mail) -> list[Mail]:
    """Return the parts in their order, without those of forwarded mails.

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
        if len(parts) + len(pending) > _MAX_PARTS:
            raise UnreadableError(Message("the mail has more than {limit} parts", limit=_MAX_PARTS))
    return parts


def body_of(parts: list[Mail], context: FileContext) -> tuple[str, Mail | None]:
    """Return the text of the mail, and its part: the HTML one, which newsletters are made for, else plain text."""
    plain: tuple[str, Mail | None] = "", None
    for part in parts:
        if part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/html":
            tree = parse_html(text_of_part(part, context))
            if tree is not None and (words := paragraphs_of(tree)):
                return words, part
        elif part.get_content_type() == "text/plain" and plain[1] is None:
            plain = text_of_part(part, context), part
    return plain


def documents_of(parts: list[Mail], body: Mail | None, context: FileContext) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each attached document; names are unique."""
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


def text_of_part(part: Mail, context: FileContext) -> str:
    """Return the text of ``part``; an encoding other than UTF-8 is added to the repairs of ``context``."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    text, encoding = decode_guessing(content, part.get_content_charset() or "")
    if encoding != "utf-8":
        context.repairs.add(encoding)
    return text


def decoded(raw: object) -> str:
    """Return a header, decoded and on one line; bytes without an encoding are decoded like a file."""
    try:
        text = str(make_header(decode_header(str(raw))))
    except (ValueError, LookupError, MessageError):
        text = str(raw)
    if not text.isascii():
        text = decode_guessing(text.encode("utf-8", "surrogateescape"))[0]
    return " ".join(text.split())


def _is_document(part: Mail) -> bool:
    """Return whether ``part`` may be an article: attached, or named, or of another type than text."""
    kind = part.get_content_type()
    name = part.get_filename()
    if part.get_content_maintype() in _IGNORED_MAIN_TYPES or kind in _IGNORED_TYPES:
        return False
    if name and extension(name) in _IGNORED_EXTENSIONS:
        return False
    return bool(name) or part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text"


def _name(part: Mail, number: int) -> str:
    """Return the file name of ``part`` without folders, else its number with the extension of its type."""
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
        return text_of_part(part, context).encode("utf-8", "replace")
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _inner_mail(part: Mail) -> Mail | None:
    """Return the forwarded mail in ``part``, None if it is none."""
    inner = part.get_payload() if part.get_content_type() == "message/rfc822" else None
    return inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], Mail) else None
