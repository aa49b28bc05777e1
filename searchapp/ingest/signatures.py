"""Files that are no text and say so in their first bytes."""

from __future__ import annotations

from typing import Final

from searchapp.i18n import Message

__all__ = ["GZIP", "known_format"]

GZIP: Final = b"\x1f\x8b"

_SIGNATURES: Final = (
    (b"%PDF-", Message("a PDF document")),
    (b"\x89PNG", Message("an image")),
    (b"\xff\xd8\xff", Message("an image")),
    (b"GIF8", Message("an image")),
    (b"RIFF", Message("an image or a sound")),
    (b"ID3", Message("a sound")),
    (b"PK\x03\x04", Message("a ZIP archive or an office document")),
    (b"\xd0\xcf\x11\xe0", Message("an office document")),
    (b"{\\rtf", Message("an office document")),
    (b"7z\xbc\xaf", Message("a compressed file other than gzip")),
    (b"Rar!", Message("a compressed file other than gzip")),
    (b"\xfd7zXZ", Message("a compressed file other than gzip")),
    (b"\x28\xb5\x2f\xfd", Message("a compressed file other than gzip")),
    (b"BZh", Message("a compressed file other than gzip")),
    (GZIP, Message("compressed twice")),
    (b"SQLite format 3", Message("a database")),
)


def known_format(head: bytes) -> Message | None:
    """Return what the first bytes of a file give it away as, if it is a usual format without text."""
    return next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)
