"""Streams, decompressed and made UTF-8 while they are read."""

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
from pathlib import Path
from typing import BinaryIO, Final, cast

from searchapp.i18n import Message
from searchapp.ingest.extras import import_extra
from searchapp.ingest.limits import LARGEST_MEMBER, Budget
from searchapp.ingest.reader_protocol import UnreadableError
from searchapp.ingest.signatures import BZIP2, GZIP, XZ, ZSTANDARD
from searchapp.model import Reject

__all__ = ["DAMAGED", "HEAD", "buffered", "damaged_stream", "open_file", "plain_stream", "seekable"]

HEAD: Final = 64 * 1024
"""Bytes that a stream shows in advance (``peek``) at most, and the size of a read."""

DAMAGED: Final = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError)
"""Errors of a damaged compressed stream, beside OSError."""

_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAMPLE: Final = 512
_IN_MEMORY: Final = 8 * 1024 * 1024


def plain_stream(stream: io.BufferedReader, budget: Budget) -> io.BufferedReader:
    """Return ``stream`` decompressed, and UTF-16 as UTF-8. A broken character becomes U+FFFD.

    Reading a damaged compressed file gives all bytes before the damage, then raises one of DAMAGED or OSError; this
    function itself raises it when there are none. Unpacked bytes count on ``budget``.
    """
    if chunks := _decompressed(stream):
        stream = buffered(_counted(chunks, budget))
    if encoding := _utf16(stream.peek(_SAMPLE)[:_SAMPLE]):
        stream = buffered(_utf16_as_utf8(stream, encoding))
    return stream


def buffered(chunks: Iterator[bytes]) -> io.BufferedReader:
    """Return a stream of the bytes of ``chunks``."""
    return io.BufferedReader(_Chunks(chunks), HEAD)


def open_file(path: Path) -> io.BufferedReader:
    """Open a file so that it shows HEAD bytes in advance."""
    return io.BufferedReader(io.FileIO(path), HEAD)


def damaged_stream(name: str) -> Reject:
    """Return the reject for a compressed file ``name`` whose reading raised one of DAMAGED."""
    return Reject(name, None, Message("the compressed file is damaged or cut short"))


@contextmanager
def seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give ``stream``, or a copy on the disk if it cannot seek; raises UnreadableError above LARGEST_MEMBER bytes."""
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
    """A raw stream over an iterator of bytes."""

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


def _decompressed(stream: io.BufferedReader) -> Iterator[bytes] | None:
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
    # read1, not read: read loses the bytes that it has when the next block is damaged.
    with file:
        while chunk := file.read1(HEAD):
            yield chunk


def _zstandard(stream: io.BufferedReader) -> Iterator[bytes]:
    library = import_extra("zstandard", "zst")
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
    """Return the codec of UTF-16: by its byte order mark, else by every second byte being zero; "" for other text."""
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
