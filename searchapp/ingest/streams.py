"""Streams undone while they are read: gzip is decompressed, UTF-16 (known by its mark) becomes UTF-8."""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Iterator
from typing import Final

from searchapp.ingest.signatures import GZIP

__all__ = ["HEAD", "plain"]

HEAD: Final = 64 * 1024
"""Bytes that a stream shows in advance (``peek``) at most, and the size of a read."""

_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def plain(stream: io.BufferedReader) -> io.BufferedReader:
    """Return ``stream``, or a stream of what it holds compressed or in UTF-16. A broken sign becomes U+FFFD.

    Reading a damaged gzip file gives all that came before the damage, then raises EOFError, OSError or
    zlib.error; this function itself does so when nothing came before.
    """
    if stream.peek(2).startswith(GZIP):
        stream = _buffered(_gunzipped(stream))
    if stream.peek(2).startswith(_UTF16_MARKS):
        stream = _buffered(_utf16_as_utf8(stream))
    return stream


class _Chunks(io.RawIOBase):
    """A raw stream made of the pieces that an iterator gives."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: any buffer
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _buffered(chunks: Iterator[bytes]) -> io.BufferedReader:
    return io.BufferedReader(_Chunks(chunks), HEAD)


def _gunzipped(stream: io.BufferedReader) -> Iterator[bytes]:
    # read1, not read: the latter loses what it has when the next piece is damaged.
    with gzip.GzipFile(fileobj=stream) as uncompressed:
        while chunk := uncompressed.read1(HEAD):
            yield chunk


def _utf16_as_utf8(stream: io.BufferedReader) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    while chunk := stream.read1(HEAD):
        if text := decoder.decode(chunk):
            yield text.encode()
    if text := decoder.decode(b"", final=True):
        yield text.encode()
