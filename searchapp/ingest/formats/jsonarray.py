"""A JSON array as a stream of its objects: one of them is in memory at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.encoding import decode_stream
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE, FileContext, UnreadableError, article_too_long

__all__ = ["objects_of"]

_CHUNK: Final = 64 * 1024
_BETWEEN: Final = re.compile(r"[ \t\r\n]*([,\]]?)[ \t\r\n]*")
_MAX_VALUES: Final = 1_000_000


def objects_of(stream: BinaryIO, context: FileContext) -> Iterator[object]:
    """Yield the values of the array that ``stream`` holds.

    Raises UnreadableError, after what came before, where it is wrong, cut short or has a value that is too long.
    """
    buffer = _Buffer(stream, context)
    buffer.skip("[")
    while not buffer.at_end_of_array():
        yield buffer.value()


class _Buffer:
    """The text read and not yet parsed; it grows only while it does not hold a whole value."""

    def __init__(self, stream: BinaryIO, context: FileContext) -> None:
        self._chunks = decode_stream(stream, "", context)
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._position = 0

    def skip(self, bracket: str) -> None:
        """Go behind the ``bracket`` that begins the text."""
        self._more(_CHUNK)
        self._position = self._text.index(bracket) + 1

    def at_end_of_array(self) -> bool:
        """Go to the next value; return whether there is none."""
        while True:
            match = _BETWEEN.match(self._text, self._position)
            if match and match.end() < len(self._text):
                self._position = match.end()
                return match[1] == "]"
            if not self._more(_CHUNK):
                if match is None or match[1] != "]":
                    reason = "the array does not end"
                    raise UnreadableError(Message("not valid JSON, or cut short: {reason}", reason=reason))
                return True

    def value(self) -> object:
        """Return the value at the position."""
        size = _CHUNK
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._position)
                if end < len(self._text):  # else a number, say, may go on
                    self._position = end
                    return value
                reason = "the array does not end"
            except json.JSONDecodeError as error:
                reason = error.msg
            except (ValueError, RecursionError) as error:
                raise UnreadableError(Message("the JSON is nested too deeply, or holds an endless number")) from error
            if not self._more(size):
                raise UnreadableError(Message("not valid JSON, or cut short: {reason}", reason=reason))
            size *= 2

    def _more(self, size: int) -> bool:
        """Read ``size`` more; return whether there was more."""
        self._text, self._position = self._text[self._position :], 0
        if len(self._text) > LARGEST_ARTICLE:
            raise article_too_long()
        pieces: list[str] = []
        while size > 0 and (piece := next(self._chunks, None)) is not None:
            pieces.append(piece)
            size -= len(piece)
        more = "".join(pieces)
        self._text += more
        if self._text.count("[") + self._text.count("{") > _MAX_VALUES:
            raise UnreadableError(Message("the JSON holds more than {limit} lists and objects", limit=_MAX_VALUES))
        return bool(more)
