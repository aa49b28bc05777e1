"""Encodings: UTF-8, else the one that the file declares, else Windows-1252, MacRoman or DOS 850, else it is no text.

Windows-1252 stands for Latin-1 as well: it only adds characters where Latin-1 has control codes.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE, FileContext, UnreadableError

__all__ = ["decode", "decode_guessing", "decode_stream", "is_binary", "read_bytes", "read_text", "without_nul"]

_MARK: Final = "\ufeff"
_CONTROLS: Final = bytes(byte for byte in (*range(32), 127) if byte not in b"\t\n\v\f\r\x1b")
_NULS: Final = b"\0\0\0\0"
# Text has 0 % of control characters, random bytes 11 %: the middle.
_MAX_CONTROLS: Final = 0.05
_FRENCH: Final = frozenset("éèêëàâçôîïûùüœŒÉÈÀÇÊ’«»…–€\u00a0")
_CHUNK: Final = 64 * 1024
_FEW_ACCENTS: Final = 2  # any byte is some letter of DOS
# A page that declares Latin-1 means Windows-1252.
_MEANT: Final = {"iso8859-1": "cp1252", "ascii": "cp1252"}
_CODE_PAGES: Final = ("cp", "iso8859", "mac", "koi8", "gb", "big5", "shift_jis", "euc")


def is_binary(content: bytes) -> bool:
    """Return whether ``content`` (all of a file, or its beginning) is not text."""
    # One NUL is in a text where a program failed; a row of them is not.
    if _NULS in content:
        return True
    controls = len(content) - len(content.translate(None, _CONTROLS))
    return controls > _MAX_CONTROLS * len(content)


def decode(content: bytes) -> str:
    """Return ``content`` as text, without a byte order mark; raises what :func:`decode_guessing` does."""
    return decode_guessing(content)[0]


def decode_guessing(content: bytes, declared: str = "") -> tuple[str, str]:
    """Return ``content`` as text, without a byte order mark, and the name of the encoding that it is in.

    Valid UTF-8 is UTF-8 whatever it declares; with a few broken characters (a file cut in the middle of one, say) it
    stays UTF-8, with U+FFFD for each.

    Raises UnreadableError when it is in none of the encodings.
    """
    try:
        return content.decode("utf-8").removeprefix(_MARK), "utf-8"
    except UnicodeDecodeError:
        pass
    mostly = _mostly_utf8(content)
    if mostly is not None:
        return mostly, "utf-8"
    encoding = _codec(declared) or _guessed(content)
    return content.decode(encoding, "replace"), encoding


def read_bytes(stream: BinaryIO, limit: int = LARGEST_ARTICLE) -> bytes:
    """Return the rest of ``stream``; raises UnreadableError for more than ``limit`` bytes."""
    # In chunks: one read of ``limit`` bytes would take a buffer of that size, and fragment the heap.
    chunks: list[bytes] = []
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise UnreadableError(Message("the file is longer than {limit} MiB", limit=limit >> 20))
        chunks.append(chunk)
    return b"".join(chunks)


def read_text(stream: BinaryIO, context: FileContext, declared: str = "", limit: int = LARGEST_ARTICLE) -> str:
    """Return the rest of ``stream`` as text; an encoding other than UTF-8 is added to the repairs of ``context``.

    Raises UnreadableError when it is not text or has more than ``limit`` bytes.
    """
    content = read_bytes(stream, limit)
    if is_binary(content):
        raise UnreadableError(Message("the file is binary, not text"))
    text, encoding = decode_guessing(content, declared)
    if encoding != "utf-8":
        context.repairs.add(encoding)
    return without_nul(text, context)


def without_nul(text: str, context: FileContext) -> str:
    """Return ``text`` without NUL, which the HTML standard drops too; that is added to the repairs of ``context``."""
    if "\0" not in text:
        return text
    context.repairs.add("nul")
    return text.replace("\0", "")


def decode_stream(stream: BinaryIO, declared: str, context: FileContext) -> Iterator[str]:
    """Yield ``stream`` as text in chunks of 64 KiB; the first one decides on the encoding.

    Later bytes that are no UTF-8 are read as Windows-1252.
    """
    first = stream.read(_CHUNK)
    encoding = _encoding_of_head(first, declared)
    if encoding != "utf-8":
        context.repairs.add(encoding)
    decoder = codecs.getincrementaldecoder(encoding)("searchapp-cp1252" if encoding == "utf-8" else "replace")
    yield without_nul(decoder.decode(first).removeprefix(_MARK), context)
    while chunk := stream.read(_CHUNK):
        yield without_nul(decoder.decode(chunk), context)
    yield decoder.decode(b"", final=True)


def _encoding_of_head(head: bytes, declared: str) -> str:
    # The chunk may end inside a character.
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(head)
    if "\ufffd" not in text or _mostly_utf8(head) is not None:
        return "utf-8" if not text.isascii() else _codec(declared) or "utf-8"
    return _codec(declared) or _guessed(head)


def _codec(declared: str) -> str:
    """Return the codec that a file declares, if it is a code page; "" otherwise: UTF-8 was tried before."""
    try:
        name = codecs.lookup(declared.strip().strip("\"'")).name if declared.isascii() else ""
    except (LookupError, ValueError):
        return ""
    name = _MEANT.get(name, name)
    return name if name.startswith(_CODE_PAGES) else ""


def _mostly_utf8(content: bytes) -> str | None:
    """Return UTF-8 with some damage, or None: an accent of Windows-1252 is nearly always damage in UTF-8."""
    text = content.decode("utf-8", "replace").removeprefix(_MARK)
    damaged = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", "ignore")) - damaged
    return text if sound >= damaged else None


def _guessed(content: bytes) -> str:
    """Return the one of Windows-1252, MacRoman and DOS 850 in which ``content`` looks most like French.

    Raises UnreadableError when it is none of them.
    """
    accents = bytes(byte for byte in content[:_CHUNK] if byte >= 0x80)
    windows = _frenchness(accents.decode("cp1252", "ignore"))
    encodings = ("mac-roman", "cp850") if len(accents) > _FEW_ACCENTS else ("mac-roman",)
    other = max(encodings, key=lambda encoding: _frenchness(accents.decode(encoding)))
    score = _frenchness(accents.decode(other))
    if score > windows and score * 2 > len(accents):
        return other
    try:
        content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            Message("the letters are neither UTF-8 nor Windows-1252; save the file as UTF-8")
        ) from error
    return "cp1252"


def _frenchness(accents: str) -> float:
    """Return how many of ``accents`` French texts have; capitals count half, as the é of DOS is the Ç of MacRoman."""
    return sum(0.5 if sign.isupper() else 1.0 for sign in accents if sign in _FRENCH)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("searchapp-cp1252", _as_windows)
