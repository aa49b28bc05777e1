"""From bytes to letters: UTF-8 with or without byte order mark, else Windows-1252, else it is no text."""

from __future__ import annotations

from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.reader import LARGEST_ARTICLE, UnreadableError

__all__ = ["decode", "is_binary", "read_text"]

_MARK: Final = "\ufeff"
_CONTROLS: Final = bytes(sign for sign in (*range(32), 127) if sign not in b"\t\n\v\f\r\x1b")
# Of text 0 % are control signs, of random bytes 11 %: the middle.
_MOST_CONTROLS: Final = 0.05


def is_binary(content: bytes) -> bool:
    """Return whether ``content`` (all of a file, or its beginning) is something else than text."""
    if b"\0" in content:
        return True
    controls = len(content) - len(content.translate(None, _CONTROLS))
    return controls > _MOST_CONTROLS * len(content)


def decode(content: bytes) -> str:
    """Return ``content`` as text, without a byte order mark.

    UTF-8 with a few broken signs (a file cut in the middle of one, say) stays UTF-8, U+FFFD in their place.

    Raises UnreadableError when it is neither UTF-8 nor Windows-1252.
    """
    try:
        return content.decode("utf-8").removeprefix(_MARK)
    except UnicodeDecodeError:
        return _mostly_utf8(content) or _windows(content)


def read_text(stream: BinaryIO) -> str:
    """Return what ``stream`` holds, to its end, as text.

    Raises UnreadableError when it is no text or takes more than LARGEST_ARTICLE bytes.
    """
    content = stream.read(LARGEST_ARTICLE + 1)
    if len(content) > LARGEST_ARTICLE:
        raise UnreadableError(Message("the file is longer than {limit} MiB", limit=LARGEST_ARTICLE >> 20))
    if is_binary(content):
        raise UnreadableError(Message("the file is binary, not text"))
    return decode(content)


def _mostly_utf8(content: bytes) -> str | None:
    """Return UTF-8 with some damage, or None: an accent of Windows-1252 is nearly always damage in UTF-8."""
    text = content.decode("utf-8", "replace").removeprefix(_MARK)
    damaged = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", "ignore")) - damaged
    return text if sound >= damaged else None


def _windows(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            Message("the letters are neither UTF-8 nor Windows-1252; save the file as UTF-8")
        ) from error
