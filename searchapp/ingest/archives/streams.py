"""Streams undone while they are read: what is compressed is decompressed, UTF-16 becomes UTF-8."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, cast

from searchapp.i18n import Message
from searchapp.ingest.extras import needed
from searchapp.ingest.limits import LARGEST_MEMBER, Budget
from searchapp.ingest.reader_protocol import UnreadableError
from searchapp.ingest.signatures import BZIP2, GZIP, XZ, ZSTANDARD

__all__ = ["DAMAGED", "HEAD", "buffered", "plain", "seekable"]

HEAD: Final = 64 * 1024
"""Bytes that a stream shows in advance (``peek``) at most, and the size of a read."""

DAMAGED: Final = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError)
"""What reading a damaged compressed stream raises, beside OSError."""

_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAMPLE: Final = 512
_IN_MEMORY: Final = 8 * 1024 * 1024


def plain(stream: io.BufferedReader, budget: Budget) -> io.BufferedReader:
    """Return ``stream``, or a stream of what it holds compressed or in UTF-16. A broken sign becomes U+FFFD.

    Reading a damaged compressed file gives all that came before the damage, then raises one of DAMAGED or OSError;
    this function itself does so when nothing came before. What is unpacked counts on ``budget``.
    """
    if unpacked := _unpacked(stream):
        stream = buffered(_counted(unpacked, budget))
    if encoding := _utf16(stream.peek(_SAMPLE)[:_SAMPLE]):
        stream = buffered(_utf16_as_utf8(stream, encoding))
    return stream


def buffered(chunks: Iterator[bytes]) -> io.BufferedReader:
    """Return a stream of the pieces that ``chunks`` gives."""
    return io.BufferedReader(_Chunks(chunks), HEAD)


@contextmanager
def seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give ``stream``, or a copy of it on the disk if it cannot go back; raises UnreadableError for a huge one."""
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        size = 0
        while chunk := stream.read(HEAD):
            size += len(chunk)
            if size > LARGEST_MEMBER:
                raise UnreadableError(Message("it is longer than {limit} MiB", limit=LARGEST_MEMBER >> 20))
            copy.write(chunk)
        copy.seek(0)
        yield cast(BinaryIO, copy)


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


def _unpacked(stream: io.BufferedReader) -> Iterator[bytes] | None:
    head = stream.peek(len(XZ))
    if head.startswith(GZIP):
        return _pieces(gzip.GzipFile(fileobj=stream))
    if head.startswith(BZIP2):
        return _pieces(bz2.BZ2File(stream))
    if head.startswith(XZ):
        return _pieces(lzma.LZMAFile(stream))
    if head.startswith(ZSTANDARD):
        return _zstandard(stream)
    return None


def _pieces(file: gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile) -> Iterator[bytes]:
    # read1, not read: the latter loses what it has when the next piece is damaged.
    with file:
        while chunk := file.read1(HEAD):
            yield chunk


def _zstandard(stream: io.BufferedReader) -> Iterator[bytes]:
    library = needed("zstandard", "zst")
    # A window of more than 128 MiB, which a frame may ask for, would be memory that no file needs.
    decompressor = library.ZstdDecompressor(max_window_size=1 << 27)
    try:
        with decompressor.stream_reader(stream, read_across_frames=True) as reader:
            while chunk := reader.read(HEAD):
                yield chunk
    except library.ZstdError as error:
        raise EOFError from error


def _counted(chunks: Iterator[bytes], budget: Budget) -> Iterator[bytes]:
    for chunk in chunks:
        budget.take(len(chunk))
        yield chunk


def _utf16(head: bytes) -> str:
    """Return the codec of a text in UTF-16: by its mark or, without one, by the half of its bytes that is zero."""
    if head.startswith(_UTF16_MARKS):
        return "utf-16"
    high, low = head[0::2], head[1::2]
    for zeros, others, codec in ((low, high, "utf-16-le"), (high, low, "utf-16-be")):
        if len(zeros) > 1 and zeros.count(0) > 0.8 * len(zeros) and not others.count(0):
            return codec
    return ""


def _utf16_as_utf8(stream: io.BufferedReader, codec: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    while chunk := stream.read1(HEAD):
        if text := decoder.decode(chunk):
            yield text.encode()
    if text := decoder.decode(b"", final=True):
        yield text.encode()
