"""Signatures: the first bytes of formats that are not text."""

from __future__ import annotations

from typing import Final

from searchapp.i18n import Message

__all__ = ["BZIP2", "COMPRESSED", "GZIP", "XZ", "ZSTANDARD", "is_tar", "is_zip", "known_document", "known_format"]

GZIP: Final = b"\x1f\x8b"
BZIP2: Final = b"BZh"
XZ: Final = b"\xfd7zXZ"
ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
COMPRESSED: Final = (GZIP, BZIP2, XZ, ZSTANDARD)

_TAR_MAGIC: Final = slice(257, 262)
_SIGNATURES: Final = (
    (b"\x89PNG", Message("an image")),
    (b"\xff\xd8\xff", Message("an image")),
    (b"GIF8", Message("an image")),
    (b"RIFF", Message("an image or a sound")),
    (b"ID3", Message("a sound")),
    (b"\xd0\xcf\x11\xe0", Message("an office document of the old kind")),
    (b"{\\rtf", Message("an RTF document")),
    (b"7z\xbc\xaf", Message("an archive other than zip and tar")),
    (b"Rar!", Message("an archive other than zip and tar")),
    *((signature, Message("compressed twice")) for signature in COMPRESSED),
    (b"SQLite format 3", Message("a database; name it in a [[corpus]] entry of searchapp.toml")),
    (b"PK\5\6", Message("an empty archive")),
)


def is_zip(head: bytes) -> bool:
    """Return whether a file that begins with ``head`` is a ZIP archive, as office documents are."""
    return head.startswith(b"PK\x03\x04")


def is_tar(head: bytes) -> bool:
    """Return whether a file that begins with ``head`` is a tar archive."""
    return head[_TAR_MAGIC] == b"ustar"


def known_format(head: bytes) -> Message | None:
    """Return the kind of a file that begins with ``head``, if it is a well-known format without text."""
    return next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)


def known_document(head: bytes) -> Message | None:
    """Return the kind of an office document without paragraphs, which would else be read as a ZIP archive."""
    if not is_zip(head):
        return None
    if b"mimetypeapplication/vnd.oasis.opendocument." in head[:200] and b"opendocument.text" not in head[:200]:
        return Message("a spreadsheet or a presentation")
    if b"[Content_Types].xml" in head and any(part in head for part in (b"xl/", b"ppt/")):
        return Message("a spreadsheet or a presentation")
    return None
