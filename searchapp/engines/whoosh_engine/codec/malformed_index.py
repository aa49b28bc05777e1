"""Malformed bytes of an index, reported as IndexDamaged with the file and the part."""

from __future__ import annotations

import struct
from types import TracebackType
from typing import Final

from searchapp.engines.compression import DEFLATE_ERRORS, decompress
from searchapp.errors import IndexDamaged
from searchapp.i18n import Message

__all__ = ["MALFORMED", "Malformed", "damaged", "reading", "require", "unpacked"]

ENGINE_FOLDER: Final = "engine"
# No packed piece of an index is larger: an article has 16 million characters at most, a segment's text hardly more.
_LARGEST: Final = 1 << 27


class Malformed(ValueError):
    """Bytes that are not of the format."""


# The exceptions of Python and numpy for wrong offsets, sizes and types.
MALFORMED: Final[tuple[type[Exception], ...]] = (
    *(ValueError, LookupError, TypeError, ArithmeticError, MemoryError, RecursionError, AttributeError),
    *DEFLATE_ERRORS,
    *(struct.error, EOFError),
)


def require(condition: object, reason: str) -> None:
    """Raise Malformed unless ``condition`` holds."""
    if not condition:
        raise Malformed(reason)


class reading:  # noqa: N801 - used as a statement; contextmanager takes three times as long, and each column value enters
    """Raise IndexDamaged, which names ``part`` of ``file``, for whatever malformed bytes make the block raise."""

    __slots__ = ("_file", "_part")

    def __init__(self, file: str, part: str) -> None:
        self._file = file
        self._part = part

    def __enter__(self) -> None:
        """Enter the block."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, MALFORMED) and not isinstance(error, IndexDamaged):
            raise damaged(self._file, self._part, error) from error


def damaged(file: str, part: str, error: BaseException) -> IndexDamaged:
    """Return the error for a damaged part of a file."""
    reason = str(error) if isinstance(error, Malformed) else f"{type(error).__name__}: {error}"[:200]
    text = Message("it cannot be read ({reason})", reason=f"{part}: {reason}")
    return IndexDamaged(ENGINE_FOLDER, [Message("{file}: {reason}", file=f"{ENGINE_FOLDER}/{file}", reason=text)])


def unpacked(data: bytes | memoryview) -> bytes:
    """Return the bytes that were packed as ``data``; raises Malformed when they are too many or cut."""
    content = decompress(data, _LARGEST)
    if content is None:
        raise Malformed("what was packed is too large, or cut")
    return content
